"""Passwords inside URLs are not shown, wherever a message or a log line got one from."""

import logging
import re
import sys
import traceback
from types import TracebackType

_LOGIN = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/?#]*@", re.IGNORECASE)


def mask(text: str) -> str:
    """`text` with `***` for the login in each URL: `bolt://neo4j:secret@db:7687` becomes `bolt://***@db:7687`."""
    return _LOGIN.sub(r"\1***@", text)


class MaskedFormatter(logging.Formatter):
    """One line an event, stack traces included, without logins."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def log_to_stderr(level: int) -> None:
    """Send the process's log to stderr, masked."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskedFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)


def trace_masked(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A `sys.excepthook` that masks."""
    sys.stderr.write(mask("".join(traceback.format_exception(kind, error, trace))))
