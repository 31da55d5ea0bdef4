"""Confluent's wire format: a magic byte 0 and a schema's number (4 bytes, big-endian) before the JSON.

Values are written that way only where a schema registry is configured. They are read both ways always and without asking a
registry: JSON never begins with a zero byte, and each record names its own schema.
See "Wire format" in Confluent's documentation of schema registry serializers.
"""

import struct
from collections.abc import Mapping
from typing import Final

from .topics import Topic

_MAGIC: Final = b"\x00"
_PREFIX: Final = 5
JSON: Final = "application/json"
FRAMED: Final = "application/octet-stream"
"""No media type is registered for JSON behind five bytes, and a reader that trusted `application/json` would fail on them."""


class Framing:
    """What stands before the values of each topic."""

    def __init__(self, ids: Mapping[Topic, int] | None = None) -> None:
        """`ids`: the registered schema's number by topic; topics that are missing stay plain JSON."""
        self._prefixes = {topic: _MAGIC + struct.pack(">I", number) for topic, number in (ids or {}).items()}

    def frame(self, topic: Topic, value: bytes) -> bytes:
        return self._prefixes.get(topic, b"") + value

    def content_type(self, topic: Topic) -> str:
        return FRAMED if topic in self._prefixes else JSON


PLAIN: Final = Framing()
"""Plain JSON on every topic."""


def unframed(value: bytes) -> bytes:
    """The JSON of a value, framed or plain."""
    return value[_PREFIX:] if value[:1] == _MAGIC else value


def schema_id(value: bytes) -> int | None:
    """The number of the schema that a framed value was written with; `None` for plain JSON."""
    if value[:1] != _MAGIC or len(value) < _PREFIX:
        return None
    number: int = struct.unpack(">I", value[1:_PREFIX])[0]
    return number
