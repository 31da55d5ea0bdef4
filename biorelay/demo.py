"""The demonstration: an embedded broker and an embedded graph in this process, and the real worker between them.

What is embedded is said to the user: the broker keeps about 5 MiB a partition in memory and knows one worker,
the graph one writer. Everything else is what runs in production: topics, records, agents, delivery, model, questions.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from biorelay.choosing import choose, telling
from biorelay.extractor import Extractor
from biorelay.refusals import DemoStalled
from graphstore import open_store
from graphstore.answers import Edge, Finding, Sentence, Stats
from graphstore.answers import Path as GraphPath
from graphstore.contribution import Polarity
from processors.records import Abstract, EntityType
from processors.sources import read
from stream.client import Publisher, RelationsMessage, RelationStream
from stream.embedded import EmbeddedBroker
from stream.settings import Security, Stage
from stream.worker import Worker

if TYPE_CHECKING:
    from biorelay.settings import Settings
    from graphstore import GraphStore

LOOK_EVERY_S = 0.2
PATIENCE_S = 60.0
LAST_ARRIVALS_S = 20.0
"""How long the follower may lag behind the graph."""
SHOWN = 3
OUTCOMES = ("ok", "deleted", "failed", "dead-letter")
T = TypeVar("T")


@dataclass(frozen=True)
class Counts:
    """How many documents each stage is done with."""

    published: int
    entities: int
    relations: int
    graph: int
    failed: int
    of: int


@dataclass(frozen=True)
class Denial:
    """An edge that a paper denies: its sentences apart by what they say, the best first."""

    subject: str
    object: str
    edge: Edge
    negated: Sequence[Sentence]
    stated: Sequence[Sentence]


@dataclass(frozen=True)
class Answers:
    """What the graph answered at the end."""

    stats: Stats
    ends: tuple[str, str] | None  # names of the closed question's A and C
    closed: Sequence[GraphPath]
    start: str | None  # name of the open question's A
    kind: EntityType | None  # of its answers
    open: Sequence[Finding]  # those shown are of names that a vocabulary knows, and joined by different papers
    denied: Denial | None
    commands: Sequence[str]  # the same questions on the command line


def samples(limit: int | None = None) -> list[Abstract]:
    """The abstracts that come with biorelay, in the order of their file."""
    from biorelay.samples import BC5CDR_TEST

    found = [item for item in read(BC5CDR_TEST) if isinstance(item, Abstract)]
    return found[:limit]


def _best(answers: Sequence[T], good: Callable[[T], bool]) -> Sequence[T]:
    """The first few of the good ones, or of all where none is."""
    return ([answer for answer in answers if good(answer)] or answers)[:SHOWN]


class Demo:
    """Broker, graph and worker, up for the length of an `async with` block. Raises what keeps one of them from starting."""

    def __init__(self, settings: "Settings", folder: Path, *, metrics_port: int = 0) -> None:
        """`folder` is emptied first: each demonstration starts from nothing."""
        self.folder = folder
        self._settings = settings
        self.stream = replace(
            settings.stream(),
            data_dir=folder,
            group=None,
            stages=tuple(Stage),
            metrics_port=metrics_port,
            partitions=4,
            epoch=0,
            registry=None,
            security=Security(),
        )
        self._extractor: Extractor | None = None
        self._store: GraphStore | None = None
        self._stop = asyncio.Event()

    async def __aenter__(self) -> Self:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        async with AsyncExitStack() as stack:
            broker = stack.enter_context(EmbeddedBroker(self.stream))
            self.stream = replace(self.stream, broker=broker.address)
            self._store = open_store(self.folder / "graph")
            self._worker = Worker(self.stream, self._load, lambda: self.store)
            working = asyncio.create_task(self._worker.run(self._stop))
            stack.push_async_callback(self._finish, working)
            self._working = working
            await self._while_working(self._worker.started.wait())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @property
    def extractor(self) -> Extractor:
        """What the agents run."""
        if self._extractor is None:
            raise RuntimeError("the demo has not started")
        return self._extractor

    @property
    def store(self) -> "GraphStore":
        """The graph that the worker writes, for asking it beside."""
        if self._store is None:
            raise RuntimeError("the demo has not started")
        return self._store

    @property
    def graph_url(self) -> str:
        """Where other processes find the graph."""
        return f"ladybug:{self.folder / 'graph'}"

    async def publish(
        self, abstracts: Sequence[Abstract], count: Callable[[Counts], None], arrived: Callable[[RelationsMessage], None]
    ) -> float:
        """Publish, and wait until every document is in the graph; the seconds from the first publication to the last writing.

        Each document's relations have gone to `arrived` by then, unless the broker does not tell them within `LAST_ARRIVALS_S`.
        Raises `DemoStalled` where nothing moves for a minute, and whatever ends the worker or keeps it from being followed.
        """
        progress = {"published": 0}
        missing = {abstract.id for abstract in abstracts}
        following = asyncio.create_task(self._follow(arrived, missing))
        started = time.monotonic()
        sending = asyncio.create_task(self._send(abstracts, progress))
        try:
            ended = await self._while_working(self._settled(len(abstracts), progress, sending, count))
            await self._while_working(self._followed(missing, following))
            return ended - started
        finally:
            for task in (sending, following):
                task.cancel()
            await asyncio.gather(sending, following, return_exceptions=True)

    async def ask(self) -> Answers:
        """One closed and one open question that this graph answers best, and its answers."""
        questions = choose(await self.store.snapshot())
        ends: tuple[str, str] | None = None
        start, kind = None, None
        closed: Sequence[GraphPath] = []
        found: Sequence[Finding] = []
        commands: list[str] = []
        if questions.closed:
            a, c, _ = questions.closed
            closed = _best(await self.store.discover_closed(a, c), telling)
            ends = (await self.store.resolve(a)).name, (await self.store.resolve(c)).name
            commands.append(f"biorelay graph discover closed {a} {c}")
        if questions.open:
            start = (await self.store.resolve(questions.open.a)).name
            kind = EntityType((await self.store.resolve(questions.open.c)).type)
            found = _best(await self.store.discover_open(questions.open.a, type=kind, limit=50), lambda one: telling(one.paths[0]))
            commands.append(f"biorelay graph discover open {questions.open.a} --type {kind.value}")
        denied = await self._denial(questions.denied) if questions.denied else None
        if denied:
            commands.append(f"biorelay graph evidence {denied.edge.subject} {denied.edge.object}")
        return Answers(await self.store.stats(), ends, closed, start, kind, found, denied, commands)

    async def _denial(self, edge: Edge) -> Denial:
        a, c = await self.store.resolve(edge.subject), await self.store.resolve(edge.object)
        said = {
            polarity: await self.store.evidence(edge.subject, edge.object, edge.predicate, polarity=polarity, limit=SHOWN)
            for polarity in (Polarity.NEGATED, Polarity.POSITIVE)
        }
        return Denial(a.name, c.name, edge, said[Polarity.NEGATED], said[Polarity.POSITIVE])

    async def stay(self) -> None:
        """Until the caller is cancelled, or the worker ends."""
        await self._while_working(asyncio.Event().wait())

    def _load(self) -> Extractor:
        self._extractor = Extractor.load(**self._settings.extractor())
        return self._extractor

    async def _send(self, abstracts: Sequence[Abstract], progress: dict[str, int]) -> None:
        def written(_: object) -> None:
            progress["published"] += 1

        async with Publisher(self.stream) as publisher:
            for abstract in abstracts:
                (await publisher.publish(abstract)).add_done_callback(written)

    async def _follow(self, arrived: Callable[[RelationsMessage], None], missing: set[str]) -> None:
        """Tell of relations as they come, until cancelled; a document of which was told is no longer `missing`."""
        async with RelationStream(self.stream) as stream:
            async for message in stream:
                arrived(message)
                missing.discard(message.document)

    async def _followed(self, missing: set[str], following: "asyncio.Task[None]") -> None:
        """Until nothing is missing, or for a while: what is in the graph lies on the topic, and the follower reads on its own."""
        until = time.monotonic() + LAST_ARRIVALS_S
        while missing and time.monotonic() < until:
            if following.done():
                following.result()
            await asyncio.sleep(LOOK_EVERY_S / 4)

    async def _settled(self, of: int, progress: dict[str, int], sending: "asyncio.Task[None]", count: Callable[[Counts], None]) -> float:
        before, moved = None, time.monotonic()
        while True:
            counts = self._counts(progress["published"], of)
            count(counts)
            if counts.graph >= of:
                return time.monotonic()
            if counts != before:
                before, moved = counts, time.monotonic()
            elif time.monotonic() - moved > PATIENCE_S:
                raise DemoStalled(f"{counts.graph} of {of} documents are in the graph, and nothing moved for {PATIENCE_S:.0f} s")
            if sending.done():
                sending.result()
            await asyncio.sleep(LOOK_EVERY_S)

    def _counts(self, published: int, of: int) -> Counts:
        def total(stage: Stage, outcomes: Sequence[str]) -> int:
            sample = self._worker.metrics.registry.get_sample_value
            return int(sum(sample("biorelay_documents_total", {"stage": stage.value, "outcome": outcome}) or 0 for outcome in outcomes))

        done = {stage: min(total(stage, OUTCOMES), of) for stage in Stage}
        failed = sum(total(stage, ("dead-letter",)) for stage in Stage)
        return Counts(published, done[Stage.NER], done[Stage.RELATIONS], done[Stage.GRAPH], failed, of)

    async def _while_working(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result; raises what ended the worker where that comes first."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait([task, self._working], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                self._working.result()
                raise DemoStalled("the worker ended before its work was done")
            return task.result()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    async def _finish(self, working: "asyncio.Task[None]") -> None:
        self._stop.set()
        await asyncio.gather(working, return_exceptions=True)
