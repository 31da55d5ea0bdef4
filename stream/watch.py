"""Looks at the worker from outside its stages: the loop's beat, the broker, the lag, the age of commits."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from aiokafka.errors import KafkaError

from .connection import meaning
from .errors import DocumentHangs, StreamError
from .journal import Journal
from .lag import LagReader, StageLag
from .metrics import Metrics
from .settings import Stage, StreamSettings

log = logging.getLogger(__name__)

_LOOK_EVERY: Final = 5.0


async def beat(metrics: Metrics) -> None:
    """Run until cancelled: the event loop turns."""
    while True:
        metrics.beat()
        await asyncio.sleep(1.0)


async def overdue(journal: Journal, seconds: float) -> None:
    """Run until cancelled. Raises `DocumentHangs` when a document has been in hand for so long.

    Nothing can end a step that hangs in native code but the end of its process, after which the document's mark counts against it.
    """
    while True:
        await asyncio.sleep(1.0)
        place, age = journal.oldest()
        if age > seconds:
            raise DocumentHangs(
                f"the step on {place} has not come to its end for {age:.0f} s",
                remedy="Start the worker again: a document that hangs is set aside once it did so worker.deaths times.",
            )


async def watch(settings: StreamSettings, metrics: Metrics, unread: Callable[[StageLag], Awaitable[set[int]]]) -> None:
    """Run until cancelled. `unread` tells this worker's partitions of a stage's topic in which something waits to be committed."""
    ages = CommitAges()
    while True:
        try:
            async with LagReader(settings, settings.stages) as reader:
                while True:
                    for lag in await reader.read():
                        metrics.lag(lag.stage, lag.messages, ages.look(lag, await unread(lag)))
                    metrics.ready("broker", True)
                    await asyncio.sleep(_LOOK_EVERY)
        except (KafkaError, OSError, StreamError) as error:
            metrics.ready("broker", False)
            ages.forget()
            log.warning("lag unknown: %s", error if isinstance(error, StreamError) else meaning(error, settings.broker))
        await asyncio.sleep(_LOOK_EVERY)


class CommitAges:
    """How long a partition has had something to commit and did not, from one look to the next."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Stage, int], tuple[int, float]] = {}

    def look(self, lag: StageLag, waiting: set[int]) -> float:
        """Seconds of the slowest of the partitions in which something waits."""
        now = time.monotonic()
        oldest = now
        for partition, committed in lag.committed.items():
            key = (lag.stage, partition)
            known = self._seen.get(key)
            if partition not in waiting or known is None or known[0] != committed:
                self._seen[key] = (committed, now)
            oldest = min(oldest, self._seen[key][1])
        return now - oldest

    def forget(self) -> None:
        """The broker was away: what did not move then says nothing."""
        self._seen.clear()
