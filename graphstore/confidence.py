"""How sure an edge is, from its papers: arithmetic that a reader can redo by hand.

A paper's share is -ln(1 - p) in millionths, rounded to a whole number, where p is the highest probability of its positive
evidence, at most 0.999: no one paper settles a relation. An edge's `weight` is the sum of its papers' shares, retracted ones
left out; whole numbers add up to the same sum in any order. 1 - exp(-weight / 1e6) is the noisy-or of those probabilities, the
chance that at least one of the papers is read rightly, as if they erred independently (Pearl 1988, Probabilistic Reasoning in
Intelligent Systems; INDRA's belief is of this kind, Gyori et al. 2017, doi:10.15252/msb.20177651).

The confidence counts each share by `COUNTED`: confidence = 1 - exp(-COUNTED * weight / 1e6).

The `share` here and the one in `cypher/*/recount.cypher` are the same; the contract's oracle holds them together.
"""

from math import ceil, expm1, log1p

MILLION = 1_000_000
SUREST = 0.999  # the most that one paper's probability counts
COUNTED = 0.6
"""How much of its share a paper counts. A relation's probability is calibrated between entities that are given; from raw text names
and identifiers are read wrongly too. Fitted on the edges of BioRED's dev documents, read from raw text by the shipped model, by
`python -m models.evaluation.edge_confidence`; docs/confidence.md has the figures."""


def share(probability: float) -> int:
    """A paper's part of an edge's weight, in millionths: 0 where p is 0, 6,907,755 where p is 0.999 or more."""
    return round(-log1p(-min(probability, SUREST)) * MILLION)


def noisy_or(weight: int) -> float:
    """1 - exp(-weight / 1e6), 0 to 1: the chance that at least one paper is read rightly, before calibration."""
    return -expm1(-weight / MILLION)


def confidence(weight: int) -> float:
    """An edge's confidence, 0 to 1; 0 where no paper that counts states it positively."""
    return -expm1(-COUNTED * weight / MILLION)


def least_weight(wanted: float) -> int:
    """The smallest weight whose confidence is at least `wanted` (0 to 1), for filters; none has 1, so 1 gives more than any weight."""
    if wanted >= 1:
        return 2**62
    least = ceil(-log1p(-max(wanted, 0.0)) / COUNTED * MILLION)
    return least if confidence(least) >= wanted else least + 1
