"""How a training job tells what it does; the command line draws it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """One thing to show. `tokens_per_second` and `remaining` (seconds) are None where they are not known yet."""

    phase: str  # prepare, train, score, export, calibrate, evaluate, done
    message: str
    done: int = 0
    total: int = 0
    tokens_per_second: float | None = None
    remaining: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)  # losses and scores, percent


Progress = Callable[[ProgressEvent], None]


def silent(event: ProgressEvent) -> None:
    """Shows nothing."""
