"""One PubMed record as an element tree, turned into an `Abstract` (NLM's PubMed DTD, 1st January 2025).

What is taken: title, the sections of `Abstract`, journal, dates, language, publication types, MeSH headings, retractions and corrections.

- A title that was translated keeps NLM's brackets: `[Studies on ...].` Where there is none (empty, `[Not Available].`), the
  `VernacularTitle` stands in.
- `OtherAbstract` (another language, a plain-language summary, PIP's or NASA's) is left out; only where there is no `Abstract`,
  an English one is taken, a plain-language summary last.
- A book record is a document too, a chapter by its own title, a whole book by the book's; without an abstract it is its title alone.
  Its `Sections` are a table of contents and are left out, as are copyright lines, authors and references everywhere.
- Inline markup becomes its text, MathML a line that keeps its operators (`markup`, `mathml`); any run of white space one space.
- Of `CommentsCorrections` those kinds are taken that bear on whether the article may be believed, in both directions (`_LINKS`).
  Comments, updates, reprints, original reports and citations are not; a notice without a PMID still marks the article.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from processors.errors import RecordError
from processors.records import RETRACTED_TYPE, Abstract, Curie, Link, LinkKind, PartialDate, Section
from processors.sources.building import UNLABELLED, build, is_placeholder
from processors.sources.identifiers import pubmed_curie
from processors.sources.markup import text_of
from processors.sources.pubmed_dates import partial_date

_LINKS = {
    "RetractionOf": LinkKind.RETRACTS,
    "RetractedandRepublishedFrom": LinkKind.RETRACTS,
    "RetractionIn": LinkKind.RETRACTED_BY,
    "RetractedandRepublishedIn": LinkKind.RETRACTED_BY,
    "ErratumFor": LinkKind.CORRECTS,
    "PartialRetractionOf": LinkKind.CORRECTS,
    "CorrectedandRepublishedFrom": LinkKind.CORRECTS,
    "ErratumIn": LinkKind.CORRECTED_BY,
    "PartialRetractionIn": LinkKind.CORRECTED_BY,
    "CorrectedandRepublishedIn": LinkKind.CORRECTED_BY,
    "ExpressionOfConcernFor": LinkKind.CONCERN_ABOUT,
    "ExpressionOfConcernIn": LinkKind.CONCERN_IN,
}
"""CommentsCorrections' RefType. A partial retraction corrects: the rest of the article stands."""


def to_abstract(record: Element, source: str) -> Abstract:
    """A PubmedArticle, MedlineCitation or PubmedBookArticle as a record.

    Raises `RecordError` where it has no PMID, or neither text nor anything to say about a retraction.
    """
    citation = record if record.tag == "MedlineCitation" else record.find("MedlineCitation")
    book = record.find("BookDocument") if record.tag == "PubmedBookArticle" else None
    body = book if book is not None else citation
    id_ = pubmed_id(body.find("PMID") if body is not None else None)
    if body is None or id_ is None:
        raise RecordError("the record has no PMID")
    return _book(id_, body, record, source) if book is not None else _article(id_, body, record, source)


def pubmed_id(element: Element | None) -> Curie | None:
    """A PMID element's content as a CURIE; None where it is not a positive number."""
    return pubmed_curie(element.text or "") if element is not None else None


def version_of(element: Element | None) -> int:
    """The version that a PMID element names; 1 where it names none."""
    written = element.get("Version", "").strip() if element is not None else ""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 1


def _article(id_: Curie, citation: Element, record: Element, source: str) -> Abstract:
    article = citation.find("Article")
    if article is None:
        raise RecordError("the record has no Article")
    types = tuple(filter(None, map(text_of, article.findall("PublicationTypeList/PublicationType"))))
    corrections = citation.findall("CommentsCorrectionsList/CommentsCorrections")
    links = dict.fromkeys(_links(id_, corrections))
    withdrawn = any(_LINKS.get(c.get("RefType", "")) is LinkKind.RETRACTED_BY for c in corrections)
    return build(
        id=id_,
        title=_title(article.find("ArticleTitle"), article.find("VernacularTitle")),
        sections=_sections(article.find("Abstract")) or _other_sections(citation.findall("OtherAbstract")),
        journal=text_of(article.find("Journal/Title")) or text_of(citation.find("MedlineJournalInfo/MedlineTA")) or None,
        published=_first_date(*_dates(article, citation), *_history(record, "PubmedData")),
        revised=partial_date(citation.find("DateRevised")),
        language=text_of(article.find("Language")).lower() or None,
        publication_types=types,
        mesh=tuple(_mesh(citation)),
        retracted=withdrawn or RETRACTED_TYPE in types,
        links=tuple(links),
        source=source,
    )


def _book(id_: Curie, document: Element, record: Element, source: str) -> Abstract:
    types = tuple(filter(None, map(text_of, document.findall("PublicationType"))))
    book_title = text_of(document.find("Book/BookTitle"))
    return build(
        id=id_,
        title=_title(document.find("ArticleTitle"), document.find("VernacularTitle")) or book_title,
        sections=_sections(document.find("Abstract")),
        journal=book_title or None,
        published=_first_date(
            *map(document.find, ("ContributionDate", "Book/PubDate", "Book/BeginningDate")), *_history(record, "PubmedBookData")
        ),
        revised=partial_date(document.find("DateRevised")),
        language=text_of(document.find("Language")).lower() or None,
        publication_types=types,
        retracted=RETRACTED_TYPE in types,
        source=source,
    )


def _title(title: Element | None, vernacular: Element | None) -> str:
    return next((text for text in map(text_of, (title, vernacular)) if text and not is_placeholder(text)), "")


def _sections(abstract: Element | None) -> tuple[Section, ...]:
    if abstract is None:
        return ()
    found = ((part, text_of(part)) for part in abstract.findall("AbstractText"))
    return tuple(
        Section(label=_label(part), category=_collapse(part.get("NlmCategory", "")) or None, text=text)
        for part, text in found
        if text and not is_placeholder(text)
    )


def _label(part: Element) -> str | None:
    label = _collapse(part.get("Label", ""))
    return None if label == UNLABELLED else label or None


def _other_sections(others: list[Element]) -> tuple[Section, ...]:
    """Of several English ones the first; the DTD's default language is English."""
    english = [other for other in others if other.get("Language", "eng").lower() in ("eng", "en")]
    english.sort(key=lambda other: other.get("Type", "").startswith("plain-language"))
    return next(filter(None, map(_sections, english)), ())


def _dates(article: Element, citation: Element) -> Iterator[Element | None]:
    """The issue's date; where it has none, the electronic article's, then (until 2017) the day on which the record was made."""
    yield article.find("Journal/JournalIssue/PubDate")
    yield from article.findall("ArticleDate")
    yield citation.find("DateCreated")


def _history(record: Element, data: str) -> Iterator[Element | None]:
    """The days on which it came into PubMed."""
    for status in ("pubmed", "entrez"):
        yield record.find(f"{data}/History/PubMedPubDate[@PubStatus='{status}']")


def _first_date(*places: Element | None) -> PartialDate | None:
    return next(filter(None, map(partial_date, places)), None)


def _mesh(citation: Element) -> Iterator[dict[str, object]]:
    """The fields of a `MeshHeading` each: `build` refuses one whose id is none."""
    for heading in citation.iterfind("MeshHeadingList/MeshHeading"):
        descriptor = heading.find("DescriptorName")
        ui = descriptor.get("UI", "").strip() if descriptor is not None else ""
        if ui:
            major = any(part.get("MajorTopicYN") == "Y" for part in heading)
            yield {"id": f"mesh:{ui}", "name": text_of(descriptor), "major": major}


def _links(id_: Curie, corrections: list[Element]) -> Iterator[Link]:
    for correction in corrections:
        kind = _LINKS.get(correction.get("RefType", ""))
        target = pubmed_id(correction.find("PMID"))
        if kind and target and target != id_:
            yield Link(kind=kind, target=target)


def _collapse(text: str) -> str:
    return " ".join(text.split())
