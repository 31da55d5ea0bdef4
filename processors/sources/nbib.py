"""MEDLINE text, as PubMed exports it (`.nbib`, "PubMed" format): a tag in four columns, `- `, a value that may go on in the next lines.

    PMID- 12230038
    DP  - 2002 Sep
    TI  - The Bio* toolkits--a brief overview.
    AB  - BACKGROUND: Bioinformatics research is often difficult to do with commercial
          software. METHODS: ...

A blank line, or another PMID, ends a record (https://www.nlm.nih.gov/bsd/mms/medlineelements.html).
A record without a PMID is called by its PMCID or DOI. Labels inside the abstract become sections; the text stays as it is.
MeSH headings are left out: this format has their names only, and a record must have their ids.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.runtime.errors import BiorelayError
from processors.errors import RecordError, RecordTooLarge
from processors.limits import Limits, check
from processors.records import RETRACTED_TYPE, Abstract, Curie, Link, LinkKind, PartialDate, Section
from processors.sources.building import UNLABELLED, build, is_placeholder
from processors.sources.identifiers import document_id, pubmed_curie
from processors.sources.labels import split_labels
from processors.sources.lines import Line, read_lines
from processors.sources.octets import INVALID
from processors.sources.outcome import Problem
from processors.sources.pubmed_dates import free_date, numeric_date

_FIELD = re.compile(rb"(?=.{4}-)([A-Z][A-Z0-9]{1,3}) {0,2}-(.*)", re.DOTALL)
_LINKS = {
    "ROF": LinkKind.RETRACTS,
    "RRF": LinkKind.RETRACTS,
    "RIN": LinkKind.RETRACTED_BY,
    "RRI": LinkKind.RETRACTED_BY,
    "EFR": LinkKind.CORRECTS,
    "PROF": LinkKind.CORRECTS,
    "CRF": LinkKind.CORRECTS,
    "EIN": LinkKind.CORRECTED_BY,
    "PRIN": LinkKind.CORRECTED_BY,
    "CRI": LinkKind.CORRECTED_BY,
    "ECF": LinkKind.CONCERN_ABOUT,
    "ECI": LinkKind.CONCERN_IN,
}
"""The tags of `pubmed_record`'s kinds of correction: retraction of/in, retracted and republished from/in, erratum for/in, ..."""
_TAGS = frozenset([
    "PMID", "PMC", "AID", "LID", "TI", "BTI", "TT", "AB", "OAB", "OABL", "LA", "PT", "DP", "DEP", "EDAT", "CRDT", "CTDT", "LR", "JT", "TA"
]) | frozenset(_LINKS)  # fmt: skip
_TARGET = re.compile(r"PMID:?\s*0*([1-9][0-9]{0,11})(?![0-9])")
_DOI = re.compile(r"(10\.[0-9]{4,9}/\S+)\s*\[doi\]")


@dataclass(slots=True)
class _Block:
    """One record's fields, gathered: those that are used, decoded line by line."""

    line: int  # where it begins
    fields: dict[str, list[list[str]]] = field(default_factory=dict)  # each value as its lines
    bytes: int = 0
    tag: str | None = None  # the field that a continuation line belongs to
    stray: int | None = None  # the first line that is neither field nor continuation
    error: BiorelayError | None = None

    def values(self, tag: str) -> list[str]:
        """Every value of a tag, each as one line with single spaces."""
        return [text for value in self.fields.get(tag, ()) if (text := " ".join(" ".join(value).split()))]

    def first(self, *tags: str) -> str:
        """The first value there is; empty where there is none."""
        return next((text for tag in tags for text in self.values(tag)), "")


def read_nbib(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Abstract | Problem]:
    """Every record in order; one that is refused comes as a `Problem`, as does the first line of a record that is no field of it."""
    blocks = _blocks(read_lines(chunks, limits.max_record_bytes), limits.max_record_bytes)
    for number, block in enumerate(blocks, start=1):
        id_ = _identity(block)
        try:
            yield check(_abstract(block, id_, name), limits)
        except BiorelayError as error:
            yield Problem(name, id_ or (f"record {number}" if block.line else None), block.line or None, error)
            continue
        if block.stray:
            yield Problem(name, id_, block.stray, RecordError("the line is neither a field nor goes on with one; it was skipped"))


def _blocks(lines: Iterator[Line], limit: int) -> Iterator[_Block]:
    """Records as they stand. The input's own error comes last, in the record that it cut off."""
    block: _Block | None = None
    try:
        for line in lines:
            content = line.content
            if content is not None and not content.strip():
                if block:
                    yield block
                block = None
                continue
            match = _FIELD.fullmatch(content or b"")
            if block and match and match[1] == b"PMID" and "PMID" in block.fields:
                yield block
                block = None
            block = block or _Block(line.number)
            _add(block, line, match, limit)
    except BiorelayError as error:
        block = block or _Block(0)
        block.error = error
    if block:
        yield block


def _add(block: _Block, line: Line, match: re.Match[bytes] | None, limit: int) -> None:
    """Take one line into the record. What is not used is not kept, and need not be readable."""
    block.bytes += line.length
    if block.bytes > limit or line.content is None:
        block.error = block.error or RecordTooLarge(f"the record has more than {limit} bytes")
        block.fields = {"PMID": block.fields["PMID"]} if "PMID" in block.fields else {}
        block.tag = None
        return
    if match:
        tag = match[1].decode()
        block.tag = tag if tag in _TAGS else ""
        if block.tag:
            block.fields.setdefault(tag, []).append([_decoded(block, line, match[2])])
    elif block.tag is None or line.content[:1] not in (b" ", b"\t"):
        block.stray = block.stray or line.number
    elif block.tag:
        block.fields[block.tag][-1].append(_decoded(block, line, line.content))


def _decoded(block: _Block, line: Line, value: bytes) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        block.error = block.error or RecordError(
            f"line {line.number} is not UTF-8: byte 0x{value[error.start]:02x}",
            remedy="Where the file is Latin-1, convert it: iconv -f ISO-8859-1 -t UTF-8.",
        )
        return ""
    if INVALID in text:
        block.error = block.error or RecordError(f"line {line.number} holds a NUL, or bytes that are wrong in the file's encoding")
    return text


def _identity(block: _Block) -> Curie | None:
    if "PMID" in block.fields:
        return pubmed_curie(block.first("PMID"))
    pmcid = block.first("PMC")
    doi = next((match[1] for tag in ("LID", "AID") for value in block.values(tag) if (match := _DOI.search(value))), "")
    return document_id(pmcid if re.fullmatch("PMC[0-9]+", pmcid) else doi)


def _abstract(block: _Block, id_: Curie | None, source: str) -> Abstract:
    if block.error:
        raise block.error
    if id_ is None:
        raise RecordError("the record has no PMID, PMCID or DOI")
    types = tuple(dict.fromkeys(block.values("PT")))
    links = tuple(dict.fromkeys(_links(block, id_)))
    withdrawn = any(kind is LinkKind.RETRACTED_BY and tag in block.fields for tag, kind in _LINKS.items())
    title = next((text for tag in ("TI", "TT", "BTI") for text in block.values(tag) if not is_placeholder(text)), "")
    return build(
        id=id_,
        title=title,
        sections=_sections(block),
        journal=block.first("JT", "BTI", "TA") or None,
        published=next(filter(None, (_date(block.first(tag)) for tag in ("CTDT", "DP", "DEP", "EDAT", "CRDT"))), None),
        revised=_date(block.first("LR")),
        language=block.first("LA").lower() or None,
        publication_types=types,
        retracted=withdrawn or RETRACTED_TYPE in types,
        links=links,
        source=source,
    )


def _sections(block: _Block) -> tuple[Section, ...]:
    """The abstract; where there is none, another one in English."""
    own = block.first("AB").removeprefix(f"{UNLABELLED}: ")
    other = block.first("OAB") if block.first("OABL").lower() in ("", "eng") else ""
    return split_labels(next((text for text in (own, other) if text and not is_placeholder(text)), ""))


def _links(block: _Block, id_: Curie) -> Iterator[Link]:
    for tag, kind in _LINKS.items():
        for value in block.values(tag):
            for match in _TARGET.finditer(value):
                if (target := f"pubmed:{match[1]}") != id_:
                    yield Link(kind=kind, target=target)


def _date(text: str) -> PartialDate | None:
    """`2002 Sep`, `20020916` or `2002/09/17 10:00`."""
    return numeric_date(text) or free_date(text)
