"""JSON lines: full records and the easy shape; a bad line is named by its number."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.records import Abstract, Link, LinkKind, MeshHeading, Section
from processors.sources import Problem, read
from processors.sources.jsonl import write_jsonl


def outcomes(*lines: Any) -> list[Any]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return list(read(io.BytesIO(text.encode("utf-8", "surrogatepass")), format="jsonl"))


EASY = {"id": "12345678", "title": "Naloxone.", "abstract": "In rats."}


@pytest.mark.parametrize(
    ("line", "id_", "text"),
    [
        (EASY, "pubmed:12345678", "Naloxone. In rats."),
        (EASY | {"id": 12345678}, "pubmed:12345678", "Naloxone. In rats."),
        ({"pmid": 7, "title": "Naloxone."}, "pubmed:7", "Naloxone. "),
        (EASY | {"id": 1, "pmid": "7"}, "pubmed:7", "Naloxone. In rats."),
        (EASY | {"pmid": None}, "pubmed:12345678", "Naloxone. In rats."),
        (EASY | {"id": "note 7"}, "local:note 7", "Naloxone. In rats."),
        (EASY | {"id": "doi:10.1000/x"}, "doi:10.1000/x", "Naloxone. In rats."),
        ({"id": "1", "title": "Only a title"}, "pubmed:1", "Only a title "),
        ({"id": "1", "title": None, "abstract": "Only words"}, "pubmed:1", " Only words"),
        (EASY | {"unknown": [1, {"x": None}]}, "pubmed:12345678", "Naloxone. In rats."),
    ],
)
def test_the_easy_shape(line: dict[str, Any], id_: str, text: str) -> None:
    (abstract,) = outcomes(line)
    assert (abstract.id, abstract.text, abstract.source) == (id_, text, "<stream>")


def test_labels_in_the_easy_shape_become_sections() -> None:
    (abstract,) = outcomes(EASY | {"abstract": "BACKGROUND: It is. RESULTS: It was."})
    assert [(section.label, section.text) for section in abstract.sections] == [("BACKGROUND", "It is."), ("RESULTS", "It was.")]


def test_the_easy_shape_may_say_where_and_when() -> None:
    (abstract,) = outcomes(EASY | {"journal": "Life sciences", "published": "1978-05", "language": "eng"})
    assert (abstract.journal, abstract.published, abstract.year, abstract.language) == ("Life sciences", "1978-05", 1978, "eng")


@pytest.mark.parametrize(
    ("line", "code", "word"),
    [
        ("{", "record.not-json", "JSON"),
        ("not json", "record.not-json", "JSON"),
        ('{"id": "1", "title": "\ud800"}', "record.not-json", "JSON"),
        ('{"id": "1", "title": "\\ud800"}', "record.not-json", "JSON"),
        ('{"id": "1", "title": NaN}', "record.not-json", "JSON"),
        ("[1]", "record.not-json", "list"),
        ("7", "record.not-json", "int"),
        ("{}", "record.invalid", "id"),
        ({"title": "x"}, "record.invalid", "id"),
        ({"id": "", "title": "x"}, "record.invalid", "id"),
        ({"id": True, "title": "x"}, "record.invalid", "id"),
        ({"id": 1.5, "title": "x"}, "record.invalid", "id"),
        ({"id": "a\nb", "title": "x"}, "record.invalid", "id"),
        ({"id": "1"}, "record.invalid", "neither"),
        ({"id": "1", "title": "", "abstract": ""}, "record.invalid", "neither"),
        ({"id": "1", "title": ["x"]}, "record.invalid", "title"),
        ({"id": "1", "title": "x", "published": "May 1978"}, "record.invalid", "published"),
        ({"schema": "biorelay.abstract/9", "id": "pubmed:1", "title": "x"}, "record.unknown-schema", "abstract/9"),
        ({"schema": "biorelay.abstract/1", "id": "1", "title": "x"}, "record.invalid", "id"),
        ({"schema": "biorelay.relations/1"}, "record.unknown-schema", "relations"),
    ],
)
def test_a_bad_line_costs_itself_and_is_named_by_its_number(line: Any, code: str, word: str) -> None:
    first, problem, last = outcomes(EASY, "", "  ", line, EASY | {"id": "2"})
    assert (first.id, last.id) == ("pubmed:12345678", "pubmed:2")
    assert isinstance(problem, Problem)
    assert (problem.line, problem.error.code) == (4, code)
    assert word in str(problem)
    assert "line 4" in str(problem)


TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
RECORDS = st.builds(
    Abstract,
    id=st.sampled_from(["pubmed:1", "doi:10.1/x", "local:a b"]),
    title=TEXT,
    sections=st.lists(st.builds(Section, label=st.none() | TEXT, category=st.none() | TEXT, text=TEXT), max_size=3).map(tuple),
    journal=st.none() | TEXT,
    published=st.sampled_from([None, "1999", "1999-12", "1999-12-31"]),
    publication_types=st.lists(TEXT, max_size=2).map(tuple),
    mesh=st.lists(st.builds(MeshHeading, id=st.just("mesh:D003924"), name=TEXT, major=st.booleans()), max_size=2).map(tuple),
    retracted=st.booleans(),
    links=st.lists(st.builds(Link, kind=st.sampled_from(LinkKind), target=st.just("pubmed:9")), max_size=2).map(tuple),
    source=st.none() | TEXT,
)


@given(st.lists(RECORDS, min_size=1, max_size=4))
@settings(deadline=None)
def test_every_field_of_a_record_reads_back_and_writes_the_same_bytes(records: list[Abstract]) -> None:
    value = b"".join(write_jsonl(records))
    again = list(read(io.BytesIO(value), format="jsonl"))
    assert again == records
    assert b"".join(write_jsonl(again)) == value  # type: ignore[arg-type]
