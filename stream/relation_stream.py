"""Follows the relations topic: typed records, deletions included, resumable by consumer group or by a file."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from processors.errors import RecordError
from processors.records import Relations, Revision

from . import headers
from .connection import meaning, options, start
from .errors import NoRevision
from .framing import unframed
from .seeking import PositionFile, seek_to_end, seek_to_time
from .settings import StreamSettings
from .topics import Topic, check_topics, describe_topics

log = logging.getLogger(__name__)

_COMMIT_SECONDS: Final = 1.0
_TAKE: Final = 200
_NEVER_MS: Final = 2**31 - 1
Since = datetime | Literal["beginning", "now"]


@dataclass(frozen=True, slots=True)
class RelationsMessage:
    """One document's newest answer; it replaces every earlier one of that document."""

    document: str
    revision: Revision | None
    published_at: datetime | None  # of the abstract
    relations: Relations | None  # None: the document was deleted
    partition: int
    offset: int


class RelationStream:
    """An async iterator over the relations topic; an async context manager.

        async with RelationStream("127.0.0.1:9092", group="my-service") as stream:
            async for message in stream:
                ...

    **Resume.** With a `group` it goes on where the group left off, and several consumers share the partitions; with a `position`
    it goes on where that file says, and reads all partitions itself. A message counts as handled when the next one is asked for,
    or when `acknowledge` is called, so that a crash repeats messages and loses none. `since` says where to begin what neither
    knows. `follow=False` ends at what the topic held when the iteration began.

    **Back-pressure.** Reading ahead is bounded: one fetch of each partition. A slow consumer stays in its group for as long as the
    event loop runs: put what takes long and does not await into a thread.

    **Outages** of the broker are waited out. A value that is no relations record is left out, logged, and counted in `skipped`.
    """

    def __init__(
        self,
        settings: StreamSettings | str = "127.0.0.1:9092",
        *,
        group: str | None = None,
        position: Path | str | None = None,
        since: Since = "beginning",
        follow: bool = True,
    ) -> None:
        if group and position:
            raise ValueError("a group keeps its own place: give a group or a position, not both")
        self._settings = StreamSettings(broker=settings) if isinstance(settings, str) else settings
        self._topic = Topic.RELATIONS.named(self._settings.prefix)
        self._group = group
        self._file = PositionFile(Path(position), self._topic) if position else None
        self._since = since
        self._follow = follow
        self._consumer: Any = None
        self._handled: dict[TopicPartition, int] = {}
        self._lost: set[TopicPartition] = set()
        self._committed = time.monotonic()
        self.skipped = 0

    async def __aenter__(self) -> Self:
        """Raises `BrokerUnreachable`, `AccessDenied`, `TopicsMissing`, `PositionUnusable`."""
        known = self._file.read() if self._file else {}
        count = check_topics(await describe_topics(self._settings), self._settings, (Topic.RELATIONS,))
        session = int(self._settings.session_timeout * 1000)
        consumer = AIOKafkaConsumer(
            **options(self._settings, "relations"),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # for a place that is no longer there too: rather again than never
            max_partition_fetch_bytes=self._settings.message_bytes,
            session_timeout_ms=session,
            heartbeat_interval_ms=min(3000, session // 4),
            rebalance_timeout_ms=session,
            max_poll_interval_ms=_NEVER_MS,  # a consumer that is slow is not dead: its heartbeats say so
        )
        self._consumer = consumer  # the listener needs it while the consumer starts
        try:
            if self._group:
                consumer.subscribe([self._topic], listener=_Begin(self))
            await start(consumer, self._settings)
            if not self._group:
                partitions = [TopicPartition(self._topic, number) for number in range(count)]
                consumer.assign(partitions)
                for partition in partitions:
                    if partition in known:
                        consumer.seek(partition, known[partition])
                await self._begin([partition for partition in partitions if partition not in known])
        except BaseException:
            self._consumer = None
            await consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            try:
                await self._commit(consumer)
            finally:
                await consumer.stop()

    async def __aiter__(self) -> AsyncIterator[RelationsMessage]:
        if self._consumer is None:
            raise RuntimeError("the stream is not open: use `async with`")
        try:
            ends = None if self._follow else await self._ends()
            while self._consumer is not None:
                if ends is not None and await self._reached(ends):
                    await self._commit(self._consumer)
                    return
                batch = await self._consumer.getmany(timeout_ms=200, max_records=_TAKE)
                self._lost.clear()
                for partition, records in batch.items():
                    for record in records:
                        if ends is not None and record.offset >= ends.get(partition, 0):
                            continue
                        if partition in self._lost:
                            break  # another consumer has it now, from its last handled message on
                        message = self._message(record)
                        if message is not None:
                            yield message
                        self._done(partition, record.offset)
                        await self._commit_in_time()
                await self._commit_in_time()
        except (KafkaError, OSError) as error:
            raise meaning(error, self._settings.broker) from error

    async def acknowledge(self, message: RelationsMessage) -> bool:
        """The message, and what came before it in its partition, is handled; whether the group or the file knows it now.

        False where the group has given the partition to another consumer since, or the broker is away: then the message comes again.
        """
        if self._consumer is None:
            raise RuntimeError("the stream is not open: use `async with`")
        partition = TopicPartition(self._topic, message.partition)
        self._done(partition, message.offset)
        return await self._commit(self._consumer) and partition not in self._lost

    def _done(self, partition: TopicPartition, offset: int) -> None:
        if partition not in self._lost:
            self._handled[partition] = offset + 1

    def _message(self, record: Any) -> RelationsMessage | None:
        try:
            document = (record.key or b"").decode()
            relations = None if record.value is None else Relations.from_bytes(unframed(record.value))
        except (RecordError, UnicodeDecodeError) as error:
            self.skipped += 1
            log.warning("left out %s[%d]@%d: %s", self._topic, record.partition, record.offset, error)
            return None
        try:
            revision = headers.revision(record.headers)
        except NoRevision:
            revision = None
        published = headers.moment(headers.published_at(record.headers))
        return RelationsMessage(document, revision, published, relations, record.partition, record.offset)

    async def _begin(self, partitions: list[TopicPartition]) -> None:
        """Send partitions of which nothing is known to `since`, and remember that, so that a restart begins there too."""
        if not partitions or self._since == "beginning":
            return
        if isinstance(self._since, datetime):
            self._handled |= await seek_to_time(self._consumer, partitions, self._since)
        else:
            self._handled |= await seek_to_end(self._consumer, partitions)

    async def _ends(self) -> dict[TopicPartition, int]:
        for _ in range(int(self._settings.session_timeout * 10)):
            if self._consumer.assignment():
                break
            await asyncio.sleep(0.1)
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(list(self._consumer.assignment()))
        return ends

    async def _reached(self, ends: dict[TopicPartition, int]) -> bool:
        mine = self._consumer.assignment()
        for partition, end in ends.items():
            if partition in mine and await self._consumer.position(partition) < end:
                return False
        return True

    async def _commit_in_time(self) -> None:
        if self._consumer is not None and time.monotonic() - self._committed > _COMMIT_SECONDS:
            await self._commit(self._consumer)

    async def _commit(self, consumer: Any) -> bool:
        """Whether all that was handled is known now."""
        handled, self._handled = self._handled, {}
        self._committed = time.monotonic()
        if self._file and handled:
            self._file.write(handled)
        if not self._group or not handled:
            return True
        try:
            await consumer.commit({partition: offset for partition, offset in handled.items() if partition in consumer.assignment()})
        except (CommitFailedError, IllegalStateError) as error:
            log.info("partitions moved before their commit, their messages come again: %s", error)
            return False
        except KafkaError as error:
            if not error.retriable:
                raise
            self._handled = handled | self._handled
            return False
        return True


class _Begin(ConsumerRebalanceListener):  # type: ignore[misc]
    """Sends a group's fresh partitions to `since`, and commits what was handled before they go elsewhere."""

    def __init__(self, stream: RelationStream) -> None:
        self._stream = stream

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        stream = self._stream
        if stream._consumer is not None:
            await stream._commit(stream._consumer)
        stream._lost |= revoked
        stream._handled.clear()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        stream = self._stream
        if stream._consumer is None or stream._since == "beginning":
            return
        await stream._begin([partition for partition in assigned if await stream._consumer.committed(partition) is None])
