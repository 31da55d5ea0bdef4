"""The text of an XML element: inline markup gives its text, a formula is written in one line, white space is layout."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from processors.sources.mathml import is_math, linear


def text_of(element: Element | None) -> str:
    """All text in it, any run of white space as one space; empty for None."""
    if element is None:
        return ""
    if not len(element):
        return " ".join((element.text or "").split())
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Element) -> Iterator[str]:
    if is_math(element):
        yield linear(element)
        return
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
