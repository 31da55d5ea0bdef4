"""Whether two systems differ, and figures of labels and scores beyond precision and recall. All shares are 0 to 1.

Two systems are always compared on the same documents: `paired_bootstrap` gives the difference with its interval, `randomisation` and
`mcnemar` a probability that it is chance, and `holm` corrects such probabilities where several are looked at.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.evaluation.counts import Counts, drawn

DRAWS = 1000

Floats = NDArray[np.float64]
Name = TypeVar("Name", bound=Hashable)
Statistic = Callable[[Floats], Floats]
"""Sums over documents (draws, columns) -> the figure of each draw (draws,)."""


class Difference(NamedTuple):
    """One system minus another one."""

    value: float
    low: float  # 95 % percentile interval
    high: float
    p: float  # two-sided; never below 1 / draws


def f1(sums: Floats) -> Floats:
    """Micro F1 of sums of (true positives, false positives, false negatives); 0 where there are none."""
    tp, fp, fn = sums.T
    return np.asarray(2 * tp / np.maximum(2 * tp + fp + fn, 1), dtype=np.float64)


class Estimate(NamedTuple):
    """A figure with its 95 % percentile interval."""

    value: float
    low: float
    high: float


def bootstrap(counts: Sequence[Counts] | ArrayLike, *, statistic: Statistic = f1, draws: int = DRAWS, seed: int = 1) -> Estimate:
    """A figure over documents (documents, columns), which are drawn with replacement (Efron 1979). Raises `ValueError` of none."""
    table, _ = _tables(counts, counts)
    figures = statistic(drawn(len(table), samples=draws, seed=seed) @ table)
    low, high = np.percentile(figures, [2.5, 97.5])
    return Estimate(float(statistic(table.sum(axis=0)[None])[0]), float(low), float(high))


def paired_bootstrap(
    one: Sequence[Counts] | ArrayLike, other: Sequence[Counts] | ArrayLike, *, statistic: Statistic = f1, draws: int = DRAWS, seed: int = 1
) -> Difference:
    """The difference of two systems' figures over the same documents (Efron and Tibshirani 1993; Berg-Kirkpatrick et al. 2012).

    `one`, `other`: what each system got in each document, (documents, columns), in the same order. Documents are drawn with
    replacement, for both systems the same; p is twice the share of draws on the far side of zero. Raises `ValueError` where the
    shapes differ or there is no document.
    """
    a, b = _tables(one, other)
    weights = drawn(len(a), samples=draws, seed=seed)
    gaps = statistic(weights @ a) - statistic(weights @ b)
    low, high = np.percentile(gaps, [2.5, 97.5])
    p = 2 * min(float((gaps <= 0).mean()), float((gaps >= 0).mean()))
    return Difference(_gap(a, b, statistic), float(low), float(high), min(1.0, max(p, 1 / draws)))


def randomisation(
    one: Sequence[Counts] | ArrayLike, other: Sequence[Counts] | ArrayLike, *, statistic: Statistic = f1, draws: int = 10_000, seed: int = 1
) -> float:
    """The two-sided p of approximate randomisation (Noreen 1989; Yeh 2000): how often systems whose answers are swapped, document by
    document, differ as much. Raises `ValueError` as `paired_bootstrap` does."""
    a, b = _tables(one, other)
    swapped = np.random.default_rng(seed).integers(0, 2, size=(draws, len(a))).astype(np.float64)
    moved = swapped @ (b - a)
    gaps = np.abs(statistic(a.sum(axis=0) + moved) - statistic(b.sum(axis=0) - moved))
    far = int((gaps >= abs(_gap(a, b, statistic)) - 1e-12).sum())
    return (far + 1) / (draws + 1)


def mcnemar(one: Sequence[bool] | NDArray[np.bool_], other: Sequence[bool] | NDArray[np.bool_]) -> float:
    """The exact two-sided p of McNemar's test (1947): whether each system is right, item by item. 1 where they never disagree.

    Items must be independent of each other: rows of one document are not. Raises `ValueError` where the lengths differ.
    """
    a, b = np.asarray(one, dtype=bool), np.asarray(other, dtype=bool)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"answers to the same items are needed, not {a.shape} and {b.shape}")
    only_one, only_other = int((a & ~b).sum()), int((~a & b).sum())
    n, fewer = only_one + only_other, min(only_one, only_other)
    tail = sum(math.comb(n, k) for k in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**n)) if n else 1.0


def holm(p: Mapping[Name, float]) -> dict[Name, float]:
    """Each p corrected for having looked at all of them (Holm 1979), in the same order."""
    corrected: dict[Name, float] = {}
    highest = 0.0
    for place, name in enumerate(sorted(p, key=lambda name: p[name])):
        highest = max(highest, min(1.0, p[name] * (len(p) - place)))
        corrected[name] = highest
    return {name: corrected[name] for name in p}


def roc_auc(positive: ArrayLike, scores: ArrayLike) -> float:
    """The area under the ROC curve: how often a positive item scores above a negative one, ties counting half; 0.5 without both."""
    yes, values = np.asarray(positive, dtype=bool), np.asarray(scores, dtype=np.float64)
    pairs = int(yes.sum()) * int((~yes).sum())
    if not pairs:
        return 0.5
    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    ranks = (last - (sizes - 1) / 2)[place]
    n = int(yes.sum())
    return float((ranks[yes].sum() - n * (n + 1) / 2) / pairs)


def average_precision(positive: ArrayLike, scores: ArrayLike) -> float:
    """The area under the precision-recall curve as a sum of steps, without interpolation; 0 without a positive item."""
    yes, values = np.asarray(positive, dtype=bool), np.asarray(scores, dtype=np.float64)
    if not yes.any():
        return 0.0
    order = np.argsort(-values, kind="stable")
    hits, ends = np.cumsum(yes[order]), np.flatnonzero(np.append(np.diff(values[order]) != 0, True))
    gained = np.diff(hits[ends], prepend=0)
    return float((gained * hits[ends] / (ends + 1)).sum() / yes.sum())


def mcc(gold: Sequence[Any], said: Sequence[Any]) -> float:
    """Matthews' correlation of two labellings, of any number of classes (Gorodkin 2004), -1 to 1; 0 where it is not defined."""
    table = _confusion(gold, said)[1].astype(np.float64)
    n, right = table.sum(), np.trace(table)
    by_gold, by_said = table.sum(axis=1), table.sum(axis=0)
    norm = (n**2 - (by_gold**2).sum()) * (n**2 - (by_said**2).sum())
    return float((right * n - by_gold @ by_said) / math.sqrt(norm)) if norm > 0 else 0.0


def accuracy(gold: Sequence[Any], said: Sequence[Any]) -> float:
    """The share of equal labels; 0 of none."""
    table = _confusion(gold, said)[1]
    return float(np.trace(table) / table.sum()) if table.sum() else 0.0


class ClassReport(NamedTuple):
    """Precision, recall and F1 by label, and their means."""

    by_label: dict[Any, tuple[float, float, float, int]]  # the last: how many items truly have it
    macro: tuple[float, float, float]  # every label counts the same
    weighted: tuple[float, float, float]  # every item counts the same
    accuracy: float


def class_report(gold: Sequence[Any], said: Sequence[Any]) -> ClassReport:
    """The figures of a labelling; labels are those of either side, sorted. 0 where a figure is not defined."""
    labels, table = _confusion(gold, said)
    right, truly, claimed = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    rows = np.stack(
        [right / np.maximum(claimed, 1), right / np.maximum(truly, 1), 2 * right / np.maximum(truly + claimed, 1)], axis=1
    ).reshape(-1, 3)
    shares = truly / max(int(truly.sum()), 1)
    return ClassReport(
        by_label={label: (*_three(row), int(n)) for label, row, n in zip(labels, rows, truly, strict=True)},
        macro=_three(rows.mean(axis=0) if len(rows) else np.zeros(3)),
        weighted=_three(shares @ rows if len(rows) else np.zeros(3)),
        accuracy=accuracy(gold, said),
    )


def _three(values: Floats) -> tuple[float, float, float]:
    precision, recall, both = map(float, values)
    return precision, recall, both


def _confusion(gold: Sequence[Any], said: Sequence[Any]) -> tuple[list[Any], NDArray[np.int64]]:
    """The labels, sorted, and (gold, said) counts."""
    if len(gold) != len(said):
        raise ValueError(f"labels of the same items are needed, not {len(gold)} and {len(said)}")
    labels = sorted({*gold, *said})
    place = {label: number for number, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(table, ([place[label] for label in gold], [place[label] for label in said]), 1)
    return labels, table


def _tables(one: Sequence[Counts] | ArrayLike, other: Sequence[Counts] | ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 2 or not len(a):
        raise ValueError(f"two systems on the same documents, at least one, are needed, not {a.shape} and {b.shape}")
    return a, b


def _gap(a: Floats, b: Floats, statistic: Statistic) -> float:
    return float(statistic(a.sum(axis=0)[None])[0] - statistic(b.sum(axis=0)[None])[0])
