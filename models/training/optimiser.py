"""AdamW (Loshchilov and Hutter 2019), its rate over the run, and the moving average of the weights."""

import math
import re
from collections.abc import Mapping

import torch

from models.training.recipe import Optimiser

LAYER = re.compile(r"\.layers?\.(\d+)\.")


def adamw(network: torch.nn.Module, part: Optimiser) -> torch.optim.Optimizer:
    """Groups by rate, with and without weight decay: none on biases and norms.

    The encoder is what the network names `encoder.bert`. With layer-wise decay (Howard and Ruder 2018) its last layer learns at
    the encoder's rate, each one below at `layer_decay` of the rate above it, and the embeddings below the first.
    """
    parameters = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    layers = 1 + max((int(found[1]) for name, _ in parameters if _encoder(name) and (found := LAYER.search(name))), default=-1)
    groups: dict[tuple[float, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in parameters:
        groups.setdefault((_peak(name, layers, part), parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": members, "lr": peak, "peak": peak, "weight_decay": part.weight_decay if decay else 0.0}
            for (peak, decay), members in groups.items()
        ],
        betas=part.betas,
        fused=True,
    )


def _encoder(name: str) -> bool:
    return name.startswith("encoder.bert.")


def _peak(name: str, layers: int, part: Optimiser) -> float:
    if not _encoder(name):
        return part.head_rate
    found = LAYER.search(name)
    below = layers - 1 - int(found[1]) if found else layers
    return float(part.encoder_rate * part.layer_decay**below)


def set_rate(optimiser: torch.optim.Optimizer, part: Optimiser, step: int, steps: int) -> None:
    """Linear warm-up, then linear or half a cosine to zero."""
    warm = max(1, round(part.warm_up * steps))
    share = (step + 1) / warm if step < warm else (steps - step) / max(1, steps - warm)
    if step >= warm and part.schedule == "cosine":
        share = (1 - math.cos(math.pi * share)) / 2
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


class Average:
    """Exponential moving average of the weights (Polyak and Juditsky 1992), begun as their copy."""

    def __init__(self, network: torch.nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def follow(self, network: torch.nn.Module, step: int) -> None:
        """Move towards the network's weights; the first steps count more, or the beginning would be remembered too long."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.weights[name].lerp_(value, share)

    def load(self, weights: Mapping[str, torch.Tensor]) -> None:
        self.weights = {name: value.clone() for name, value in weights.items()}
