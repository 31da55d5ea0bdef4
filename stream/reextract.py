"""Reads the history of the ingest topic again with another model, beside the live stream and after it.

A new model changes what is published from now on; what was published before keeps the old model's answers until it is read again. That is
done here, by a consumer group of the model's own: each document's newest version gets its answers anew, at the revision that it always had
and at the new model's generation, so that the graph takes them for what they are (docs/decisions/0009-reextraction.md). Documents go
through the same delivery promise as live ones; entities and relations are written at once, so that of the live agents only the graph's has
work from it. While a live stage is behind, nothing is read.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from numpy.typing import NDArray

from .connection import meaning, options, producer, reader, start
from .delivery import Delivery
from .errors import BrokerUnreachable, MessageError
from .healing import overtaking
from .journal import Journal
from .lag import LagReader
from .messages import Inbound, document_of, first_revision
from .metrics import Metrics
from .partitioner import partition_of
from .registry import framing_of
from .sending import ProducerSender
from .settings import Stage, StreamSettings
from .steps import BothStep, Extractor
from .topics import Topic, check_topics, describe_topics

_POLL_MS: Final = 500
_LOOK_S: Final = 1.0
"""Between two looks at the live stages while they are behind."""
_NEVER_MS: Final = 2**31 - 1
_KEY: Final = np.dtype([("key", "S16"), ("revision", "i8"), ("offset", "i8"), ("deleted", "?")])


@dataclass(slots=True)
class Progress:
    """How far a run is. Counts are of documents, in the partitions that this process reads."""

    wanted: int = 0
    done: int = 0
    behind: str = ""
    """The live stage that is waited for, and by how much it is behind; empty while documents are read."""


@dataclass(slots=True)
class _Plan:
    """What to read of a partition: up to `end`, the messages at the offsets `begin + i` where `wanted[i]`."""

    begin: int
    end: int
    wanted: NDArray[np.bool_]

    def wants(self, offset: int) -> bool:
        return self.begin <= offset < self.end and bool(self.wanted[offset - self.begin])


class Reextraction:
    """One run over everything that was published before it began. Several processes may share it, as members of one group.

        await Reextraction(settings, extractor).run(tell)

    Killed or stopped, it goes on where it was.
    """

    def __init__(
        self, settings: StreamSettings, extractor: Extractor, *, most_behind: int = 100, rate: float | None = None, again: bool = False
    ) -> None:
        """`most_behind`: messages by which a live stage may be behind before this waits. `rate`: documents a second at most.

        `again`: begin at the start of the topic, whatever the group has done before.
        """
        self._settings = settings
        self._extractor = extractor
        self._most_behind = most_behind
        self._rate = rate
        self._again = again
        self._plans: dict[TopicPartition, _Plan] = {}
        self._joined = asyncio.Event()
        self._topic = Topic.ABSTRACTS.named(settings.prefix)
        self.group = f"{settings.group or settings.prefix}.reextract-{extractor.provenance.generation}"
        self.progress = Progress()

    async def run(self, tell: Callable[[Progress], None] = lambda _: None) -> Progress:
        """Until all is read. `tell` hears of every step.

        Raises `BrokerUnreachable` where the broker is away at the beginning (later it is waited for), `AccessDenied`, `TopicsMissing`,
        `TopicsMismatch`, `RegistryUnreachable`, `RegistryRefused`, and `OSError` where the data folder cannot be written.
        """
        settings = self._settings
        partitions = check_topics(await describe_topics(settings), settings, (Topic.ABSTRACTS, Topic.ENTITIES, Topic.RELATIONS))
        async with AsyncExitStack() as stack:
            journal = stack.enter_context(Journal(settings.data_dir / "attempts"))
            executor = ThreadPoolExecutor(settings.inference_threads, "inference")
            stack.push_async_callback(asyncio.to_thread, executor.shutdown, wait=True, cancel_futures=True)
            client = producer(settings)
            stack.push_async_callback(client.stop)
            await start(client, settings)
            lags = await stack.enter_async_context(LagReader(settings))
            metrics = Metrics(settings)
            delivery = Delivery(
                BothStep(settings, self._extractor, executor, journal, metrics),
                ProducerSender(client),
                settings,
                journal,
                metrics,
                overtaking=partial(overtaking, settings),
                framing=await framing_of(settings, (Topic.ENTITIES, Topic.RELATIONS)),
            )
            consumer = self._consumer()
            stack.push_async_callback(consumer.stop)
            consumer.subscribe([self._topic], listener=_Members(self))
            try:
                await start(consumer, settings)
                await self._read(consumer, delivery, lags, partitions, tell)
            except (KafkaError, OSError) as error:
                raise meaning(error, settings.broker) from error
        return self.progress

    def _consumer(self) -> Any:
        settings = self._settings
        session = int(settings.session_timeout * 1000)
        return AIOKafkaConsumer(
            **options(settings, "reextract"),
            group_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=settings.message_bytes,
            session_timeout_ms=session,
            heartbeat_interval_ms=min(3000, session // 4),
            rebalance_timeout_ms=session,
            max_poll_interval_ms=_NEVER_MS,
        )

    async def _read(self, consumer: Any, delivery: Delivery, lags: LagReader, partitions: int, tell: Callable[[Progress], None]) -> None:
        await asyncio.wait_for(self._joined.wait(), self._settings.startup)
        ends: dict[TopicPartition, int] = {}
        while True:
            try:
                ends = ends or await consumer.end_offsets([TopicPartition(self._topic, number) for number in range(partitions)])
                if await self._turn(consumer, delivery, lags, ends, tell):
                    return
            except (KafkaError, OSError, BrokerUnreachable) as error:  # a question to a broker that is away; asked again in the next turn
                found = error if isinstance(error, BrokerUnreachable) else meaning(error, self._settings.broker)
                if not isinstance(found, BrokerUnreachable):
                    raise
                self.progress.behind = str(found)
                tell(self.progress)
                await asyncio.sleep(_LOOK_S)

    async def _turn(
        self, consumer: Any, delivery: Delivery, lags: LagReader, ends: dict[TopicPartition, int], tell: Callable[[Progress], None]
    ) -> bool:
        """Plan partitions that are new here, and settle the next batch; whether all is read. What it raises leaves nothing half done."""
        mine = consumer.assignment()
        for place in sorted(mine - self._plans.keys()):
            begin = 0 if self._again else await consumer.committed(place) or 0
            made = await self._plan(place, begin, len(ends))
            if place not in consumer.assignment():  # it went to another member meanwhile
                continue
            self._plans[place] = made
            consumer.seek(place, made.begin)
            self.progress.wanted += int(made.wanted.sum())
            if made.begin == made.end:
                await self._commit(consumer, {place: made.end})
            tell(self.progress)
        left = [place for place in mine if await self._unfinished(consumer, place)]
        if not left:
            if await self._all_read(consumer, ends):
                return True
            await asyncio.sleep(_LOOK_S)  # another member's partitions come here where it dies
            return False
        await self._wait_for_the_live(lags, tell)
        began = time.monotonic()
        fetched = await consumer.getmany(*left, timeout_ms=_POLL_MS, max_records=self._settings.batch)
        batch = [
            _inbound(record)
            for place, records in fetched.items()
            if (plan := self._plans.get(place)) is not None
            for record in records
            if plan.wants(record.offset)
        ]
        await delivery.settle(batch)
        self.progress.done += len(batch)
        # Behind the last message may lie offsets that are none: a transaction's marker, what was compacted.
        await self._commit(consumer, {place: await consumer.position(place) for place in left if place in consumer.assignment()})
        tell(self.progress)
        if self._rate and batch:
            await asyncio.sleep(max(len(batch) / self._rate - (time.monotonic() - began), 0.0))
        return False

    async def _all_read(self, consumer: Any, ends: dict[TopicPartition, int]) -> bool:
        """Whether the group has read what there was when this member began; the others' partitions too."""
        return all([(await consumer.committed(place) or 0) >= end for place, end in ends.items()])

    async def _unfinished(self, consumer: Any, place: TopicPartition) -> bool:
        plan = self._plans.get(place)
        return plan is None or await consumer.position(place) < plan.end

    async def _commit(self, consumer: Any, reached: dict[TopicPartition, int]) -> None:
        mine = consumer.assignment()
        try:
            await consumer.commit({place: offset for place, offset in reached.items() if place in mine})
        except (CommitFailedError, IllegalStateError):
            return  # they belong to another member now, which reads them again
        except KafkaError as error:
            if not isinstance(meaning(error, self._settings.broker), BrokerUnreachable):
                raise

    async def _wait_for_the_live(self, lags: LagReader, tell: Callable[[Progress], None]) -> None:
        while True:
            try:
                behind = {lag.stage: lag.messages for lag in await lags.read()}
            except (KafkaError, OSError) as error:
                found = meaning(error, self._settings.broker)
                if not isinstance(found, BrokerUnreachable):
                    raise found from error
                self.progress.behind = str(found)
            else:
                stage: Stage = max(behind, key=behind.__getitem__)
                if behind[stage] <= self._most_behind:
                    self.progress.behind = ""
                    return
                self.progress.behind = f"{stage} is behind by {behind[stage]:,} messages"
            tell(self.progress)
            await asyncio.sleep(_LOOK_S)

    async def _plan(self, place: TopicPartition, begin: int, partitions: int) -> _Plan:
        """Look through a partition: of each document the newest version, where that is no deletion.

        33 bytes of memory a message and one byte an offset. What is no document, or lies in another partition than its key's (the live
        agent sends it on to that one), is left out.
        """
        chunks: list[NDArray[Any]] = []
        async with reader(self._settings, isolation_level="read_committed") as consumer:
            consumer.assign([place])
            end = (await consumer.end_offsets([place]))[place]
            begin = min(max(begin, (await consumer.beginning_offsets([place]))[place]), end)
            consumer.seek(place, begin)
            while await consumer.position(place) < end:
                records = (await consumer.getmany(place, timeout_ms=_POLL_MS)).get(place, [])
                rows = [row for record in records if record.offset < end and (row := self._row(record, place, partitions)) is not None]
                if rows:
                    chunks.append(np.array(rows, _KEY))
        wanted = np.zeros(end - begin, np.bool_)
        if chunks:
            wanted[_newest(np.concatenate(chunks)) - begin] = True
        return _Plan(begin, end, wanted)

    def _row(self, record: Any, place: TopicPartition, partitions: int) -> tuple[bytes, int, int, bool] | None:
        try:
            document_of(record.key)
        except MessageError:
            return None
        if partition_of(record.key, partitions) != place.partition:
            return None
        revision = first_revision(self._settings.epoch, record.offset, record.headers)
        older = revision.epoch != self._settings.epoch  # a replayed dead letter of an earlier log
        return blake2b(record.key, digest_size=16).digest(), -1 if older else revision.offset, record.offset, record.value is None


class _Members(ConsumerRebalanceListener):  # type: ignore[misc]
    """Forgets the plans of partitions that went to another member."""

    def __init__(self, run: Reextraction) -> None:
        self._run = run

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        for place in revoked:
            plan = self._run._plans.pop(place, None)
            if plan is not None:
                self._run.progress.wanted -= int(plan.wanted.sum())

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._run._joined.set()


def _newest(rows: NDArray[Any]) -> NDArray[np.int64]:
    """The offset of each key's newest message, without those that are deletions."""
    rows = rows[np.lexsort((rows["offset"], rows["revision"], rows["key"]))]
    last = np.append(rows["key"][1:] != rows["key"][:-1], True)
    found: NDArray[np.int64] = rows["offset"][last & ~rows["deleted"]]
    return found


def _inbound(record: Any) -> Inbound:
    given: Sequence[tuple[str, bytes | None]] = record.headers
    pairs = tuple((name, value or b"") for name, value in given)
    return Inbound(record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, pairs)
