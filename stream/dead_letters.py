"""Messages that could not be handled: looked at, and sent again after a fix.

A replay goes back to the topic where the message failed, with the revision it had there, so that it never beats a newer
state of its document. Because the topics are compacted (the last message of a key stays), a replay that is overtaken by a newer
message between the look and the writing is healed: the newer one is published again behind it.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from aiokafka import TopicPartition

from processors.errors import RecordError
from processors.records import Revision

from . import headers
from .connection import producer, reader, start
from .errors import DeadLetterMissing, NoRevision
from .headers import Headers
from .settings import StreamSettings
from .topics import Topic, check_topics, dead_letter_bytes, describe_topics, embedded

_POLL_MS: Final = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was set aside, with why and where."""

    id: str  # its own place in the dead-letter topic, partition:offset
    code: str
    error: str
    stage: str
    topic: str
    partition: int
    offset: int
    revision: str | None
    attempts: int
    software: str
    model: str
    at: int  # milliseconds since 1970
    key: bytes | None
    value: bytes | None
    headers: Headers
    cut_from: int | None = None  # the original's size, where only its beginning fitted

    @property
    def document(self) -> str | None:
        """The key as text, where it is text."""
        try:
            return self.key.decode() if self.key is not None else None
        except UnicodeDecodeError:
            return None

    @property
    def original_headers(self) -> Headers:
        return tuple((name, value) for name, value in self.headers if name not in headers.DEAD_LETTER)


class Outcome(StrEnum):
    REPLAYED = "replayed"
    SUPERSEDED = "superseded"  # a newer message of the document is there already
    REPEATED = "already-replayed"
    NO_KEY = "no-key"  # it belongs to no document: publish it anew with a key
    LOST = "lost"  # only its beginning is kept, and the original is no longer in its topic


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of one dead letter."""

    letter: DeadLetter
    outcome: Outcome


async def list_dead_letters(
    settings: StreamSettings, *, code: str | None = None, stage: str | None = None, document: str | None = None, since: int | None = None
) -> AsyncIterator[DeadLetter]:
    """All dead letters that the topic still holds, oldest first, one for each failed message however often it was delivered.

    `since`: only those that were made then or later, in milliseconds since 1970.

    Raises `TopicsMissing`, `BrokerUnreachable`, `AccessDenied`.
    """
    seen: set[tuple[str, int, int]] = set()
    async for letter in _letters(settings, since):
        origin = (letter.topic, letter.partition, letter.offset)
        if origin in seen or (code and letter.code != code) or (stage and letter.stage != stage):
            continue
        if document and letter.document != document:
            continue
        seen.add(origin)
        yield letter


async def show_dead_letter(settings: StreamSettings, letter_id: str) -> DeadLetter:
    """The dead letter at `partition:offset`; raises `DeadLetterMissing`."""
    async with aclosing(_letters(settings)) as letters:  # left to the garbage collector, the loop's end would cancel its closing
        async for letter in letters:
            if letter.id == letter_id:
                return letter
    raise DeadLetterMissing(f"no dead letter {letter_id!r}", remedy="`biorelay dead-letters list` shows their ids.")


async def replay_dead_letters(settings: StreamSettings, letters: Iterable[DeadLetter]) -> list[Replay]:
    """Send messages again to the topics where they failed; what is newer by now is left alone.

    Raises `BrokerUnreachable`, `AccessDenied`, `BrokerRefused`.
    """
    done: list[Replay] = []
    by_place: dict[TopicPartition, list[DeadLetter]] = {}
    for letter in letters:
        if letter.key is None:
            done.append(Replay(letter, Outcome.NO_KEY))
        else:
            by_place.setdefault(TopicPartition(letter.topic, letter.partition), []).append(letter)
    client = producer(settings, max_request_size=dead_letter_bytes(settings))
    try:
        await start(client, settings)
        for place, group in by_place.items():
            done += await _replay(settings, client, place, group)
    finally:
        await client.stop()
    return done


async def _replay(settings: StreamSettings, client: Any, place: TopicPartition, letters: Sequence[DeadLetter]) -> list[Replay]:
    done = []
    wanted = {letter.key for letter in letters}
    newest, originals, end = await _scan(settings, place, min(letter.offset for letter in letters), wanted, letters)
    replayed: dict[bytes | None, DeadLetter] = {}
    for letter in letters:
        own = _revision(letter)
        later = newest.get(letter.key)
        value = letter.value if letter.cut_from is None else originals.get(letter.offset, b"")
        if letter.cut_from is not None and letter.offset not in originals:
            done.append(Replay(letter, Outcome.LOST))
        elif later is not None and own is not None and later.revision > own:
            done.append(Replay(letter, Outcome.SUPERSEDED))
        elif later is not None and own is not None and later.revision == own and later.offset > letter.offset:
            done.append(Replay(letter, Outcome.REPEATED))
        else:
            kept = letter.original_headers
            if own is not None and headers.get(kept, headers.REVISION) is None:
                kept = (*kept, (headers.REVISION, str(own).encode()))
            await client.send_and_wait(place.topic, value, key=letter.key, headers=list(kept), partition=place.partition)
            replayed[letter.key] = letter
            done.append(Replay(letter, Outcome.REPLAYED))
    if replayed:
        await _heal(settings, client, place, end, replayed)
    return done


async def _heal(settings: StreamSettings, client: Any, place: TopicPartition, since: int, replayed: dict[bytes | None, DeadLetter]) -> None:
    """Publish again what slipped in between the look and the writing, so that it stays the last of its key."""
    newest, _, _ = await _scan(settings, place, since - 1, set(replayed), ())
    for key, later in newest.items():
        own = _revision(replayed[key])
        if own is not None and later.revision > own:
            await client.send_and_wait(place.topic, later.value, key=key, headers=list(later.headers), partition=place.partition)


@dataclass(frozen=True, slots=True)
class _Later:
    revision: Revision
    offset: int
    value: bytes | None
    headers: Headers


async def _scan(
    settings: StreamSettings, place: TopicPartition, after: int, keys: set[bytes | None], letters: Sequence[DeadLetter]
) -> tuple[dict[bytes | None, _Later], dict[int, bytes | None], int]:
    """The message of the highest revision for each key behind `after`, the whole originals of cut letters, and the end reached."""
    newest: dict[bytes | None, _Later] = {}
    originals: dict[int, bytes | None] = {}
    cut = {letter.offset for letter in letters if letter.cut_from is not None}
    at = {(letter.key, letter.offset) for letter in letters}
    async with reader(settings) as consumer:
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        begin = (await consumer.beginning_offsets([place]))[place]
        consumer.seek(place, max(after, begin))
        while await consumer.position(place) < end:
            for record in (await consumer.getmany(place, timeout_ms=_POLL_MS)).get(place, []):
                if record.offset in cut:
                    originals[record.offset] = record.value
                if record.key not in keys or (record.key, record.offset) in at or record.offset <= after:
                    continue
                later = _Later(_revision_of(record, settings), record.offset, record.value, tuple(record.headers))
                if record.key not in newest or newest[record.key].revision <= later.revision:
                    newest[record.key] = later
    return newest, originals, end


def _revision_of(record: Any, settings: StreamSettings) -> Revision:
    try:
        return headers.revision(record.headers)
    except NoRevision:
        return Revision(settings.epoch, record.offset)


def _revision(letter: DeadLetter) -> Revision | None:
    try:
        return Revision.parse(letter.revision) if letter.revision else None
    except RecordError:
        return None


async def _letters(settings: StreamSettings, since: int | None = None) -> AsyncGenerator[DeadLetter]:
    name = Topic.DEAD_LETTERS.named(settings.prefix)
    states = await describe_topics(settings)
    check_topics(states, settings, (Topic.DEAD_LETTERS,))
    count = next(state.partitions for state in states if state.name == name)
    partitions = [TopicPartition(name, number) for number in range(count)]
    async with reader(settings, max_partition_fetch_bytes=dead_letter_bytes(settings)) as consumer:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        if since is not None and not await embedded(settings):  # the embedded broker knows no times
            for partition, found in (await consumer.offsets_for_times(dict.fromkeys(partitions, max(since, 0)))).items():
                consumer.seek(partition, ends[partition] if found is None else found.offset)
        while True:
            behind = [partition for partition in partitions if await consumer.position(partition) < ends[partition]]
            if not behind:
                return
            for records in (await consumer.getmany(*behind, timeout_ms=_POLL_MS, max_records=50)).values():
                for record in records:
                    yield _letter(record)


def _letter(record: Any) -> DeadLetter:
    def text(name: str) -> str:
        return headers.get(record.headers, name) or ""

    def number(name: str) -> int:
        said = text(name)
        return int(said) if len(said) < 20 and said.isascii() and said.isdigit() else -1

    cut = number(headers.CUT_FROM)
    return DeadLetter(
        id=f"{record.partition}:{record.offset}",
        code=text(headers.ERROR_CODE),
        error=text(headers.ERROR),
        stage=text(headers.STAGE),
        topic=text(headers.TOPIC),
        partition=number(headers.PARTITION),
        offset=number(headers.OFFSET),
        revision=text(headers.REVISION) or None,
        attempts=number(headers.ATTEMPTS),
        software=text(headers.SOFTWARE),
        model=text(headers.MODEL),
        at=record.timestamp,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        cut_from=cut if cut >= 0 else None,
    )
