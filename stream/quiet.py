"""Keeps the client libraries from filling the log while a broker is away: they can write thousands of lines a second."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_EVERY: Final = 30.0
_NOISY: Final = ("aiokafka", "faust", "mode", "kafka", "asyncio")


class _SeldomFilter(logging.Filter):
    """Lets each message of the client libraries through once in half a minute, the same template counting as the same."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in _NOISY:
            return True
        if record.levelno < logging.WARNING:
            return record.levelno < logging.INFO  # at debug level all is wanted
        key = (record.name, record.lineno, str(record.msg)[:80])
        now = time.monotonic()
        if now - self._last.get(key, -_EVERY) < _EVERY:
            return False
        if len(self._last) > 1000:
            self._last.clear()
        self._last[key] = now
        return True


@contextmanager
def quiet() -> Iterator[None]:
    """Inside, the root logger's handlers drop repetitions of the client libraries' warnings and their chatter at info level."""
    last = [logging.lastResort] if logging.lastResort is not None else []
    filters = [(handler, _SeldomFilter()) for handler in logging.getLogger().handlers or last]  # one each: every handler sees all
    for handler, seldom in filters:
        handler.addFilter(seldom)
    try:
        yield
    finally:
        for handler, seldom in filters:
            handler.removeFilter(seldom)
