"""What networks of all kinds share."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

random = threading.local()
"""`random.generator`: what dropout draws from on this thread, so that several threads draw alike in every run."""


def seed_dropout(seed: int, device: torch.device | str = "cpu") -> None:
    """Let this thread's dropout draw from a generator of its own."""
    random.generator = torch.Generator(device=device).manual_seed(seed)


class Dropout(nn.Module):
    """Dropout that draws from its thread's own generator; torch's draws from one that all threads share."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, values: Tensor) -> Tensor:
        if not self.training or not self.share:
            return values
        kept = torch.empty_like(values).bernoulli_(1 - self.share, generator=random.generator)
        return values * kept.mul_(1 / (1 - self.share))


def own_dropout(module: nn.Module) -> None:
    """Put `Dropout` in the place of every torch dropout inside a module."""
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout):
            setattr(module, name, Dropout(child.p))
        else:
            own_dropout(child)


class Holder(nn.Module):
    """An encoder under the name that the optimiser knows it by: `encoder.bert`."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.bert = bert


def padded(rows: Sequence[NDArray[np.integer[Any]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of pieces, at least one row -> `input_ids` and `attention_mask` (B, L), L the longest; padding is 0 in both."""
    ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, pieces in enumerate(rows):
        ids[row, : len(pieces)] = pieces
        mask[row, : len(pieces)] = 1
    return ids, mask
