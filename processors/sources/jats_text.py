"""The texts of a JATS article: its abstract, its body section by section, the captions of its figures and tables.

A section's heading is its label; sections inside it stand for themselves behind it. Captions stand behind the section that holds
their figure, with the figure's own label (`Figure 1`). Left out: tables' cells and footnotes, displayed formulas and TeX, references,
numbers that cite them (`[3-5]`, but not `Smith et al.`), footnotes, supplements, everything in `back` (acknowledgements, appendices,
glossaries) and sections of the body that would belong there, abstracts of another kind (graphical, lay) or language, peer reviews
and translations (`sub-article`).
Inline markup becomes its text, MathML a line that keeps its operators (`mathml`); any run of white space becomes one space.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from processors.records import Section
from processors.sources.mathml import is_math, linear

_LEFT_OUT = frozenset(
    {"label", "title-group", "table", "table-wrap-foot", "disp-formula", "disp-formula-group", "tex-math"}
    | {
        "fn",
        "fn-group",
        "graphic",
        "inline-graphic",
        "media",
        "supplementary-material",
        "object-id",
        "alt-text",
        "long-desc",
        "permissions",
    }
    | {"permissions", "ref-list", "index-term", "related-article", "related-object", "sec-meta", "attrib", "contrib-group"}
)
_APART = frozenset({"sec", "boxed-text", "fig", "fig-group", "table-wrap", "table-wrap-group"})  # sections and captions of their own
_FLOATS = frozenset({"fig", "fig-group", "table-wrap", "table-wrap-group"})
_BLOCKS = frozenset(
    {"p", "title", "list", "list-item", "def-list", "def-item", "term", "def", "disp-quote", "verse-line", "break", "speech", "statement"}
    | {"preformat", "caption"}
)
_NOTES = frozenset({"fn", "table-fn", "aff", "corresp", "author-notes"})

_CITED = "\x01"  # stands for a citation's number; no XML text can hold it
_WORD = re.compile(r"[^\W\d_]{2}")
_BRACKETS = re.compile(r"\s?[(\[](?:[\s,;\u2010-\u2014\x01-]|and\b)*+[)\]]")
_CITATIONS = re.compile(r"\x01(?:[\s,;\u2010-\u2014-]*+\x01)*+(?P<end>\s*+[.,;:)\]])?")
_ASIDE_TYPES = frozenset(
    {"supplementary-material", "COI-statement", "conflict", "contributions", "author-contributions", "data-availability"}
)
_ASIDE = re.compile(
    r"(?:competing|conflicts? of|declarations? of(?: competing)?) interests?|authors?['\u2019]? contributions?|author statement|"
    r"supplement(?:ary|al) (?:materials?|data|information|files?)|supporting information|additional files?|acknowledge?ments?|funding|"
    r"abbreviations(?: used)?|(?:data|code|materials?).{0,20} availability(?: statement)?|availability of.{0,40}|pre-?publication history",
    re.IGNORECASE,
)
"""Headings of sections that are not about the matter."""


def words(element: Element | None) -> str:
    """An element's text without what is left out; empty where there is none."""
    if element is None:
        return ""
    parts: list[str] = []
    _gather(element, parts)
    text = "".join(parts)
    if _CITED in text:
        text = _BRACKETS.sub(lambda found: "" if _CITED in found[0] else found[0], text)
        text = re.sub(rf"\s*+{_CITED}", "", _CITATIONS.sub(_closed_up, text))
    return " ".join(text.split())


def _closed_up(found: re.Match[str]) -> str:
    """A citation's numbers go; a full stop or the like behind them moves up, over the space before them too."""
    return f"{_CITED}{found['end'].lstrip()}" if found["end"] else ""


def front_sections(meta: Element) -> Iterator[Section]:
    """The abstract; of several the one without a kind of its own, or else the first."""
    abstracts = meta.findall("abstract")
    chosen = next((part for part in abstracts if not part.get("abstract-type")), abstracts[0] if abstracts else None)
    if chosen is not None:
        yield from _sections(chosen, None)


def body_sections(article: Element) -> Iterator[Section]:
    """The body, then the figures and tables that stand behind it."""
    for body in article.findall("body"):
        yield from _sections(body, None)
    for floats in article.findall("floats-group"):
        yield from _captions(floats)


def _sections(element: Element, label: str | None) -> Iterator[Section]:
    own: list[str] = []
    captions: list[Section] = []
    inner: list[Element] = []
    for child in element:
        if child.tag in ("title", "label", "caption"):
            continue  # what labels it; a box has its title in a caption
        if child.tag in ("sec", "boxed-text"):
            inner.append(child)
            continue
        inner += child.iter("boxed-text")
        captions += _captions(child)
        own += filter(None, [words(child) if child.tag not in _APART else ""])
    if own:
        yield Section(label=label, text=" ".join(own))
    yield from captions
    for section in inner:
        title = section.find("title") if section.tag == "sec" else section.find("caption/title")
        heading = words(title).rstrip(" .:") or None
        if not (section.get("sec-type") in _ASIDE_TYPES or (heading and _ASIDE.fullmatch(heading))):
            yield from _sections(section, heading)


def _captions(element: Element) -> Iterator[Section]:
    for float_ in element.iter():
        if float_.tag in _FLOATS and (text := words(float_.find("caption"))):
            label = "".join(float_.find("label").itertext()) if float_.find("label") is not None else ""  # type: ignore[union-attr]
            yield Section(label=" ".join(label.split()).rstrip(" .:") or None, text=text)


def _gather(element: Element, parts: list[str]) -> None:
    """The text of an element and all it holds, blocks parted by spaces."""
    parts.append(element.text or "")
    for child in element:
        if child.tag == "xref" and child.get("ref-type") == "bibr" and not _WORD.search("".join(child.itertext())):
            parts.append(_CITED)
        elif child.tag == "xref" and child.get("ref-type") in _NOTES:
            pass
        elif child.tag in _BLOCKS:
            parts.append(" ")
            _gather(child, parts)
            parts.append(" ")
        elif is_math(child):
            parts.append(linear(child))
        elif child.tag not in _LEFT_OUT and child.tag not in _APART:
            _gather(child, parts)
        parts.append(child.tail or "")
