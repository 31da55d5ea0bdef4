"""Scores of decided labels against what the corpora say, over the pairs that were asked about."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from models.evaluation.counts import Counts
from models.training.pairwise.examples import NONE, Example


def score_pairs(examples: Sequence[Example], decided: NDArray[Any]) -> Counts:
    """Relations with their type; a pair of two labels counts once for each."""
    hits = stated = gold = 0
    for example, label in zip(examples, decided.tolist(), strict=True):
        wanted = [number for number in example.gold if number != NONE]
        gold += len(wanted)
        stated += label != NONE
        hits += label in wanted
    return Counts(hits, stated - hits, gold - hits)
