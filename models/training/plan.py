"""Which examples each step reads: fixed by the recipe and its seed before the first step, so a run can resume anywhere."""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

POOL_STEPS = 8  # examples of about so many steps are sorted by length together


class Shape(NamedTuple):
    """What an example asks of the encoder: `rows` sequences, the widest of `width` pieces; `pieces` in all, special ones included."""

    rows: int
    width: int
    pieces: int


def plan(shapes: Sequence[Shape], passes: Sequence[int], *, tokens_per_step: int, seed: int) -> list[list[int]]:
    """Steps as lists of indices into `shapes`; `passes[i]` says how often example i is read in the whole run.

    Each pass of an example falls into its own share of the run, so corpora stay mixed from start to end.
    Within pools, examples of like length share a step; a step holds at most `tokens_per_step` pieces, padding included,
    but at least one example.
    """
    rng = random.Random(seed)  # noqa: S311  an order, no secret
    moments = [((k + rng.random()) / n, i) for i, n in enumerate(passes) for k in range(n)]
    order = [i for _, i in sorted(moments)]
    total = sum(shapes[i].pieces for i in order)
    pool_size = max(1, round(len(order) * POOL_STEPS * tokens_per_step / max(total, 1)))
    steps: list[list[int]] = []
    for at in range(0, len(order), pool_size):
        pool = sorted(order[at : at + pool_size], key=lambda i: (shapes[i].width, i))
        batches = list(_cut(shapes, pool, tokens_per_step))
        rng.shuffle(batches)
        steps.extend(batches)
    return steps


def halves(shapes: Sequence[Shape], step: Sequence[int], parts: int) -> list[list[int]]:
    """A step's examples in at most `parts` parts of about as many pieces; longer examples are dealt first."""
    dealt: list[list[int]] = [[] for _ in range(parts)]
    sizes = [0] * parts
    for i in sorted(step, key=lambda i: (-shapes[i].pieces, i)):
        k = sizes.index(min(sizes))
        dealt[k].append(i)
        sizes[k] += shapes[i].pieces
    return [part for part in dealt if part]


def padded_pieces(shapes: Sequence[Shape], batch: Sequence[int]) -> int:
    """Pieces that the encoder reads for a step, padding included."""
    return max(shapes[i].width for i in batch) * sum(shapes[i].rows for i in batch)


def _cut(shapes: Sequence[Shape], pool: Sequence[int], limit: int) -> list[list[int]]:
    batches: list[list[int]] = []
    current: list[int] = []
    for i in pool:
        if current and padded_pieces(shapes, [*current, i]) > limit:
            batches.append(current)
            current = []
        current.append(i)
    return [*batches, current] if current else batches


def padded(rows: Sequence[NDArray[np.integer[Any]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of pieces, at least one row -> `input_ids` and `attention_mask` (B, L), L the longest; padding is 0 in both."""
    ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, pieces in enumerate(rows):
        ids[row, : len(pieces)] = pieces
        mask[row, : len(pieces)] = 1
    return ids, mask
