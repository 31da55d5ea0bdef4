"""The three steps on documents, free of any stream engine: a task in, an answer or an error out.

The biology and the graph come from outside, as the two protocols below.
"""

import asyncio
import inspect
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from graphstore.contribution import Contribution
from graphstore.difference import retractions
from graphstore.errors import GraphAuthError, GraphRefuses
from graphstore.watched import Watch
from models.runtime.effort import Effort
from models.runtime.errors import BiorelayError
from processors.limits import Limits, parse_abstract
from processors.records import Abstract, Entities, Provenance, Relations, Revision, Status
from processors.sources.retractions import entry_list

from . import headers
from .errors import KeyMismatch
from .framing import unframed
from .journal import Journal
from .messages import Task
from .metrics import Metrics
from .settings import Stage, StreamSettings
from .topics import Topic

log = logging.getLogger(__name__)

EMBEDDED: Final = "ladybug"
"""The graph engine that runs inside this process."""

OUTPUT: Final = {Stage.NER: Topic.ENTITIES, Stage.RELATIONS: Topic.RELATIONS, Stage.GRAPH: None}
"""The topic that each stage writes."""


class Extractor(Protocol):
    """The pure steps: same input, same output; safe to call from several threads."""

    @property
    def provenance(self) -> Provenance:
        """Which software, model and vocabulary answer here."""
        ...

    @property
    def provider(self) -> str:
        """What the model runs on: cpu, cuda or tensorrt."""
        ...

    def entities(self, abstract: Abstract) -> Entities: ...

    def relations(self, entities: Entities) -> Relations: ...

    def effort(self) -> Effort:
        """What answering took so far."""
        ...


class Store(Protocol):
    """What the graph stage needs of a graph."""

    engine: str

    @property
    def crossed(self) -> int:
        """Times that a transaction met another writer's and was tried again."""
        ...

    async def apply(self, batch: Sequence[Contribution], *, watch: Watch, late: dict[str, Revision]) -> Any:
        """Replace the documents' contributions in one transaction, and write what that does to the watch's questions to the outbox.

        Into `late` goes the graph's revision of each document whose last message here was older. Errors say by their `action` what to do.
        """
        ...

    async def waiting(self, limit: int) -> Sequence[tuple[Any, float]]:
        """Changes and discoveries that wait to be told, oldest first, each with the Unix time in seconds when it was written."""
        ...

    async def outbox_done(self, ids: Sequence[str]) -> None:
        """Forget what was told."""
        ...

    async def close(self) -> None: ...


StoreFactory = Callable[[], Store | Awaitable[Store]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step made of a task. `value` goes to the next topic; `None` there is a tombstone."""

    value: bytes | None
    outcome: str  # ok, deleted, failed, answered
    generation: int | None = None  # of the model that answered; None where nothing was to be answered
    overtaken: Revision | None = None  # what the graph has of the document, where that is newer than the task
    error: Exception | None = None  # where this is the empty answer to a message that is to be set aside
    relations: bytes | None = None  # where one step did two stages' work: what goes to the second one's topic, at once


ANSWERED: Final = "answered"
"""The outcome of a message that needs no answer, since whoever wrote it wrote that too."""


class Step(Protocol):
    """One stage's work on tasks."""

    stage: Stage

    @property
    def model(self) -> str:
        """name@version for dead letters; empty where no model is at work."""
        ...

    async def run(self, tasks: Sequence[Task]) -> Sequence[Answer | Exception]:
        """An answer or an error for each task. Raises what belongs to no single task: then the batch is split."""
        ...

    async def fail(self, tasks: Sequence[Task]) -> Sequence[Answer]:
        """The empty answers that say `status: failed` at the tasks' revisions."""
        ...


class DocumentStep:
    """A step that treats each document alone, several at once on a pool of threads, so that the event loop stays free."""

    def __init__(self, settings: StreamSettings, extractor: Extractor, executor: Executor, journal: Journal, metrics: Metrics) -> None:
        self._settings = settings
        self._extractor = extractor
        self._executor = executor
        self._journal = journal
        self._metrics = metrics
        # The stages share the pool, whose queue is first in, first out: a whole batch of one would keep the other's documents waiting
        # and push their encodings out of the cache. Twice the threads keeps every thread in work.
        self._turn = asyncio.Semaphore(2 * settings.inference_threads)

    stage: Stage

    @property
    def model(self) -> str:
        return self._extractor.provenance.model

    async def run(self, tasks: Sequence[Task]) -> Sequence[Answer | Exception]:
        return await asyncio.gather(*map(self._queued, tasks))

    async def _queued(self, task: Task) -> Answer | Exception:
        async with self._turn:
            return await asyncio.get_running_loop().run_in_executor(self._executor, self._marked, task)

    def _marked(self, task: Task) -> Answer | Exception:
        self._journal.begin(task.message)
        began = time.perf_counter()
        try:
            return self._answer(task)
        except Exception as error:  # noqa: BLE001  the delivery policy judges it
            return error
        finally:
            self._metrics.inference.labels(self.stage).observe(time.perf_counter() - began)
            self._journal.end(task.message)

    def _answer(self, task: Task) -> Answer:
        raise NotImplementedError


class NerStep(DocumentStep):
    """Abstract in, entities out."""

    stage = Stage.NER

    def _answer(self, task: Task) -> Answer:
        if task.message.value is None:
            return Answer(None, "deleted")
        entities = self._extractor.entities(self._abstract(task, task.message.value))
        self._metrics.mentioned(entities.mentions)
        return _answered(entities)

    def _abstract(self, task: Task, value: bytes) -> Abstract:
        settings = self._settings
        limits = Limits(max_document_bytes=settings.document_bytes, max_text_characters=settings.text_characters)
        abstract = parse_abstract(unframed(value), limits)
        _same(task, abstract.id)
        return abstract

    async def fail(self, tasks: Sequence[Task]) -> Sequence[Answer]:
        made_by = self._extractor.provenance
        return [_answered(Entities(id=task.document, status=Status.FAILED, provenance=made_by)) for task in tasks]


class BothStep(NerStep):
    """Abstract in, entities and relations out, by one pass of the encoder."""

    def _answer(self, task: Task) -> Answer:
        if task.message.value is None:
            return Answer(None, "deleted")
        entities = self._extractor.entities(self._abstract(task, task.message.value))
        return replace(_answered(entities), relations=self._extractor.relations(entities).to_bytes())


class RelationsStep(DocumentStep):
    """Entities in, relations out."""

    stage = Stage.RELATIONS

    def _answer(self, task: Task) -> Answer:
        if task.message.value is None:
            return Answer(None, "deleted")
        if headers.get(task.message.headers, headers.ANSWERED) is not None:
            return Answer(None, ANSWERED)
        entities = Entities.from_bytes(unframed(task.message.value))
        _same(task, entities.id)
        if entities.status is Status.FAILED:
            # The generation stays the entities': a failure of an older model must not outrank an answer of its own generation.
            return _answered(Relations(id=entities.id, status=Status.FAILED, provenance=entities.provenance))
        relations = self._extractor.relations(entities)
        self._metrics.found(relations.relations)
        return _answered(relations)

    async def fail(self, tasks: Sequence[Task]) -> Sequence[Answer]:
        made_by = self._extractor.provenance
        return [_answered(Relations(id=task.document, status=Status.FAILED, provenance=made_by)) for task in tasks]


class GraphStep:
    """Relations in, the graph brought up to them; one transaction a batch."""

    stage = Stage.GRAPH
    model = ""

    def __init__(self, settings: StreamSettings, factory: StoreFactory, journal: Journal, metrics: Metrics) -> None:
        self._settings = settings
        self._factory = factory
        self._store: Store | None = None
        self._opening = asyncio.Lock()
        self._taken = False  # the graph took the login once
        self.wrote = asyncio.Event()  # set by each transaction; whoever tells the changes clears it
        self.watch = Watch()
        self.asked = asyncio.Event()  # the watch holds all standing questions: nothing is written before
        self._journal = journal
        self._metrics = metrics

    async def store(self) -> Store:
        """The graph, opened when it is first needed, so that a worker starts and waits where the graph is away."""
        async with self._opening:
            if self._store is None:
                made = self._factory()
                self._store = await made if inspect.isawaitable(made) else made
                self._taken = True
                self._metrics.ready("graph", True)
            return self._store

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Store]:
        """`store`, for as long as it takes the login.

        One that it took before and refuses now is no mistake of this worker's settings: the password is being changed. So the factory is
        asked anew the next time, which reads the password's file again, and `GraphRefuses` says to wait meanwhile.
        """
        store = None
        try:
            store = await self.store()
            yield store
        except GraphAuthError as error:
            if not self._taken:
                raise
            if store is self._store:
                await self.close()
            raise GraphRefuses(f"a login that the graph took before is refused: {error}", remedy=error.remedy) from error

    async def close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(BiorelayError):  # it may be away
                await store.close()

    async def run(self, tasks: Sequence[Task]) -> Sequence[Answer | Exception]:
        read = await asyncio.to_thread(lambda: [self._contribution(task) for task in tasks])
        good = [(task, found) for task, found in zip(tasks, read, strict=True) if isinstance(found, Contribution)]
        # What cannot be read contributes nothing from now on, in the same transaction: one of its own would cost half as much as the batch.
        written = [found if isinstance(found, Contribution) else self._nothing(task) for task, found in zip(tasks, read, strict=True)]
        late: dict[str, Revision] = {}
        async with self.opened() as store:
            await self.asked.wait()  # before it counts as begun
            began = time.perf_counter()
            # Only an engine inside this process can take the process down with it; a server's slowness must not look like a death.
            marked = [task.message for task in tasks] if store.engine == EMBEDDED else []
            for message in marked:
                self._journal.begin(message)
            try:
                await self._write(store, written, late)
            finally:
                for message in marked:
                    self._journal.end(message)
            self._metrics.graph_write.observe(time.perf_counter() - began)
            now = time.time()
            for task, contribution in good:
                if headers.get(task.message.headers, headers.ANSWERED) is None:
                    self._metrics.freshness.observe(max(now - task.published_at / 1000, 0.0))
                for by in _retracting(contribution):
                    self._metrics.retractions.labels(by).inc()
        return [
            Answer(None, _outcome(found), overtaken=late.get(found.document))
            if isinstance(found, Contribution)
            else Answer(None, Status.FAILED, error=found)
            for found in read
        ]

    async def fail(self, tasks: Sequence[Task]) -> Sequence[Answer]:
        """The documents contribute nothing from now on, in one transaction; raises what the store raises."""
        async with self.opened() as store:
            await self._write(store, [self._nothing(task) for task in tasks], {})
        return [Answer(None, Status.FAILED) for _ in tasks]

    def _nothing(self, task: Task) -> Contribution:
        provenance = Provenance(software=self._settings.software, model="", generation=0)
        return Contribution.of(Relations(id=task.document, status=Status.FAILED, provenance=provenance), task.revision)

    async def _write(self, store: Store, batch: Sequence[Contribution], late: dict[str, Revision]) -> None:
        await self.asked.wait()
        crossed = store.crossed
        try:
            await store.apply(batch, watch=self.watch, late=late)
        finally:
            self._metrics.deadlocks.inc(store.crossed - crossed)
        self.wrote.set()
        self._metrics.watch.observe(self.watch.seconds)
        if self.watch.told:
            log.info("%d answers to standing questions completed or broke", self.watch.told)

    def _contribution(self, task: Task) -> Contribution | Exception:
        if task.message.value is None:
            return Contribution(task.document, task.revision, 0, None)
        try:
            relations = Relations.from_bytes(unframed(task.message.value))
            _same(task, relations.id)
            return Contribution.of(relations, task.revision)
        except Exception as error:  # noqa: BLE001  the delivery policy judges it
            return error


def _same(task: Task, document: str) -> None:
    if document != task.document:
        raise KeyMismatch(f"the key names {task.document}, the record inside names {document}", remedy="Key each record by its id.")


def _answered(record: Entities | Relations) -> Answer:
    return Answer(record.to_bytes(), record.status, record.provenance.generation)


def _retracting(contribution: Contribution) -> Iterator[str]:
    """Who says through this record that an article is retracted; one of `metrics.RETRACTING`."""
    if contribution.retracted:
        yield "own"
    if retractions(contribution.bearings):
        yield "notice" if entry_list(contribution.document) is None else "list"


def _outcome(contribution: Contribution) -> str:
    if contribution.relations is None:
        return "deleted"
    return "ok" if contribution.relations.status is Status.OK else "failed"
