"""Cutting an XML stream into records, so that a malformed one costs only itself.

The scanner looks for the tags of records and holds one record at most. What stands between records is looked through for what
must not be there: a DOCTYPE with an internal subset and declarations of entities are refused (`UnsafeXml`) before any parser sees
them, and no record's parser ever gets a DOCTYPE at all.

An unclosed record ends where the next one begins. Record tags inside comments and CDATA sections of a record, which nobody
writes, are taken for tags: such a record is refused. A comment between records that never ends hides the rest of the file,
which is then refused as truncated.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from models.runtime.errors import BiorelayError
from processors.errors import RecordTooLarge, SourceError, TruncatedSource, UnsafeXml

_EVENT = re.compile(rb"<(?:!--|!\[CDATA\[|!DOCTYPE|!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)|\?|(/?)([A-Za-z_][\w:.-]*)(?=[\s/>]))|<|[^\s<]+")
_TAG_END = re.compile(rb"[<>\[]")
_NAMESPACE = re.compile(rb"""\sxmlns:[A-Za-z_][\w.-]*\s*=\s*(?:"[^"<&]*"|'[^'<&]*')""")
_SKIPPED = {b"<!--": b"-->", b"<?": b"?>", b"<![CDATA[": b"]]>"}
_TAIL = 256  # bytes kept when more input is needed to tell what stands there
_MARKUP_LIMIT = 1 << 16  # a tag or DOCTYPE longer than this is nobody's
_HEAD = 1 << 13  # bytes of a record in which its id stands


@dataclass(frozen=True, slots=True)
class Shape:
    """What the files of one format look like."""

    name: str  # of the format, for messages: PubMed
    tags: frozenset[bytes]  # the elements that are records
    roots: frozenset[bytes]  # the elements around all records; a record may also stand alone
    identify: Callable[[bytes], str | None]  # a record's CURIE out of its first bytes, so that a broken one can be named
    rooted: Mapping[bytes, bytes] = field(default_factory=dict)  # records only inside that root, or where there is none
    wrappers: frozenset[bytes] = frozenset()  # elements that may stand between a root and its records
    passed: frozenset[bytes] = frozenset()  # elements beside the records that are passed over, with all that they hold

    def end(self, tag: bytes) -> re.Pattern[bytes]:
        """Where a record ends: at its end tag (group 1), or where another one begins, or the root ends."""
        others, roots = b"|".join(sorted({*self.tags, tag})), b"|".join(sorted(self.roots))
        return re.compile(rb"<(?:(/" + tag + rb"\s*>)|(?:" + others + rb")[\s/>]|/(?:" + roots + rb")\s*>)")


@dataclass(frozen=True, slots=True)
class Chunk:
    """The bytes of one record, from its start tag to its end tag."""

    tag: str
    content: bytes
    line: int
    id: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A place that holds no whole record, and why."""

    line: int
    id: str | None
    error: BiorelayError
    is_record: bool


@dataclass(slots=True)
class Scanner:
    """Cuts one stream. `namespaces` is what the root element declares, for the records' own parsers."""

    chunks: Iterator[bytes]
    shape: Shape
    limit: int  # bytes of one record
    namespaces: bytes = b""
    _held: bytearray = field(default_factory=bytearray)
    _line: int = 1  # of the first byte held
    _root: bytes | None = None
    _closed: bool = False  # the root element has ended
    _stray: int | None = None  # the line of the first stray byte since the last record
    _open: tuple[int, str | None] | None = None  # line and id of the record that is being read
    _is_empty: bool = True
    _failure: BiorelayError | None = None  # the input's own

    def __iter__(self) -> Iterator[Chunk | Refused]:
        """Every record in order. An error of the input itself comes last, as `Refused`, after all that was whole before it."""
        try:
            while True:
                tag = self._seek()
                if tag is None:
                    self._finish()
                if self._stray:
                    yield Refused(self._stray, None, SourceError("what stands here is no record; it was skipped"), is_record=False)
                    self._stray = None
                if tag is None:
                    break
                self._is_empty = False
                yield self._take(tag)
        except BiorelayError as error:
            line, id_ = self._open or (self._line, None)
            yield Refused(line, id_, error, is_record=self._open is not None)

    def _finish(self) -> None:
        """Raise what is wrong with the end of the input, if anything is."""
        self._drop(len(self._held))
        if self._failure:
            raise self._failure
        if self._root and not self._closed:
            raise TruncatedSource(f"the file ends before </{self._root[:80].decode()}>")
        if self._is_empty and self._root not in self.shape.roots:
            raise SourceError(f"the file holds no {self.shape.name} record")

    def _seek(self) -> bytes | None:
        """Go to the next record's start tag, so that what is held begins with it; None at the end of the input."""
        position = 0
        while True:
            event: re.Match[bytes] | None = _EVENT.search(self._held, position)
            start = event.start() if event else len(self._held)
            if len(self._held) - start < _TAIL and self._more(start):
                position = 0
            elif event is None:
                return None
            else:
                token, slash, name = event[0], event[1], event[2]  # now: a match reads from what is held, which changes below
                if token in _SKIPPED:
                    self._mark(start, is_stray=token == b"<![CDATA[")
                    position = self._past(_SKIPPED[token], event.end())
                elif name is None and not token.startswith(b"<!"):
                    self._mark(start)
                    position = event.end()
                else:
                    self._drop(start)
                    if name is None:
                        position = self._doctype(token)
                    elif not slash and self._is_record(name):
                        return name
                    elif not slash and name in self.shape.passed:
                        position = self._passed(name)
                    else:
                        position = self._element(name, is_end=bool(slash))

    def _is_record(self, name: bytes) -> bool:
        return name in self.shape.tags or (name in self.shape.rooted and self._root in (None, self.shape.rooted[name]))

    def _take(self, tag: bytes) -> Chunk | Refused:
        """The record that begins here; afterwards what is held begins behind it."""
        line, id_ = self._line, None
        position, dropped = 1, 0
        ends = self.shape.end(tag)
        while not (end := ends.search(self._held, position)):
            if (
                id_ is None and not dropped and len(self._held) >= min(_HEAD, self.limit)
            ):  # no sooner: the size of the chunks must not matter
                id_ = self.shape.identify(bytes(self._held[:_HEAD]))
            self._open = (line, id_)
            position = max(1, len(self._held) - _TAIL)
            if dropped or len(self._held) > self.limit:
                dropped += position
                self._drop(position)
                position = 0
            if not self._more():
                self._open = (line, id_ if id_ or dropped else self.shape.identify(bytes(self._held[:_HEAD])))
                raise self._failure or TruncatedSource("the file ends in the middle of the record")
        self._open = None
        is_whole = end[1] is not None
        size = end.end() if is_whole else end.start()
        if id_ is None and not dropped:
            id_ = self.shape.identify(bytes(self._held[: min(size, _HEAD)]))
        content = bytes(self._held[:size])
        self._drop(size)
        if dropped + size > self.limit:
            error = RecordTooLarge(f"the record has {dropped + size} bytes; the limit is {self.limit}")
            return Refused(line, id_, error, is_record=True)
        if not is_whole:
            return Refused(line, id_, SourceError(f"the record has no end tag </{tag.decode()}>"), is_record=True)
        return Chunk(tag.decode(), content, line, id_)

    def _past(self, end: bytes, position: int) -> int:
        """The place behind `end`, searched from `position`; what lies between is not held."""
        line = self._line + self._held.count(b"\n", 0, position)
        while (found := self._held.find(end, position)) < 0:
            if not self._more(max(position, len(self._held) - len(end) + 1)):
                self._line = line  # where it begins, however much was let go of since
                raise self._failure or TruncatedSource(f"the file ends before a {end.decode()}")
            position = 0
        return found + len(end)

    def _passed(self, name: bytes) -> int:
        """The place of the end tag of the element that begins here; behind it where it has none."""
        tag = self._tag()
        end = b"</" + name
        return len(tag) if tag.endswith(b"/>") else self._past(end, len(tag) or 1) - len(end)

    def _tag(self) -> bytes:
        """The whole tag that begins here; empty where it does not end."""
        while not (end := _TAG_END.search(self._held, 1)):
            if len(self._held) > _MARKUP_LIMIT:
                return b""
            if not self._more():
                raise self._failure or TruncatedSource("the file ends inside a tag")
        return bytes(self._held[: end.end()]) if end[0] == b">" else b""

    def _doctype(self, keyword: bytes) -> int:
        declaration = self._tag() if keyword == b"<!DOCTYPE" else b""
        if not declaration:
            raise UnsafeXml(
                "the XML declares entities or elements of its own",
                remedy=f"{self.shape.name} files never do; take them from their publisher.",
            )
        return len(declaration)

    def _element(self, name: bytes, *, is_end: bool) -> int:
        tag = self._tag()
        if tag and is_end and name == self._root:
            self._closed = True
        elif tag and not is_end and (self._root is None or self._closed):
            self._root, self._closed = name, tag.endswith(b"/>")
            self.namespaces = b"".join(_NAMESPACE.findall(tag))
        elif not tag or name not in self.shape.wrappers | self.shape.passed:
            self._mark(0)
        return len(tag) or 1

    def _more(self, drop: int = 0) -> bool:
        """Hold more input, after letting go of the first `drop` bytes; False, and nothing changed, at its end."""
        try:
            chunk = next((chunk for chunk in self.chunks if chunk), b"")
        except BiorelayError as error:
            self._failure = error  # told at the end, after what is whole in what is held
            chunk = b""
        if chunk:
            self._drop(drop)
            self._held += chunk
        return bool(chunk)

    def _drop(self, size: int) -> None:
        self._line += self._held.count(b"\n", 0, size)
        del self._held[:size]

    def _mark(self, position: int, *, is_stray: bool = True) -> None:
        if is_stray and self._stray is None:
            self._stray = self._line + self._held.count(b"\n", 0, position)
