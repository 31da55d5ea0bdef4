"""Counts and what is computed from them: precision, recall, F1, and a bootstrap over documents."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray


class Counts(NamedTuple):
    """True positives, false positives, false negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @classmethod
    def of(cls, gold: set[Any], predicted: set[Any]) -> Self:
        return cls(len(gold & predicted), len(predicted - gold), len(gold - predicted))

    @classmethod
    def total(cls, counts: Iterable["Counts"]) -> Self:
        tp = fp = fn = 0
        for c in counts:
            tp, fp, fn = tp + c.tp, fp + c.fp, fn + c.fn
        return cls(tp, fp, fn)

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        whole = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / whole if whole else 0.0


def drawn(documents: int, *, samples: int = 1000, seed: int = 1) -> NDArray[np.int64]:
    """(samples, documents): how often each of at least one document is drawn, with replacement, in each bootstrap sample (Efron 1979)."""
    times: NDArray[np.int64] = np.random.default_rng(seed).multinomial(documents, np.full(documents, 1 / documents), size=samples)
    return times


def report(by_document: Sequence[Counts], *, samples: int = 1000, seed: int = 1) -> dict[str, Any]:
    """Precision, recall and micro F1 in percent, the F1's 95 % confidence interval, and the counts.

    The interval is the percentile bootstrap over documents (Efron 1979), `samples` draws.
    """
    whole = Counts.total(by_document)
    table = np.array(by_document, dtype=np.int64).reshape(-1, 3)
    tp, fp, fn = (drawn(len(table), samples=samples, seed=seed) @ table).T if len(table) else np.zeros((3, 1))
    f1 = 2 * tp / np.maximum(2 * tp + fp + fn, 1)
    low, high = np.percentile(f1, [2.5, 97.5])
    return {
        "precision": _percent(whole.precision),
        "recall": _percent(whole.recall),
        "f1": _percent(whole.f1),
        "f1_95": [_percent(float(low)), _percent(float(high))],
        **whole._asdict(),
    }


def _percent(share: float) -> float:
    return round(100 * share, 2)


def calibration_error(probabilities: Sequence[float], correct: Sequence[bool], *, bins: int = 10) -> float:
    """Expected calibration error with bins of equal mass (Naeini et al. 2015): the mean of |confidence - accuracy|, 0 to 1."""
    p = np.asarray(probabilities, dtype=np.float64)
    hit = np.asarray(correct, dtype=np.float64)
    if not len(p):
        return 0.0
    order = np.argsort(p, kind="stable")
    parts = np.array_split(order, min(bins, len(order)))
    return float(sum(len(part) / len(p) * abs(p[part].mean() - hit[part].mean()) for part in parts))


def by_name(tables: Iterable[Mapping[str, Counts]], key: Callable[[str], bool] = lambda _: True) -> dict[str, list[Counts]]:
    """Per-document tables of counts -> for each name its counts over the documents, zero where a document lacks it."""
    rows = list(tables)
    names = sorted({name for row in rows for name in row if key(name)})
    return {name: [row.get(name, Counts()) for row in rows] for name in names}
