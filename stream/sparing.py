"""A log that a flood of the same cannot fill."""

import logging
import time
from collections.abc import Callable


class Sparing:
    """Writes so many lines of each kind in a time, and says in the next one how many were left out. Kinds must be few: codes, not texts."""

    def __init__(self, log: logging.Logger, *, lines: int = 20, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._lines = lines
        self._seconds = seconds
        self._clock = clock
        self._since: dict[str, float] = {}
        self._written: dict[str, int] = {}
        self._left_out: dict[str, int] = {}

    def write(self, level: int, kind: str, message: str, *args: object, error: BaseException | None = None) -> None:
        """As `Logger.log`. `error`: its traceback is written too."""
        now = self._clock()
        if now - self._since.get(kind, now - self._seconds) >= self._seconds:
            self._since[kind], self._written[kind] = now, 0
        if self._written[kind] >= self._lines:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return
        self._written[kind] += 1
        left_out = self._left_out.pop(kind, 0)
        if left_out:
            message += f" (and {left_out} before it that were not written)"
        self._log.log(level, message, *args, exc_info=error)
