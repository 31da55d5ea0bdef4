"""The engine: rounds of publication under faults, each ended by the verifier. `pytest` runs few, `benchmarks.chaos` many.

A seed and a round's number draw its documents, faults and times; what the system makes of the same draw is its own.
"""

import asyncio
import gzip
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from biorelay.samples import BC5CDR_TEST
from graphstore import GraphStore, open_store
from graphstore.answers import Snapshot
from models.runtime.errors import BiorelayError
from processors.records import Abstract
from stream.steps import Extractor

from .documents import Author
from .faults import KINDS, Happening, draw, happen
from .monitor import Monitor
from .sending import Journal, Sending
from .verifier import Findings, Ledger, Topics, fresh_graph, judge_fresh
from .worker_process import extractor_of
from .world import WORKERS, World, world

DOCUMENTS = 40
"""Published in a round."""
SPREAD = 4.0
"""Seconds over which they are published, at least; to the end of the last fault where that is later."""
PATIENCE = 150.0
"""Seconds after the last fault in which everything must be settled, else a partition counts as stuck."""
WARM = 1_000_000
"""The number of the round before the first, which has no faults."""
FULL_EVERY = 10
"""Rounds between two fresh batch loads; each run ends with one."""


@dataclass
class Round:
    """What one round came to. Times in seconds."""

    number: int
    faults: list[str]
    documents: int = 0
    unknown: int = 0
    seconds: float = 0.0
    recovery: float | None = None  # from the end of the last fault until no stage was behind
    takeovers: list[float] = field(default_factory=list)  # from a kill -9 until every partition that waited moved again
    returns: dict[str, list[float]] = field(default_factory=dict)  # by fault: from a service's return until every stage moved again
    stuck: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)  # exit codes of workers that ended by themselves
    findings: Findings = field(default_factory=Findings)

    @property
    def good(self) -> bool:
        return not self.findings and not self.stuck and not self.notes


@dataclass
class Run:
    """All rounds of a run."""

    seed: int
    rounds: list[Round] = field(default_factory=list)
    repeated: dict[str, int] = field(default_factory=dict)  # by topic: messages that came more than once
    put_right: int = 0  # answers that came late, behind which a worker sent the newest again

    @property
    def good(self) -> bool:
        return all(each.good for each in self.rounds)


async def run(
    folder: Path,
    *,
    seed: int,
    rounds: int,
    first: int = 0,
    kinds: Sequence[str] = tuple(KINDS),
    extractor: str = "numbered",
    seconds: float = float("inf"),
    say: Callable[[str], None] = lambda _: None,
) -> Run:
    """So many rounds from number `first` on, in services of their own with their data in `folder`; ends early after `seconds`,
    and behind the first round that is not good."""
    began = time.monotonic()
    found = Run(seed)
    async with world(folder, extractor=extractor) as there:
        texts = real_texts() if extractor == "shipped" else ()
        engine = Engine(there, extractor_of(extractor), seed, tuple(kinds), texts)
        async with engine:
            for number in range(first, first + rounds):
                last = number == first + rounds - 1 or time.monotonic() - began > seconds
                full = last or (number + 1) % FULL_EVERY == 0
                try:
                    each = await engine.round(number, full=full)
                except Exception as error:  # noqa: BLE001  the rounds before it count all the same
                    drawn = draw(seed, number, tuple(kinds), WORKERS)
                    each = Round(number, [happening.told for happening in drawn], notes=[f"ended by {type(error).__name__}: {error}"])
                found.rounds.append(each)
                say(line(each))
                if last or not each.good:  # what is wrong once stays wrong: the next round would count it again
                    break
        found.put_right = sum(member.said.count(" came late") for member in there.members)
        found.repeated = {topic.value: count for topic, count in sorted(engine.ledger.repeated.items())}
    return found


class Engine:
    """What lasts from round to round: the monitor, the journal, and all that the topics ever said."""

    def __init__(self, there: World, extractor: Extractor, seed: int, kinds: tuple[str, ...], texts: Sequence[str]) -> None:
        self._world = there
        self._seed = seed
        self._kinds = kinds
        self._texts = texts
        self.monitor = Monitor(there.settings)
        self.journal = Journal(there.folder / "acknowledged.jsonl")
        self._topics = Topics(there.settings)
        self.ledger = Ledger(extractor)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Engine":
        """Services and workers are warm when it returns: the first transactions of a database that just began take ten times as long."""
        self._tasks = [asyncio.ensure_future(self.monitor.run())]
        sending = Sending(self._world.publisher, self.journal)
        await sending.publish(Author(self._seed, WARM, self._texts), WARM, DOCUMENTS, 1.0)
        if await self.monitor.quiet(time.monotonic(), PATIENCE) is None:
            raise RuntimeError(f"the workers are not through with the first {DOCUMENTS} documents after {PATIENCE:.0f} s")
        self.monitor.forget()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def round(self, number: int, *, full: bool) -> Round:
        began = time.monotonic()
        drawn = draw(self._seed, number, self._kinds, WORKERS)
        found = Round(number, [happening.told for happening in drawn])
        sending = Sending(self._world.publisher, self.journal)
        spread = max([SPREAD, *(happening.after + happening.lasts for happening in drawn)])
        author = Author(self._seed, number, self._texts)
        publishing = asyncio.ensure_future(sending.publish(author, number, DOCUMENTS, spread))
        await asyncio.gather(*(happen(self._world, happening) for happening in drawn))
        for proxy in self._world.proxies():
            proxy.heal()
        healed = time.monotonic()
        await publishing
        found.documents, found.unknown = sending.acknowledged, sending.unknown
        settled = await self.monitor.quiet(time.monotonic(), PATIENCE)
        if settled is None:
            latest = self.monitor.looks[-1] if self.monitor.looks else None
            found.stuck.append(f"behind after {PATIENCE:.0f} s: {latest and {k: v for k, v in latest.behind.items() if v}}")
        else:
            found.recovery = settled - healed
        self._measure(drawn, found)
        found.notes += [note for happening in drawn for note in happening.said]
        await self.verify(found, full=full)
        for member in self._world.members:
            found.ends += member.ends
            member.ends.clear()
        self.monitor.forget()
        found.seconds = time.monotonic() - began
        return found

    def _measure(self, drawn: list[Happening], found: Round) -> None:
        for happening in drawn:
            if happening.killed is not None and len(drawn) == 1:  # alone, or the other fault is measured too
                seconds = self.monitor.taken_over(happening.killed)
                if seconds is not None:
                    found.takeovers.append(seconds)
            if happening.back is not None and len(drawn) == 1:
                seconds = self.monitor.first_progress(happening.back, happening.stages)
                if seconds is not None:
                    found.returns.setdefault(happening.kind, []).append(seconds)

    async def verify(self, found: Round, *, full: bool) -> None:
        """Look at everything: what was acknowledged against the topics and the graph."""
        url, password = self._world.graph
        async with open_store(url, password=password) as store:
            if not await _drained(store):
                found.findings.untold.append(f"{(await store.stats()).outbox} changes still wait in the outbox")
            snapshot: Snapshot = await store.snapshot(markers=True)
        touched = self.ledger.take(await self._topics.new())
        topics = self.ledger.judge_topics(self.ledger.newest if full else touched)
        if topics:  # a late answer may have come just now, which the workers put right
            await self.monitor.quiet(time.monotonic(), PATIENCE)
            touched |= self.ledger.take(await self._topics.new())
            topics = self.ledger.judge_topics(self.ledger.newest if full else touched)
        judged = [
            self.ledger.judge_log(self.journal.new()),
            topics,
            self.ledger.judge_graph(snapshot),
            self.ledger.judge_told(snapshot),
            Findings(dead=self.ledger.dead),
        ]
        self.ledger.dead = []
        if full:
            fresh = await fresh_graph(self._world.folder / "fresh" / str(found.number), self.ledger.survivors)
            judged.append(judge_fresh(snapshot, fresh))
        for findings in judged:
            found.findings.add(findings)


def real_texts(count: int = 200) -> tuple[str, ...]:
    """Abstracts of the demo's samples, for the shipped model."""
    with gzip.open(BC5CDR_TEST) as lines:
        return tuple(Abstract.from_bytes(line).abstract for line in islice(lines, count))


async def _drained(store: GraphStore, patience: float = 30.0) -> bool:
    """Whether everything in the outbox was told in time."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with suppress(BiorelayError):
            if (await store.stats()).outbox == 0:
                return True
        await asyncio.sleep(0.2)
    return False


def line(each: Round) -> str:
    """A round in one line, and what was found below it."""
    said = f"round {each.number}: {', '.join(each.faults)}; {each.documents} documents in {each.seconds:.1f} s"
    said += f", settled {each.recovery:.1f} s after" if each.recovery is not None else ", not settled"
    said += "".join(f", taken over after {seconds:.1f} s" for seconds in each.takeovers)
    said += "".join(f", {kind} back after {max(seconds):.1f} s" for kind, seconds in each.returns.items())
    said += f", {each.unknown} unknown" if each.unknown else ""
    said += f", workers ended with {each.ends}" if each.ends else ""
    counts = {name: count for name, count in each.findings.counts().items() if count}
    said += f"  BAD {json.dumps(counts)}" if counts else ""
    for name, lines in asdict(each.findings).items():
        said += "".join(f"\n    {name}: {text}" for text in lines[:5])
    return said + "".join(f"\n    {text}" for text in [*each.stuck, *each.notes])


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that so large a share of them does not exceed; None where there are none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
