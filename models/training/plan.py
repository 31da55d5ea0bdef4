"""Which documents each step reads: fixed by the recipe and its seed before the first step, so a run can resume anywhere."""

import random
from collections.abc import Sequence

from models.training.examples import Example

POOL_STEPS = 8  # documents of about so many steps are sorted by length together


def plan(examples: Sequence[Example], passes: Sequence[int], *, tokens_per_step: int, seed: int) -> list[list[int]]:
    """Steps as lists of indices into `examples`; `passes[i]` says how often example i is read in the whole run.

    Each pass of a document falls into its own share of the run, so corpora stay mixed from start to end.
    Within pools, documents of like length share a step; a step holds at most `tokens_per_step` pieces, padding included,
    but at least one document.
    """
    rng = random.Random(seed)  # noqa: S311  an order, no secret
    moments = [((k + rng.random()) / n, i) for i, n in enumerate(passes) for k in range(n)]
    order = [i for _, i in sorted(moments)]
    total = sum(examples[i].pieces for i in order)
    pool_size = max(1, round(len(order) * POOL_STEPS * tokens_per_step / max(total, 1)))
    steps: list[list[int]] = []
    for at in range(0, len(order), pool_size):
        pool = sorted(order[at : at + pool_size], key=lambda i: (_widest(examples[i]), i))
        batches = list(_cut(examples, pool, tokens_per_step))
        rng.shuffle(batches)
        steps.extend(batches)
    return steps


def halves(examples: Sequence[Example], step: Sequence[int], parts: int) -> list[list[int]]:
    """A step's documents in at most `parts` parts of about as many pieces; longer documents are dealt first."""
    dealt: list[list[int]] = [[] for _ in range(parts)]
    sizes = [0] * parts
    for i in sorted(step, key=lambda i: (-examples[i].pieces, i)):
        k = sizes.index(min(sizes))
        dealt[k].append(i)
        sizes[k] += examples[i].pieces
    return [part for part in dealt if part]


def padded_pieces(examples: Sequence[Example], batch: Sequence[int]) -> int:
    """Pieces that the encoder reads for a step, padding included."""
    return max(_widest(examples[i]) for i in batch) * sum(len(examples[i].windows) for i in batch)


def _widest(example: Example) -> int:
    return max((w.end - w.start + 2 for w in example.windows), default=0)


def _cut(examples: Sequence[Example], pool: Sequence[int], limit: int) -> list[list[int]]:
    batches: list[list[int]] = []
    current: list[int] = []
    for i in pool:
        if current and padded_pieces(examples, [*current, i]) > limit:
            batches.append(current)
            current = []
        current.append(i)
    return [*batches, current] if current else batches
