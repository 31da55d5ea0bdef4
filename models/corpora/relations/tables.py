"""Corpus files of lines and of XML, refused with file and line where they are not what they should be."""

import gzip
import io
import zlib
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import NoReturn, TypeVar
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from models.corpora.errors import CorpusBroken, CorpusMissing
from models.corpora.registry.corpus import Counts

T = TypeVar("T")

_LONGEST_OFFSET = 9  # digits
_LARGEST = 256 << 20  # bytes of a file that is unpacked
_DEEPEST = 50  # elements of XML in each other

REMEDY = "Get the corpus file anew, or name the data folder with --data; `biorelay corpora check` tells which files are whole."


def broken(place: Path | str, line: int | None, reason: str) -> NoReturn:
    """Raise `CorpusBroken` for a line, or a record, of a file."""
    raise CorpusBroken(f"{place}{'' if line is None else f':{line}'}: {reason}", remedy=REMEDY)


def read_bytes(path: Path) -> bytes:
    """A corpus file, unpacked where its name ends with `.gz`. Raises `CorpusMissing`, `CorpusBroken`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusMissing(f"{path}: {error.strerror or error}", remedy="Name the data folder with --data.") from error
    if path.suffix != ".gz":
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            unpacked = stream.read(_LARGEST + 1)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        broken(path, None, f"not a whole gzip file: {error}")
    if len(unpacked) > _LARGEST:
        broken(path, None, f"unpacks to more than {_LARGEST} bytes")
    return unpacked


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Line numbers from 1 and the lines that are not empty, without their ends. UTF-8, as the corpora are. Raises as `read_bytes`."""
    for number, line in enumerate(read_bytes(path).removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            text = line.decode("utf-8").removesuffix("\r")
        except UnicodeDecodeError as error:
            broken(path, number, f"not UTF-8: {error.reason}")
        if text:
            yield number, text


def read_rows(path: Path, widths: Container[int]) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and tab-separated fields. Raises as `read_lines`, and `CorpusBroken` for a line of another number of fields."""
    for number, line in read_lines(path):
        fields = line.split("\t")
        if len(fields) not in widths:
            broken(path, number, f"{len(fields)} tab-separated fields are not what this file has")
        yield number, fields


def offset(text: str) -> int:
    """An offset as corpora write it: ASCII digits. Raises `ValueError`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_OFFSET):
        raise ValueError(text)
    return int(text)


def field(path: Path | str, line: int | None, name: str, text: str, read: Callable[[str], T]) -> T:
    """One field by its reader; one that the reader refuses with a `ValueError` or `KeyError` raises `CorpusBroken`."""
    try:
        return read(text)
    except (ValueError, KeyError):
        broken(path, line, f"{name} {text[:80]!r} is none")


def read_xml(data: bytes, place: Path | str) -> Element:
    """The root of an XML document. Raises `CorpusBroken`, also for one that declares entities: no corpus does."""
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        broken(place, error.position[0], f"not well-formed XML: {error}")
    except (DefusedXmlException, ValueError, LookupError) as error:
        broken(place, None, f"not readable as XML: {error}")
    return root


class _Builder(TreeBuilder):
    """Builds the tree up to a depth that no corpus reaches."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("its elements are nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def attribute(element: Element, name: str, place: Path | str) -> str:
    """An attribute that the format demands. Raises `CorpusBroken`."""
    value = element.get(name)
    if value is None:
        broken(place, None, f"<{element.tag}{''.join(f' {k}={v!r}' for k, v in sorted(element.items()))[:200]}> has no {name}")
    return value


def told(numbers: Mapping[str, int | Mapping[str, int]]) -> Counts:
    """The numbers of a split as the registry writes them: without those that are 0, and inner ones sorted by name."""
    return {name: number if isinstance(number, int) else dict(sorted(number.items())) for name, number in numbers.items() if number}


def decoded(path: Path, encoding: str) -> str:
    """A whole file as text. Raises `CorpusMissing`, `CorpusBroken`."""
    data = read_bytes(path)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        broken(path, data.count(b"\n", 0, error.start) + 1, f"not {encoding}: {error.reason}")
