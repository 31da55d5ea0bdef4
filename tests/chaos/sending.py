"""The publisher, and the journal of what the broker acknowledged: a line for each document, written when its acknowledgement came."""

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from models.runtime.errors import BiorelayError
from stream import Publisher, StreamSettings
from stream.publisher import Position

from .documents import Author, Publication


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A line of the journal. `value` is the sha256 of the message's value, empty for a deletion."""

    document: str
    partition: int
    offset: int
    value: str
    kind: str
    round: int


class Journal:
    """Append-only; what was read back from the file is what counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def write(self, line: Acknowledged) -> None:
        with self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps([getattr(line, name) for name in Acknowledged.__slots__]) + "\n")

    def new(self) -> Iterator[Acknowledged]:
        """The lines since the last call."""
        if not self._path.exists():
            return
        with self._path.open("rb") as lines:
            lines.seek(self._read)
            told = lines.read()
        self._read += len(told)
        for line in told.splitlines():
            yield Acknowledged(*json.loads(line))


def digest(value: bytes | None) -> str:
    return "" if value is None else hashlib.sha256(value).hexdigest()


@dataclass
class Sending:
    """Publishes a round's documents and keeps account of them."""

    settings: StreamSettings
    journal: Journal
    acknowledged: int = 0
    unknown: int = 0  # publications that failed: they may be on the broker or not
    kinds: dict[str, int] = field(default_factory=dict)

    async def publish(self, author: Author, round_: int, count: int, seconds: float) -> None:
        """So many documents spread over so many seconds; returns when each was acknowledged or has failed."""
        began, sent = time.monotonic(), 0
        while sent < count:
            with suppress(BiorelayError):  # of one publication, or of a broker that is not there to begin with
                async with Publisher(self.settings) as publisher:
                    while sent < count:
                        sent += 1
                        await self._send(publisher, author.next(), round_)
                        await asyncio.sleep(max(began + seconds * sent / count - time.monotonic(), 0))
            await asyncio.sleep(0.2)

    async def _send(self, publisher: Publisher, publication: Publication, round_: int) -> None:
        abstract = publication.abstract
        try:
            written = await (publisher.delete(publication.document) if abstract is None else publisher.publish(abstract))
        except BiorelayError:
            self.unknown += 1
            raise
        value = digest(None if abstract is None else abstract.to_bytes())
        written.add_done_callback(lambda done: self._done(done, publication, value, round_))

    def _done(self, done: "asyncio.Future[Position]", publication: Publication, value: str, round_: int) -> None:
        if done.cancelled() or done.exception() is not None:
            self.unknown += 1
            return
        self.acknowledged += 1
        self.kinds[publication.kind] = self.kinds.get(publication.kind, 0) + 1
        position = done.result()
        self.journal.write(Acknowledged(publication.document, position.partition, position.offset, value, publication.kind, round_))
