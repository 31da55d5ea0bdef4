"""PubMed XML: baseline and update files, efetch answers, single records; `.xml` or gzip.

Records are cut out of the stream (`xml_scan`), parsed one by one (`xml_parse`) and turned into records (`pubmed_record`).
Entities, DTDs and external references are refused, predefined and numeric character references are read.

Records come in the file's order, so that of two revisions of an article the last one wins. A versioned article (F1000Research, PLoS
Currents) has a record for each version under one PMID: within a file the newest wins whatever the order, and the deletion of
an older version deletes nothing. (Between files only their order tells; read them in that of their names.)
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from models.runtime.errors import BiorelayError
from processors.errors import RecordError
from processors.limits import Limits, check
from processors.records import Abstract, Curie
from processors.sources.outcome import Deletion, Problem
from processors.sources.pubmed_record import pubmed_id, to_abstract, version_of
from processors.sources.pubmed_scan import PUBMED
from processors.sources.xml_parse import parse_record
from processors.sources.xml_scan import Chunk, Scanner


def read_pubmed_xml(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Abstract | Deletion | Problem]:
    """Every record of a stream of UTF-8 XML, in order; what is refused comes as a `Problem` at its place."""
    scanner = Scanner(chunks, PUBMED, limits.max_record_bytes)
    versions = _Versions()
    for number, found in enumerate(scanner, start=1):
        if not isinstance(found, Chunk):
            yield Problem(name, found.id or (f"record {number}" if found.is_record else None), found.line, found.error)
            continue
        try:
            element = parse_record(found, scanner.namespaces, limits)
            if element.tag.startswith("Delete"):
                yield from _deletions(element, name, found.line, versions)
            else:
                abstract = check(to_abstract(element, name), limits)
                if versions.is_newest(abstract.id, version_of(element.find("*/PMID"))):
                    yield abstract
        except BiorelayError as error:
            yield Problem(name, found.id or f"record {number}", found.line, error)


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
