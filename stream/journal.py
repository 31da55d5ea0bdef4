"""Which documents were in hand when a worker died: a small file that outlives the process.

A native crash, the kernel's out-of-memory killer or an orchestrator that lost patience give no chance to set the guilty
document aside. So every document is marked before its step and unmarked after it; marks found at the next start are deaths.
A step that comes to its end clears its document's deaths, so only deaths in a row count, and a worker that is
killed by hand now and then never condemns a document.

The file needs to survive the process, not the machine, so nothing is synced. Several workers on one data directory take a
file each (an advisory lock tells which are taken); a restarted worker takes the one that its predecessor left.
"""

import fcntl
import logging
import os
import re
import threading
import time
from pathlib import Path
from typing import Final, Self

from .messages import Inbound
from .sparing import Sparing

log = logging.getLogger(__name__)

_COMPACT_BYTES: Final = 1 << 20
_SLOTS: Final = 1000
_COUNT: Final = re.compile(r"[0-9]{1,9}")


class Journal:
    """Attempt marks in `folder`; a context manager, safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._sparing = Sparing(log, lines=1)
        self._file = -1
        self._size = 0
        self._deaths: dict[str, int] = {}
        self._in_hand: dict[str, float] = {}

    def __enter__(self) -> Self:
        """Take a file and read what a dead predecessor left. Raises `OSError` where the folder cannot be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for slot in range(_SLOTS):
            file = os.open(self._folder / f"{slot}.journal", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                continue
            self._file = file
            break
        else:
            raise OSError(f"all {_SLOTS} journals in {self._folder} are taken")
        with os.fdopen(os.dup(self._file), "rb") as old:
            old.seek(0)
            self._deaths = _read(old.read())
        for place, deaths in self._deaths.items():
            log.warning("a worker died %d time(s) in a row with %s in hand", deaths, place)
        self._compact()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def deaths(self, message: Inbound) -> int:
        """How many workers in a row died with this message in hand."""
        return self._deaths.get(_place(message), 0)

    def begin(self, message: Inbound) -> None:
        """The message's step begins: from now until `end` a death counts against it."""
        place = _place(message)
        with self._lock:
            self._in_hand[place] = time.monotonic()
            self._write(f"+ {place}\n")

    def end(self, message: Inbound) -> None:
        """The step came to an end, good or bad: the message did not kill."""
        place = _place(message)
        with self._lock:
            self._in_hand.pop(place, None)
            self._deaths.pop(place, None)
            self._write(f"- {place}\n")
            if self._size > _COMPACT_BYTES and not self._in_hand:
                self._compact()

    def oldest(self) -> tuple[str, float]:
        """The place that has been in hand for longest, and for how many seconds; none for 0 s where none is."""
        with self._lock:
            place = min(self._in_hand, key=self._in_hand.__getitem__, default="")
            return place, time.monotonic() - self._in_hand[place] if place else 0.0

    def _write(self, line: str) -> None:
        if self._file < 0:
            return
        try:
            self._size += os.write(self._file, line.encode())
        except OSError as error:
            self._sparing.write(logging.WARNING, "mark", "a document is handled without its mark: %s", error)

    def _compact(self) -> None:
        os.ftruncate(self._file, 0)
        self._size = 0
        for place, deaths in self._deaths.items():
            self._write(f"= {place} {deaths}\n")


def _place(message: Inbound) -> str:
    # The timestamp tells a message from one at the same offset of a topic that was made anew.
    return f"{message.topic}|{message.partition}|{message.offset}|{message.timestamp}"


def _read(content: bytes) -> dict[str, int]:
    """Deaths by place. A torn last line is a mark that was not finished, and its step had not begun."""
    deaths: dict[str, int] = {}
    for line in content.decode(errors="replace").split("\n")[:-1]:
        match line.split(" "):
            case ["+", place]:
                deaths[place] = deaths.get(place, 0) + 1
            case ["-", place]:
                deaths.pop(place, None)
            case ["=", place, count] if _COUNT.fullmatch(count):
                deaths[place] = int(count)
            case _:
                continue
    return deaths
