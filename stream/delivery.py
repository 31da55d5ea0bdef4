"""The delivery promise, in one place. For every batch, in this order:

1. take messages without acknowledging them;
2. read each one's key and revision; set aside what has none, and what workers died on; send an abstract that a client put into
   another partition than its key's on to that one, where the order of its document holds;
3. run the step: documents at once where it is safe, alone where one is suspected of having killed a worker;
4. where a neighbour is away (broker, graph), wait and try again, as long as it takes;
5. where the whole batch fails for another reason, halve it until the guilty document stands alone;
6. make a dead letter of what cannot be handled, with its bytes and its reason, and an empty answer with `status: failed`;
7. send answers and dead letters in the order of their messages, and wait until all replicas have them; where the graph found a
   message older than what it has, put the document's newest answers behind those that came late;
8. acknowledge the messages, in order.

Nothing is acknowledged before its effects are safe, so a process may die anywhere and everything after the last
acknowledgement comes again. Coming again is harmless: each message replaces its document's state at its revision.
An error that means this worker is set up wrongly ends the worker, with nothing acknowledged.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeVar

from graphstore.errors import GraphError, GraphOutOfMemory, GraphTimeout
from models.runtime.errors import Action, BiorelayError
from processors.records import Status

from . import cloud_events, headers
from .connection import meaning
from .errors import (
    AccessDenied,
    BrokerRefused,
    BrokerUnreachable,
    KilledWorker,
    MessageError,
    MessageTooLarge,
    ResourceAway,
    WorkerCrashed,
)
from .framing import PLAIN, Framing
from .halving import TOO_MUCH, halved
from .healing import Late
from .journal import Journal
from .letters import code_of, cut, letter, said, size
from .messages import Inbound, Outbound, Task, document_of, first_revision, inbound
from .metrics import Metrics
from .settings import Stage, StreamSettings
from .sparing import Sparing
from .steps import ANSWERED, OUTPUT, Answer, Step
from .taking import taken
from .topics import Topic, dead_letter_bytes

log = logging.getLogger(__name__)
T = TypeVar("T")

_FIRST_WAIT: Final = 0.25
_LONGEST_WAIT: Final = 4.0
_SILENCE: Final = 3.0
"""Seconds after which a broker that does not acknowledge counts as away in the metrics."""
_ENOUGH: Final[Mapping[type[Exception], int]] = {GraphTimeout: 5, GraphOutOfMemory: 30}
"""Times in a row that a document alone is too much for the graph before it is set aside; its empty answer must then find its way."""
_GUILTY: Final = 1000
"""Documents that are remembered because a batch failed by them: they are tried alone from then on."""


class Sender(Protocol):
    """Sends messages and waits for the broker; made of an engine's producer, or of a fake."""

    async def send(self, messages: Sequence[Outbound]) -> list[BaseException | None]:
        """Send in order; for each message `None` once all replicas have it, or the error."""
        ...


class Delivery:
    """Settles one stage's messages."""

    def __init__(
        self,
        step: Step,
        sender: Sender,
        settings: StreamSettings,
        journal: Journal,
        metrics: Metrics,
        *,
        partitioner: Callable[[bytes], int] | None = None,
        overtaking: Callable[[Sequence[Late]], Awaitable[Sequence[Outbound]]] | None = None,
        framing: Framing = PLAIN,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`partitioner`: the partition of a key, where messages in another one are to be sent on. `overtaking`: what is to be sent again
        where answers came late. `framing`: of the answers.
        """
        self._step = step
        self._stage: Stage = step.stage
        self._sender = sender
        self._settings = settings
        self._journal = journal
        self._metrics = metrics
        self._partitioner = partitioner
        self._overtaking = overtaking
        self._sleep = sleep
        self._framing = framing
        self._output = OUTPUT[self._stage]
        self._dead_letters = Topic.DEAD_LETTERS.named(settings.prefix)
        self._guilty: dict[str, None] = {}
        self._sparing = Sparing(log)

    async def run(self, stream: Any) -> None:
        """Settle a Faust stream's messages until it ends. Raises what must end the worker."""
        apart = self._settings.graph_interval if self._stage is Stage.GRAPH else 0.0
        async with aclosing(taken(stream, self._settings.batch, apart=apart)) as batches:
            async for events in batches:
                await self.settle([inbound(event.message) for event in events])
                for event in events:
                    await stream.ack(event)

    async def settle(self, batch: Sequence[Inbound]) -> None:
        """Operations 2 to 7; when it returns, the batch may be acknowledged."""
        if not batch:
            return
        self._metrics.take(self._stage, min(headers.waited_since(message.headers) or message.timestamp for message in batch))
        tasks: dict[int, Task] = {}
        results: dict[int, Answer | Exception] = {}
        homes: dict[int, int] = {}
        for index, message in enumerate(batch):
            try:
                task = self._read(message)
                home = self._home(message)
                if home != message.partition:
                    homes[index] = home
                    continue
                tasks[index] = task
                self._spare(message)
            except MessageError as error:
                results[index] = error
        suspects = [index for index in tasks if index not in results and self._suspected(tasks[index])]
        crowd = [index for index in tasks if index not in results and index not in suspects]
        for group in [crowd, *([index] for index in suspects)]:
            if group:
                results |= dict(zip(group, await self._run([tasks[index] for index in group]), strict=True))
        aside = [index for index, result in results.items() if isinstance(result, Exception) and index in tasks]
        empty = dict(zip(aside, await self._failed([tasks[index] for index in aside]), strict=True))
        parcels: list[_Parcel] = []
        for index, message in enumerate(batch):
            if index in homes:
                parcels.append(_sent_on(message, homes[index]))
                self._metrics.documents.labels(self._stage, "moved").inc()
                continue
            result = results[index]
            if isinstance(result, Exception):
                parcels += self._set_aside(message, tasks.get(index), result, empty.get(index))
            elif result.error is not None:
                parcels += self._set_aside(message, tasks[index], result.error, result)
            else:
                parcels += self._answer(tasks[index], result)
                self._metrics.documents.labels(self._stage, result.outcome).inc()
        await self._send(parcels)
        await self._put_back(tasks, results)
        self._metrics.settled(self._stage, max((tasks[index].published_at for index in tasks if _well(results[index])), default=None))

    # 2. read, and spare the worker what killed others

    def _read(self, message: Inbound) -> Task:
        document = document_of(message.key)
        published = headers.published_at(message.headers)
        revision = (
            first_revision(self._settings.epoch, message.offset, message.headers)
            if self._stage is Stage.NER
            else headers.revision(message.headers)
        )
        return Task(message, document, revision, message.timestamp if published is None else published)

    def _home(self, message: Inbound) -> int:
        """The partition that the message belongs into. Clients that do not partition as Kafka's own do are many: librdkafka's are."""
        if self._stage is not Stage.NER or self._partitioner is None or message.key is None:
            return message.partition
        return self._partitioner(message.key)

    def _spare(self, message: Inbound) -> None:
        deaths = self._journal.deaths(message)
        if deaths >= self._settings.deaths:
            raise KilledWorker(
                f"workers died {deaths} times in a row with this message in hand",
                remedy="Find out why, mend it, then replay it.",
                limit="worker.deaths",
            )

    def _suspected(self, task: Task) -> bool:
        return task.document in self._guilty or self._journal.deaths(task.message) > 0

    def _blame(self, task: Task) -> None:
        self._guilty.pop(task.document, None)
        self._guilty[task.document] = None
        if len(self._guilty) > _GUILTY:
            del self._guilty[next(iter(self._guilty))]

    # 3. to 5. run

    async def _run(self, tasks: Sequence[Task]) -> list[Answer | Exception]:
        async def once(part: Sequence[Task]) -> Sequence[Answer | Exception]:
            results = await self._step.run(part)
            for result in results:
                if isinstance(result, Exception) and (_stops(result) or _outage(result) is not None):
                    raise result
            if len(part) == 1:
                self._guilty.pop(part[0].document, None)
            return results

        async def attempt(part: Sequence[Task]) -> Sequence[Answer | Exception]:
            return await self._patiently(lambda: once(part), of=len(part))

        return await halved(attempt, tasks, stops=_stops, blame=self._blame)

    async def _patiently(self, operation: Callable[[], Awaitable[T]], *, of: int | None = None) -> T:
        """Wait out what is away; every other error is the caller's. `of`: so many documents, which the graph may find too much: a batch of
        them gets smaller by halving, not by waiting, and one that stays too much is to be set aside.
        """
        wait = _FIRST_WAIT
        met = 0
        while True:
            try:
                result = await operation()
            except Exception as error:
                away = _outage(error)
                if isinstance(error, GraphTimeout):
                    self._metrics.limits.labels("graph.write_timeout_s").inc()
                met = met + 1 if isinstance(error, TOO_MUCH) else 0
                if away is None or (of is not None and met and (of > 1 or met >= _ENOUGH[type(error)])):
                    raise
            else:
                self._metrics.back(self._stage)
                return result
            self._metrics.away(self._stage, away.code)
            log.warning("%s waits: %s", self._stage, away)
            await self._sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311  jitter keeps workers from returning all at once
            wait = min(wait * 2, _LONGEST_WAIT)

    # 6. set aside

    def _set_aside(self, message: Inbound, task: Task | None, error: Exception, empty: Answer | None) -> "list[_Parcel]":
        """The dead letter, and the empty answer of a message that belongs to a document."""
        code = code_of(error)
        foreign = None if isinstance(error, BiorelayError) else error
        self._sparing.write(logging.ERROR, code, "%s sets %s aside (%s): %s", self._stage, message, code, said(error), error=foreign)
        self._metrics.limited(error)
        self._metrics.dead_letters.labels(self._stage, code).inc()
        self._metrics.documents.labels(self._stage, "dead-letter").inc()
        set_aside = letter(
            message,
            error,
            stage=self._stage,
            settings=self._settings,
            model=self._step.model,
            attempts=self._journal.deaths(message) + (not isinstance(error, KilledWorker)),
            revision=task.revision if task else None,
        )
        parcels = [_Parcel(set_aside, message, task)]
        if task is not None and empty is not None:
            parcels += self._answer(task, empty)
        return parcels

    async def _failed(self, tasks: Sequence[Task]) -> Sequence[Answer]:
        if not tasks:
            return []
        try:
            return await self._patiently(lambda: self._step.fail(tasks))
        except Exception as error:
            if _stops(error):
                raise
            # Not even an empty answer can be written, so the fault is not the document's: stop before all are set aside.
            names = ", ".join(task.document for task in tasks[:3])
            raise WorkerCrashed(f"{self._stage} cannot mark {names} as failed: {said(error)}", remedy="See the log.") from error

    # 7. send

    def _answer(self, task: Task, answer: Answer) -> "list[_Parcel]":
        if self._output is None or answer.outcome == ANSWERED:
            return []
        if answer.relations is None:
            return [self._parcel(self._stage, task, answer)]
        now = (headers.ANSWERED, str(round(time.time() * 1000)).encode())
        both = self._parcel(self._stage, task, answer, now)
        return [both, self._parcel(Stage.RELATIONS, task, replace(answer, value=answer.relations), now)]

    def _parcel(self, stage: Stage, task: Task, answer: Answer, *more: tuple[str, bytes]) -> "_Parcel":
        topic = OUTPUT[stage]
        assert topic is not None  # noqa: S101
        value = answer.value and self._framing.frame(topic, answer.value)
        said = (*self._headers(stage, topic, task, answer), *more)
        return _Parcel(
            Outbound(topic.named(self._settings.prefix), task.message.partition, task.document.encode(), value, said), task.message, task
        )

    def _headers(self, stage: Stage, topic: Topic, task: Task, answer: Answer) -> headers.Headers:
        failed = answer.outcome == Status.FAILED
        id_ = cloud_events.answer_id(task.document, task.revision, answer.generation, failed=failed)
        source, published = cloud_events.source(self._settings.prefix, stage), task.published_at
        if answer.value is None:
            told = cloud_events.deletion(topic, source=source, id=id_, subject=task.document, time=published)
        else:
            told = cloud_events.event(topic, self._framing, source=source, id=id_, subject=task.document, time=published)
        return (*headers.stamp(task.revision, task.published_at), *told)

    async def _send(self, parcels: "Sequence[_Parcel]") -> None:
        """Send and wait for the broker, however long; a message that does not fit is set aside in its turn."""
        if not parcels:
            return
        large = await self._patiently(lambda: self._send_once(parcels))
        if len(parcels) > 1:
            for parcel in large:  # the broker refuses whole batches, so each is tried alone before it is blamed
                await self._send([parcel])
            return
        for parcel in large:
            message = parcel.outbound
            if message.topic == self._dead_letters and message.value:
                await self._send([replace(parcel, outbound=cut(message))])
            elif message.topic == self._dead_letters or message.value is None:
                raise BrokerRefused(f"{message.topic} takes not even small messages", remedy="Raise its max.message.bytes.")
            else:
                error = MessageTooLarge(
                    f"the answer for {parcel.message} has {len(message.value)} bytes, more than {message.topic} takes",
                    limit="topics.message_bytes",
                )
                [empty] = await self._failed([parcel.task]) if parcel.task else [None]
                await self._send(self._set_aside(parcel.message, parcel.task, error, empty))

    async def _send_once(self, parcels: "Sequence[_Parcel]") -> "list[_Parcel]":
        """One try. Returns the parcels that do not fit; raises outages and refusals."""
        fit = [parcel for parcel in parcels if size(parcel.outbound) <= self._limit(parcel.outbound)]
        large = [parcel for parcel in parcels if size(parcel.outbound) > self._limit(parcel.outbound)]
        sending = asyncio.ensure_future(self._sender.send([parcel.outbound for parcel in fit]))
        try:
            await asyncio.wait([sending], timeout=_SILENCE)
            if not sending.done():
                self._metrics.away(self._stage, BrokerUnreachable.code)
            results = await sending
        finally:
            sending.cancel()
        for parcel, result in zip(fit, results, strict=True):
            if result is not None:
                found = meaning(result, self._settings.broker)
                if not isinstance(found, MessageTooLarge):
                    raise found from result
                large.append(parcel)
        return large

    async def _put_back(self, tasks: Mapping[int, Task], results: "Mapping[int, Answer | Exception]") -> None:
        """Of documents of which a message came late, the newest answers go behind it."""
        overtaking = self._overtaking
        late = {
            Late(tasks[index].message.partition, tasks[index].document, result.overtaken, tasks[index].message.timestamp)
            for index, result in results.items()
            if isinstance(result, Answer) and result.overtaken is not None
        }
        if not late or overtaking is None:
            return

        async def again() -> None:
            for error in await self._sender.send(await overtaking(sorted(late))):
                if error is not None:
                    raise meaning(error, self._settings.broker) from error

        try:
            await self._patiently(again)
        except AccessDenied as error:  # an agent of the graph alone may be allowed to read relations and no more
            log.warning("older answers stay behind newer ones of %s: %s", ", ".join(each.document for each in sorted(late)), error)

    def _limit(self, message: Outbound) -> int:
        return dead_letter_bytes(self._settings) if message.topic == self._dead_letters else self._settings.message_bytes


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A message to send and where it comes from."""

    outbound: Outbound
    message: Inbound
    task: Task | None


def _sent_on(message: Inbound, home: int) -> _Parcel:
    """The same message for another partition. A revision counts in one partition, so it gets a new one there."""
    kept = tuple(pair for pair in message.headers if pair[0] not in {headers.REVISION, headers.PUBLISHED_AT})
    published = headers.published_at(message.headers) or message.timestamp
    stamped = (*kept, (headers.PUBLISHED_AT, str(published).encode()))
    return _Parcel(Outbound(message.topic, home, message.key, message.value, stamped), message, None)


def _well(result: Answer | Exception) -> bool:
    return isinstance(result, Answer) and result.outcome == Status.OK


def _outage(error: BaseException) -> BiorelayError | None:
    """The error that says a neighbour is away, if this is one."""
    if isinstance(error, BiorelayError):
        return error if error.action is Action.RETRY else None
    if isinstance(error, OSError):  # the network, the disk, file handles: never one document's fault
        return ResourceAway(f"{type(error).__name__}: {error}")
    return None


def _stops(error: BaseException) -> bool:
    # A plain GraphError is a statement that the database refused: its document's fault until the empty answer is refused too.
    return isinstance(error, BiorelayError) and error.action is Action.STOP and type(error) is not GraphError
