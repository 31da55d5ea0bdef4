"""The contract of all readers, for BioC and for PMC full text."""

import json
from collections.abc import Iterable
from xml.sax.saxutils import escape

from processors.records import Abstract
from tests.processors.sources.test_readers import ReaderContract


class XmlContract(ReaderContract):
    """What XML cannot hold is not asked of it."""

    def clean(self, text: str) -> str:
        return "".join(c for c in text if (c >= " " or c in "\t\n") and c not in "\ufffe\uffff")


class TestBioCXml(XmlContract):
    format = "bioc-xml"
    name = "a.xml"

    def head(self) -> bytes:
        doctype = '<!DOCTYPE collection SYSTEM "BioC.dtd">'
        return f'<?xml version="1.0" encoding="utf-8"?>\n{doctype}\n<collection><source>x</source><date/><key>k</key>\n'.encode()

    def tail(self) -> bytes:
        return b"</collection>\n"

    def record(self, abstract: Abstract) -> bytes:
        passages = [("title", 0, abstract.title), *(("abstract", len(abstract.title) + 1, section.text) for section in abstract.sections)]
        parts = "".join(
            f'<passage><infon key="type">{type_}</infon>\n<offset>{offset}</offset><text>{escape(text)}</text></passage>\n'
            for type_, offset, text in passages
        )
        return f"<document>\n<id>{abstract.id.removeprefix('pubmed:')}</id>\n{parts}</document>\n".encode()


class TestBioCJsonLines(ReaderContract):
    format = "bioc-json"
    name = "a.json"

    def record(self, abstract: Abstract) -> bytes:
        passages = [("title", 0, abstract.title), *(("abstract", len(abstract.title) + 1, section.text) for section in abstract.sections)]
        parts = [{"infons": {"type": type_}, "offset": offset, "text": text} for type_, offset, text in passages]
        return json.dumps({"id": abstract.id.removeprefix("pubmed:"), "infons": {}, "passages": parts}, ensure_ascii=False).encode() + b"\n"


class TestBioCJsonCollection(TestBioCJsonLines):
    """One object around all documents; they are parted by commas, which stand in front where one is broken too."""

    def head(self) -> bytes:
        return b'{"source": "x", "infons": {"a": [{"documents": "not here"}]},\n"documents": [\n'

    def tail(self) -> bytes:
        return b'],\n"key": "]}", "more": [{"}": 1}]}\n'

    def record(self, abstract: Abstract) -> bytes:
        return super().record(abstract).rstrip() + b",\n"


class TestJats(XmlContract):
    format = "jats"
    name = "a.nxml"

    def head(self) -> bytes:
        doctype = '<!DOCTYPE pmc-articleset PUBLIC "-//NLM//DTD ARTICLE SET 2.0//EN" "x.dtd">'
        return f'<?xml version="1.0" encoding="utf-8"?>\n{doctype}\n<pmc-articleset>\n'.encode()

    def tail(self) -> bytes:
        return b"</pmc-articleset>\n"

    def record(self, abstract: Abstract) -> bytes:
        pmid = abstract.id.removeprefix("pubmed:")
        words = self.sections(section.text for section in abstract.sections)
        return (
            f'<article>\n<front><article-meta>\n<article-id pub-id-type="pmid">{pmid}</article-id><title-group><article-title>'
            f"{escape(abstract.title)}</article-title></title-group>\n{words}</article-meta></front></article>\n"
        ).encode()

    def sections(self, texts: Iterable[str]) -> str:
        return "".join(f"<abstract><p>{escape(text)}</p></abstract>\n" for text in texts)

    def clean(self, text: str) -> str:
        """With single spaces, which is what the reader makes of white space."""
        return " ".join(super().clean(text).split())
