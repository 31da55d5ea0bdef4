"""What networks of all kinds share."""

import threading
from typing import Any

import torch
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
