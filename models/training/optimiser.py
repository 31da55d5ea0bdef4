"""AdamW (Loshchilov and Hutter 2019) and its rate over the run."""

import torch

from models.training.network import Relay
from models.training.recipe import Optimiser


def adamw(network: Relay, part: Optimiser) -> torch.optim.Optimizer:
    """Groups for encoder and heads, with and without weight decay: none on biases and norms."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith("encoder.bert."), parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "lr": part.encoder_rate if encoder else part.head_rate,
                "peak": part.encoder_rate if encoder else part.head_rate,
                "weight_decay": part.weight_decay if decay else 0.0,
            }
            for (encoder, decay), parameters in groups.items()
        ],
        betas=part.betas,
        fused=True,
    )


def set_rate(optimiser: torch.optim.Optimizer, part: Optimiser, step: int, steps: int) -> None:
    """Linear warm-up, then linear to zero."""
    warm = max(1, round(part.warm_up * steps))
    share = (step + 1) / warm if step < warm else (steps - step) / max(1, steps - warm)
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share
