"""How high held-out edges rank among pairs that are no edges, with intervals over the edges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Network
from models.evaluation.statistics import bootstrap, paired_bootstrap
from models.training.links.baselines import Score
from models.training.links.candidates import Drawer, corrupted

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BESIDE = 100
"""Pairs that each end of a held-out edge is ranked among."""

DRAWN: Mapping[str, float] = {"any": 0.0, "alike": 0.75}
"""How others take an end's place: any entity of its type with an edge, or by degree to this power, which leaves degree little to say."""

FIGURES = ("MRR", "hits@10", "AUC")


def mean(sums: Floats) -> Floats:
    """Sums of (figure, 1) -> means, for the bootstrap."""
    return np.asarray(sums[:, 0] / np.maximum(sums[:, 1], 1), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Trial:
    """Held-out edges from both ends (2 n, 2), and for each the others (2 n, m) that stand in the place of
    its second node, and which of them are fit."""

    pairs: Ints
    others: Ints
    fit: NDArray[np.bool_]

    @classmethod
    def of(cls, learned: Network, known: Network, edges: Ints, exponent: float, *, seed: int, beside: int = BESIDE) -> "Trial":
        """No other is an edge in `known`, which holds learned, carved and held-out ones alike."""
        pairs = np.concatenate([edges, edges[:, ::-1]])
        return cls(pairs, *corrupted(Drawer(learned, exponent), known, pairs, beside, np.random.default_rng([seed, 4])))

    def figures(self, score: Score) -> Floats:
        """(n, 3): reciprocal rank, whether among the first ten, and the share of others below, each the mean over both ends.

        Others that score the same count half. The AUC is that of each edge by itself: its chance to stand above one of the others.
        """
        true = score(self.pairs)
        beside = np.stack([np.repeat(self.pairs[:, 0], self.others.shape[1]), self.others.ravel()], axis=1)
        false = score(beside).reshape(self.others.shape)
        above = (((false > true[:, None]) + 0.5 * (false == true[:, None])) * self.fit).sum(axis=1)
        rank = 1 + above
        found = np.stack([1 / rank, rank <= 10, 1 - above / np.maximum(self.fit.sum(axis=1), 1)], axis=1)
        return np.asarray(found.reshape(2, len(self.pairs) // 2, 3).mean(axis=0))


def told(figures: Floats) -> dict[str, Any]:
    """Means of a method's figures (n, 3) with 95 % bootstrap intervals over the edges."""
    found = {}
    for number, name in enumerate(FIGURES):
        estimate = bootstrap(_counted(figures[:, number]), statistic=mean)
        found[name] = [round(value, 4) for value in estimate]
    return found


def difference(one: Floats, other: Floats) -> dict[str, Any]:
    """One method minus another one over the same edges, with the paired bootstrap's interval."""
    found = {}
    for number, name in enumerate(FIGURES):
        gap = paired_bootstrap(_counted(one[:, number]), _counted(other[:, number]), statistic=mean)
        found[name] = [round(value, 4) for value in gap[:3]]
    return found


def _counted(values: Floats) -> Floats:
    return np.stack([values, np.ones(len(values))], axis=1)
