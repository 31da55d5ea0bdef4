"""Numbered lines out of chunks of bytes; one that passes the limit is dropped as it streams by, never held."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line break (LF or CRLF)."""

    number: int  # from 1
    content: bytes | None  # None: the line is longer than the limit
    length: int  # bytes; of one that is too long with its carriage return


def read_lines(chunks: Iterator[bytes], limit: int) -> Iterator[Line]:
    """Every line, the last one with or without a line break. Errors of `chunks` pass through, after the last whole line."""
    number = 1
    held = bytearray()
    dropped = 0  # bytes of a line beyond the limit
    for chunk in chunks:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            yield _line(number, held, chunk[start:end], dropped, limit)
            number += 1
            held.clear()
            dropped = 0
            start = end + 1
        rest = chunk[start:]
        if dropped or len(held) + len(rest) > limit + 1:  # one byte more for the carriage return
            dropped += len(held) + len(rest)
            held.clear()
        else:
            held += rest
    if held or dropped:
        yield _line(number, held, b"", dropped, limit)


def _line(number: int, held: bytearray, end: bytes, dropped: int, limit: int) -> Line:
    if dropped:
        return Line(number, None, dropped + len(end))
    whole = bytes(held) + end
    content = whole.removesuffix(b"\r")
    return Line(number, content, len(content)) if len(content) <= limit else Line(number, None, len(whole))
