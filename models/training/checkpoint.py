"""Checkpoints that survive `kill -9`: a file is whole or it is not there."""

import os
from pathlib import Path
from typing import Any

import torch

from models.training.errors import OtherRun

LAST = "checkpoint.pt"
BEST = "best.pt"


def save(path: Path, state: dict[str, Any]) -> None:
    """Write beside, flush to disk, rename over."""
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def kept(folder: Path, fingerprint: str) -> tuple[dict[str, torch.Tensor], int]:
    """The weights that a run would keep now, the best or else the last, and their step. Raises `OtherRun` where there are none."""
    state = load(folder / BEST, fingerprint) or load(folder / LAST, fingerprint)
    if state is None:
        raise OtherRun(f"{folder} holds no checkpoint", remedy="Train first.")
    return state.get("average") or state["network"], state["step"] if "step" in state else state["at"]["step"]


def load(path: Path, fingerprint: str) -> dict[str, Any] | None:
    """The state of the run that this fingerprint names, None where there is none. Raises `OtherRun` where it is another run's."""
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    if state["fingerprint"] != fingerprint:
        raise OtherRun(
            f"{path} belongs to another recipe or other data",
            remedy="Name another output folder, or begin anew with resume off.",
        )
    return state
