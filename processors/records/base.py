"""What every record is made of: identifiers, counts and dates; JSON in, JSON out; how new a document's state is."""

import re
from typing import Annotated, ClassVar, NamedTuple, Self, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, StringConstraints, ValidationError
from pydantic_core import PydanticSerializationError, from_json

from processors.errors import NotJson, RecordError, UnknownSchema

_CURIE = re.compile(r"[a-z][a-z0-9._]*:\S.*")
_CURIE_LENGTH = 512

Curie = Annotated[str, StringConstraints(pattern=f"^{_CURIE.pattern}$", max_length=_CURIE_LENGTH)]
"""A compact identifier with a Bioregistry prefix, such as `pubmed:12345678` or `mesh:D003924`."""

PartialDate = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]
"""A date as exact as the source is: `2021`, `2021-05` or `2021-05-17`."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A number of things, or an offset: as large as every JSON reader keeps exact (RFC 8259, section 6)."""

MOST_PARTS = 250_000
"""Objects and lists of a record: an empty one is two bytes to write and a hundred to hold. The largest that fit a topic have a third."""

T = TypeVar("T")
Several: TypeAlias = Annotated[tuple[T, ...], FailFast()]
"""Parts in a row. The first wrong one ends the reading: a million of them, with an error for each field, would take gigabytes."""

_INTEGER = re.compile(r"[0-9]{1,18}")
_SCHEMAS = "`biorelay topics schema TOPIC` shows what a topic's records hold."


def is_curie(text: str) -> bool:
    """Whether a text is a `Curie`."""
    return len(text) <= _CURIE_LENGTH and _CURIE.fullmatch(text) is not None


class Revision(NamedTuple):
    """How new a document's state is; compared in order. Travels in message headers.

    `epoch` counts re-creations of the abstracts topic, `offset` is the message's Kafka offset there.
    """

    epoch: int
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `epoch:offset`; raise `RecordError` on anything else."""
        epoch, sep, offset = text.partition(":")
        if not (sep and _INTEGER.fullmatch(epoch) and _INTEGER.fullmatch(offset)):
            raise RecordError(f"revision {text[:80]!r} is not epoch:offset")
        return cls(int(epoch), int(offset))


class Part(BaseModel):
    """Base of everything inside a record: immutable; unknown fields are ignored, so that older readers read newer records."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False)


class Record(Part):
    """Base of the records: JSON in, JSON out."""

    schema_name: ClassVar[str]
    schema_: str = Field(alias="schema")

    def to_bytes(self) -> bytes:
        """The record as canonical UTF-8 JSON: field order is the model's, nothing that is None is left out.

        Raises `RecordError` where a text holds a lone surrogate, which no UTF-8 can.
        """
        try:
            return self.model_dump_json(by_alias=True).encode()
        except PydanticSerializationError as error:
            raise RecordError(f"{self.schema_name}: a text cannot be written as UTF-8: {error}") from error

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        """Read a message value.

        Raises `NotJson` where the bytes are not UTF-8 JSON, `UnknownSchema` where they name another schema
        or version, `RecordError` where a field is wrong.
        """
        if value.count(b"{") + value.count(b"[") > MOST_PARTS:
            raise RecordError(f"{cls.schema_name}: the value holds more than {MOST_PARTS:,} objects and lists")
        try:
            data = from_json(value, allow_inf_nan=False)
        except ValueError as error:
            raise NotJson(f"the value is not UTF-8 JSON: {error}", remedy=_SCHEMAS) from error
        if not isinstance(data, dict):
            raise NotJson(f"the value is a JSON {type(data).__name__}, not an object", remedy=_SCHEMAS)
        if "schema" not in data:
            raise UnknownSchema(f"the object names no schema, and should name {cls.schema_name!r}", remedy=_SCHEMAS)
        name = data["schema"]
        if name != cls.schema_name:
            raise UnknownSchema(
                f"schema {str(name)[:80]!r} is not {cls.schema_name!r}", remedy="Upgrade biorelay, or publish the record in that version."
            )
        try:
            return cls.model_validate_json(value, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "record"
            raise RecordError(f"{cls.schema_name}: {place}: {first['msg']}", remedy=_SCHEMAS) from error
