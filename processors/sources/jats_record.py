"""One JATS article as an element tree, turned into an `Abstract` (NISO Z39.96; PMC's tagging guidelines).

A paper is one document whether it comes from PubMed or from PMC: its id is the PMID where it has one, else the PMCID, the DOI,
the publisher's own id. The texts are those that `jats_text` names.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from processors.errors import RecordError
from processors.records import Abstract, Curie, Link, LinkKind, PartialDate
from processors.sources.building import build
from processors.sources.identifiers import document_id, pubmed_curie
from processors.sources.jats_text import body_sections, front_sections, words
from processors.sources.pubmed_dates import partial_date

_DIGITS = re.compile(r"[0-9]{1,18}")
_HREF = "{http://www.w3.org/1999/xlink}href"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_LINKS = {
    "retracted-article": LinkKind.RETRACTS,
    "retraction-forward": LinkKind.RETRACTED_BY,
    "corrected-article": LinkKind.CORRECTS,
    "partial-retraction": LinkKind.CORRECTS,
    "correction-forward": LinkKind.CORRECTED_BY,
    "partial-retraction-forward": LinkKind.CORRECTED_BY,
    "object-of-concern": LinkKind.CONCERN_ABOUT,
    "concern-forward": LinkKind.CONCERN_IN,
}
"""related-article-type. A partial retraction corrects: the rest of the article stands."""

_TYPES = {
    "research-article": "Journal Article",
    "data-paper": "Journal Article",
    "review-article": "Review",
    "systematic-review": "Systematic Review",
    "case-report": "Case Reports",
    "letter": "Letter",
    "editorial": "Editorial",
    "news": "News",
    "correction": "Published Erratum",
    "retraction": "Retraction of Publication",
    "expression-of-concern": "Expression of Concern",
}
"""article-type, by PubMed's name where there is one; any other stays as it is."""

_LANGUAGES = {
    "en": "eng",
    "fr": "fre",
    "de": "ger",
    "es": "spa",
    "pt": "por",
    "it": "ita",
    "ru": "rus",
    "zh": "chi",
    "ja": "jpn",
    "ko": "kor",
    "nl": "dut",
    "pl": "pol",
    "tr": "tur",
    "cs": "cze",
    "hu": "hun",
    "sv": "swe",
    "da": "dan",
    "no": "nor",
    "fi": "fin",
    "uk": "ukr",
    "el": "gre",
    "fa": "per",
    "ar": "ara",
    "he": "heb",
}
"""ISO 639-1 to the bibliographic codes of ISO 639-2, which PubMed uses."""

_DATES = ("ppub", "collection", "epub-ppub", "epub", "pub", "")
"""The issue's date before the electronic one, as for PubMed's records."""


def to_abstract(article: Element, source: str) -> Abstract:
    """A JATS article as a record. Raises `RecordError` where it has no id or no text."""
    for element in article.iter():
        element.tag = element.tag.rpartition("}")[2]
    front = article.find("front")
    meta = front.find("article-meta") if front is not None else None
    if front is None or meta is None:
        raise RecordError("the article has no front matter (article-meta)")
    id_ = _id(meta)
    title = words(meta.find("title-group/article-title")) or words(meta.find("title-group/trans-title-group/trans-title"))
    subtitle = words(meta.find("title-group/subtitle"))
    related = list(front.iter("related-article"))
    kind = article.get("article-type", "").strip()
    journal = words(front.find("journal-meta/journal-title-group/journal-title")) or words(front.find("journal-meta/journal-title"))
    sections = (*front_sections(meta), *body_sections(article))
    return build(
        id=id_,
        title=f"{title.rstrip(':')}: {subtitle}" if title and subtitle else title or subtitle,
        sections=sections,
        journal=journal or None,
        published=_published(meta),
        language=_LANGUAGES.get(article.get(_LANG, "").partition("-")[0].lower()),
        publication_types=(_TYPES.get(kind, kind),) if kind else (),
        retracted=any(_kind(part) is LinkKind.RETRACTED_BY for part in related),
        links=tuple(dict.fromkeys(_links(id_, related))),
        source=source,
    )


def _id(meta: Element) -> Curie:
    found = best_id((part.get("pub-id-type", ""), part.text or "") for part in meta.findall("article-id"))
    if found is None:
        raise RecordError("the article has no id (article-id)")
    return found


def best_id(ids: Iterator[tuple[str, str]]) -> Curie | None:
    """The CURIE of (type, id) pairs that is preferred: PMID, PMCID, DOI, any other."""
    ranked: dict[int, Curie] = {}
    for kind, written in ids:
        text = written.strip().removeprefix("https://doi.org/").removeprefix("http://dx.doi.org/")
        if kind == "pmid" and (curie := pubmed_curie(text)):
            ranked.setdefault(0, curie)
        elif kind in ("pmc", "pmcid") and _DIGITS.fullmatch(digits := text.upper().removeprefix("PMC")):
            ranked.setdefault(1, f"pmc:PMC{digits}")
        elif curie := document_id(text) if text.startswith("10.") else None:
            ranked.setdefault(2, curie)
        elif kind in ("publisher-id", "manuscript", "art-access-id") and text:
            ranked.setdefault(3, f"local:{text}")
    return min(ranked.items(), default=(0, None))[1]


def _kind(related: Element) -> LinkKind | None:
    return _LINKS.get(related.get("related-article-type", ""))


def _links(id_: Curie, related: list[Element]) -> Iterator[Link]:
    for element in related:
        named = [(part.get("pub-id-type", ""), part.text or "") for part in element.iter("pub-id")]
        linked = [(part.get("ext-link-type", ""), part.get(_HREF, "")) for part in (element, *element.iter("ext-link"))]
        kind, target = _kind(element), best_id(iter([*named, *linked]))
        if kind and target and target != id_ and not target.startswith("local:"):
            yield Link(kind=kind, target=target)


def _published(meta: Element) -> PartialDate | None:
    dates = [(_rank(part), _date(part)) for part in meta.findall("pub-date")]
    return next((date for _, date in sorted(dates, key=lambda pair: pair[0]) if date), None)


def _rank(date: Element) -> int:
    kind = date.get("pub-type") or date.get("date-type", "")
    kind = "ppub" if kind == "pub" and date.get("publication-format") in ("print", "ppub") else kind
    return _DATES.index(kind) if kind in _DATES else len(_DATES)


def _date(date: Element) -> PartialDate | None:
    """The date's parts by PubMed's names, so that one function knows every shape of a date."""
    parts = Element("PubDate")
    for name in ("Year", "Month", "Season", "Day"):
        SubElement(parts, name).text = date.findtext(name.lower())
    return partial_date(parts)
