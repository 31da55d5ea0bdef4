"""Dead letters as messages: the original bytes, and in headers what was wrong, where, and by which version."""

from dataclasses import replace
from typing import Final

from models.runtime.errors import BiorelayError
from processors.records import Revision

from . import headers
from .errors import Unexpected
from .messages import Inbound, Outbound
from .settings import Stage, StreamSettings
from .topics import Topic, dead_letter_bytes

_HEADER_BYTES: Final = 64 * 1024
"""Of a message's own headers, what goes into its dead letter."""


def code_of(error: BaseException) -> str:
    return error.code if isinstance(error, BiorelayError) else Unexpected.code


def said(error: BaseException) -> str:
    return str(error) if isinstance(error, BiorelayError) else f"{type(error).__name__}: {error}"


def letter(
    message: Inbound,
    error: BaseException,
    *,
    stage: Stage,
    settings: StreamSettings,
    model: str = "",
    attempts: int = 1,
    revision: Revision | None = None,
) -> Outbound:
    """The dead letter of a message. Where it would be larger than its topic takes, it holds the beginning of the value and says so."""
    kept, room = [], _HEADER_BYTES
    for name, value in message.headers:
        room -= len(name) + len(value or b"")
        if room >= 0 and name not in headers.DEAD_LETTER and name != headers.REVISION:
            kept.append((name, value))
    about = {
        headers.ERROR_CODE: code_of(error),
        headers.ERROR: said(error)[:1000],
        headers.STAGE: stage.value,
        headers.TOPIC: message.topic,
        headers.PARTITION: str(message.partition),
        headers.OFFSET: str(message.offset),
        headers.ATTEMPTS: str(attempts),
        headers.SOFTWARE: settings.software,
        headers.MODEL: model,
    }
    if revision is not None:
        about[headers.REVISION] = str(revision)
    told = tuple((name, text.encode("utf-8", "backslashreplace")) for name, text in about.items())
    whole = Outbound(Topic.DEAD_LETTERS.named(settings.prefix), None, message.key, message.value, (*kept, *told))
    return whole if size(whole) <= dead_letter_bytes(settings) else cut(whole)


def size(message: Outbound) -> int:
    """What the message takes on the wire, a little generously."""
    pairs = sum(len(name) + len(value) + 10 for name, value in message.headers)
    return len(message.key or b"") + len(message.value or b"") + pairs + 512


def cut(message: Outbound) -> Outbound:
    """A dead letter that holds only the beginning of its message, and says so."""
    value = message.value or b""
    pairs = dict(message.headers)
    whole = pairs.get(headers.CUT_FROM, str(len(value)).encode())
    kept = tuple(pair for pair in message.headers if pair[0] != headers.CUT_FROM)
    return replace(message, value=value[: min(len(value) // 4, 1 << 20)], headers=(*kept, (headers.CUT_FROM, whole)))
