"""Links the mentions of everything that was published anew, after the workers have a new vocabulary, without reading the texts again.

The topics of entities and relations hold what the models found, so a new vocabulary costs a look-up for each mention and no pass of the
encoder, except for documents whose mentions are grouped into entities otherwise (`processors.relinking`). What changed is written to both
topics at the revision and the generation that it had, and the graph follows as it follows any answer. Which of two answers of one revision
and one generation is the newer is their order in the log, and who keeps that is written in docs/decisions/0012-relinking.md.

The reading (which documents, in turns, behind the live stages, shared by several processes, resumable) is re-extraction's.
"""

import asyncio
import logging
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import numpy as np
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from numpy.typing import NDArray

from models.runtime.errors import BiorelayError
from processors.records import Entities, Provenance, Relations, Revision
from processors.relinking import Links, Move, Outcome, Relinked, relink
from stream import cloud_events, headers
from stream.connection import meaning, producer, reader, start
from stream.errors import BrokerUnreachable, MessageError
from stream.framing import Framing, unframed
from stream.lag import LagReader
from stream.letters import size
from stream.messages import Inbound, Outbound, document_of
from stream.partitioner import partition_of
from stream.reextract import _KEY, Progress, Reextraction, _Members, _Plan
from stream.registry import framing_of
from stream.sending import ProducerSender
from stream.settings import Stage, StreamSettings
from stream.topics import Topic, check_topics, describe_topics

if TYPE_CHECKING:
    from stream.delivery import Delivery

log = logging.getLogger(__name__)

_POLL_MS: Final = 500
_LOOK_S: Final = 1.0
_NEAR: Final = 1_000
"""Messages that are read through rather than jumped over: a jump is a request of its own, and fetches as much again."""
_MOVES: Final = 100_000
"""Different moves that are counted; vocabularies of a version apart have thousands."""
_LARGE: Final = "too-large"
_UNREADABLE: Final = "unreadable"


class Judge(Protocol):
    """Judges the pairs of a document whose mentions are grouped otherwise than before: `biorelay.extractor.Extractor`."""

    @property
    def provenance(self) -> Provenance: ...

    def relations(self, entities: Entities) -> Relations: ...


@dataclass(slots=True)
class Relinking(Progress):
    """How far a run is, and what it found. Counts are of documents, in the partitions that this process reads; `moves` of mentions."""

    outcomes: Counter[str] = field(default_factory=Counter)  # by `Outcome`, and too-large, unreadable
    moves: Counter[Move] = field(default_factory=Counter)

    @property
    def written(self) -> int:
        """Documents with new answers; in a dry run those that would have."""
        return self.outcomes[Outcome.RENAMED] + self.outcomes[Outcome.REGROUPED]

    @property
    def left(self) -> int:
        """Documents that keep their older links, though this vocabulary has others."""
        return sum(self.outcomes[why] for why in (Outcome.OTHER_MODEL, Outcome.UNMATCHED, _LARGE, _UNREADABLE))

    @property
    def linked(self) -> int:
        """Mentions that had no identifier."""
        return sum(count for move, count in self.moves.items() if not move.before and move.after)

    @property
    def unlinked(self) -> int:
        """Mentions that have none any more."""
        return sum(count for move, count in self.moves.items() if move.before and not move.after)

    @property
    def moved(self) -> int:
        """Mentions that have another one."""
        return sum(count for move, count in self.moves.items() if move.before and move.after)

    def count(self, outcome: str, relinked: Relinked | None = None) -> None:
        self.outcomes[outcome] += 1
        for move, count in (relinked.moves if relinked and relinked.entities and relinked.moves else {}).items():
            if move in self.moves or len(self.moves) < _MOVES:
                self.moves[move] += count


@dataclass(slots=True)
class _Paired(_Plan):
    """What to read of a partition of entities, and where each document's newest relations lie: rows of (key, revision, offset)."""

    relations: NDArray[Any]

    def offset_of(self, key: bytes) -> int | None:
        digest = _digest(key)
        place = int(np.searchsorted(self.relations["key"], np.array(digest, "S16")))
        if place < len(self.relations) and self.relations["key"][place] == np.array(digest, "S16"):
            return int(self.relations["offset"][place])
        return None


class Relinker(Reextraction):
    """One run over everything that the topic of entities holds. Several processes may share it, as members of one group.

        await Relinker(settings, extractor, extractor.linker).run(tell)

    Killed or stopped, it goes on where it was.
    """

    progress: Relinking

    def __init__(
        self,
        settings: StreamSettings,
        judge: Judge,
        linker: Links,
        *,
        most_behind: int = 100,
        rate: float | None = None,
        again: bool = False,
        dry: bool = False,
    ) -> None:
        """`most_behind`, `rate`: as in re-extraction. `again`: from the start, documents of this vocabulary too. `dry`: write nothing."""
        super().__init__(settings, cast("Any", judge), most_behind=most_behind, rate=rate, again=again or dry)
        self._judge = judge
        self._linker = linker
        self._every = again
        self._dry = dry
        self._topic = Topic.ENTITIES.named(settings.prefix)
        self._answers = Topic.RELATIONS.named(settings.prefix)
        version = re.sub(r"[^A-Za-z0-9._-]", "-", linker.version)
        self.group = f"{settings.group or settings.prefix}.relink-{version}{'.dry-run' if dry else ''}"
        self.progress = Relinking()
        self._tell: Callable[[Progress], None] = lambda _: None

    async def run(self, tell: Callable[[Progress], None] = lambda _: None) -> Relinking:
        """Until all is read. `tell` hears of every step.

        Raises `BrokerUnreachable` where the broker is away at the beginning (later it is waited for), `AccessDenied`, `TopicsMissing`,
        `TopicsMismatch`, `RegistryUnreachable`, `RegistryRefused`; and what the model or the linker raises on a text that it took before.
        """
        settings = self._settings
        self._tell = tell
        partitions = check_topics(await describe_topics(settings), settings, (Topic.ABSTRACTS, Topic.ENTITIES, Topic.RELATIONS))
        async with AsyncExitStack() as stack:
            executor = ThreadPoolExecutor(settings.inference_threads, "relinking")
            stack.push_async_callback(asyncio.to_thread, executor.shutdown, wait=True, cancel_futures=True)
            client = producer(settings)
            stack.push_async_callback(client.stop)
            if not self._dry:
                await start(client, settings)
            looking = await stack.enter_async_context(reader(settings, isolation_level="read_committed"))
            lags = await stack.enter_async_context(LagReader(settings))
            framing = await framing_of(settings, (Topic.ENTITIES, Topic.RELATIONS))
            settler = _Settler(self, executor, looking, None if self._dry else ProducerSender(client), framing)
            consumer = self._consumer()
            stack.push_async_callback(consumer.stop)
            consumer.subscribe([self._topic], listener=_Members(self))
            try:
                await start(consumer, settings)
                await self._read(consumer, cast("Delivery", settler), lags, partitions, tell)
            except (KafkaError, OSError) as error:
                raise meaning(error, settings.broker) from error
        return self.progress

    async def _commit(self, consumer: Any, reached: dict[TopicPartition, int]) -> None:
        if not self._dry:
            await super()._commit(consumer, reached)

    async def _all_read(self, consumer: Any, ends: dict[TopicPartition, int]) -> bool:
        return self._dry or await super()._all_read(consumer, ends)

    async def _plan(self, place: TopicPartition, begin: int, partitions: int) -> _Plan:
        """As re-extraction's, of the topic of entities; and where the relations of each document lie.

        The relations agent must have answered what this plan covers: else its answer of older identifiers would come behind the new one.
        """
        plan = await super()._plan(place, begin, partitions)
        answers = TopicPartition(self._answers, place.partition)
        if plan.begin == plan.end:
            return _Paired(plan.begin, plan.end, plan.wanted, np.empty(0, _KEY))
        if not self._dry:
            await self._answered(place.partition, plan.end)
        chunks: list[NDArray[Any]] = []
        async with reader(self._settings, isolation_level="read_committed") as consumer:
            consumer.assign([answers])
            end = (await consumer.end_offsets([answers]))[answers]
            consumer.seek(answers, (await consumer.beginning_offsets([answers]))[answers])
            while await consumer.position(answers) < end:
                records = (await consumer.getmany(answers, timeout_ms=_POLL_MS)).get(answers, [])
                if rows := [row for record in records if (row := self._row(record, answers, partitions)) is not None]:
                    chunks.append(np.array(rows, _KEY))
        return _Paired(plan.begin, plan.end, plan.wanted, _last_of_each(chunks))

    async def _answered(self, partition: int, end: int) -> None:
        """Wait until the relations agent has committed so far in a partition of the entities."""
        async with LagReader(self._settings, (Stage.RELATIONS,)) as lags:
            while (left := end - max((await lags.read())[0].committed.get(partition, 0), 0)) > 0:
                self.progress.behind = f"{Stage.RELATIONS} has yet to read {left:,} messages of partition {partition}"
                self._tell(self.progress)
                await asyncio.sleep(_LOOK_S)
        self.progress.behind = ""

    def _row(self, record: Any, place: TopicPartition, partitions: int) -> tuple[bytes, int, int, bool] | None:
        """Of entities and of relations, which carry their revision with them."""
        try:
            document_of(record.key)
            revision = headers.revision(_pairs(record.headers))
        except MessageError:
            return None
        if partition_of(record.key, partitions) != place.partition:
            return None
        older = revision.epoch != self._settings.epoch
        return _digest(record.key), -1 if older else revision.offset, record.offset, record.value is None


class _Settler:
    """Settles batches of a run, as `stream.delivery` does a worker's: when `settle` returns, a batch may be committed."""

    def __init__(self, run: Relinker, executor: ThreadPoolExecutor, looking: Any, sender: ProducerSender | None, framing: Framing) -> None:
        self._run = run
        self._executor = executor
        self._looking = looking
        self._sender = sender
        self._framing = framing

    async def settle(self, batch: Sequence[Inbound]) -> None:
        wait = 0.25
        while True:
            try:
                done = await self._settled(batch)
            except (KafkaError, OSError, BrokerUnreachable) as error:
                found = error if isinstance(error, BrokerUnreachable) else meaning(error, self._run._settings.broker)
                if not isinstance(found, BrokerUnreachable):
                    raise found from error
                self._run.progress.behind = str(found)
                self._run._tell(self._run.progress)
                await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311  jitter
                wait = min(wait * 2, 4.0)
            else:
                self._run.progress.behind = ""
                for outcome, relinked in done:
                    self._run.progress.count(outcome, relinked)
                return

    async def _settled(self, batch: Sequence[Inbound]) -> list[tuple[str, Relinked | None]]:
        """Relink and write; what became of each document. Doing it again changes nothing."""
        places = {index: place for index, message in enumerate(batch) if (place := self._place(message)) is not None}
        relations = await self._relations(set(places.values()))
        loop = asyncio.get_running_loop()

        def one(index: int) -> tuple[str, Relinked | None, list[Outbound]]:
            return self._relinked(batch[index], relations.get(places[index]) if index in places else None)

        found = await asyncio.gather(*(loop.run_in_executor(self._executor, one, index) for index in range(len(batch))))
        outgoing = [message for _, _, messages in found for message in messages]
        if self._sender is not None and outgoing:
            for error in await self._sender.send(outgoing):
                if error is not None:
                    raise meaning(error, self._run._settings.broker) from error
        return [(outcome, relinked) for outcome, relinked, _ in found]

    def _place(self, message: Inbound) -> tuple[int, int] | None:
        """Where the document's newest relations lie: partition and offset."""
        plan = self._run._plans.get(TopicPartition(message.topic, message.partition))
        offset = plan.offset_of(message.key) if isinstance(plan, _Paired) and message.key is not None else None
        return None if offset is None else (message.partition, offset)

    async def _relations(self, places: set[tuple[int, int]]) -> dict[tuple[int, int], Inbound]:
        """The messages at these places; those that compaction took meanwhile are missing: newer ones came."""
        wanted: dict[int, list[int]] = defaultdict(list)
        for partition, offset in sorted(places):
            wanted[partition].append(offset)
        found: dict[tuple[int, int], Inbound] = {}
        for partition, offsets in wanted.items():
            place = TopicPartition(self._run._answers, partition)
            if place not in self._looking.assignment():
                self._looking.assign([place])
                self._looking.seek(place, offsets[0])
            end = (await self._looking.end_offsets([place]))[place]
            for offset in offsets:
                at = await self._looking.position(place)
                if not at <= offset <= at + _NEAR:
                    self._looking.seek(place, offset)
                while await self._looking.position(place) <= offset < end:
                    records = await self._looking.getmany(place, timeout_ms=_POLL_MS, max_records=1)
                    for record in records.get(place, []):
                        if record.offset == offset:
                            found[partition, offset] = Inbound(
                                record.topic, partition, offset, record.timestamp, record.key, record.value, _pairs(record.headers)
                            )
        return found

    def _relinked(self, message: Inbound, answer: Inbound | None) -> tuple[str, Relinked | None, list[Outbound]]:
        run = self._run
        linker, made_by = run._linker, run._judge.provenance
        try:
            revision = headers.revision(message.headers)
            entities = Entities.from_bytes(unframed(message.value or b""))
            if entities.id.encode() != message.key:
                return _UNREADABLE, None, []
            if not run._every and entities.provenance.vocabulary == linker.version:
                return Outcome.CURRENT, None, []
            same = answer is not None and answer.value is not None and headers.revision(answer.headers) == revision
            relations = Relations.from_bytes(unframed(answer.value)) if same and answer and answer.value else None
        except BiorelayError as error:
            log.warning("%s cannot be read and is left as it is: %s", message, error)
            return _UNREADABLE, None, []
        relinked = relink(entities, relations, linker, run._judge.relations, made_by)
        messages = self._messages(message, revision, relinked)
        limit = run._settings.message_bytes
        if any(size(each) > limit for each in messages):
            log.warning("%s: the new answer is larger than topics.message_bytes (%d), and the older one stays", entities.id, limit)
            return _LARGE, None, []
        return relinked.outcome, relinked, messages

    def _messages(self, message: Inbound, revision: Revision, relinked: Relinked) -> list[Outbound]:
        """Both answers, with the old revision, and the mark by which the relations agent leaves the entities alone."""
        if relinked.entities is None or relinked.relations is None:
            return []
        settings = self._run._settings
        document = relinked.entities.id
        published = headers.published_at(message.headers)
        published = message.timestamp if published is None else published
        now = (headers.ANSWERED, str(round(time.time() * 1000)).encode())
        told = []
        for topic, record in ((Topic.ENTITIES, relinked.entities), (Topic.RELATIONS, relinked.relations)):
            # Another event than the answer with the older links, whose id has no vocabulary in it.
            id_ = f"{cloud_events.answer_id(document, revision, record.provenance.generation)}/{self._run._linker.version}"
            source = cloud_events.source(settings.prefix, "relink")
            event = cloud_events.event(topic, self._framing, source=source, id=id_, subject=document, time=published)
            value = self._framing.frame(topic, record.to_bytes())
            said = (*headers.stamp(revision, published), *event, now)
            told.append(Outbound(topic.named(settings.prefix), message.partition, message.key, value, said))
        return told


def _digest(key: bytes) -> bytes:
    return blake2b(key, digest_size=16).digest()


def _pairs(given: Sequence[tuple[str, bytes | None]]) -> headers.Headers:
    return tuple((name, value or b"") for name, value in given)


def _last_of_each(chunks: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Each key's newest row, sorted by key, without deletions."""
    if not chunks:
        return np.empty(0, _KEY)
    rows = np.concatenate(chunks)
    rows = rows[np.lexsort((rows["offset"], rows["revision"], rows["key"]))]
    last = np.append(rows["key"][1:] != rows["key"][:-1], True)
    kept: NDArray[Any] = rows[last & ~rows["deleted"]]
    return kept
