"""How well two entities are joined through what lies between them: the measures by which A - B - C is ranked.

Every measure adds up what the middles contribute, over numpy arrays with one entry for each middle B of a pair (A, C), grouped by
pair. So one formula serves a question to the store, the same question on a permuted network, and an evaluation of thousands of
pairs. Sums are taken in the order of their values: the order of the middles changes no bit of a score.

Sources: Smalheiser, Torvik and Zhou 2009 (Arrowsmith, doi:10.1016/j.cmpb.2008.12.006) for counting linking terms; Himmelstein and
Baranzini 2015 (doi:10.1371/journal.pcbi.1004259) for the degree-weighted path count; Adamic and Adar 2003
(doi:10.1016/S0378-8733(03)00009-1); Pyysalo and others 2019 (LION LBD, doi:10.1093/bioinformatics/bty845) for the average minimum
weight; Pearl 1988 for noisy-or.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Measure(StrEnum):
    """What a pair's score adds up over its middles B. `w` is the damping exponent, d(x) the number of x's edges."""

    DAMPED_PAPERS = "damped_papers"
    """min(papers of A-B, papers of B-C) * d(B)^-w, with w = 0.5: the default of the questions."""

    PATH_COUNT = "path_count"
    """Ways A-B-C by single edges: where predicates lie side by side, each pair of them is a way."""

    LINKING_TERMS = "linking_terms"
    """The middles themselves, 1 each."""

    DEGREE_WEIGHTED = "degree_weighted"
    """Ways, each times (d(A) * d(B)^2 * d(C))^-w: the degree-weighted path count, with w = 0.4."""

    ADAMIC_ADAR = "adamic_adar"
    """1 / ln d(B)."""

    AVERAGE_MINIMUM_WEIGHT = "average_minimum_weight"
    """min(papers of A-B, papers of B-C), and the mean of these in place of their sum."""

    CONFIDENCE_PRODUCT = "confidence_product"
    """1 - product over B of (1 - confidence of A-B * confidence of B-C): noisy-or of the ways."""


DAMPING = {Measure.DAMPED_PAPERS: 0.5, Measure.DEGREE_WEIGHTED: 0.4}
"""The damping exponents where none is given; the other measures have none."""


@dataclass(frozen=True, eq=False, slots=True)
class Middles:
    """One entry for each middle of each pair, in any order; `pair` says whose it is.

    `weight_ab` and `weight_bc` are papers (or what a network weighs its edges by); `degree_b` counts the middle's edges, at least 1.
    The others are taken by the measures that name them: `ways` by the counts of paths, `confidence_ab` and `confidence_bc` (0 to 1)
    by `confidence_product`. `degree_a` and `degree_c` have one entry for each pair.
    """

    pair: Ints  # (middles,): 0 to pairs - 1
    weight_ab: Floats  # (middles,)
    weight_bc: Floats  # (middles,)
    degree_b: Ints  # (middles,)
    degree_a: Ints | int = 1  # (pairs,), or one for all
    degree_c: Ints | int = 1  # (pairs,), or one for all
    ways: Ints | None = None  # (middles,); 1 each where not given
    confidence_ab: Floats | None = None  # (middles,)
    confidence_bc: Floats | None = None  # (middles,)


def damping_of(measure: Measure, damping: float | None) -> float:
    """The exponent: the one given, or the measure's own. Raises `ValueError` where it is below 0, above 4, or no number."""
    exponent = DAMPING.get(measure, 0.0) if damping is None else damping
    if not 0 <= exponent <= 4:
        raise ValueError(f"a damping exponent lies between 0 and 4, and {exponent} does not")
    return exponent


def contributions(measure: Measure, middles: Middles, damping: float | None = None) -> Floats:
    """What each middle adds (middles,); never negative. For `confidence_product` it is the product of the two confidences.

    Raises `ValueError` where the measure takes confidences and none are given.
    """
    exponent = damping_of(measure, damping)
    least = np.minimum(middles.weight_ab, middles.weight_bc).astype(np.float64)
    degree = np.maximum(middles.degree_b, 1).astype(np.float64)
    ways = np.ones(len(least)) if middles.ways is None else middles.ways.astype(np.float64)
    match measure:
        case Measure.DAMPED_PAPERS:
            return least * degree**-exponent
        case Measure.PATH_COUNT:
            return ways
        case Measure.LINKING_TERMS:
            return np.ones(len(least))
        case Measure.DEGREE_WEIGHTED:
            ends = np.maximum(np.asarray(middles.degree_a, np.float64), 1) * np.maximum(np.asarray(middles.degree_c, np.float64), 1)
            return ways * (np.broadcast_to(ends, _pairs(middles))[middles.pair] * degree**2) ** -exponent
        case Measure.ADAMIC_ADAR:
            return 1 / np.log(np.maximum(degree, 2))  # a middle of two edges has degree 2 at least
        case Measure.AVERAGE_MINIMUM_WEIGHT:
            return least
        case Measure.CONFIDENCE_PRODUCT:
            if middles.confidence_ab is None or middles.confidence_bc is None:
                raise ValueError("a product of confidences is asked for, and there are none")
            return middles.confidence_ab * middles.confidence_bc


def scores(measure: Measure, middles: Middles, pairs: int, damping: float | None = None) -> Floats:
    """The score of each pair (pairs,), the higher the better; 0 for a pair without a middle."""
    values = contributions(measure, middles, damping)
    if measure is Measure.CONFIDENCE_PRODUCT:
        return -np.expm1(-_summed(-np.log1p(-np.minimum(values, 1 - 1e-12)), middles.pair, pairs))
    total = _summed(values, middles.pair, pairs)
    if measure is Measure.AVERAGE_MINIMUM_WEIGHT:
        return total / np.maximum(np.bincount(middles.pair, minlength=pairs), 1)
    return total


def _pairs(middles: Middles) -> int:
    """How many pairs the entries can name: as many as `degree_a` or `degree_c` have, or as the entries do."""
    sizes = [len(ends) for ends in (middles.degree_a, middles.degree_c) if isinstance(ends, np.ndarray) and ends.ndim]
    return max(sizes, default=int(middles.pair.max(initial=-1)) + 1)


def _summed(values: Floats, pair: Ints, pairs: int) -> Floats:
    """Sums by pair, the smallest first, so that they are the same in any order of the entries."""
    order = np.lexsort((values, pair))
    return np.bincount(pair[order], weights=values[order], minlength=pairs).astype(np.float64)
