"""Follows the relations topic: typed records, deletions included, resumable by consumer group."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, Self

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from processors.errors import RecordError
from processors.records import Relations, Revision

from . import headers
from .connection import meaning, options, start
from .errors import NoRevision
from .settings import StreamSettings
from .topics import Topic, check_topics, describe_topics

log = logging.getLogger(__name__)

_COMMIT_SECONDS: Final = 1.0
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

    With a group it goes on where the group left off: a message counts as handled when the next one is asked for, so a crash
    repeats messages and loses none. `since` says where to begin what the group has not seen, or, without a group, everything.
    `follow=False` ends at what the topic held when the iteration began. A value that is no relations record is left out,
    logged, and counted in `skipped`.
    """

    def __init__(
        self,
        settings: StreamSettings | str = "127.0.0.1:9092",
        *,
        group: str | None = None,
        since: Since = "beginning",
        follow: bool = True,
    ) -> None:
        self._settings = StreamSettings(broker=settings) if isinstance(settings, str) else settings
        self._topic = Topic.RELATIONS.named(self._settings.prefix)
        self._group = group
        self._since = since
        self._follow = follow
        self._consumer: Any = None
        self._handled: dict[TopicPartition, int] = {}
        self._committed = time.monotonic()
        self.skipped = 0

    async def __aenter__(self) -> Self:
        """Raises `BrokerUnreachable`, `AccessDenied`, `TopicsMissing`."""
        count = check_topics(await describe_topics(self._settings), self._settings, (Topic.RELATIONS,))
        consumer = AIOKafkaConsumer(
            **options(self._settings, "relations"),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="latest" if self._since == "now" else "earliest",
            max_partition_fetch_bytes=self._settings.message_bytes,
        )
        try:
            if self._group:
                consumer.subscribe([self._topic], listener=_Begin(self))
            await start(consumer, self._settings)
            self._consumer = consumer
            if not self._group:
                partitions = [TopicPartition(self._topic, number) for number in range(count)]
                consumer.assign(partitions)
                await self._begin(partitions)
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
                for partition, records in (await self._consumer.getmany(timeout_ms=200, max_records=200)).items():
                    for record in records:
                        if ends is not None and record.offset >= ends.get(partition, 0):
                            continue
                        message = self._message(record)
                        if message is not None:
                            yield message
                        self._handled[partition] = record.offset + 1
                        if time.monotonic() - self._committed > _COMMIT_SECONDS and self._consumer is not None:
                            await self._commit(self._consumer)
                if self._consumer is not None and time.monotonic() - self._committed > _COMMIT_SECONDS:
                    await self._commit(self._consumer)
        except (KafkaError, OSError) as error:
            raise meaning(error, self._settings.broker) from error

    def _message(self, record: Any) -> RelationsMessage | None:
        try:
            document = (record.key or b"").decode()
            relations = None if record.value is None else Relations.from_bytes(record.value)
        except (RecordError, UnicodeDecodeError) as error:
            self.skipped += 1
            log.warning("left out %s[%d]@%d: %s", self._topic, record.partition, record.offset, error)
            return None
        try:
            revision = headers.revision(record.headers)
        except NoRevision:
            revision = None
        published = headers.published_at(record.headers)
        when = datetime.fromtimestamp(published / 1000, UTC) if published is not None else None
        return RelationsMessage(document, revision, when, relations, record.partition, record.offset)

    async def _begin(self, partitions: list[TopicPartition]) -> None:
        """Seek to `since` where that is a time."""
        if not isinstance(self._since, datetime) or not partitions:
            return
        wanted = int(self._since.timestamp() * 1000)
        found = await self._consumer.offsets_for_times(dict.fromkeys(partitions, wanted))
        # Not seek_to_end: a look-up of the beginning that is still under way would win over it.
        ends = await self._consumer.end_offsets(partitions)
        for partition in partitions:
            at = found.get(partition)
            self._consumer.seek(partition, ends[partition] if at is None else at.offset)

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

    async def _commit(self, consumer: Any) -> None:
        handled, self._handled = self._handled, {}
        self._committed = time.monotonic()
        if not self._group or not handled:
            return
        try:
            await consumer.commit({partition: offset for partition, offset in handled.items() if partition in consumer.assignment()})
        except (CommitFailedError, IllegalStateError) as error:
            log.info("partitions moved before their commit, their messages come again: %s", error)
        except KafkaError as error:
            if not error.retriable:
                raise
            self._handled = handled | self._handled


class _Begin(ConsumerRebalanceListener):  # type: ignore[misc]
    """Sends a group's fresh partitions to `since`."""

    def __init__(self, stream: RelationStream) -> None:
        self._stream = stream

    async def on_partitions_revoked(self, revoked: object) -> None:
        stream = self._stream
        if stream._consumer is not None:
            await stream._commit(stream._consumer)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        stream = self._stream
        if stream._consumer is None or not isinstance(stream._since, datetime):
            return
        fresh = [partition for partition in assigned if await stream._consumer.committed(partition) is None]
        await stream._begin(fresh)
