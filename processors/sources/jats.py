"""PMC full text: JATS (and NLM's older journal DTDs), `.nxml`, PMC's article sets from efetch, answers of PMC's OAI service.

Records are cut out of the stream (`xml_scan`), parsed one by one (`xml_parse`) and turned into records (`jats_record`).
"""

import re
from collections.abc import Iterator

from models.runtime.errors import BiorelayError
from processors.limits import Limits, check
from processors.records import Abstract, Curie
from processors.sources.jats_record import to_abstract
from processors.sources.outcome import Problem
from processors.sources.xml_parse import parse_record
from processors.sources.xml_scan import Refused, Scanner, Shape

_PMID = re.compile(rb"""<article-id\b[^<>]*\bpub-id-type=["']pmid["'][^<>]*>\s*0*([1-9][0-9]{0,11})\s*<""")
_PMC = re.compile(rb"""<article-id\b[^<>]*\bpub-id-type=["']pmc(?:id)?["'][^<>]*>\s*(?:PMC)?([1-9][0-9]{0,11})\s*<""")


def _identify(head: bytes) -> Curie | None:
    if found := _PMID.search(head):
        return f"pubmed:{found[1].decode()}"
    found = _PMC.search(head)
    return f"pmc:PMC{found[1].decode()}" if found else None


JATS = Shape(
    name="JATS",
    tags=frozenset({b"article"}),
    roots=frozenset({b"pmc-articleset", b"OAI-PMH"}),
    identify=_identify,
    wrappers=frozenset({b"ListRecords", b"GetRecord", b"record", b"metadata"}),
    passed=frozenset({b"responseDate", b"request", b"header", b"resumptionToken"}),
)


def read_jats(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Abstract | Problem]:
    """Every article's title, abstract and body, in order; what is refused comes as a `Problem` at its place."""
    scanner = Scanner(chunks, JATS, limits.max_record_bytes)
    for number, found in enumerate(scanner, start=1):
        if isinstance(found, Refused):
            yield Problem(name, found.id or (f"record {number}" if found.is_record else None), found.line, found.error)
            continue
        try:
            yield check(to_abstract(parse_record(found, scanner.namespaces, limits), name), limits)
        except BiorelayError as error:
            yield Problem(name, found.id or f"record {number}", found.line, error)
