"""The gate of every precision: an artefact that loses more than its recipe allows is not built."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.evaluation.counts import Counts
from models.evaluation.statistics import paired_bootstrap
from models.training.errors import PrecisionLost


class Loss(NamedTuple):
    """F1 points (0 to 100) that a precision loses against fp32 on the same documents, with the paired bootstrap's 95 % interval."""

    exact: float
    served: float
    loss: float
    low: float
    high: float


def losses(exact: Mapping[str, Sequence[Counts]], served: Mapping[str, Sequence[Counts]]) -> dict[str, Loss]:
    """By figure: micro F1 of both precisions from counts by document, and their difference (Efron and Tibshirani 1993)."""
    return {name: _loss(exact[name], served[name]) for name in exact}


def refuse_loss(found: Mapping[str, Loss], *, limit: float, precision: str) -> None:
    """Raise `PrecisionLost` where a figure loses more than `limit` F1 points, and more than chance on so few documents would.

    A loss whose interval holds zero is told in the manifest, and does not stop the build: on a few dozen documents two decisions
    of rare relation types make a point.
    """
    past = [
        f"{name} {loss.loss:.2f} ({loss.low:.2f} to {loss.high:.2f})" for name, loss in found.items() if loss.loss > limit and loss.low > 0
    ]
    if past:
        raise PrecisionLost(
            f"{precision} loses more than {limit} F1 points against fp32 on the held-out documents: {', '.join(past)}",
            remedy="Serve fp16 or fp32 (export.precision), or state another export.loss_limit.",
        )


def _loss(exact: Sequence[Counts], served: Sequence[Counts]) -> Loss:
    before, after = Counts.total(exact).f1, Counts.total(served).f1
    if not exact:
        return Loss(0.0, 0.0, 0.0, 0.0, 0.0)
    found = paired_bootstrap(exact, served)
    return Loss(*(round(100 * value, 2) for value in (before, after, found.value, found.low, found.high)))
