"""Any topic, followed without a consumer group: for looking, nothing is committed."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from biorelay.refusals import BadInput
from stream import headers
from stream.connection import reader
from stream.framing import unframed
from stream.seeking import seek_to_time
from stream.topics import Topic, check_topics, describe_topics

if TYPE_CHECKING:
    from stream.settings import StreamSettings

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_POLL_MS = 200


@dataclass(frozen=True)
class Message:
    """A message as it lies on its topic."""

    key: str | None
    partition: int
    offset: int
    at: datetime | None  # the message's timestamp; None where no calendar has it
    revision: str | None  # epoch:offset, on derived topics
    value: Any  # parsed JSON; None is a tombstone; a str where the bytes are not JSON

    def as_json(self) -> dict[str, Any]:
        """One JSON object for a program."""
        at = self.at.isoformat(timespec="milliseconds") if self.at else None
        found: dict[str, Any] = {"key": self.key, "partition": self.partition, "offset": self.offset, "at": at}
        return found | {"revision": self.revision, "value": self.value}


def parse_since(text: str, now: datetime | None = None) -> datetime | None:
    """`beginning` (None), `now`, `90s`, `10m`, `2h`, `3d`, `1w` ago, or an ISO date or time; without a zone it is UTC.

    Raises `BadInput` for anything else.
    """
    now = now or datetime.now(UTC)
    if text == "beginning":
        return None
    if text == "now":
        return now
    try:
        if ago := _AGO.fullmatch(text):
            return now - timedelta(seconds=float(ago[1]) * _UNITS[ago[2]])
        parsed = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise BadInput(f"--since {text!r} is no time", remedy="Say beginning, now, 10m, 2h, 3d, 2026-11-01 or 2026-11-01T12:00.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


async def follow(settings: "StreamSettings", topic: Topic, since: datetime | None, *, wait: bool) -> AsyncGenerator[Message]:
    """The messages of a topic since a time (None: all that it holds), and with `wait` those to come.

    Raises `BrokerUnreachable`, `AccessDenied`, `TopicsMissing`.
    """
    from aiokafka import TopicPartition

    states = await describe_topics(settings)
    check_topics(states, settings, (topic,))
    name = topic.named(settings.prefix)
    count = next(state.partitions for state in states if state.name == name)
    places = [TopicPartition(name, number) for number in range(count)]
    async with reader(settings) as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        if since:
            await seek_to_time(consumer, places, since)
        while wait or any([await consumer.position(place) < ends[place] for place in places]):
            batch = await consumer.getmany(timeout_ms=_POLL_MS, max_records=500)
            for record in sorted((r for records in batch.values() for r in records), key=lambda r: (r.timestamp, r.partition, r.offset)):
                if wait or record.offset < ends[TopicPartition(name, record.partition)]:
                    yield _message(record)


def _message(record: Any) -> Message:
    value: Any = None
    if record.value is not None:
        try:
            value = from_json(unframed(record.value), allow_inf_nan=False)
        except ValueError:
            value = record.value.decode(errors="replace")
    return Message(
        key=record.key.decode(errors="replace") if record.key is not None else None,
        partition=record.partition,
        offset=record.offset,
        at=headers.moment(record.timestamp),
        revision=headers.get(record.headers, headers.REVISION),
        value=value,
    )
