"""The one way in: any file or stream that holds abstracts, told by its content, read record by record."""

import itertools
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from models.runtime.errors import BiorelayError
from processors.cleaning import Cleaning, clean
from processors.errors import UnknownFormat
from processors.limits import Limits, check
from processors.records import Abstract
from processors.sources import sniff
from processors.sources.jats import read_jats
from processors.sources.jsonl import read_jsonl
from processors.sources.nbib import read_nbib
from processors.sources.octets import gathered, read_octets
from processors.sources.outcome import Deletion, Problem
from processors.sources.plain_text import read_text
from processors.sources.pubmed_xml import read_pubmed_xml
from processors.sources.pubtator import read_pubtator

Outcome = Abstract | Deletion | Problem
FormatReader = Callable[[Iterator[bytes], str, Limits], Iterator[Outcome]]
Reader = Callable[[Iterator[bytes], str, Limits, Cleaning], Iterator[Outcome]]


def cleaned(reader: FormatReader) -> Reader:
    """A reader whose texts are cleaned; what is refused only then comes as a `Problem` without a line."""

    def read_cleaned(chunks: Iterator[bytes], name: str, limits: Limits, cleaning: Cleaning) -> Iterator[Outcome]:
        for outcome in reader(chunks, name, limits):
            if not isinstance(outcome, Abstract):
                yield outcome
                continue
            try:
                abstract = clean(outcome, cleaning)
                yield abstract if abstract is outcome else check(abstract, limits)
            except BiorelayError as error:
                yield Problem(name, outcome.id, None, error)

    return read_cleaned


def exact(reader: FormatReader) -> Reader:
    """A reader whose texts stay as they stand, since annotations beside them count their characters."""
    return lambda chunks, name, limits, _: reader(chunks, name, limits)


def later(module: str, function: str) -> FormatReader:
    """A reader whose module is imported when it first reads: the bioc package brings lxml along, which takes its time."""

    def read_later(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Outcome]:
        reader: FormatReader = getattr(import_module(module), function)
        return reader(chunks, name, limits)

    return read_later


READERS: dict[str, Reader] = {
    sniff.PUBMED_XML: cleaned(read_pubmed_xml),
    sniff.NBIB: cleaned(read_nbib),
    sniff.PUBTATOR: exact(read_pubtator),
    sniff.BIOC_XML: exact(later("processors.sources.bioc", "read_bioc_xml")),
    sniff.BIOC_JSON: exact(later("processors.sources.bioc", "read_bioc_json")),
    sniff.JATS: cleaned(read_jats),
    sniff.JSONL: read_jsonl,  # cleans the easy shape; a whole record is stored as it stands
    sniff.TEXT: cleaned(read_text),
}


def read(
    source: str | Path | BinaryIO,
    *,
    format: str | None = None,  # noqa: A002
    limits: Limits | None = None,
    cleaning: Cleaning | None = None,
) -> Iterator[Outcome]:
    """Read abstracts from a file, plain or gzip, or from a binary stream; in order, one record in memory at a time.

    `format` is one of `FORMATS`; without it the content tells, then the name.
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
        reader = READERS[format or sniff.sniff(head[: sniff.HEAD], name)]
    except BiorelayError as error:
        yield Problem(name, None, None, error)
        return
    yield from reader(itertools.chain((head,), chunks), name, limits, cleaning or Cleaning())


def source_name(source: str | Path | BinaryIO) -> str:
    """What messages and records call a source: a file's name without its folder; `<stream>` where there is none."""
    if isinstance(source, (str, Path)):
        return Path(source).name
    name = getattr(source, "name", None)
    return Path(name).name if isinstance(name, str) else "<stream>"
