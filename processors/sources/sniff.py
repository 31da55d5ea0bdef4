"""Telling a file's format: by its content first, by its name where the content does not say."""

import re

from processors.errors import UnknownFormat, UnsupportedFormat

PUBMED_XML, NBIB, PUBTATOR, JSONL, TEXT = "pubmed-xml", "nbib", "pubtator", "jsonl", "text"
BIOC_XML, BIOC_JSON, JATS = "bioc-xml", "bioc-json", "jats"
FORMATS = (PUBMED_XML, NBIB, PUBTATOR, BIOC_XML, BIOC_JSON, JATS, JSONL, TEXT)

HEAD = 1 << 13
"""Bytes of the beginning, decompressed, that are looked at."""

_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[<>]*>)*", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)")
_PUBMED_ROOTS = re.compile(rb"(?:Pubmed(?:Book)?Article|MedlineCitation)(?:Set)?|Delete(?:Citation|Document)")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)")
_PUBTATOR_LINE = re.compile(rb"[^|\t\r\n]{1,200}\|[ta]\|")
_NBIB_LINE = re.compile(rb"(?:PMID|OWN |STAT|DCOM|DA  |LR  |IS  |VI  |DP  |TI  |BTI |AU  |FAU |AB  |AID |LID |JT  |TA  |PMC )- ?")
_RIS_LINE = re.compile(rb"TY  - [A-Z]{2,8}\s")
_LISTED = re.compile(rb"1[.:] .{1,8000}?^PMID: [0-9]", re.DOTALL | re.MULTILINE)
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f\x7f]")
_BIOC_JSON = re.compile(rb'"(?:documents|infons|passages|bioctype|PubTator3)"\s*:')
_OURS = re.compile(rb'"schema"\s*:\s*"biorelay\.')

STREAMS = ("<stdin>", "<stream>")
"""What a source without a name of its own is called: there, plain text is told by being text."""

_ROOTS = {b"collection": BIOC_XML, b"article": JATS, b"pmc-articleset": JATS, b"OAI-PMH": JATS}
_LATER = f"biorelay reads {', '.join(FORMATS[:-1])} and {FORMATS[-1]}."


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
    if start.startswith((b"{", b"[")) and _BIOC_JSON.search(start) and not _OURS.search(start):
        return BIOC_JSON
    if start.startswith(b"{"):
        return _json(start)
    if start.startswith(b"["):
        raise UnsupportedFormat("the file is a JSON array", remedy="Write one object per line: jq -c '.[]'.")
    if _NBIB_LINE.match(start):
        return NBIB
    if _RIS_LINE.match(start):
        raise UnsupportedFormat("the file is RIS", remedy="Export it from PubMed in the format called PubMed (.nbib).")
    if _LISTED.match(start):
        raise UnsupportedFormat("the file is PubMed's list for reading", remedy="Export it in the format called PubMed (.nbib).")
    if lower.endswith((".jsonl", ".ndjson")):
        return JSONL
    if lower.endswith(".xml"):
        return PUBMED_XML
    if lower.endswith((".pubtator", ".pubtator.txt")):
        return PUBTATOR
    if lower.endswith((".nbib", ".medline")):
        return NBIB
    if (lower.endswith((".txt", ".text")) or name in STREAMS) and _is_text(start):
        return TEXT
    raise UnknownFormat("the format can be told neither from the content nor from the name", remedy=f"{_LATER} Name it with --from.")


def _is_text(start: bytes) -> bool:
    """Whether these are words: nothing that controls a machine, and no table."""
    lines = start.splitlines()
    is_table = len(lines) > 1 and all(b"\t" in line for line in lines[:5])
    return not (is_table or _CONTROL.search(start))


def _xml(start: bytes) -> str:
    rest = start[_PROLOG.match(start).end() :]  # type: ignore[union-attr]  # the pattern matches the empty string too
    root = _ROOT.match(rest)
    if root is None or _PUBMED_ROOTS.fullmatch(root[1]) or _DECLARES.match(rest):
        return PUBMED_XML  # its reader says what is wrong with it
    if kind := _ROOTS.get(root[1].rpartition(b":")[2]):
        return kind
    if root[1].lower() == b"html":
        raise UnsupportedFormat("the file is a web page, which is not read", remedy=_LATER)
    raise UnsupportedFormat(f"the XML's root element is <{root[1][:80].decode()}>, which is none that biorelay reads", remedy=_LATER)


def _json(start: bytes) -> str:
    if re.match(rb"\{\s*\n", start):
        raise UnsupportedFormat("the file is JSON over several lines", remedy="Write one object per line: jq -c .")
    return JSONL
