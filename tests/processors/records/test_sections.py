"""Where the sections of a structured abstract begin, and which of them holds a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.records import Abstract, Article, Entities, Provenance, Section

words = st.text("ab \U0001d54f\u0301", max_size=6)
sections = st.lists(st.builds(Section, label=st.none() | st.sampled_from(("METHODS", "RESULTS", "A: B")), text=words), max_size=4).map(
    tuple
)


def read(abstract: Abstract) -> Entities:
    provenance = Provenance(software="1", model="test@1", generation=1)
    return Entities(id=abstract.id, article=Article.of(abstract), text=abstract.text, headings=abstract.headings, provenance=provenance)


@given(words, sections)
def test_every_section_begins_where_its_heading_says(title: str, parts: tuple[Section, ...]) -> None:
    abstract = Abstract(id="pubmed:1", title=title, sections=parts)
    entities = read(abstract)
    if not any(part.label for part in parts):
        assert abstract.headings == ()
        return
    assert [heading.label for heading in abstract.headings] == [part.label for part in parts]
    for heading, part in zip(abstract.headings, parts, strict=True):
        shown = f"{part.label}: {part.text}" if part.label else part.text
        assert abstract.text[heading.start :].startswith(shown)
        if shown:
            assert entities.section_at(heading.start) == part.label
            assert entities.section_at(heading.start + len(shown) - 1) == part.label


@pytest.mark.parametrize(
    ("place", "section"),
    [(0, "title"), (4, "title"), (5, None), (6, "METHODS"), (20, "METHODS"), (22, None), (32, "RESULTS"), (999, "RESULTS")],
)
def test_sections_by_place(place: int, section: str | None) -> None:
    parts = (Section(label="METHODS", text="we saw"), Section(text="and so on"), Section(label="RESULTS", text="it is"))
    entities = read(Abstract(id="pubmed:1", title="Title", sections=parts))
    assert entities.text == "Title METHODS: we saw and so on RESULTS: it is"
    assert entities.section_at(place) == section


def test_an_abstract_without_labels_has_a_title_only() -> None:
    entities = read(Abstract(id="pubmed:1", title="Title", sections=(Section(text="one text"),)))
    assert (entities.headings, entities.section_at(2), entities.section_at(9)) == ((), "title", None)
