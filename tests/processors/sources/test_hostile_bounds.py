"""Inputs that grow when they are read are bounded before; and what is read never depends on the size of the chunks."""

import io
import json

import pytest

from processors.errors import RecordTooLarge
from processors.records import Abstract, Revision
from processors.sources import Limits, Outcome, Problem, read
from processors.sources.bioc_model import MOST_PARTS
from processors.sources.identifiers import document_id, variant_curies
from processors.sources.labels import MOST_SECTIONS, split_labels
from processors.sources.lines import read_lines


def outcomes(form: str, value: bytes, size: int | None = None, **limits: int) -> list[Outcome]:
    class Slow(io.BytesIO):
        def read(self, asked: int | None = -1, /) -> bytes:
            return super().read(size or asked)

    return list(read(Slow(value), format=form, limits=Limits(**limits)))


def test_a_text_of_too_many_labels_is_one_section() -> None:
    text = "AIMS: x. " * (MOST_SECTIONS + 1)
    assert [section.label for section in split_labels(text)] == [None]
    assert len(split_labels("AIMS: x. " * MOST_SECTIONS)) == MOST_SECTIONS


def test_a_whole_record_of_four_times_the_limit_is_refused_unread() -> None:
    record = {"schema": "biorelay.abstract/1", "id": "pubmed:1", "title": "x", "sections": [{"text": "y"}] * 2000}
    (found,) = outcomes("jsonl", json.dumps(record).encode(), max_document_bytes=1000)
    assert isinstance(found, Problem)
    assert isinstance(found.error, RecordTooLarge)
    assert "whole record" in str(found)
    escaped = {"schema": "biorelay.abstract/1", "id": "pubmed:1", "title": "α" * 300}
    (found,) = outcomes("jsonl", json.dumps(escaped).encode(), max_document_bytes=1000)
    assert isinstance(found, Abstract)


@pytest.mark.parametrize("part", ["passages", "annotations", "relations"])
def test_a_bioc_document_of_too_many_parts_is_refused(part: str) -> None:
    document = {"id": "1", "passages": [{"offset": 0, "text": "x"}], part: [{}] * (MOST_PARTS + 1)}
    (found,) = outcomes("bioc-json", json.dumps({"documents": [document]}).encode())
    assert isinstance(found, Problem)
    assert isinstance(found.error, RecordTooLarge)


@pytest.mark.parametrize("name", ["x" * 600, "10.1000/" + "x" * 600, "a\nb", "PMC" + "1" * 600])
def test_a_name_that_no_record_can_have_is_none(name: str) -> None:
    assert document_id(name) is None


def test_digits_are_those_of_ascii_and_no_number_is_endless() -> None:
    assert document_id("PMID:\u0663") == "local:PMID:\u0663"
    assert variant_curies("x;RS#:\u0663;RS#:" + "1" * 600, "") == ()


def test_a_problem_names_no_record_of_thousands_of_letters() -> None:
    for form, value in (
        ("pubtator", b"x" * 5000 + b"|t|\n"),
        ("jsonl", b'{"id": "' + b"x" * 5000 + b'", "title": "x"}'),
        ("bioc-xml", b"<" + b"x" * 5000 + b">"),
        ("pubmed-xml", b"<" + b"x" * 5000 + b">"),
    ):
        assert all(len(str(found)) < 300 for found in outcomes(form, value) if isinstance(found, Problem))
    with pytest.raises(Exception, match="is not epoch:offset") as refused:
        Revision.parse("9" * 5000)
    assert len(str(refused.value)) < 200


END = b" " * 9000 + b"</article></pmc-articleset>"
WHOLE = b'{"id": "2", "passages": [{"offset": 0, "text": "x"}]}'
CUT = {
    "an instruction without end": ("bioc-xml", b"<?xml version='1.0'\n\n<collection>\n"),
    "a root without end": ("pubmed-xml", b"<PubmedArticleSet>\n stray\n stray\n\n"),
    "a record too large for its name": (
        "jats",
        b"<pmc-articleset>\n<article><front><article-meta><article-id pub-id-type='pmc'>PMC7</article-id>" + END,
    ),
    "a first line too long": ("bioc-json", b'{"id": "1", "x": "' + b"y" * 9000 + b'", "passages": []}\n' + WHOLE + b"\n"),
    "records behind a head too long": ("bioc-json", b'{"x": "' + b"y" * 9000 + b'", "documents": [' + WHOLE + b"]}"),
    "a line with a carriage return": ("jsonl", b'{"id": "' + b"y" * 9000 + b'"}\r\n'),
    "a form told late": ("", b"words " * 2000 + b"\x01"),
}  # fmt: skip


@pytest.mark.parametrize(("form", "value"), CUT.values(), ids=CUT.keys())
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_the_size_of_the_chunks_does_not_matter(form: str, value: bytes, size: int) -> None:
    found = [list(map(str, outcomes(form or None, value, each, max_record_bytes=8192))) for each in (None, size)]  # type: ignore[arg-type]
    assert found[0]
    assert found[0] == found[1]


def test_a_line_that_is_too_long_is_told_with_its_carriage_return() -> None:
    for chunks in ((b"xxxxx\r\n",), (b"xxxxx", b"\r\n"), (b"xxxxx\r", b"\n"), (b"xxxxxx\n",)):
        (line,) = read_lines(iter(chunks), 4)
        assert (line.content, line.length) == (None, 6)
