"""What every test shares: strict time limits are in pyproject.toml, real services in `tests.services`."""

import logging
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from biorelay.masking import MaskedFormatter

pytest_plugins = ["tests.services"]

# No test asserts how long an example takes: on a busy machine any may.
settings.register_profile("biorelay", deadline=None)
settings.load_profile("biorelay")

# A shell ignores SIGINT for what it runs in the background, and the commands under test would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A test that trains or scores writes nothing into the project's ledger of scorings (`models.evaluation.ledger`).
os.environ["BIORELAY_SCORINGS"] = "off"


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """A command that ran in this process leaves no handler behind: it would write to an output that is closed by then."""
    root = logging.getLogger()
    level = root.level
    yield
    for handler in [handler for handler in root.handlers if isinstance(handler.formatter, MaskedFormatter)]:
        root.removeHandler(handler)
        root.setLevel(level)
