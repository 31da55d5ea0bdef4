"""Secrets are not shown, wherever a message, a log line or a stack trace got one from: logins inside URLs, and the settings' passwords."""

import logging
import re
import sys
import traceback
from types import TracebackType

_LOGIN = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/?#]*@", re.IGNORECASE)


_SHORTEST = 6
"""Characters of a secret that is looked for: a shorter one is a part of many words, whose holes would tell it."""
_WITH_BYTES = ("aiokafka.conn",)
"""Loggers that write at DEBUG what is sent and received, logins included."""

_secrets: set[str] = set()


def hide(secret: str) -> None:
    """From now on `mask` shows `***` for this text, also where it stands in a Python literal."""
    if len(secret) >= _SHORTEST:
        _secrets.update((secret, repr(secret)[1:-1], repr(secret.encode())[2:-1]))


def mask(text: str) -> str:
    """`text` with `***` for what `hide` was told and for each URL's login: `bolt://neo4j:word@db:7687` becomes `bolt://***@db:7687`."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return _LOGIN.sub(r"\1***@", text)


class MaskedFormatter(logging.Formatter):
    """One line an event, stack traces included, without logins."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def log_to_stderr(level: int) -> None:
    """Send the process's log to stderr, masked."""
    for name in _WITH_BYTES:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    handler = logging.StreamHandler()
    handler.setFormatter(MaskedFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)


def trace_masked(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A `sys.excepthook` that masks."""
    sys.stderr.write(mask("".join(traceback.format_exception(kind, error, trace))))
