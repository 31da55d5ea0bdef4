"""What needs the training libraries says so in one line where they are not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from biorelay.refusals import TrainingUnavailable

LIBRARIES = frozenset({"accelerate", "onnx", "optimum", "peft", "safetensors", "torch", "transformers"})


@contextmanager
def training_parts(command: str) -> Iterator[None]:
    """Inside, a missing training library becomes `TrainingUnavailable`."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in LIBRARIES:
            raise
        raise TrainingUnavailable(
            f"biorelay {command} needs {missing}, which is not installed here",
            remedy="`make install-train` makes .venv-dev with it; elsewhere: pip install 'biorelay[train]'.",
        ) from error
