"""The discoveries topic from a place on, without a consumer group: nothing is committed, and any number may follow."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from pydantic_core import from_json

from stream.connection import reader
from stream.framing import unframed
from stream.seeking import seek_to_time
from stream.settings import StreamSettings
from stream.topics import Topic, check_topics, describe_topics

POLL_MS = 500
IDLE = 20
"""Polls without a message after which it is told that nothing came."""

Places = Mapping[int, int]
"""The next offset by partition."""
Begin: TypeAlias = Places | datetime | int | None
"""From these offsets on, since a time, the last so many of each partition, or all."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message, and where to go on after it."""

    value: dict[str, Any]
    places: Places


async def follow(settings: StreamSettings, begin: Begin) -> AsyncGenerator[Told | None]:
    """The messages from somewhere on, then those to come.

    None once it follows, and where nothing came for a while. What is no JSON object is passed over.
    Raises `BrokerUnreachable`, `AccessDenied`, `TopicsMissing`.
    """
    from aiokafka import TopicPartition

    states = await describe_topics(settings)
    check_topics(states, settings, (Topic.DISCOVERIES,))
    name = Topic.DISCOVERIES.named(settings.prefix)
    count = next(state.partitions for state in states if state.name == name)
    partitions = [TopicPartition(name, number) for number in range(count)]
    async with reader(settings) as consumer:
        consumer.assign(partitions)
        now = await _begin(consumer, partitions, begin)
        idle = 0
        yield None
        while True:
            batch = await consumer.getmany(timeout_ms=POLL_MS, max_records=100)
            idle = 0 if batch else idle + 1
            if not batch and idle % IDLE == 0:
                yield None
            for record in sorted((one for some in batch.values() for one in some), key=lambda one: (one.timestamp, one.offset)):
                now[record.partition] = record.offset + 1
                value = _read(record.value)
                if isinstance(value, dict):
                    yield Told(value, dict(now))


async def _begin(consumer: Any, partitions: Any, begin: Begin) -> dict[int, int]:
    first, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    if isinstance(begin, datetime):
        begins = await seek_to_time(consumer, partitions, begin)
    else:
        if isinstance(begin, int):
            wanted = {one: ends[one] - begin for one in partitions}
        else:
            wanted = {one: (begin or {}).get(one.partition, first[one]) for one in partitions}
        begins = {one: min(max(offset, first[one]), ends[one]) for one, offset in wanted.items()}
        for one, offset in begins.items():
            consumer.seek(one, offset)
    return {one.partition: offset for one, offset in begins.items()}


def _read(value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        return from_json(unframed(value), allow_inf_nan=False)
    except ValueError:
        return None
