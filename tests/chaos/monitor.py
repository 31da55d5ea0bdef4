"""How far the stages are, read from the broker four times a second: when they moved after a fault, and when nothing was left."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aiokafka.errors import KafkaError

from models.runtime.errors import BiorelayError
from stream import StreamSettings
from stream.lag import LagReader
from stream.settings import Stage

_EVERY = 0.25
_PATIENCE = 3.0

Place = tuple[Stage, int]


@dataclass(frozen=True, slots=True)
class Look:
    """Committed offset and end of each stage's partitions at a time (`time.monotonic`)."""

    at: float
    committed: dict[Place, int]
    behind: dict[Place, int]

    @property
    def lag(self) -> int:
        return sum(self.behind.values())


@dataclass
class Monitor:
    """`run` it as a task; what it sees is in `looks`."""

    settings: StreamSettings
    looks: list[Look] = field(default_factory=list)

    async def run(self) -> None:
        while True:
            with suppress(KafkaError, OSError, BiorelayError, TimeoutError, asyncio.IncompleteReadError):
                async with LagReader(self.settings) as reader:
                    while True:
                        found = await asyncio.wait_for(reader.read(), _PATIENCE)
                        committed = {(lag.stage, p): offset for lag in found for p, offset in lag.committed.items()}
                        behind = {(lag.stage, p): count for lag in found for p, count in lag.behind.items()}
                        self.looks.append(Look(time.monotonic(), committed, behind))
                        await asyncio.sleep(_EVERY)
            await asyncio.sleep(_EVERY)

    async def quiet(self, since: float, patience: float) -> float | None:
        """Wait until every stage has committed all there is, in two looks after `since`; when that was first so. None: it never was."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            seen = [look for look in self.looks if look.at > since][-2:]
            if len(seen) == 2 and all(look.lag == 0 for look in seen):
                return next(
                    look.at for n, look in enumerate(self.looks) if look.at > since and all(other.lag == 0 for other in self.looks[n:])
                )
            await asyncio.sleep(_EVERY)
        return None

    def taken_over(self, since: float) -> float | None:
        """Seconds from `since` until the last of the partitions that were seen to wait moved; None where none was seen to wait."""
        seen = [look for look in self.looks if look.at > since]
        last = None
        for place in seen[0].committed if seen else ():
            waiting = next((look for look in seen if look.behind.get(place)), None)
            if waiting is not None:
                moved = next((look.at for look in seen if look.committed.get(place, -1) > waiting.committed.get(place, -1)), None)
                last = max(last or 0.0, (moved or float("inf")) - since)
        return last

    def first_progress(self, since: float, stages: Sequence[Stage] = tuple(Stage)) -> float | None:
        """Seconds from `since` until the last of the stages was first seen to commit something new; None where none had work.

        What was committed before the first look after `since` is not counted, for it may have been before.
        """
        seen = [look for look in self.looks if look.at > since]
        last = None
        for stage in stages:
            places = [place for place in (seen[0].committed if seen else ()) if place[0] is stage]
            if not any(look.behind.get(place) for look in seen for place in places):
                continue
            moved = next((look.at for look in seen if any(look.committed.get(p, -1) > seen[0].committed[p] for p in places)), float("inf"))
            last = max(last or 0.0, moved - since)
        return last

    def forget(self) -> None:
        """Keep the last looks only."""
        del self.looks[:-2]
