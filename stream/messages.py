"""Messages as values, whatever engine carries them."""

from dataclasses import dataclass

from processors.records import Revision

from .headers import Headers


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
