"""Every error that biorelay raises, in one place.

Each has a stable `code`, an `action` (retry, dead-letter or stop) and, mostly, a `remedy`.

    BiorelayError
      ArtefactError
        ArtefactCorrupt
        ArtefactMissing
      BadInput
"""

from biorelay.refusals import BadInput, SettingsError
from models.runtime.errors import Action, ArtefactCorrupt, ArtefactError, ArtefactMissing, BiorelayError, RuntimeUnavailable, TextTooLong
from processors.errors import (
    NotJson,
    RecordError,
    RecordTooLarge,
    SourceError,
    TruncatedSource,
    UnknownFormat,
    UnknownSchema,
    UnsafeXml,
)

__all__ = [
    "Action",
    "ArtefactCorrupt",
    "ArtefactError",
    "ArtefactMissing",
    "BadInput",
    "BiorelayError",
    "NotJson",
    "RecordError",
    "RecordTooLarge",
    "RuntimeUnavailable",
    "SettingsError",
    "SourceError",
    "TextTooLong",
    "TruncatedSource",
    "UnknownFormat",
    "UnknownSchema",
    "UnsafeXml",
]
