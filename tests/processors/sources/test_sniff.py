"""A file's format is told by its content first, by its name second; formats that are not read are named."""

import pytest

from processors.errors import SourceError, UnknownFormat, UnsupportedFormat
from processors.sources.sniff import BIOC_JSON, BIOC_XML, JATS, JSONL, NBIB, PUBMED_XML, PUBTATOR, TEXT, sniff


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"<PubmedArticleSet>", "a", PUBMED_XML),
        (b"\n <?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE PubmedArticleSet SYSTEM 'x'>\n<PubmedArticleSet>", "a.txt", PUBMED_XML),
        (b"<PubmedBookArticleSet>", "a", PUBMED_XML),
        (b"<PubmedArticle Status='x'>", "a", PUBMED_XML),
        (b"<MedlineCitationSet>", "a", PUBMED_XML),
        (b"<DeleteCitation>", "a", PUBMED_XML),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "a", PUBMED_XML),  # its reader refuses it as unsafe
        (b"garbage <PubmedArticle>", "a.xml.gz", PUBMED_XML),
        (b"123|t|A title", "a", PUBTATOR),
        (b"\n\n123|t|A title", "a.xml", PUBTATOR),
        (b"garbage", "a.pubtator.txt", PUBTATOR),
        (b'{"id": "1"}', "a", JSONL),
        (b'{"schema": "biorelay.abstract/1", "documents": []}', "a", JSONL),
        (b"garbage", "A.JSONL.GZ", JSONL),
        (b"<?xml version='1.0'?><!DOCTYPE collection SYSTEM 'BioC.dtd'><collection>", "a", BIOC_XML),
        (b'{"source": "PubTator", "documents": [', "a", BIOC_JSON),
        (b'{"PubTator3": [{"_id": "1|None"', "a", BIOC_JSON),
        (b'[{\n "bioctype": "BioCCollection"', "a", BIOC_JSON),
        (b'{"_id": "1|None", "id": "1", "infons": {}, "passages": []}', "a.jsonl", BIOC_JSON),
        (b"<!DOCTYPE article PUBLIC 'x' 'y'><article xmlns:xlink='z'>", "a.nxml.gz", JATS),
        (b"<pmc-articleset><article>", "a.xml", JATS),
        (b"<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'>", "a.xml", JATS),
        (b"\nPMID- 12230038\nOWN - NLM", "a.xml", NBIB),
        (b"\r\nOWN - NLM", "a", NBIB),
        (b"TI  - A title", "a", NBIB),
        (b"garbage", "a.nbib", NBIB),
        (b"DNA - the molecule of life.", "notes.txt", TEXT),
        (b"Some words.", "notes.TXT.gz", TEXT),
        (b"Some words.", "<stdin>", TEXT),
        (b"Caf\xe9 in Latin-1.", "<stream>", TEXT),  # its reader says how to convert it
    ],
)
def test_a_format_is_told(head: bytes, name: str, expected: str) -> None:
    assert sniff(head, name) == expected


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<eSearchResult>", "eSearchResult"),
        (b"TY  - JOUR\nAU  - A, B", "RIS"),
        (b"1. J Sci. 2001;1(2):3.\n\nA title.\n\nDoe J.\n\nWords.\n\nPMID: 7", "list for reading"),
        (b'[\n{"id": "1"}]', "array"),
        (b'{\n  "id": "1"}', "several lines"),
    ],
)
def test_a_format_that_is_not_read_is_named_with_a_way_out(head: bytes, word: str) -> None:
    with pytest.raises(UnsupportedFormat, match=word) as caught:
        sniff(head, "a.xml")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", "a.txt"),
        (b" \n\t", "a.txt"),
        (b"Some words.", "a.dat"),
        (b"\x00\x01\x02", "a.dat"),
        (b"\x00\x01\x02", "<stdin>"),
        (b"\x89PNG\r\n\x1a\n", "a.txt"),
        (b"a\tb\n1\t2\n", "<stdin>"),  # a table
    ],
)
def test_what_cannot_be_told_is_refused(head: bytes, name: str) -> None:
    with pytest.raises(UnknownFormat) as caught:
        sniff(head, name)
    assert isinstance(caught.value, SourceError)
