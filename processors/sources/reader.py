"""The one way in: any file or stream that holds abstracts, told by its content, read record by record."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from models.runtime.errors import BiorelayError
from processors.errors import UnknownFormat
from processors.limits import Limits
from processors.records import Abstract
from processors.sources import sniff
from processors.sources.jsonl import read_jsonl
from processors.sources.octets import gathered, read_octets
from processors.sources.outcome import Deletion, Problem
from processors.sources.pubmed_xml import read_pubmed_xml
from processors.sources.pubtator import read_pubtator

Outcome = Abstract | Deletion | Problem
Reader = Callable[[Iterator[bytes], str, Limits], Iterator[Outcome]]

READERS: dict[str, Reader] = {sniff.PUBMED_XML: read_pubmed_xml, sniff.PUBTATOR: read_pubtator, sniff.JSONL: read_jsonl}


def read(source: str | Path | BinaryIO, *, format: str | None = None, limits: Limits | None = None) -> Iterator[Outcome]:  # noqa: A002
    """Read abstracts from a file, plain or gzip, or from a binary stream; in order, one record in memory at a time.

    `format` is one of `pubmed-xml`, `pubtator`, `jsonl`; without it the content tells, then the name.
    Nothing is raised for what a file holds: a refused record, or a file that is missing, damaged or of another format,
    comes as a `Problem`, and whatever was whole before or behind it is read.
    """
    limits = limits or Limits()
    name = source_name(source)
    try:
        if format is not None and format not in READERS:
            raise UnknownFormat(f"there is no format {format!r}", remedy=f"Choose one of {', '.join(READERS)}.")
        chunks = gathered(read_octets(source, limits), sniff.HEAD)
        head = next(chunks, b"")
        reader = READERS[format or sniff.sniff(head, name)]
    except BiorelayError as error:
        yield Problem(name, None, None, error)
        return
    yield from reader(itertools.chain((head,), chunks), name, limits)


def source_name(source: str | Path | BinaryIO) -> str:
    """What messages and records call a source: a file's name without its folder; `<stream>` where there is none."""
    if isinstance(source, (str, Path)):
        return Path(source).name
    name = getattr(source, "name", None)
    return Path(name).name if isinstance(name, str) else "<stream>"
