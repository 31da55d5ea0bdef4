"""Figures of yes-or-no answers with a score each, their intervals, and what two systems differ by.

A score above zero says yes. Intervals and differences are bootstraps over documents (Efron 1979): rows of one document are drawn together.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation.counts import drawn
from models.evaluation.statistics import DRAWS, Difference, paired_bootstrap

COLUMNS = ("precision", "recall", "F1", "accuracy", "AUC", "MCC")
"""All in percent, MCC too; AUC is the area under the ROC curve, ties counting half."""

Bools = NDArray[np.bool_]
Scores = NDArray[np.float64]


def figures(gold: Bools, scores: Scores) -> dict[str, float]:
    """Each of `COLUMNS` over all rows; 0 where it is not defined, AUC then 50."""
    table = _figures(gold, scores, np.ones((1, len(gold))))
    return {name: float(values[0]) for name, values in table.items()}


def fold_means(gold: Bools, scores: Scores, folds: Sequence[str]) -> dict[str, float]:
    """The mean over the folds of each of `COLUMNS`, as papers on GAD give them."""
    names = np.asarray(folds)
    found = [figures(gold[names == name], scores[names == name]) for name in dict.fromkeys(folds)]
    return {column: float(np.mean([fold[column] for fold in found])) for column in COLUMNS}


def intervals(gold: Bools, scores: Scores, documents: Sequence[str], *, seed: int = 1) -> dict[str, tuple[float, float]]:
    """The 95 % percentile interval of each of `COLUMNS`."""
    table = _figures(gold, scores, _weights(documents, seed))
    return {name: (float(np.percentile(v, 2.5)), float(np.percentile(v, 97.5))) for name, v in table.items()}


def difference(gold: Bools, one: Scores, other: Scores, documents: Sequence[str]) -> Difference:
    """`one` minus `other` in F1, percent: the paired bootstrap over documents."""
    found = paired_bootstrap(_counts(gold, one, documents), _counts(gold, other, documents))
    return Difference(100 * found.value, 100 * found.low, 100 * found.high, found.p)


def _counts(gold: Bools, scores: Scores, documents: Sequence[str]) -> NDArray[np.int64]:
    """(documents, 3): true positives, false positives, false negatives."""
    names, place = np.unique(np.asarray(documents), return_inverse=True)
    said = scores > 0
    table = np.zeros((len(names), 3), dtype=np.int64)
    for column, rows in enumerate((said & gold, said & ~gold, ~said & gold)):
        np.add.at(table[:, column], place[rows], 1)
    return table


def _weights(documents: Sequence[str], seed: int) -> NDArray[np.float64]:
    """(draws, rows): how often each row's document is drawn."""
    names, place = np.unique(np.asarray(documents), return_inverse=True)
    return drawn(len(names), samples=DRAWS, seed=seed)[:, place].astype(np.float64)


def _figures(gold: Bools, scores: Scores, weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Each of `COLUMNS` for each line of weights (draws, rows)."""
    said = scores > 0
    tp, fp, fn, tn = (weights @ part.astype(np.float64) for part in (said & gold, said & ~gold, ~said & gold, ~said & ~gold))
    norm = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    found: dict[str, Any] = {
        "precision": _share(tp, tp + fp),
        "recall": _share(tp, tp + fn),
        "F1": _share(2 * tp, 2 * tp + fp + fn),
        "accuracy": _share(tp + tn, tp + fp + fn + tn),
        "AUC": _area(gold, scores, weights),
        "MCC": _share(tp * tn - fp * fn, norm),
    }
    return {name: 100 * values for name, values in found.items()}


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return shares


def _area(gold: Bools, scores: Scores, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often a related row scores above an unrelated one."""
    _, place = np.unique(scores, return_inverse=True)
    related, unrelated = (np.zeros((len(weights), place.max(initial=0) + 1)) for _ in range(2))
    for level, row_weights, yes in zip(place, weights.T, gold, strict=True):
        (related if yes else unrelated)[:, level] += row_weights
    below = np.cumsum(unrelated, axis=1) - unrelated
    pairs = related.sum(axis=1) * unrelated.sum(axis=1)
    above = (related * (below + unrelated / 2)).sum(axis=1)
    areas: NDArray[np.float64] = np.divide(above, pairs, out=np.full(len(weights), 0.5), where=pairs > 0)
    return areas
