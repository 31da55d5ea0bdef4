"""A long run at a steady load under faults: does anything grow that should stay as it is?

The load is a share of what the workers were measured to do just before. Faults come one at a time. One worker is never killed or stopped,
so that its memory, handles and threads tell of the whole run; the others come and go. At the end the verifier looks at everything.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf
from pathlib import Path

from .documents import Author
from .faults import KINDS, Happening, draw, happen
from .rounds import Engine, Round, line, real_texts
from .sampling import Histogram, Sample, quantile, scraped, state, theil_sen
from .sending import Sending
from .verifier import Findings
from .worker_process import extractor_of
from .world import WORKERS, Member, World, world

EVERY = 5.0
"""Seconds between two samples."""
CALM = 30.0
"""Seconds after a fault's end from which latency counts as that of a calm time."""
MEASURED = 200
"""Documents by which the workers' rate is measured."""
ROUND = 2_000_000
"""The number under which a soak draws its documents and faults."""
ENDING = frozenset({"worker-killed", "worker-killed-restarted", "workers-all-killed", "worker-stopped"})


@dataclass
class Soak:
    """What a run came to. Slopes are of the worker that lived through all of it, after the first fifth."""

    rate: float  # documents a second that the workers were measured to do
    load: float  # documents a second that were published
    seconds: float = 0.0
    documents: int = 0
    unknown: int = 0
    faults: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    settled: float | None = None  # seconds from the last publication until no stage was behind
    stuck: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    @property
    def good(self) -> bool:
        return not self.findings and not self.stuck and not self.notes

    def slopes(self) -> dict[str, float]:
        """Growth an hour of the oldest worker's memory (MB), handles and threads, of lag (messages) and of calm latency (ms)."""
        late = [sample for sample in self.samples if sample.at >= 0.2 * self.seconds]
        calm = [sample for sample in late if sample.calm]
        series: dict[str, list[tuple[float, float]]] = {
            "resident_mb": [(s.at, s.resident_mb["w0"]) for s in late if "w0" in s.resident_mb],
            "handles": [(s.at, s.handles["w0"]) for s in late if "w0" in s.handles],
            "threads": [(s.at, s.threads["w0"]) for s in late if "w0" in s.threads],
            "behind": [(s.at, s.behind) for s in calm],
            "p50_ms": [(s.at, 1000 * s.p50_s) for s in calm if s.p50_s is not None],
        }
        return {name: round(3600 * theil_sen(points), 3) for name, points in series.items()}


async def soak(
    folder: Path,
    *,
    seed: int,
    seconds: float,
    share: float = 0.8,
    apart: float = 60.0,
    kinds: Sequence[str] = tuple(KINDS),
    extractor: str = "numbered",
    measured: int = MEASURED,
    say: Callable[[str], None] = lambda _: None,
) -> Soak:
    """So many seconds of `share` of the measured rate, a fault beginning every `apart` seconds."""
    async with world(folder, extractor=extractor, metrics=True) as there:
        texts = real_texts() if extractor == "shipped" else ()
        async with Engine(there, extractor_of(extractor), seed, tuple(kinds), texts) as engine:
            rate = await _rate(there, engine, Author(seed, ROUND, texts), measured)
            found = Soak(rate, share * rate)
            say(f"{rate:.1f} documents a second; {found.load:.1f} are published for {seconds:.0f} s")
            sending = Sending(there.publisher, engine.journal)
            faults = _Faults(there, seed, tuple(kinds), apart, found, say)
            sampler = _Sampler(there, engine, sending, faults, found, say)
            tasks = [asyncio.ensure_future(faults.run(seconds)), asyncio.ensure_future(sampler.run())]
            try:
                await sending.publish(Author(seed, ROUND + 1, texts), ROUND, max(round(found.load * seconds), 1), seconds)
                published = time.monotonic()
                await tasks[0]
                settled = await engine.monitor.quiet(time.monotonic(), 300.0)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            found.documents, found.unknown, found.seconds = sending.acknowledged, sending.unknown, sampler.passed
            if settled is None:
                found.stuck.append("behind after 300 s")
            else:
                found.settled = max(settled - published, 0.0)
            verified = Round(ROUND, found.faults)
            await engine.verify(verified, full=True)
            found.findings = verified.findings
            if verified.findings:
                say(line(verified))
    return found


async def _rate(there: World, engine: Engine, author: Author, documents: int) -> float:
    """Documents a second from the first publication until no stage is behind."""
    began = time.monotonic()
    await Sending(there.publisher, engine.journal).publish(author, ROUND, documents, 0.0)
    settled = await engine.monitor.quiet(time.monotonic(), 300.0)
    if settled is None:
        raise RuntimeError(f"the workers are not through with {documents} documents after 300 s")
    return documents / (settled - began)


def _drawn(seed: int, kinds: tuple[str, ...]) -> Iterator[Happening]:
    """The faults of many rounds but those that would end the worker that is to live; they end, for kinds may be nothing else."""
    for number in range(ROUND, ROUND + 5000):
        for happening in draw(seed, number, kinds, WORKERS):
            if happening.kind not in ENDING or happening.place not in {"w0", "workers"}:
                yield happening


class _Faults:
    """One fault after the other."""

    def __init__(self, there: World, seed: int, kinds: tuple[str, ...], apart: float, found: Soak, say: Callable[[str], None]) -> None:
        self._world = there
        self._drawn = _drawn(seed, kinds)
        self._apart = apart
        self._found = found
        self._say = say
        self._ended = time.monotonic()  # of the last one; infinity while one happens

    @property
    def calm(self) -> bool:
        return time.monotonic() - self._ended >= CALM

    async def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for happening in self._drawn:
            await asyncio.sleep(self._apart)
            if time.monotonic() + happening.lasts > end:
                return
            self._ended = inf
            self._found.faults.append(happening.told)
            self._say(happening.told)
            try:
                await happen(self._world, happening)
            finally:
                for proxy in self._world.proxies():
                    proxy.heal()
                self._ended = time.monotonic()
            self._found.notes += happening.said


class _Sampler:
    def __init__(self, there: World, engine: Engine, sending: Sending, faults: _Faults, found: Soak, say: Callable[[str], None]) -> None:
        self._world = there
        self._engine = engine
        self._sending = sending
        self._faults = faults
        self._found = found
        self._say = say
        self._began = time.monotonic()
        self._before: dict[str, tuple[int | None, Histogram]] = {}

    @property
    def passed(self) -> float:
        return time.monotonic() - self._began

    async def run(self) -> None:
        for number in count():
            await asyncio.sleep(max(self._began + number * EVERY - time.monotonic(), 0.0))
            sample = await self._sample()
            self._found.samples.append(sample)
            self._engine.monitor.forget()
            if number % 12 == 11:
                memory_ = ", ".join(f"{name} {mb:.0f} MB" for name, mb in sample.resident_mb.items())
                self._say(f"{sample.at:.0f} s: {sample.acknowledged} published, {sample.behind} behind, p95 {sample.p95_s} s, {memory_}")

    async def _sample(self) -> Sample:
        looks = self._engine.monitor.looks
        told = {name: await asyncio.to_thread(scraped, member) for name, member in self._members().items()}
        since: Histogram = {}
        for name, (pid, histogram) in told.items():
            old_pid, old = self._before.get(name, (None, {}))
            fresh = old_pid != pid  # a process that was started again counts from nothing
            for bound, value in histogram.items():
                since[bound] = since.get(bound, 0.0) + value - (0.0 if fresh else old.get(bound, 0.0))
            if histogram:
                self._before[name] = pid, histogram
        states = {name: seen for name, member in self._members().items() if member.pid and (seen := state(member.pid))}
        return Sample(
            at=round(self.passed, 1),
            resident_mb={name: seen[0] for name, seen in states.items()},
            handles={name: seen[1] for name, seen in states.items()},
            threads={name: seen[2] for name, seen in states.items()},
            behind=looks[-1].lag if looks else 0,
            acknowledged=self._sending.acknowledged,
            queryable=int(since.get(float("inf"), 0.0)),
            p50_s=quantile(since, 0.5),
            p95_s=quantile(since, 0.95),
            calm=self._faults.calm,
        )

    def _members(self) -> dict[str, Member]:
        return {member.name: member for member in self._world.members if member.alive}
