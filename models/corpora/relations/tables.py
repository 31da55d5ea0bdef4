"""Corpus files of lines and of XML, refused with file and line where they are not what they should be."""

import gzip
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import NoReturn, TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from models.corpora.errors import CorpusBroken, CorpusMissing
from models.corpora.registry.corpus import Counts

T = TypeVar("T")

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
        return gzip.decompress(data)
    except (OSError, EOFError, ValueError) as error:
        broken(path, None, f"not a whole gzip file: {error}")


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


def field(path: Path, line: int | None, name: str, text: str, read: Callable[[str], T]) -> T:
    """One field by its reader; one that the reader refuses with a `ValueError` or `KeyError` raises `CorpusBroken`."""
    try:
        return read(text)
    except (ValueError, KeyError):
        broken(path, line, f"{name} {text[:80]!r} is none")


def read_xml(data: bytes, place: Path | str) -> Element:
    """The root of an XML document. Raises `CorpusBroken`, also for one that declares entities: no corpus does."""
    parser = DefusedXMLParser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        broken(place, error.position[0], f"not well-formed XML: {error}")
    except (DefusedXmlException, ValueError, LookupError) as error:
        broken(place, None, f"not readable as XML: {error}")
    return root


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
