"""BioC, XML and JSON: a collection, PubTator's answers, PMC's full texts, JSON lines of documents or collections; plain or gzip.

Documents are cut out of the stream, checked one by one and built as the `bioc` package's model, so a bad one costs only itself.
The DOCTYPE line that BioC's writers put there is read past and never followed.
"""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from bioc import BioCDocument
from pydantic_core import from_json as decode

from models.runtime.errors import BiorelayError
from processors.errors import NotJson, RecordTooLarge
from processors.limits import Limits, check
from processors.records import Abstract
from processors.sources import bioc_model
from processors.sources.bioc_annotations import annotate
from processors.sources.bioc_text import place
from processors.sources.identifiers import document_id
from processors.sources.json_scan import JsonScanner
from processors.sources.lines import read_lines
from processors.sources.octets import INVALID, read_octets
from processors.sources.outcome import Problem
from processors.sources.pubtator import AnnotatedDocument
from processors.sources.xml_parse import parse_record
from processors.sources.xml_scan import Chunk, Refused, Scanner, Shape

_ID = re.compile(rb"<document[^<>]*>\s*<id[^<>]*>\s*([^<]{1,100}?)\s*</id")
_WRAPPERS = frozenset({b"documents", b"PubTator3"})


def _identify(head: bytes) -> str | None:
    found = _ID.match(head)
    return document_id(found[1].decode("utf-8", "replace")) if found else None


BIOC = Shape(
    name="BioC",
    tags=frozenset({b"document"}),
    roots=frozenset({b"collection"}),
    identify=_identify,
    passed=frozenset({b"source", b"date", b"key", b"infon"}),
)

Found = tuple[BioCDocument | BiorelayError, str | None, int]
"""A document, or why there is none; what to call it; the line where it begins."""


def read_bioc_xml(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Abstract | Problem]:
    """Every document's title and sections, in order; annotations are passed over. What is refused comes as a `Problem`."""
    return _abstracts(_xml_documents(chunks, limits), name, limits)


def read_bioc_json(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Abstract | Problem]:
    """Every document's title and sections, in order; annotations are passed over. What is refused comes as a `Problem`."""
    return _abstracts(_json_documents(chunks, limits), name, limits)


def read_annotated_bioc(path: str | Path) -> Iterator[AnnotatedDocument]:
    """Every document of a BioC file with its annotations, in order; what is refused of them is in `problems`.

    A corpus must be whole, so a document that cannot be read, or a file that ends too early, raises `RecordError` or `SourceError`.
    """
    limits, name = Limits(), Path(path).name
    chunks = read_octets(path, limits)
    head = next(chunks, b"")
    documents = _xml_documents if head.lstrip().startswith(b"<") else _json_documents
    for document, _, line in documents(itertools.chain((head,), chunks), limits):
        try:
            if isinstance(document, BiorelayError):
                raise document
            yield annotate(document, name)
        except BiorelayError as error:
            raise type(error)(f"{name}, line {line}: {error}", remedy=error.remedy) from error


def _abstracts(documents: Iterator[Found], name: str, limits: Limits) -> Iterator[Abstract | Problem]:
    for document, record, line in documents:
        try:
            if isinstance(document, BiorelayError):
                raise document
            yield check(place(document, name).abstract, limits)
        except BiorelayError as error:
            yield Problem(name, record, line, error)


def _xml_documents(chunks: Iterator[bytes], limits: Limits) -> Iterator[Found]:
    scanner = Scanner(chunks, BIOC, limits.max_record_bytes)
    for number, found in enumerate(scanner, start=1):
        if isinstance(found, Refused):
            yield _refused(found, number)
            continue
        try:
            document: BioCDocument | BiorelayError = bioc_model.from_xml(parse_record(found, scanner.namespaces, limits))
        except BiorelayError as error:
            document = error
        yield document, found.id or f"record {number}", found.line


def _json_documents(chunks: Iterator[bytes], limits: Limits) -> Iterator[Found]:
    for number, found in enumerate(_json_records(chunks, limits.max_record_bytes), start=1):
        if isinstance(found, Refused):
            yield _refused(found, number)
            continue
        try:
            document: BioCDocument | BiorelayError = bioc_model.from_json(_decoded(found.content))
        except BiorelayError as error:
            document = error
        yield document, (document_id(found.id) if found.id else None) or f"record {number}", found.line


def _refused(found: Refused, number: int) -> Found:
    return found.error, found.id or (f"record {number}" if found.is_record else None), found.line


def _decoded(content: bytes) -> object:
    try:
        if INVALID.encode() in content:
            raise ValueError("it holds a NUL, or bytes that are wrong in the file's encoding")
        return decode(content, allow_inf_nan=False)
    except ValueError as error:
        raise NotJson(f"the record is not UTF-8 JSON: {error}") from error


def _json_records(chunks: Iterator[bytes], limit: int) -> Iterator[Chunk | Refused]:
    """The documents of a stream: line by line where the first line is an object of its own, so that a broken one costs only itself."""
    head = b""
    failure: BiorelayError | None = None
    try:
        while len(head) <= limit and b"\n" not in head.lstrip() and (chunk := next(chunks, b"")):
            head += chunk
    except BiorelayError as error:
        failure = error
    blank = len(head) - len(head.lstrip())
    end = head.find(b"\n", blank, limit + 1)  # no further, or it would depend on the size of the chunks
    first = head[blank : max(end, blank)]
    stream = _resumed(head, chunks, failure)
    if not (end >= 0 and first.startswith(b"{") and first.rstrip().endswith(b"}")):
        yield from JsonScanner(stream, _WRAPPERS, limit)
        return
    number = 1
    try:
        for line in read_lines(stream, limit):
            number = line.number
            if line.content is None:
                too_large = RecordTooLarge(f"the line has {line.length} bytes; the limit is {limit}")
                yield Refused(number, None, too_large, is_record=True)
            else:
                yield from JsonScanner(iter((line.content,)), _WRAPPERS, limit, line=number)
    except BiorelayError as error:
        yield Refused(number + 1, None, error, is_record=False)


def _resumed(head: bytes, chunks: Iterator[bytes], failure: BiorelayError | None) -> Iterator[bytes]:
    yield head
    if failure:
        raise failure
    yield from chunks
