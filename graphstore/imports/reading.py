"""What the readers of outside graphs share: lines out of files, and identifiers as the graph is to have them.

Files are read twice at most (nodes, then edges), a line at a time. Everything wrong with them is a `GraphBadImport` that names the
file, the line and a remedy.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, ClassVar, cast

from graphstore.errors import GraphBadImport
from graphstore.imports.prefixes import normalised
from graphstore.outside import OutsideEdge, OutsideNode
from models.runtime.errors import BiorelayError
from processors.limits import Limits
from processors.sources.lines import read_lines
from processors.sources.octets import CHUNK, read_octets

LONGEST = 16 * 1024 * 1024
"""Bytes of a line at most."""


class Reading(ABC):
    """One outside graph in its files. `nodes` and `edges` begin anew at each call and give the same in the same order."""

    takes: ClassVar[str] = "a file of nodes and a file of edges"
    fewest: ClassVar[int] = 2
    most: ClassVar[int] = 2

    def __init__(self, form: str, files: Sequence[Path], *, source: str, same: Mapping[str, str], prefer: Sequence[str]) -> None:
        if not self.fewest <= len(files) <= self.most:
            raise GraphBadImport(f"{len(files)} files are named for format {form}", remedy=f"It takes {self.takes}.")
        self.source = source
        self._form = form
        self._files = [Path(file) for file in files]
        self._same = dict(same)
        self._prefer = tuple(prefer)
        self._prepared = not prefer
        self._sizes = {file: size_of(file) for file in self._files}
        self._read = dict.fromkeys(self._files, 0)

    @abstractmethod
    def _nodes(self) -> Iterator[tuple[OutsideNode, tuple[str, ...]]]:
        """Every concept as the file has it, and its cross-references, in our prefixes."""

    @abstractmethod
    def _edges(self) -> Iterator[OutsideEdge]:
        """Every edge as the file has it."""

    def nodes(self) -> Iterator[OutsideNode]:
        """The concepts, by the identifiers that they are to have."""
        self._prepare()
        for node, _ in self._nodes():
            curie = self._same.get(node.curie)
            yield node if curie is None else node._replace(curie=curie, rest=node.rest | {"original_id": node.curie})

    def edges(self) -> Iterator[OutsideEdge]:
        """The edges, by the identifiers that their ends are to have; is-a edges that become loops are left out."""
        self._prepare()
        for edge in self._edges():
            subject, object_ = self._same.get(edge.subject, edge.subject), self._same.get(edge.object, edge.object)
            if (subject, object_) != (edge.subject, edge.object):
                if subject == object_:
                    continue
                rest = {"original_subject": edge.subject, "original_object": edge.object} | edge.rest
                edge = edge._replace(subject=subject, object=object_, rest=rest)  # noqa: PLW2901
            yield edge

    @property
    def fingerprint(self) -> str:
        """A hash of all that the nodes and edges depend on: an import of the same may go on where it was cut off."""
        told = hashlib.sha256(f"1\n{self._form}\n{self.source}\n{sorted(self._same.items())}\n{self._prefer}\n".encode())
        for file in self._files:
            told.update(b"\nfile\n")
            with file.open("rb") as stream:
                while chunk := stream.read(CHUNK * 16):
                    told.update(chunk)
        return told.hexdigest()[:32]

    @property
    def share(self) -> float:
        """How much of the bytes has been read, 0 to 1."""
        return min(sum(self._read.values()) / max(sum(self._sizes.values()), 1), 1.0)

    def _prepare(self) -> None:
        """Learn the cross-references, where identifiers are to be taken from them."""
        if self._prepared:
            return
        self._prepared = True
        for node, others in self._nodes():
            if node.curie not in self._same and node.curie.partition(":")[0] not in self._prefer:
                for prefix in self._prefer:
                    found = {other for other in others if other.startswith(f"{prefix}:")}
                    if len(found) == 1:
                        self._same[node.curie] = found.pop()
                        break

    def _lines(self, file: Path) -> Iterator[tuple[int, str]]:
        return text_lines(file, lambda size: self._read.__setitem__(file, size))


def text_lines(file: Path, tell: Callable[[int], None] = lambda _: None) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, by number, without line breaks; `tell` is told how many bytes of the file were read.

    Raises `GraphBadImport` where the file is damaged, a line is too long, no UTF-8, or holds a NUL byte.
    """
    with file.open("rb") as stream:
        try:
            for line in read_lines(read_octets(cast("BinaryIO", _Counted(stream, tell)), Limits()), LONGEST):
                if line.content is None:
                    raise bad(file, line.number, f"the line has {line.length:,} bytes")
                text = _text(file, line.number, line.content)
                if text.strip():
                    yield line.number, text
        except GraphBadImport:
            raise
        except BiorelayError as error:
            raise GraphBadImport(f"{file}: {error}", remedy=error.remedy) from error


class _Counted:
    """A file that tells how many of its bytes were read."""

    def __init__(self, stream: BinaryIO, tell: Callable[[int], None]) -> None:
        self._stream = stream
        self._tell = tell
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._size += len(chunk)
        self._tell(self._size)
        return chunk


def bad(file: Path, line: int, what: str, remedy: str | None = None) -> GraphBadImport:
    """The error of a line."""
    return GraphBadImport(f"{file}, line {line}: {what}", remedy=remedy or "Mend the line, or leave it out.")


def curie_in(file: Path, line: int, column: str, text: str) -> str:
    """An identifier as we write it. Raises `GraphBadImport` where it is no CURIE."""
    found = normalised(text)
    if found is None:
        what = f"{column} is empty" if not text.strip() else f"{column} {text.strip()[:80]!r} is not a CURIE"
        raise bad(file, line, what, "Write prefix:identifier, such as MESH:D003924.")
    return found


def size_of(file: Path) -> int:
    """Bytes of a file. Raises `GraphBadImport` where it cannot be opened."""
    try:
        if file.is_dir():
            raise GraphBadImport(f"{file} is a folder", remedy="Name the files in it.")
        with file.open("rb"):
            return file.stat().st_size
    except OSError as error:
        raise GraphBadImport(f"{file} cannot be read: {error.strerror}", remedy="Name a file that is there.") from error


def table(lines: Iterator[tuple[int, str]], file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with a header, cells apart by tabs; cells that are missing at a line's end are empty.

    Raises `GraphBadImport` for an empty file, a header without the needed columns or with one twice, and a row with too many cells.
    """
    number, header = next(lines, (0, ""))
    if not number:
        raise GraphBadImport(f"{file} is empty", remedy="Name a file whose first line names its columns.")
    columns = [cell.strip().strip('"') for cell in header.split("\t")]
    for column in needed:
        if column not in columns:
            raise bad(file, number, f"there is no column {column}", f"Its first line names {', '.join(columns)[:200]}; apart by tabs.")
    if len(set(columns)) < len(columns):
        raise bad(file, number, "a column is named twice")
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) > len(columns):
            raise bad(file, number, f"there are {len(cells)} cells and {len(columns)} columns")
        yield number, dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))


def _text(file: Path, number: int, content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise bad(file, number, f"byte {error.start + 1} is not UTF-8", "Convert the file: iconv -f ENCODING -t UTF-8.") from error
    if "\x00" in text:
        raise bad(file, number, "there is a NUL byte", "Name a text file.")
    return text
