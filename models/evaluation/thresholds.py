"""The threshold on the probability of any relation that scores best."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.evaluation.counts import Counts

THRESHOLDS = np.linspace(0.0, 0.9, 37)


class BestThreshold(NamedTuple):
    """F1s from 0 to 1 at that threshold."""

    threshold: float
    pair: float
    typed: float


def best_threshold(p: NDArray[np.floating], labels: NDArray[np.int64], gold: int) -> BestThreshold:
    """The threshold with the best mean of pair F1 and typed F1.

    `p` (P, labels) with None first, gold `labels` (P), and how many gold relations there are, candidate pairs or not.
    A pair is related where 1 - p[None] reaches the threshold; its type is the likeliest of the others.
    """
    related, kind = 1 - p[:, 0], 1 + p[:, 1:].argmax(axis=1)
    tried = []
    for threshold in THRESHOLDS.tolist():
        found = related >= threshold
        stated, paired, typed = int(found.sum()), int((found & (labels > 0)).sum()), int((found & (labels == kind)).sum())
        f1 = [Counts(hits, stated - hits, gold - hits).f1 for hits in (paired, typed)]
        tried.append(BestThreshold(threshold, *f1))
    return max(tried, key=lambda best: best.pair + best.typed)
