"""Progress on long work: on a terminal a bar with rate and remaining time, elsewhere a plain line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from biorelay.cli.console import err, say

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

PLAIN_EVERY_S = 10.0

Advance = Callable[[int, float], None]
"""Called with the number of things done and, where it is known, the share of the work that is done (0 to 1; below 0: not known)."""


@contextmanager
def progress(what: str, unit: str) -> Iterator[Advance]:
    """Show the progress of `what`, counted in `unit`s, until the block ends. Yields what the work calls to tell how far it is."""
    if err().is_terminal:
        with _bar(what, unit) as advance:
            yield advance
    else:
        yield _Lines(what, unit)


@contextmanager
def _bar(what: str, unit: str) -> Iterator[Advance]:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns: list[ProgressColumn] = [
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[count]:,} {task.fields[unit]}"),
        TextColumn("{task.fields[rate]:.1f}/s"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    ]
    started = time.monotonic()
    with Progress(*columns, console=err(), transient=True) as bar:
        task = bar.add_task(what, total=None, count=0, unit=unit, rate=0.0)

        def advance(count: int, share: float) -> None:
            rate = count / max(time.monotonic() - started, 1e-9)
            bar.update(task, count=count, rate=rate, total=1.0 if share >= 0 else None, completed=max(share, 0.0))

        yield advance


class _Lines:
    """A line each `PLAIN_EVERY_S` seconds: for logs, where a bar would be thousands of lines."""

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._started = self._last = time.monotonic()

    def __call__(self, count: int, share: float) -> None:
        now = time.monotonic()
        if now - self._last < PLAIN_EVERY_S:
            return
        self._last = now
        seconds = now - self._started
        left = f", {seconds / share - seconds:.0f} s left" if share > 0 else ""
        say(f"{self._what}: {count:,} {self._unit}, {count / seconds:.1f}/s{left}")
