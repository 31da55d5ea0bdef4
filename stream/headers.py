"""What travels beside a record: its revision and its time of publication, in headers, so that records hold no clock."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from processors.errors import RecordError
from processors.records import Revision

from .errors import NoRevision

Headers = tuple[tuple[str, bytes], ...]

REVISION: Final = "biorelay-revision"
"""`epoch:offset` of the abstract that all of this derives from."""
PUBLISHED_AT: Final = "biorelay-published-at"
"""Milliseconds since 1970 at which the abstract was published, from Kafka's timestamp."""

ANSWERED: Final = "biorelay-answered"
"""Milliseconds since 1970 at which entities and relations were written together, of a document that was published long before: the
relations agent has nothing to do with them, and nobody waited for them since their publication."""

ERROR_CODE: Final = "biorelay-error-code"
ERROR: Final = "biorelay-error"
STAGE: Final = "biorelay-stage"
TOPIC: Final = "biorelay-topic"
PARTITION: Final = "biorelay-partition"
OFFSET: Final = "biorelay-offset"
ATTEMPTS: Final = "biorelay-attempts"
SOFTWARE: Final = "biorelay-software"
MODEL: Final = "biorelay-model"
CUT_FROM: Final = "biorelay-cut-from"
"""The original's size, where it did not fit into the dead-letter topic and only its beginning stands there."""

DEAD_LETTER: Final = frozenset({ERROR_CODE, ERROR, STAGE, TOPIC, PARTITION, OFFSET, ATTEMPTS, SOFTWARE, MODEL, CUT_FROM})

_YEAR_10000: Final = 253_402_300_800_000


def get(headers: Iterable[tuple[str, bytes]], name: str) -> str | None:
    """The last value under that name as text; `None` where there is none or it is not UTF-8."""
    found = None
    for key, value in headers:
        if key == name:
            try:
                found = (value or b"").decode()
            except UnicodeDecodeError:
                found = None
    return found


def revision(headers: Iterable[tuple[str, bytes]]) -> Revision:
    """The revision in the headers; raises `NoRevision` where it is missing or unreadable."""
    text = get(headers, REVISION)
    if text is None:
        raise NoRevision(f"the message has no {REVISION} header", remedy="Publish to the abstracts topic; derived topics are the agents'.")
    try:
        return Revision.parse(text)
    except RecordError as error:
        raise NoRevision(str(error)) from error


def published_at(headers: Iterable[tuple[str, bytes]]) -> int | None:
    """Milliseconds since 1970, or `None`."""
    return _milliseconds(headers, PUBLISHED_AT)


def waited_since(headers: Iterable[tuple[str, bytes]]) -> int | None:
    """Since when the answer is waited for, in milliseconds since 1970, or `None`."""
    pairs = tuple(headers)
    return _milliseconds(pairs, ANSWERED) or _milliseconds(pairs, PUBLISHED_AT)


def _milliseconds(headers: Iterable[tuple[str, bytes]], name: str) -> int | None:
    text = get(headers, name)
    return int(text) if text and len(text) < 20 and text.isascii() and text.isdigit() else None


def moment(milliseconds: int | None) -> datetime | None:
    """That many milliseconds after 1970, in UTC; `None` where no calendar has it: a header may say anything."""
    if milliseconds is None or not 0 <= milliseconds < _YEAR_10000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def stamp(revision: Revision, published_at: int) -> Headers:
    """The headers of every derived message."""
    return ((REVISION, str(revision).encode()), (PUBLISHED_AT, str(published_at).encode()))
