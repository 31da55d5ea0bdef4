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


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


class MaskedFormatter(logging.Formatter):
    """Events without logins. Only an event begins a line: a stack trace, or a message of several lines, is indented.

    Text of documents, keys and names comes along in messages, so control characters are escaped: nobody forges a line by it, or moves
    the cursor of who reads.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return _UNSEEN.sub(_escaped, mask(super().format(record))).replace("\n", "\n  ")


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
