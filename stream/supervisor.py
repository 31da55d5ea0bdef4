"""Several worker processes under one parent: started, started again when they die, and ended together.

Each child is a program of its own (spawned, never forked), loads its own model and is a member of the consumer groups like any other
worker, so that nothing here touches the delivery promise. The parent holds no threads, no broker and no model.
"""

import ctypes
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

log = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 15.0
_SETTLED: Final = 60.0
"""Seconds of life after which a death is not counted with the one before it."""
_DEATHS: Final = 6
"""Ends in a row with an exit code of its own, each soon after its start, after which starting again helps nobody: it is set up wrongly.
What a signal ends (the kernel for want of memory, a crash in native code) may be a document's doing, and is over when it is set aside."""
_LOOK_EVERY: Final = 0.1
_GRACE: Final = 2.0
"""Seconds that the children, which hold the deadline themselves, are given beyond it."""
_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


def supervise(
    commands: Sequence[Sequence[str]], *, shutdown: float, first_pause: float = _FIRST_PAUSE, look_every: float = _LOOK_EVERY
) -> int:
    """Run the commands side by side until SIGTERM or SIGINT, which is passed on; return when every child has ended.

    A child that dies is started again after a pause (`first_pause` seconds, doubling to 15), whatever its exit code; one that ends by
    itself six times in a row, each time within a minute, ends all of them. `shutdown`: seconds that the children give themselves to end.

    The exit code is 0 where every child ended with 0, else the code of the first that did not (128 + n for signal n).
    To be called from the main thread.
    """
    children = [_Child(number, command, first_pause) for number, command in enumerate(commands)]
    stopping: list[float] = []

    def stop(number: int, _: FrameType | None) -> None:
        if not stopping:
            log.info("%s: stopping %d processes", signal.Signals(number).name, len(children))
            stopping.append(time.monotonic() + shutdown + _GRACE)

    with _handled(stop, signal.SIGTERM, signal.SIGINT):
        try:
            while not stopping:
                for child in children:
                    if not child.tend():
                        log.critical("process %d died %d times in a row: giving up", child.number, _DEATHS)
                        stopping.append(time.monotonic() + shutdown + _GRACE)
                        break
                else:
                    time.sleep(look_every)
            for child in children:
                child.end()
            while any(child.alive() for child in children) and time.monotonic() < stopping[0]:
                time.sleep(look_every)
        finally:
            for child in children:
                child.kill()
    return next((code for code in (child.code for child in children) if code), 0)


class _Child:
    """One place for a process, and whoever fills it."""

    def __init__(self, number: int, command: Sequence[str], first_pause: float) -> None:
        self.number = number
        self.code = 0
        self._command = command
        self._first_pause = first_pause
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._deaths = 0
        self._by_itself = 0
        self._again = 0.0

    def tend(self) -> bool:
        """Start the process where it is time to; False where starting it again is given up."""
        if self.alive():
            return True
        now = time.monotonic()
        if self._process is not None:
            lived = now - self._began
            self._deaths = 1 if lived > _SETTLED else self._deaths + 1
            self._by_itself = 0 if lived > _SETTLED or self._process.returncode < 0 else self._by_itself + 1
            self._buried()
            if self._by_itself >= _DEATHS:
                return False
            pause = min(self._first_pause * 2 ** (self._deaths - 1), _LONGEST_PAUSE)
            self._again = now + pause
            log.error("process %d ended with %s after %.0f s; again in %.1f s", self.number, _told(self.code), lived, pause)
        elif now >= self._again:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, preexec_fn=_with_parent)  # noqa: S603, PLW1509
            self._began = time.monotonic()
            self.code = 0
            log.info("process %d has pid %d", self.number, self._process.pid)
        return True

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Take the exit code; where there is none yet, there will be no other."""
        if self._process is None:
            return
        if self.alive():
            log.critical("process %d did not end in time and is killed; what is unacknowledged comes again", self.number)
            self._process.kill()
        self._process.wait()
        self._buried()
        log.info("process %d ended with %s", self.number, _told(self.code))

    def _buried(self) -> None:
        assert self._process is not None  # noqa: S101
        code = self._process.returncode
        self.code = code if code >= 0 else 128 - code
        self._process = None


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None], *numbers: signal.Signals) -> Iterator[None]:
    old = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in old.items():
            signal.signal(number, former)


def _with_parent() -> None:
    """In the child, before its program begins: SIGTERM when the parent is gone, even by SIGKILL. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _told(code: int) -> str:
    if code <= 128:
        return f"exit code {code}"
    try:
        return signal.Signals(code - 128).name
    except ValueError:
        return f"exit code {code}"
