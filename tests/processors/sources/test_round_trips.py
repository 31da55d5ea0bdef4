"""Read, write, read: what a format can hold comes back as it was."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.records import RETRACTED_TYPE, Abstract, Link, LinkKind, MeshHeading, Section
from processors.sources import EXACT, read
from processors.sources.jsonl import write_jsonl
from processors.sources.labels import split_labels
from tests.processors.sources.writing import nbib, pubmed_xml

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=60).map(
    lambda text: " ".join(text.split())
)
SOME = WORDS.map(lambda text: f"A{text}")
DAYS = st.dates(date(1500, 1, 1), date(2199, 12, 31))
DATES = DAYS.flatmap(lambda day: st.sampled_from([f"{day.year}", f"{day.year}-{day.month:02d}", day.isoformat()]))
LABELS = st.sampled_from(
    ["BACKGROUND", "MATERIALS AND METHODS", "Results", "CONCLUSIONS AND CLINICAL RELEVANCE", "Design, setting and patients"]
)
CATEGORIES = st.sampled_from([None, "BACKGROUND", "METHODS", "UNASSIGNED"])


def abstracts(sections: st.SearchStrategy[tuple[Section, ...]], mesh: bool) -> st.SearchStrategy[Abstract]:
    headings = st.builds(MeshHeading, id=st.sampled_from(["mesh:D003924", "mesh:D000818"]), name=SOME, major=st.booleans())
    drawn = st.builds(
        Abstract,
        id=st.integers(1, 10**9).map(lambda number: f"pubmed:{number}"),
        title=SOME,
        sections=sections,
        journal=st.none() | SOME,
        published=st.none() | DATES,
        revised=st.none() | DAYS.map(str),
        language=st.sampled_from([None, "eng", "fre"]),
        publication_types=st.lists(st.sampled_from(["Journal Article", "Review", RETRACTED_TYPE]), unique=True, max_size=3).map(tuple),
        mesh=st.lists(headings, max_size=2).map(tuple) if mesh else st.just(()),
        links=st.lists(st.sampled_from(LinkKind), unique=True, max_size=6).map(
            lambda kinds: tuple(Link(kind=kind, target="pubmed:1234567890") for kind in kinds)
        ),
    )
    return drawn.map(lambda abstract: abstract.model_copy(update={"retracted": is_retracted(abstract)}))


def is_retracted(abstract: Abstract) -> bool:
    return RETRACTED_TYPE in abstract.publication_types or any(link.kind is LinkKind.RETRACTED_BY for link in abstract.links)


def back(value: bytes) -> list[Abstract]:
    found = list(read(io.BytesIO(value), cleaning=EXACT))
    assert all(isinstance(outcome, Abstract) for outcome in found), [str(outcome) for outcome in found]
    return [outcome.model_copy(update={"source": None}) for outcome in found if isinstance(outcome, Abstract)]


LABELLED = st.lists(st.builds(Section, label=LABELS, category=st.none(), text=SOME.map(lambda text: f"{text}.")), min_size=2, max_size=4)
FREE = st.lists(st.builds(Section, label=st.none() | SOME, category=CATEGORIES, text=SOME), max_size=4).map(tuple)
INLINE = LABELLED.map(tuple) | SOME.map(lambda text: (Section(text=f"x {text}"),)) | st.just(())


@given(st.lists(abstracts(FREE, mesh=True), min_size=1, max_size=4))
@settings(deadline=None)
def test_pubmed_xml(records: list[Abstract]) -> None:
    value = f"<?xml version='1.0'?>\n<PubmedArticleSet>\n{''.join(map(pubmed_xml, records))}</PubmedArticleSet>\n".encode()
    assert back(value) == records
    assert back(b"".join(write_jsonl(records))) == records


@given(st.lists(abstracts(INLINE, mesh=False), min_size=1, max_size=4))
@settings(deadline=None)
def test_nbib(records: list[Abstract]) -> None:
    value = "".join(map(nbib, records))
    again = back(value.encode())
    assert [sorted_links(record) for record in again] == [sorted_links(record) for record in records]
    assert back(value.replace("\n", "\r\n").encode()) == again
    assert "".join(map(nbib, again)) == "".join(map(nbib, map(sorted_links, again)))


def sorted_links(abstract: Abstract) -> Abstract:
    """MEDLINE text has its links by kind."""
    order = [
        LinkKind.RETRACTS,
        LinkKind.RETRACTED_BY,
        LinkKind.CORRECTS,
        LinkKind.CORRECTED_BY,
        LinkKind.CONCERN_ABOUT,
        LinkKind.CONCERN_IN,
    ]
    return abstract.model_copy(update={"links": tuple(sorted(abstract.links, key=lambda link: order.index(link.kind)))})


@given(
    st.lists(
        LABELS.map(lambda label: f"{label}: ") | st.sampled_from([". ", "a", "DNA: ", "! ", "Here is: ", " ", ": "]) | SOME, max_size=12
    )
)
@settings(deadline=None)
def test_dividing_a_text_by_its_labels_loses_nothing(pieces: list[str]) -> None:
    text = "".join(pieces)
    sections = split_labels(text)
    assert Abstract(id="pubmed:1", title="", sections=sections).abstract == text


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("BACKGROUND: It is. METHODS: We did. RESULTS: Yes (p<0.05) CONCLUSIONS: So.", ["BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"]),
        ("Background: It is. Materials and methods: We did.", ["Background", "Materials and methods"]),
        (
            "SUMMARY: We present it. AVAILABILITY: Free. SUPPLEMENTARY INFORMATION: None.",
            ["SUMMARY", "AVAILABILITY", "SUPPLEMENTARY INFORMATION"],
        ),
        ("AIDS: a disease. DNA: a molecule. RESULTS: here.", [None]),
        ("We looked. METHODS: We did.", [None]),
        ("OBJECTIVES: To find. The results: there were none. MAIN RESULTS: Here.", ["OBJECTIVES", "MAIN RESULTS"]),
    ],
)
def test_only_labels_are_taken_for_labels(text: str, labels: list[str | None]) -> None:
    assert [section.label for section in split_labels(text)] == labels
