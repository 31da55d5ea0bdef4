"""PubMed XML: baseline and update files, efetch answers, single records; `.xml` or gzip.

Records are cut out of the stream (`pubmed_scan`), parsed one by one with defusedxml and turned into records (`pubmed_record`).
Entities, DTDs and external references are refused, predefined and numeric character references are read.

Records come in the file's order, so that of two revisions of an article the last one wins. A versioned article (F1000Research, PLoS
Currents) has a record for each version under one PMID: within a file the newest wins whatever the order, and the deletion of
an older version deletes nothing. (Between files only their order tells; read them in that of their names.)
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from models.runtime.errors import BiorelayError
from processors.errors import RecordError, SourceError, UnsafeXml
from processors.limits import Limits, check
from processors.records import Abstract, Curie
from processors.sources.octets import INVALID
from processors.sources.outcome import Deletion, Problem
from processors.sources.pubmed_record import pubmed_id, to_abstract, version_of
from processors.sources.pubmed_scan import Chunk, Scanner

_NAMESPACES = {
    b"mml": b"http://www.w3.org/1998/Math/MathML",
    b"xlink": b"http://www.w3.org/1999/xlink",
    b"xsi": b"http://www.w3.org/2001/XMLSchema-instance",
}
"""Prefixes of PubMed's DTD, for files whose root element does not declare them."""


def read_pubmed_xml(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Abstract | Deletion | Problem]:
    """Every record of a stream of UTF-8 XML, in order; what is refused comes as a `Problem` at its place."""
    scanner = Scanner(chunks, limits.max_record_bytes)
    versions = _Versions()
    for number, found in enumerate(scanner, start=1):
        record = f"pubmed:{int(found.pmid)}" if found.pmid else None
        if not isinstance(found, Chunk):
            yield Problem(name, record or (f"record {number}" if found.is_record else None), found.line, found.error)
            continue
        try:
            element = _parse(found, scanner.namespaces, limits)
            if element.tag.startswith("Delete"):
                yield from _deletions(element, name, found.line, versions)
            else:
                abstract = check(to_abstract(element, name), limits)
                if versions.is_newest(abstract.id, version_of(element.find("*/PMID"))):
                    yield abstract
        except BiorelayError as error:
            yield Problem(name, record or f"record {number}", found.line, error)


class _Versions:
    """The newest version seen of each article that has several: few of PubMed's thousands in a file, and never more than are held."""

    _HELD = 100_000

    def __init__(self) -> None:
        self._newest: dict[Curie, int] = {}

    def is_newest(self, id_: Curie, version: int) -> bool:
        """Whether no newer version was seen before; remembers this one."""
        if version < self._newest.get(id_, 1):
            return False
        if version > 1:
            if len(self._newest) >= self._HELD:
                self._newest.clear()
            self._newest[id_] = version
        return True


def _deletions(element: Element, name: str, line: int, versions: _Versions) -> Iterator[Deletion | Problem]:
    for target in element.iterfind("PMID"):
        if id_ := pubmed_id(target):
            if versions.is_newest(id_, version_of(target)):
                yield Deletion(id_, name)
        else:
            yield Problem(name, None, line, RecordError(f"{element.tag} names {target.text!r}, which is no PMID"))


class _Builder(TreeBuilder):
    """Builds the tree up to a depth."""

    def __init__(self, max_depth: int) -> None:
        super().__init__()
        self._left = max_depth

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._left -= 1
        if self._left < 0:
            raise UnsafeXml("the record's elements are nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._left += 1
        return super().end(tag)


def _parse(chunk: Chunk, namespaces: bytes, limits: Limits) -> Element:
    """The record's element. The wrapper declares the root's namespaces, which the record alone lacks."""
    try:
        text = chunk.content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = chunk.line + chunk.content.count(b"\n", 0, error.start)
        raise SourceError(f"the record is not UTF-8: byte 0x{chunk.content[error.start]:02x} in line {line}") from error
    if INVALID in text:
        raise SourceError("the record holds a NUL, or bytes that are wrong in the file's encoding")
    usual = b"".join(b' xmlns:%b="%b"' % item for item in _NAMESPACES.items() if b"xmlns:" + item[0] not in namespaces)
    parser = DefusedXMLParser(target=_Builder(limits.max_depth + 1), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(b"<record" + namespaces + usual + b">")
        parser.feed(chunk.content)
        parser.feed(b"</record>")
        wrapper: Element = parser.close()
    except ParseError as error:
        reason = str(error).partition(": line")[0]
        raise SourceError(f"the record is not well-formed XML: {reason}, in line {chunk.line + error.position[0] - 1}") from error
    except DefusedXmlException as error:
        raise UnsafeXml(f"the record declares or refers to what it must not: {error}") from error
    return wrapper[0]
