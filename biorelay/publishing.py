"""Files onto the ingest topic: what is acknowledged is remembered in order, so that a killed run goes on where it stopped."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.runtime.errors import Action, BiorelayError
from processors.records import Abstract
from processors.sources import Deletion, Problem
from processors.sources.retractions import entry_list

if TYPE_CHECKING:
    from biorelay.positions import Positions
    from stream.client import Position as Written
    from stream.client import Publisher

SAVE_EVERY_S = 0.5


@dataclass
class Report:
    """What became of one file's records."""

    file: str
    abstracts: int = 0
    retractions: int = 0  # entries of retraction lists
    deletions: int = 0
    skipped: int = 0  # acknowledged by an earlier run
    refused: int = 0

    @property
    def done(self) -> int:
        """Records that are behind us."""
        return self.abstracts + self.retractions + self.deletions + self.skipped

    def count(self, item: Abstract | Deletion | Problem) -> None:
        """Count one thing that a reader yielded."""
        if isinstance(item, Problem):
            self.refused += 1
        elif isinstance(item, Deletion):
            self.deletions += 1
        elif entry_list(item.id) is not None:
            self.retractions += 1
        else:
            self.abstracts += 1


class Acknowledged:
    """How far a file is acknowledged: only what lies before the first record that is still on its way counts."""

    def __init__(self, positions: "Positions", file: Path, *, order: str = "", again: bool = False) -> None:
        """Raises `OSError` where the file is not there. With `again`, what was acknowledged before does not count."""
        self._positions = positions
        known = positions.of(file, order)
        self._position = positions.reached(known, 0) if again else known
        self.before = self._position.records
        self.complete = self._position.complete
        self._reached = self.before
        self._on_the_way: deque[asyncio.Future[Written] | None] = deque()
        self._saved_at = time.monotonic()

    def add(self, written: "asyncio.Future[Written] | None") -> None:
        """The next record was sent, or (None) refused for good."""
        self._on_the_way.append(written)
        if time.monotonic() - self._saved_at > SAVE_EVERY_S:
            self.save()

    def save(self, *, complete: bool = False) -> None:
        """Write down how far it is."""
        self._saved_at = time.monotonic()
        while self._on_the_way and _acknowledged(self._on_the_way[0]):
            self._on_the_way.popleft()
            self._reached += 1
        self._position = self._positions.reached(self._position, self._reached, complete=complete and not self._on_the_way)


async def publish_records(
    publisher: "Publisher",
    items: Iterable[Abstract | Deletion | Problem],
    report: Report,
    *,
    refuse: Callable[[Problem], None],
    acknowledged: Acknowledged | None = None,
    advance: Callable[[], None] = lambda: None,
) -> None:
    """Publish what a reader yields, behind what `acknowledged` remembers, and wait until the broker has all of it.

    A record that is refused goes to `refuse` and its neighbours go on. Raises what keeps the broker from taking anything;
    what was acknowledged by then is written down.
    """
    number = 0
    try:
        for item in items:
            if isinstance(item, Problem):
                report.count(item)
                refuse(item)
                continue
            number += 1
            if acknowledged and number <= acknowledged.before:
                report.skipped += 1
                advance()
                continue
            written = None
            try:
                written = await (publisher.delete(item.id) if isinstance(item, Deletion) else publisher.publish(item))
                report.count(item)
            except BiorelayError as error:
                if error.action is not Action.DEAD_LETTER:
                    raise
                problem = Problem(report.file, item.id, None, error)
                report.count(problem)
                refuse(problem)
            if acknowledged:
                acknowledged.add(written)
            advance()
        await publisher.flush()
        if acknowledged:
            acknowledged.save(complete=True)
    except BaseException:
        if acknowledged:
            acknowledged.save()
        raise


def _acknowledged(written: "asyncio.Future[Written] | None") -> bool:
    return written is None or (written.done() and not written.cancelled() and written.exception() is None)
