"""Puts a document's newest answer behind an older one that came late.

A worker that was frozen past its session, or whose network delivered what it had sent long after, sends an answer that its partition's
new owner has overtaken. The graph ignores it, for it compares revisions; but a compacted topic keeps the last message of a key, which is
the older one now. So where the graph meets a message that is older than what it holds of the document, the newest answer is looked up on
the topics of entities and relations, and sent again where it is not the last. Answers that merely came twice are in order already.
"""

import logging
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from aiokafka import TopicPartition

from processors.records import Revision

from . import headers
from .connection import reader
from .errors import NoRevision
from .messages import Outbound
from .settings import StreamSettings
from .topics import Topic

log = logging.getLogger(__name__)

_TOPICS: Final = (Topic.ENTITIES, Topic.RELATIONS)
_POLL_MS: Final = 500
_CLOCKS_MS: Final = 60_000
"""How far apart the clocks of publishers and workers may be."""


class Late(NamedTuple):
    """A document of which an older answer came than `revision`, which the graph has; `sent` is the answer's time in ms since 1970."""

    partition: int
    document: str
    revision: Revision
    sent: int


class _Found(NamedTuple):
    revision: Revision
    value: bytes | None
    headers: headers.Headers


async def overtaking(settings: StreamSettings, late: Sequence[Late]) -> list[Outbound]:
    """The newest answer of each document on each topic where an older one is the last; none where all is well.

    Raises `BrokerUnreachable`, `AccessDenied`, `BrokerRefused`.
    """
    messages: list[Outbound] = []
    async with reader(settings) as consumer:
        for partition in sorted({each.partition for each in late}):
            found_at = await _published(consumer, settings, [each for each in late if each.partition == partition])
            if not found_at:
                continue
            documents = {each.document.encode(): each.revision for each in found_at}
            since = min(found_at.values()) - _CLOCKS_MS
            for topic in _TOPICS:
                name = topic.named(settings.prefix)
                newest, last = await _read(consumer, TopicPartition(name, partition), since, documents.keys())
                for key, found in newest.items():
                    if found.revision < documents[key]:
                        log.error("%s no longer holds %s of %s: publish that document again", name, documents[key], key.decode())
                    elif last[key].revision < found.revision:
                        log.warning("%s: %s of %s came late", name, last[key].revision, key.decode())
                        messages.append(Outbound(name, partition, key, found.value, found.headers))
    return messages


async def _published(consumer: Any, settings: StreamSettings, late: Sequence[Late]) -> dict[Late, int]:
    """When the newest revision of each was published, in milliseconds since 1970.

    Left out is what needs nothing: where the log no longer has that revision, a newer one is coming; and an answer that was sent before it
    was published is no late one, but one that is read again, as by a group that begins anew.
    """
    place = TopicPartition(Topic.ABSTRACTS.named(settings.prefix), late[0].partition)
    consumer.assign([place])
    begin, end = (await consumer.beginning_offsets([place]))[place], (await consumer.end_offsets([place]))[place]
    found: dict[Late, int] = {}
    for each in late:
        offset = each.revision.offset
        if each.revision.epoch != settings.epoch or not begin <= offset < end:
            continue
        consumer.seek(place, offset)
        for record in (await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=1)).get(place, []):
            if (record.key, record.offset) == (each.document.encode(), offset) and each.sent + _CLOCKS_MS >= record.timestamp:
                found[each] = record.timestamp
    return found


async def _read(
    consumer: Any, place: TopicPartition, since: int, keys: Collection[bytes]
) -> tuple[dict[bytes, _Found], dict[bytes, _Found]]:
    """By key: the message of the highest revision, the last of them where several have it, and the last of all."""
    newest: dict[bytes, _Found] = {}
    last: dict[bytes, _Found] = {}
    consumer.assign([place])
    end = (await consumer.end_offsets([place]))[place]
    first = (await consumer.offsets_for_times({place: max(since, 0)})).get(place)
    begin = first.offset if first is not None else (await consumer.beginning_offsets([place]))[place]
    consumer.seek(place, begin)
    while await consumer.position(place) < end:
        for record in (await consumer.getmany(place, timeout_ms=_POLL_MS)).get(place, []):
            if record.key not in keys:
                continue
            try:
                found = _Found(headers.revision(record.headers), record.value, tuple(record.headers))
            except NoRevision:  # not the agents'
                continue
            last[record.key] = found
            if record.key not in newest or newest[record.key].revision <= found.revision:
                newest[record.key] = found
    return newest, last
