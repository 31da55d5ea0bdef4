"""Writing what the readers read, as NLM writes it: for round trips."""

import textwrap
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from processors.records import Abstract, LinkKind

REF_TYPES = {
    LinkKind.RETRACTS: "RetractionOf",
    LinkKind.RETRACTED_BY: "RetractionIn",
    LinkKind.CORRECTS: "ErratumFor",
    LinkKind.CORRECTED_BY: "ErratumIn",
    LinkKind.CONCERN_ABOUT: "ExpressionOfConcernFor",
    LinkKind.CONCERN_IN: "ExpressionOfConcernIn",
}
TAGS = {
    LinkKind.RETRACTS: "ROF",
    LinkKind.RETRACTED_BY: "RIN",
    LinkKind.CORRECTS: "EFR",
    LinkKind.CORRECTED_BY: "EIN",
    LinkKind.CONCERN_ABOUT: "ECF",
    LinkKind.CONCERN_IN: "ECI",
}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def pubmed_xml(abstract: Abstract) -> str:
    """One PubmedArticle with everything that a record holds."""

    def date(tag: str, value: str | None) -> str:
        parts = zip(("Year", "Month", "Day"), (value or "").split("-"), strict=False)
        return f"<{tag}>{''.join(f'<{name}>{part}</{name}>' for name, part in parts)}</{tag}>\n" if value else ""

    def each(outer: str, items: Iterable[str]) -> str:
        inner = "\n".join(items)
        return f"<{outer}>\n{inner}\n</{outer}>\n" if inner else ""

    sections = (
        "<AbstractText"
        + (f" Label={quoteattr(s.label)}" if s.label else "")
        + (f" NlmCategory={quoteattr(s.category)}" if s.category else "")
        + f">{escape(s.text)}</AbstractText>"
        for s in abstract.sections
    )
    links = (
        f'<CommentsCorrections RefType="{REF_TYPES[link.kind]}"><PMID>{link.target.partition(":")[2]}</PMID></CommentsCorrections>'
        for link in abstract.links
    )
    mesh = (
        f'<MeshHeading><DescriptorName UI="{h.id.partition(":")[2]}" MajorTopicYN="{"Y" if h.major else "N"}">{escape(h.name)}'
        "</DescriptorName></MeshHeading>"
        for h in abstract.mesh
    )
    journal = f"<Title>{escape(abstract.journal)}</Title>" if abstract.journal else ""
    return (
        f'<PubmedArticle>\n<MedlineCitation Status="MEDLINE">\n<PMID Version="1">{abstract.id.partition(":")[2]}</PMID>\n'
        f"{date('DateRevised', abstract.revised)}<Article>\n<Journal><JournalIssue>{date('PubDate', abstract.published)}</JournalIssue>"
        f"{journal}</Journal>\n"
        f"<ArticleTitle>{escape(abstract.title)}</ArticleTitle>\n{each('Abstract', sections)}"
        f"{f'<Language>{abstract.language}</Language>' if abstract.language else ''}\n"
        f"{each('PublicationTypeList', (f'<PublicationType>{escape(type_)}</PublicationType>' for type_ in abstract.publication_types))}"
        f"</Article>\n{each('CommentsCorrectionsList', links)}{each('MeshHeadingList', mesh)}</MedlineCitation>\n</PubmedArticle>\n"
    )


def nbib(abstract: Abstract) -> str:
    """One record of MEDLINE text: lines of at most 87 columns where words allow it, ended by a blank line."""

    def field(tag: str, value: str | None) -> str:
        if not value:
            return ""
        lines = textwrap.wrap(value, 81, break_long_words=False, break_on_hyphens=False) or [""]
        return f"{tag:<4}- " + "\n      ".join(lines) + "\n"

    return (
        field("PMID", abstract.id.partition(":")[2])
        + field("OWN", "NLM")
        + field("LR", (abstract.revised or "").replace("-", ""))
        + field("DP", _in_words(abstract.published))
        + field("TI", abstract.title)
        + field("AB", abstract.abstract)
        + field("FAU", "Doe, Jane")
        + field("LA", abstract.language)
        + "".join(field("PT", type_) for type_ in abstract.publication_types)
        + field("JT", abstract.journal)
        + "".join(field(TAGS[link.kind], f"J Sci. 2001;1(2):3. PMID: {link.target.partition(':')[2]}") for link in abstract.links)
        + "\n"
    )


def _in_words(published: str | None) -> str:
    year, *rest = (published or "").split("-")
    return " ".join([year, *(MONTHS[int(month) - 1] for month in rest[:1]), *(str(int(day)) for day in rest[1:])])
