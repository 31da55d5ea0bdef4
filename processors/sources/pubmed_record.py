"""One PubMed record as an element tree, turned into an `Abstract` (NLM's PubMed DTD, 1st January 2025).

What is taken: title, the sections of `Abstract`, journal, dates, language, publication types, MeSH headings, retractions and corrections.
`OtherAbstract` (another language, a lay summary) is left out; only where there is no `Abstract`, an English one (PIP, NASA) is taken.
Copyright lines, authors and references are left out. An empty `ArticleTitle` gives way to `VernacularTitle`.
Inline markup (`i`, `b`, `sup`, `sub`, `u`, MathML) becomes its text; any run of white space becomes one space.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pydantic import ValidationError

from processors.errors import RecordError
from processors.records import RETRACTED_TYPE, Abstract, Curie, Link, LinkKind, MeshHeading, PartialDate, Section
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
    try:
        abstract = _book(id_, body, source) if book is not None else _article(id_, body, record, source)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RecordError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if not (abstract.title or abstract.sections or abstract.links or abstract.retracted):
        raise RecordError("the record has neither a title nor an abstract")
    return abstract


def pubmed_id(element: Element | None) -> Curie | None:
    """A PMID element's content as a CURIE; None where it is not a positive number."""
    digits = (element.text or "").strip() if element is not None else ""
    return f"pubmed:{int(digits)}" if digits.isascii() and digits.isdigit() and len(digits) <= 12 and int(digits) else None


def _article(id_: Curie, citation: Element, record: Element, source: str) -> Abstract:
    article = citation.find("Article")
    if article is None:
        raise RecordError("the record has no Article")
    types = tuple(filter(None, map(_text, article.findall("PublicationTypeList/PublicationType"))))
    corrections = citation.findall("CommentsCorrectionsList/CommentsCorrections")
    links = dict.fromkeys(_links(id_, corrections))
    withdrawn = any(_LINKS.get(c.get("RefType", "")) is LinkKind.RETRACTED_BY for c in corrections)
    return Abstract(
        id=id_,
        title=_text(article.find("ArticleTitle")) or _text(article.find("VernacularTitle")),
        sections=_sections(article.find("Abstract")) or _sections(citation.find("OtherAbstract[@Language='eng']")),
        journal=_text(article.find("Journal/Title")) or _text(citation.find("MedlineJournalInfo/MedlineTA")) or None,
        published=_published(article, record),
        revised=partial_date(citation.find("DateRevised")),
        language=_text(article.find("Language")).lower() or None,
        publication_types=types,
        mesh=tuple(_mesh(citation)),
        retracted=withdrawn or RETRACTED_TYPE in types,
        links=tuple(links),
        source=source,
    )


def _book(id_: Curie, document: Element, source: str) -> Abstract:
    types = tuple(filter(None, map(_text, document.findall("PublicationType"))))
    book_title = _text(document.find("Book/BookTitle"))
    return Abstract(
        id=id_,
        title=_text(document.find("ArticleTitle")) or _text(document.find("VernacularTitle")) or book_title,
        sections=_sections(document.find("Abstract")),
        journal=book_title or None,
        published=partial_date(document.find("ContributionDate")) or partial_date(document.find("Book/PubDate")),
        revised=partial_date(document.find("DateRevised")),
        language=_text(document.find("Language")).lower() or None,
        publication_types=types,
        retracted=RETRACTED_TYPE in types,
        source=source,
    )


def _sections(abstract: Element | None) -> tuple[Section, ...]:
    if abstract is None:
        return ()
    found = ((part, _text(part)) for part in abstract.findall("AbstractText"))
    return tuple(
        Section(label=_collapse(part.get("Label", "")) or None, category=_collapse(part.get("NlmCategory", "")) or None, text=text)
        for part, text in found
        if text
    )


def _published(article: Element, record: Element) -> PartialDate | None:
    """The issue's date; where it has none, the electronic article's, then the day on which it came into PubMed."""
    history = record.find("PubmedData/History/PubMedPubDate[@PubStatus='pubmed']")
    places = (article.find("Journal/JournalIssue/PubDate"), article.find("ArticleDate"), history)
    return next(filter(None, map(partial_date, places)), None)


def _mesh(citation: Element) -> Iterator[MeshHeading]:
    for heading in citation.iterfind("MeshHeadingList/MeshHeading"):
        descriptor = heading.find("DescriptorName")
        ui = descriptor.get("UI", "").strip() if descriptor is not None else ""
        if ui:
            major = any(part.get("MajorTopicYN") == "Y" for part in heading)
            yield MeshHeading(id=f"mesh:{ui}", name=_text(descriptor), major=major)


def _links(id_: Curie, corrections: list[Element]) -> Iterator[Link]:
    for correction in corrections:
        kind = _LINKS.get(correction.get("RefType", ""))
        target = pubmed_id(correction.find("PMID"))
        if kind and target and target != id_:
            yield Link(kind=kind, target=target)


def _text(element: Element | None) -> str:
    return _collapse("".join(element.itertext())) if element is not None else ""


def _collapse(text: str) -> str:
    return " ".join(text.split())
