"""Errors of records and sources."""

from models.runtime.errors import Action, BiorelayError


class RecordError(BiorelayError):
    """A message value or a line cannot be read as the record it should be."""

    code = "record.invalid"
    action = Action.DEAD_LETTER


class NotJson(RecordError):
    """The bytes are not UTF-8 JSON."""

    code = "record.not-json"


class UnknownSchema(RecordError):
    """The record names a schema, or a version of one, that this software does not read."""

    code = "record.unknown-schema"


class RecordTooLarge(RecordError):
    """The record, or its text, passes the size limit of the settings."""

    code = "record.too-large"


class SourceError(BiorelayError):
    """A file cannot be read as the format it should be; names file, place and remedy."""

    code = "source.unreadable"
    action = Action.DEAD_LETTER


class UnknownFormat(SourceError):
    """The format of a file can be told neither from its name nor from its content."""

    code = "source.unknown-format"


class UnsupportedFormat(SourceError):
    """The format of a file is known, and this version does not read it; the message names it."""

    code = "source.unsupported-format"


class UnsafeXml(SourceError):
    """The XML declares entities, refers to external ones, or passes the limits on size or depth."""

    code = "source.unsafe-xml"


class TruncatedSource(SourceError):
    """A file ends in the middle of a record or of a compressed stream."""

    code = "source.truncated"
