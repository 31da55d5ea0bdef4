"""Messages as values, whatever engine carries them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from processors.records import Revision

from .errors import BadKey, NoKey, NoRevision
from .headers import Headers, revision

_CURIE: Final = re.compile(r"[a-z][a-z0-9._]*:\S[^\x00-\x1f\x7f]*")


def text_of(key: bytes | None, *, remedy: str) -> str:
    """A message's key as text. Raises `NoKey` with this remedy where there is none, and `BadKey`."""
    if key is None:
        raise NoKey("the message has no key", remedy=remedy)
    try:
        return key.decode()
    except UnicodeDecodeError as error:
        raise BadKey("the key is not UTF-8") from error


def document_of(key: bytes | None) -> str:
    """The document that a stage's message is about. Raises `NoKey` and `BadKey`."""
    document = text_of(key, remedy="Key each message by its document's CURIE, such as pubmed:12345678.")
    if not _CURIE.fullmatch(document) or len(document) > 512:
        raise BadKey(f"the key {document[:80]!r} is no document's CURIE such as pubmed:12345678")
    return document


def first_revision(epoch: int, offset: int, given: Headers) -> Revision:
    """The revision of a message on the ingest topic: its place in the log, or, of a replayed dead letter, the older one that it kept.

    Nobody may claim to be newer than the log says.
    """
    own = Revision(epoch, offset)
    try:
        return min(revision(given), own)
    except NoRevision:
        return own


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message as the broker gave it."""

    topic: str
    partition: int
    offset: int
    timestamp: int  # milliseconds since 1970
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to send; without a partition the key chooses."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A message whose document and revision are known."""

    message: Inbound
    document: str
    revision: Revision
    published_at: int  # milliseconds since 1970


def inbound(message: Any) -> Inbound:
    """A Faust message as ours."""
    given = message.headers or ()
    pairs = given.items() if isinstance(given, Mapping) else given
    return Inbound(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=round(message.timestamp * 1000),
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in pairs),
    )
