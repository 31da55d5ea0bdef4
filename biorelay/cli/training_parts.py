"""What needs the training libraries says so in one line where they are not installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from biorelay.refusals import TrainingUnavailable

LIBRARIES = frozenset({"accelerate", "matplotlib", "onnx", "optimum", "peft", "safetensors", "torch", "transformers"})


@contextmanager
def training_parts(command: str, *needed: str) -> Iterator[None]:
    """Raise `TrainingUnavailable` where one of `needed` is not installed, or the block misses another training library."""
    for name in needed:
        if find_spec(name) is None:
            raise _unavailable(command, name)
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in LIBRARIES:
            raise
        raise _unavailable(command, missing) from error


def _unavailable(command: str, missing: str) -> TrainingUnavailable:
    return TrainingUnavailable(
        f"biorelay {command} needs {missing}, which is not installed here",
        remedy="`make install-train` makes .venv-dev with it; elsewhere: pip install 'biorelay[train]'.",
    )
