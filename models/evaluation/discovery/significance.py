"""Are the best findings more than their entities' degrees explain? Against networks with the same degrees by chance.

Two answers. Of each finding: how often a permuted network scores the same pair as high (p, and Benjamini and Hochberg's q over the
findings shown). That passes over that they were picked as the best of many; so of the list: how many pairs of a permuted network score
as high as its last one, over how many do so here, which is the false-discovery rate of the list (Storey and Tibshirani 2003,
doi:10.1073/pnas.1530509100, with the share of true nulls taken as 1).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphstore.networks import Floats, Ints
from models.evaluation.discovery.known import Known
from models.evaluation.discovery.scorers import measured
from models.evaluation.discovery.trial import open_pairs

LEVEL = 0.05
EQUAL = 1e-9  # scores that differ by less, in parts of the larger one, are equal


def significance(
    known: Known,
    names: Mapping[str, str],
    *,
    top: int = 100,
    permutations: int = 200,
    pooled: int = 20,
    seed: int = 1,
    shown: int = 10,
    advance: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """For each measure: the share of the `top` findings (two steps apart, not joined) below 5 %, in three ways, and the first few.

    `pooled` of the permuted networks, all where there are fewer, are scored as a whole. Equal arguments give equal figures. Raises
    `ValueError` where no two entities are two steps apart.
    """
    pairs = open_pairs(known.network, 2)
    if not len(pairs):
        raise ValueError("no two entities are two steps apart")
    pooled = min(pooled, permutations)
    rng = np.random.default_rng(seed)
    scored = measured(known, pairs)
    jitter = rng.random(len(pairs))
    best = {measure: np.lexsort((jitter, -values))[:top] for measure, values in scored.items()}
    levels = {measure: scored[measure][best[measure]] * (1 - EQUAL) for measure in scored}
    reached = {measure: np.zeros(len(best[measure]), dtype=np.int64) for measure in scored}
    above = {measure: np.zeros(len(best[measure])) for measure in scored}
    drawn = known
    for number in range(1, permutations + 1):
        drawn = drawn.permuted(rng)
        for measure, places in best.items():
            reached[measure] += measured(drawn, pairs[places], (measure,))[measure] >= levels[measure]
        if number <= pooled:
            for measure, values in measured(drawn, open_pairs(drawn.network, 2)).items():
                ranked = np.sort(values)
                above[measure] += (len(ranked) - np.searchsorted(ranked, levels[measure], side="left")) / pooled
        advance(number)
    found = {}
    for measure, places in best.items():
        p = (1 + reached[measure]) / (1 + permutations)
        q, rates = benjamini_hochberg(p), _rates(above[measure])
        found[str(measure)] = {
            "p_below": float((p < LEVEL).mean()),
            "q_below": float((q < LEVEL).mean()),
            "list_fdr_below": float((rates < LEVEL).mean()),
            "list_fdr": float(rates[-1]),
            "first": [
                {**_told(known, names, pairs[place]), "score": float(scored[measure][place]), "p": float(p[rank]), "q": float(q[rank])}
                for rank, place in enumerate(places[:shown])
            ],
        }
    return {"top": top, "permutations": permutations, "pooled": pooled, "candidates": len(pairs), "level": LEVEL, "measures": found}


def benjamini_hochberg(p: Floats) -> Floats:
    """The false-discovery rate at which each p-value (n,) would be called significant (Benjamini and Hochberg 1995)."""
    order = np.argsort(p, kind="stable")
    raised = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    q = np.empty(len(p))
    q[order] = np.minimum(raised, 1.0)
    return q


def _rates(above: Floats) -> Floats:
    """The list's false-discovery rate when it ends at each rank: never higher for a longer list than for a shorter one within it."""
    rates = np.minimum(above / np.arange(1, len(above) + 1), 1.0)
    return np.minimum.accumulate(rates[::-1])[::-1]


def _told(known: Known, names: Mapping[str, str], pair: Ints) -> dict[str, str]:
    a, c = (known.network.ids[node] for node in pair.tolist())
    return {"a": a, "a_name": names.get(a, a), "c": c, "c_name": names.get(c, c)}
