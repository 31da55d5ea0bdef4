"""How well scores of pairs tell those that came true: precision at k, ROC-AUC, average precision, with intervals over entities."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Floats, Ints

DRAWS = 200
AT = (10, 100, 1000)


class Figure(NamedTuple):
    """A figure with its 95 % percentile interval."""

    value: float
    low: float
    high: float


def groups(pairs: Ints, degrees: Ints) -> Ints:
    """The entity that each pair (n, 2) is counted with in the bootstrap: its end with fewer edges, the lower number of two alike.

    Pairs of one entity rise and fall together, so entities are drawn and not pairs.
    """
    return np.where(degrees[pairs[:, 1]] < degrees[pairs[:, 0]], pairs[:, 1], pairs[:, 0])


def figures(
    truth: NDArray[np.bool_], scores: Floats, group: Ints, *, at: Sequence[int] = AT, draws: int = DRAWS, seed: int = 1
) -> dict[str, Figure]:
    """`auc`, `ap` and `p@k` of pairs (n,). Pairs of one score are in random order for `p@k`, and count half for `auc`.

    Intervals: `draws` bootstrap samples of the groups (Poisson weights, Hanley and MacGibbon 2006). `p@k` of fewer than k pairs is
    left out. Raises `ValueError` where no pair came true, or every one.
    """
    if not 0 < int(truth.sum()) < len(truth):
        raise ValueError(f"{int(truth.sum())} of {len(truth)} pairs came true: nothing to tell apart")
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(scores)), -scores))
    hits, ranked = truth[order].astype(np.float64), scores[order]
    starts = np.flatnonzero(np.append(True, np.diff(ranked) != 0))
    _, member = np.unique(group[order], return_inverse=True)
    wanted = [k for k in at if k <= len(truth)]
    whole = _once(hits, np.ones(len(hits)), starts, wanted)
    entities = int(member.max()) + 1
    weights = (rng.poisson(1.0, entities).astype(np.float64)[member] for _ in range(draws))
    drawn = np.array([_once(hits, weight, starts, wanted) for weight in weights])
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
    names = ["auc", "ap", *(f"p@{k}" for k in wanted)]
    return {name: Figure(*map(float, found)) for name, *found in zip(names, whole, low, high, strict=True)}


def _once(hits: Floats, weights: Floats, starts: Ints, at: Sequence[int]) -> list[float]:
    """The figures of weighted pairs, best first; `starts` are the places where a new score begins. NaN where a draw lacks a side."""
    gained = np.add.reduceat(hits * weights, starts)
    sizes = np.add.reduceat(weights, starts, dtype=np.float64)
    yes, no = float(gained.sum()), float((sizes - gained).sum())
    if not (yes and no):
        return [float("nan")] * (2 + len(at))
    above, seen = np.cumsum(gained), np.cumsum(sizes)
    auc = float(((above - gained / 2) * (sizes - gained)).sum() / (yes * no))
    ap = float((gained * above / np.maximum(seen, 1)).sum() / yes)
    found = [auc, ap]
    for k in at:
        head, last = _head(weights, k)
        found.append(float((hits[:head] * weights[:head]).sum() + last * (hits[head] if head < len(hits) else 0.0)) / k)
    return found


def _head(weights: Floats, k: int) -> tuple[int, float]:
    """How many pairs fit wholly into the first `k`, and how much of the next one does."""
    length = min(len(weights), 4 * k + 64)
    while True:
        total = np.cumsum(weights[:length])
        if total[-1] >= k or length == len(weights):
            break
        length = min(len(weights), 2 * length)
    head = int(np.searchsorted(total, k, side="right"))
    return head, float(k - (total[head - 1] if head else 0.0))
