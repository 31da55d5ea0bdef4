"""Messages as values, whatever engine carries them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processors.records import Revision

from .errors import BadKey, NoKey
from .headers import Headers


def text_of(key: bytes | None, *, remedy: str) -> str:
    """A message's key as text. Raises `NoKey` with this remedy where there is none, and `BadKey`."""
    if key is None:
        raise NoKey("the message has no key", remedy=remedy)
    try:
        return key.decode()
    except UnicodeDecodeError as error:
        raise BadKey("the key is not UTF-8") from error


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
