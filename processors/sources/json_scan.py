"""Cutting a JSON stream into records, whatever stands around them, with one record in memory.

A record is an object: alone, one behind the other (JSON lines), in an array, or in the array of a wrapping object
(`{"source": ..., "documents": [...]}`). A record whose brackets and quotes balance costs only itself, whatever else is wrong with it;
one of which they do not runs to the end of the file or line and takes what follows along, which is then said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.runtime.errors import BiorelayError
from processors.errors import RecordTooLarge, SourceError, TruncatedSource
from processors.sources.xml_scan import Chunk, Refused

_OUTSIDE = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'["\\]')
_NEXT = re.compile(rb"[^\s,]")
_WORD = re.compile(rb"[^\s,{}\[\]]+")
_COLON = re.compile(rb"\s*:\s*")
_ID = re.compile(rb'"id"\s*:\s*(?:"([^"\\]{1,100})"|([0-9]{1,18})\b)')
_MAX_FRAMES = 100
_HEAD = 1 << 10  # bytes of a record in which its id stands


@dataclass(slots=True)
class JsonScanner:
    """Cuts one stream. The arrays of records in wrapping objects are called by one of the names in `wrappers`."""

    chunks: Iterator[bytes]
    wrappers: frozenset[bytes]
    limit: int  # bytes of one record
    line: int = 1  # of the first byte
    _held: bytearray = field(default_factory=bytearray)
    _frames: list[int] = field(default_factory=list)  # the brackets that are open around the records
    _stray: int | None = None  # the line of the first stray byte since the last record
    _failure: BiorelayError | None = None  # the input's own

    def __iter__(self) -> Iterator[Chunk | Refused]:
        """Every record in order. An error of the input itself comes last, as `Refused`, after all that was whole before it."""
        is_open: int | None = None
        try:
            while self._seek():
                if self._stray:
                    yield self._strayed(self._stray)
                is_open = self.line
                found = self._take()
                is_open = None
                if found:
                    yield found
            if self._stray:
                yield self._strayed(self._stray)
            if self._failure:
                raise self._failure
            if self._frames:
                raise TruncatedSource("the file ends before its closing bracket")
        except BiorelayError as error:
            yield Refused(is_open or self.line, None, error, is_record=is_open is not None)

    def _strayed(self, line: int) -> Refused:
        self._stray = None
        return Refused(line, None, SourceError("what stands here is no record; it was skipped"), is_record=False)

    def _seek(self) -> bool:
        """Go to the next record's bracket, so that what is held begins with it; False at the end of the input."""
        while True:
            found = _NEXT.search(self._held)
            self._drop(found.start() if found else len(self._held))
            if not found:
                if not self._more():
                    return False
            elif self._frames and self._frames[-1] == ord("{"):
                self._rest()
            elif self._held[0] == ord("{"):
                return True
            elif self._held[0] == ord("["):
                if len(self._frames) > _MAX_FRAMES:
                    raise SourceError("the brackets around the records are nested too deeply")
                self._frames.append(ord("["))
                self._drop(1)
            elif self._held[0] == ord("]") and self._frames:
                self._frames.pop()
                self._drop(1)
            else:
                self._stray = self._stray or self.line
                word = _WORD.match(self._held)
                self._drop(word.end() if word else 1)

    def _rest(self) -> None:
        """Pass over what a wrapping object holds behind its records, and over its end."""
        level, position, in_string = 1, 0, False
        while level:
            found = (_INSIDE if in_string else _OUTSIDE).search(self._held, position)
            if found is None:
                position = max(position - len(self._held), 0)
                self._drop(len(self._held))
                if not self._more():
                    raise self._failure or TruncatedSource("the file ends before its closing bracket")
                continue
            position = found.end()
            if in_string:
                position += found[0] == b"\\"
                in_string = found[0] == b"\\"
            elif found[0] == b'"':
                in_string = True
            else:
                level += 1 if found[0] in b"{[" else -1
        self._drop(position)
        self._frames.pop()

    def _take(self) -> Chunk | Refused | None:
        """The record that begins here; None where it is a wrapping object, whose array is then open."""
        line, level, position, dropped = self.line, 0, 0, 0
        key: tuple[int, int] | None = None  # where the last string of the outermost object stands
        string = -1  # where the string that is open begins
        while True:
            found = (_OUTSIDE if string < 0 else _INSIDE).search(self._held, position)
            if found is None:
                position = max(position, len(self._held))
                if len(self._held) > self.limit:
                    size = len(self._held)
                    dropped, position, string = dropped + size, position - size, min(string, 0)
                    self._drop(size)
                if not self._more():
                    raise self._failure or TruncatedSource("the file ends in the middle of the record")
                continue
            sign, position = found[0], found.end()
            if string >= 0:
                if sign == b"\\":
                    position += 1
                else:
                    key = (string, found.start()) if level == 1 and not dropped else None
                    string = -1
            elif sign == b'"':
                string = position
            elif sign in b"{[":
                if level == 1 and sign == b"[" and key and found.start() <= self.limit and self._wraps(key, found.start()):
                    self._drop(position)
                    self._frames += b"{["
                    return None
                level += 1
            else:
                level -= 1
                if level == 0:
                    break
        content = bytes(self._held[:position])
        self._drop(position)
        if dropped + position > self.limit:
            error = RecordTooLarge(f"the record has {dropped + position} bytes; the limit is {self.limit}")
            return Refused(line, None, error, is_record=True)
        return Chunk("", content, line, _id(content[:_HEAD]))

    def _wraps(self, key: tuple[int, int], bracket: int) -> bool:
        start, end = key
        return bytes(self._held[start:end]) in self.wrappers and bool(_COLON.fullmatch(self._held, end + 1, bracket))

    def _more(self) -> bool:
        """Hold more input; False at its end."""
        try:
            chunk = next((chunk for chunk in self.chunks if chunk), b"")
        except BiorelayError as error:
            self._failure = error  # told at the end, after what is whole in what is held
            chunk = b""
        self._held += chunk
        return bool(chunk)

    def _drop(self, size: int) -> None:
        self.line += self._held.count(b"\n", 0, size)
        del self._held[:size]


def _id(head: bytes) -> str | None:
    found = _ID.search(head.partition(b'"passages"')[0])
    return (found[1] or found[2]).decode("utf-8", "replace") if found else None
