"""How large a document may be, and the one way to read an abstract from bytes within that."""

from dataclasses import dataclass

from processors.errors import RecordTooLarge
from processors.records import Abstract

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes beyond which an input is refused. Readers hold at most one record in memory, so these bound memory too."""

    max_record_bytes: int = 4 * MIB  # one record of a file: an XML element, a line, a PubTator block
    max_document_bytes: int = 256 * 1024  # an abstract as a message value, in JSON
    max_text_characters: int = 200_000  # code points of title and abstract
    max_depth: int = 100  # elements inside one another in a record's XML
    max_expansion: int = 200  # decompressed bytes per compressed byte; PubMed's own files have 5 to 15


def check(abstract: Abstract, limits: Limits) -> Abstract:
    """The abstract itself, or `RecordTooLarge` where its text or its message value passes the limits."""
    length = len(abstract.text)
    if length > limits.max_text_characters:
        raise RecordTooLarge(
            f"{abstract.id}: the text has {length} characters; the limit is {limits.max_text_characters}",
            remedy="Raise limits.text_characters, and limits.document_bytes with it.",
            limit="limits.text_characters",
        )
    size = len(abstract.to_bytes())
    if size > limits.max_document_bytes:
        raise RecordTooLarge(
            f"{abstract.id}: the record has {size} bytes as a message; the limit is {limits.max_document_bytes}",
            remedy="Raise limits.document_bytes.",
            limit="limits.document_bytes",
        )
    return abstract


def parse_abstract(value: bytes, limits: Limits | None = None) -> Abstract:
    """Read the value of a message on `biorelay.abstracts`.

    Raises `RecordTooLarge`, `NotJson`, `UnknownSchema` or `RecordError`, and nothing else.
    """
    limits = limits or Limits()
    if len(value) > limits.max_document_bytes:
        raise RecordTooLarge(
            f"the value has {len(value)} bytes; the limit is {limits.max_document_bytes}",
            remedy="Raise limits.document_bytes.",
            limit="limits.document_bytes",
        )
    return check(Abstract.from_bytes(value), limits)
