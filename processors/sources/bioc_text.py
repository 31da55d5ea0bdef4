"""The text of a BioC document: which passages are its title and sections, and where each of its characters stands then.

The first passage of type `title` or `front` (or section_type TITLE) is the title, of several without any type the first; every other
one is a section, a heading (`title_1`, `abstract_title_1`) the label of the section behind it. Left out, with their annotations,
as the full-text reader does: tables' cells, references, footnotes, supplements, acknowledgements, competing interests,
contributions, abbreviations, keywords.
Characters stay as they stand, except where a file was laid out by hand: white space that only indents is one space, where more
annotations stand at their offsets then.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bioc import BioCAnnotation, BioCDocument, BioCPassage, BioCRelation

from processors.errors import RecordError
from processors.records import Abstract, Curie, PartialDate, Section
from processors.sources.building import build
from processors.sources.identifiers import document_id
from processors.sources.pubmed_dates import free_date, numeric_date

_LEFT_OUT_SECTIONS = frozenset({"REF", "SUPPL", "COMP_INT", "ACK_FUND", "AUTH_CONT", "ABBR", "KEYWORD", "REVIEW_INFO", "APPENDIX"})
_LEFT_OUT_TYPES = frozenset({"table", "ref", "reference", "footnote", "table_footnote", "table_foot", "fn"})
_HEADING = re.compile(r"(?:abstract_)?title(?:_\d+)?")
_INDENTED = re.compile(r"\n[ \t]{2,}")
_MAX_GAP = 100  # characters between two sentences of a passage; beyond that their offsets say nothing
_PMID = re.compile(r"(?:pmid:?\s*)?0*([1-9]\d{0,11})", re.IGNORECASE)
_PMC = re.compile(r"(?:pmc)?(\d{1,12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage, or a sentence of one, and where it stands."""

    offset: int  # in the BioC document
    text: str
    start: int  # in our text
    annotations: tuple[BioCAnnotation, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A document's text as a record, and the way from its own offsets to ours."""

    abstract: Abstract
    pieces: tuple[Piece, ...]
    annotations: tuple[BioCAnnotation, ...]  # those of the document as a whole
    relations: tuple[BioCRelation, ...]  # all of them, whatever they hang on
    left_out: frozenset[str]  # ids of annotations in passages that are left out


@dataclass(slots=True)
class _Passage:
    """One passage, its text made whole."""

    passage: BioCPassage
    text: str
    pieces: list[Piece]  # their `start` counted in the passage

    @property
    def type(self) -> str:
        return infon(self.passage.infons, "type").lower()

    @property
    def section(self) -> str:
        return infon(self.passage.infons, "section_type").upper()


def place(document: BioCDocument, source: str) -> Placed:
    """A BioC document as a record with its pieces. Raises `RecordError` where it has no id or no text."""
    passages = list(_passages(document))
    title = next((p for p in passages if p.section == "TITLE" or p.type in ("title", "front", "article-title")), None)
    if title is None and len(passages) > 1 and not any(p.section or p.type for p in passages):
        title = passages[0]
    kept = [p for p in passages if p is not title and p.text and p.section not in _LEFT_OUT_SECTIONS and p.type not in _LEFT_OUT_TYPES]
    pieces = _moved(title, 0) if title else []
    start = len(title.text) + 1 if title else 1
    sections: list[Section] = []
    heading: _Passage | None = None
    for passage, following in itertools.zip_longest(kept, kept[1:]):
        if heading is None and _is_heading(passage) and following and not _is_heading(following):
            heading = passage
            continue
        if heading:
            pieces += _moved(heading, start)
        section = Section(label=heading.text if heading else None, text=passage.text)
        length = len(f"{section.label}: " if section.label else "")
        pieces += _moved(passage, start + length)
        sections.append(section)
        start += length + len(passage.text) + 1
        heading = None
    abstract = _abstract(document, title, sections, source)
    shown = {id(passage) for passage in ([title, *kept] if title else kept)}
    hidden = [p.passage for p in passages if id(p) not in shown]
    return Placed(
        abstract=abstract,
        pieces=tuple(pieces),
        annotations=tuple(document.annotations),
        relations=tuple(_relations(document)),
        left_out=frozenset(annotation.id for passage in hidden for annotation in _annotations(passage)),
    )


def infon(infons: dict[str, object], *keys: str) -> str:
    """The first of the keys that is there, as text; empty where none is. A list, as PubTator has them, is joined by `;`."""
    for key in keys:
        value = infons.get(key)
        if isinstance(value, list):
            value = ";".join(str(part) for part in value)
        if value not in (None, "") and not isinstance(value, (dict, bool)):
            return str(value).strip()
    return ""


def _abstract(document: BioCDocument, title: _Passage | None, sections: list[Section], source: str) -> Abstract:
    infons = [document.infons, *([title.passage.infons] if title else []), *(passage.infons for passage in document.passages[:1])]
    id_ = _id(document.id, infons)
    if id_ is None:
        raise RecordError("the document has no id")
    journal = next(filter(None, (infon(part, "journal", "journal-title") for part in infons)), "")
    return build(
        id=id_,
        title=title.text if title else "",
        sections=tuple(sections),
        journal=journal.partition(";")[0].strip() or None,
        published=_published(infons),
        source=source,
    )


def _id(name: str, infons: list[dict[str, object]]) -> Curie | None:
    """The PMID where one is named anywhere, so that a paper is one document whatever file it comes in; else the PMCID; else the id."""
    pmid = next(filter(None, (_PMID.fullmatch(infon(part, "article-id_pmid", "pmid")) for part in infons)), None)
    if pmid:
        return f"pubmed:{pmid[1]}"
    own = document_id(name)
    pmc = next(filter(None, (_PMC.fullmatch(infon(part, "article-id_pmc", "pmcid")) for part in infons)), None)
    if pmc and (own is None or not own.startswith("pubmed:") or own == f"pubmed:{pmc[1]}"):  # PMC's own BioC leaves out the letters
        return f"pmc:PMC{pmc[1]}"
    return own


def _published(infons: list[dict[str, object]]) -> PartialDate | None:
    dates = (numeric_date(infon(part, "date", "epub_date")) or free_date(infon(part, "year")) for part in infons)
    return next(filter(None, dates), None)


def _is_heading(passage: _Passage) -> bool:
    return bool(_HEADING.fullmatch(passage.type))


def _moved(passage: _Passage, start: int) -> list[Piece]:
    return [Piece(piece.offset, piece.text, start + piece.start, piece.annotations) for piece in passage.pieces]


def _passages(document: BioCDocument) -> Iterator[_Passage]:
    """Every passage; one without an offset stands one character behind the one before it."""
    offset = 0
    for passage in document.passages:
        offset = offset if passage.offset is None else passage.offset
        if passage.text or not passage.sentences:
            annotations = tuple(_annotations(passage))
            text = _fitted(passage.text, offset, annotations)
            pieces = [Piece(offset, text, 0, annotations)]
        else:
            text, pieces = "", []
            for sentence in passage.sentences:
                gap = sentence.offset - offset - len(text)
                space = (" " * gap if 0 <= gap <= _MAX_GAP else " ") if text else ""
                annotations = tuple(sentence.annotations)
                fitted = _fitted(sentence.text, sentence.offset, annotations)
                pieces.append(Piece(sentence.offset, fitted, len(text) + len(space), annotations))
                text += space + fitted
            pieces.append(Piece(offset, text, 0, tuple(passage.annotations)))
        yield _Passage(passage, text, pieces)
        offset += len(text) + 1


def _fitted(text: str, offset: int, annotations: tuple[BioCAnnotation, ...]) -> str:
    """The text as it stands, or without its layout where more of its annotations stand at their offsets then."""
    if not _INDENTED.search(text):
        return text
    flat = " ".join(text.split())
    return flat if _standing(flat, offset, annotations) > _standing(text, offset, annotations) else text


def _standing(text: str, offset: int, annotations: tuple[BioCAnnotation, ...]) -> int:
    places = ((a.text, a.locations[0].offset - offset) for a in annotations if a.locations)
    return sum(start >= 0 and text.startswith(words, start) for words, start in places)


def _annotations(passage: BioCPassage) -> Iterator[BioCAnnotation]:
    yield from passage.annotations
    for sentence in passage.sentences:
        yield from sentence.annotations


def _relations(document: BioCDocument) -> Iterator[BioCRelation]:
    for passage in document.passages:
        yield from passage.relations
        for sentence in passage.sentences:
            yield from sentence.relations
    yield from document.relations
