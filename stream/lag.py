"""How far the stages are behind: what the broker holds against what their groups have committed."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from .connection import options, start
from .settings import Stage, StreamSettings
from .topics import Topic

INPUT: Final = {Stage.NER: Topic.ABSTRACTS, Stage.RELATIONS: Topic.ENTITIES, Stage.GRAPH: Topic.RELATIONS}
"""The topic that each stage reads."""


@dataclass(frozen=True, slots=True)
class StageLag:
    """Messages that a stage has not committed, where it committed and where the topic ends, by partition."""

    stage: Stage
    behind: dict[int, int]
    committed: dict[int, int]  # -1 where the group never committed
    ends: dict[int, int]

    @property
    def messages(self) -> int:
        return sum(self.behind.values())


class LagReader:
    """Asks the broker for ends and committed offsets; an async context manager.

    Offsets that compaction removed are counted as messages, so the number is an upper bound.
    Errors are aiokafka's own; the callers translate them.
    """

    def __init__(self, settings: StreamSettings, stages: tuple[Stage, ...] = tuple(Stage)) -> None:
        self._settings = settings
        self._stages = stages
        self._consumer: AIOKafkaConsumer | None = None
        self._admin: AIOKafkaAdminClient | None = None

    async def __aenter__(self) -> Self:
        try:
            self._consumer = AIOKafkaConsumer(**options(self._settings, "lag"), enable_auto_commit=False)
            await start(self._consumer, self._settings)
            self._admin = AIOKafkaAdminClient(**options(self._settings, "lag"))
            await start(self._admin, self._settings)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        admin, self._admin = self._admin, None
        if consumer:
            await consumer.stop()
        if admin:
            await admin.close()

    async def read(self) -> list[StageLag]:
        """The lag of each stage. A group that never committed is behind by all that its topic holds."""
        if self._consumer is None or self._admin is None:
            raise RuntimeError("the lag reader is not open")
        found = []
        for stage in self._stages:
            topic = INPUT[stage].named(self._settings.prefix)
            count = await self._partitions(topic)
            partitions = [TopicPartition(topic, number) for number in range(count)]
            if not partitions:
                continue
            committed = await self._committed(self._settings.group_of(stage), partitions)
            ends = await self._consumer.end_offsets(partitions)
            begins = await self._consumer.beginning_offsets(partitions)
            behind, offsets = {}, {}
            for partition in partitions:
                offset = committed[partition].offset if partition in committed else -1
                behind[partition.partition] = max(ends[partition] - max(offset, begins[partition]), 0)
                offsets[partition.partition] = offset
            found.append(StageLag(stage, behind, offsets, {place.partition: end for place, end in ends.items()}))
        return found

    async def _committed(self, group: str, partitions: list[TopicPartition]) -> dict[TopicPartition, Any]:
        """The group's offsets; a broker that never had a group makes the place for them on the first question."""
        assert self._admin is not None  # noqa: S101
        for _ in range(10):
            with suppress(GroupCoordinatorNotAvailableError):
                return dict(await self._admin.list_consumer_group_offsets(group, partitions=partitions))
            await asyncio.sleep(0.3)
        return dict(await self._admin.list_consumer_group_offsets(group, partitions=partitions))

    async def _partitions(self, topic: str) -> int:
        assert self._admin is not None  # noqa: S101
        found = await self._admin.describe_topics([topic])
        return len(found[0]["partitions"]) if found else 0
