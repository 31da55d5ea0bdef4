"""Where a consumer begins: at a time, at what comes from now on, or where a file says that it left off."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition

from .errors import PositionUnusable


async def seek_to_time(consumer: Any, partitions: Sequence[TopicPartition], since: datetime) -> dict[TopicPartition, int]:
    """Send the partitions to their first message of that time or later, to their end where none is; return where that is."""
    ends = await consumer.end_offsets(partitions)
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, max(0, int(since.timestamp() * 1000))))
    # Not seek_to_end: a look-up of the beginning that is still under way would win over it.
    begins = {partition: ends[partition] if (at := found.get(partition)) is None else at.offset for partition in partitions}
    return _seek(consumer, begins)


async def seek_to_end(consumer: Any, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """Send the partitions behind what they hold now; return where that is."""
    return _seek(consumer, await consumer.end_offsets(partitions))


class PositionFile:
    """How far a topic has been read, for consumers that keep their own place; written whole or not at all."""

    def __init__(self, path: Path, topic: str) -> None:
        self._path = path
        self._topic = topic
        self._reached: dict[int, int] = {}

    def read(self) -> dict[TopicPartition, int]:
        """The next offset by partition; empty where the file is not there. Raises `PositionUnusable`."""
        try:
            said = json.loads(self._path.read_bytes())
            topic, reached = said["topic"], {int(number): int(offset) for number, offset in said["positions"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise PositionUnusable(
                f"{self._path} holds no position: {error!r}", remedy="Name another file, or remove it to begin anew."
            ) from error
        if topic != self._topic:
            raise PositionUnusable(f"{self._path} is a position in {topic}, not in {self._topic}", remedy="Name another file.")
        self._reached = reached
        return {TopicPartition(self._topic, number): offset for number, offset in reached.items()}

    def write(self, handled: Mapping[TopicPartition, int]) -> None:
        """Remember these next offsets beside those of the other partitions. Raises `PositionUnusable`."""
        self._reached |= {partition.partition: offset for partition, offset in handled.items()}
        scratch = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            scratch.write_text(json.dumps({"topic": self._topic, "positions": self._reached}), encoding="utf-8")
            scratch.replace(self._path)
        except OSError as error:
            raise PositionUnusable(f"{self._path} cannot be written: {error.strerror}", remedy="Name another file.") from error


def _seek(consumer: Any, begins: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
    for partition, offset in begins.items():
        consumer.seek(partition, offset)
    return begins
