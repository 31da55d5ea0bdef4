"""Telling a file's format: by its content first, by its name where the content does not say."""

import re

from processors.errors import UnknownFormat, UnsupportedFormat

PUBMED_XML, PUBTATOR, JSONL = "pubmed-xml", "pubtator", "jsonl"
FORMATS = (PUBMED_XML, PUBTATOR, JSONL)

HEAD = 1 << 13
"""Bytes of the beginning, decompressed, that are looked at."""

_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[<>]*>)*", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)")
_PUBMED_ROOTS = re.compile(rb"(?:Pubmed(?:Book)?Article|MedlineCitation)(?:Set)?|Delete(?:Citation|Document)")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)")
_PUBTATOR_LINE = re.compile(rb"[^|\t\r\n]{1,200}\|[ta]\|")
_MEDLINE_LINE = re.compile(rb"[A-Z]{2,4} {0,2}- ")
_BIOC_JSON = re.compile(rb'"documents"\s*:|"infons"\s*:|"bioctype"\s*:')

_OTHER_ROOTS = {
    b"collection": "BioC XML",
    b"article": "PMC full text (JATS XML)",
    b"pmc-articleset": "PMC full text (JATS XML)",
    b"html": "a web page",
}
_LATER = "This version reads PubMed XML, PubTator and JSON lines."


def sniff(head: bytes, name: str) -> str:
    """The format of a file that begins with `head` (UTF-8) and is called `name`.

    Raises `UnsupportedFormat`, which names the format, where it is known but not read, and `UnknownFormat` where it cannot be told.
    """
    lower = name.lower().removesuffix(".gz")
    start = head.lstrip()
    if not start:
        raise UnknownFormat("the file is empty")
    if start.startswith(b"<"):
        return _xml(start)
    if _PUBTATOR_LINE.match(start):
        return PUBTATOR
    if start.startswith(b"{"):
        return _json(start)
    if start.startswith(b"["):
        raise UnsupportedFormat("the file is a JSON array", remedy="Write one object per line: jq -c '.[]'.")
    if _MEDLINE_LINE.match(start):
        raise UnsupportedFormat("the file is MEDLINE/nbib text, which is not read yet", remedy=_LATER)
    if lower.endswith((".jsonl", ".ndjson")):
        return JSONL
    if lower.endswith(".xml"):
        return PUBMED_XML
    if lower.endswith((".pubtator", ".pubtator.txt")):
        return PUBTATOR
    raise UnknownFormat("the format can be told neither from the content nor from the name", remedy=f"{_LATER} Name it with --from.")


def _xml(start: bytes) -> str:
    rest = start[_PROLOG.match(start).end() :]  # type: ignore[union-attr]  # the pattern matches the empty string too
    root = _ROOT.match(rest)
    if root is None or _PUBMED_ROOTS.fullmatch(root[1]) or _DECLARES.match(rest):
        return PUBMED_XML  # its reader says what is wrong with it
    kind = _OTHER_ROOTS.get(root[1].lower())
    if kind:
        raise UnsupportedFormat(f"the file is {kind}, which is not read{'' if kind == 'a web page' else ' yet'}", remedy=_LATER)
    raise UnsupportedFormat(f"the XML's root element is <{root[1].decode()}>, which is not PubMed's", remedy=_LATER)


def _json(start: bytes) -> str:
    if _BIOC_JSON.search(start) and b'"schema"' not in start:
        raise UnsupportedFormat("the file is BioC JSON, which is not read yet", remedy=_LATER)
    if re.match(rb"\{\s*\n", start):
        raise UnsupportedFormat("the file is JSON over several lines", remedy="Write one object per line: jq -c .")
    return JSONL
