"""Parsing one record's XML with defusedxml: no DTD, no entities but the predefined ones, nothing fetched, depth limited."""

from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from processors.errors import SourceError, UnsafeXml
from processors.limits import Limits
from processors.sources.octets import INVALID
from processors.sources.xml_scan import Chunk

_NAMESPACES = {
    b"ali": b"http://www.niso.org/schemas/ali/1.0/",
    b"mml": b"http://www.w3.org/1998/Math/MathML",
    b"xlink": b"http://www.w3.org/1999/xlink",
    b"xsi": b"http://www.w3.org/2001/XMLSchema-instance",
}
"""Prefixes of NLM's DTDs, for files whose root element does not declare them."""


class _Builder(TreeBuilder):
    """Builds the tree up to a depth."""

    def __init__(self, max_depth: int) -> None:
        super().__init__()
        self._left = max_depth

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._left -= 1
        if self._left < 0:
            raise UnsafeXml("the record's elements are nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._left += 1
        return super().end(tag)


def parse_record(chunk: Chunk, namespaces: bytes, limits: Limits) -> Element:
    """The record's element. `namespaces`, the root's declarations, are given to the record, which alone lacks them.

    Raises `SourceError` where it is not well-formed, with the line in the file, and `UnsafeXml` where it declares what it must not.
    """
    try:
        text = chunk.content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = chunk.line + chunk.content.count(b"\n", 0, error.start)
        raise SourceError(f"the record is not UTF-8: byte 0x{chunk.content[error.start]:02x} in line {line}") from error
    if INVALID in text:
        raise SourceError("the record holds a NUL, or bytes that are wrong in the file's encoding")
    usual = b"".join(b' xmlns:%b="%b"' % item for item in _NAMESPACES.items() if b"xmlns:" + item[0] not in namespaces)
    parser = DefusedXMLParser(target=_Builder(limits.max_depth + 1), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(b"<record" + namespaces + usual + b">")
        parser.feed(chunk.content)
        parser.feed(b"</record>")
        wrapper: Element = parser.close()
    except ParseError as error:
        reason = str(error).partition(": line")[0]
        raise SourceError(f"the record is not well-formed XML: {reason}, in line {chunk.line + error.position[0] - 1}") from error
    except DefusedXmlException as error:
        raise UnsafeXml(f"the record declares or refers to what it must not: {error}") from error
    return wrapper[0]
