"""Strict and relaxed spans, the confusion of types, and the categories of mistakes: they must add up."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation.counts import Counts
from models.evaluation.end_to_end.mistakes import (
    AROUND,
    BOUNDARY,
    BOUNDARY_AND_TYPE,
    FALSE,
    LONGEST,
    MISSED,
    NOT_FOUND,
    SPURIOUS,
    TYPE,
    Mistake,
    as_lines,
    counted,
    in_context,
    of_spans,
)
from models.evaluation.end_to_end.spans import ALL, Span, confusion, relaxed, strict
from processors.records import EntityType

GENE, DISEASE, CHEMICAL = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL
TYPES = (GENE, DISEASE)
TEXT = "a" * 40


@st.composite
def span(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 30))
    return start, start + draw(st.integers(1, 8)), draw(st.sampled_from(TYPES))


@st.composite
def disjoint(draw: st.DrawFn) -> list[Span]:
    """Found spans do not overlap one another."""
    out: list[Span] = []
    for candidate in sorted(draw(st.lists(span(), max_size=8))):
        if not out or candidate[0] >= out[-1][1]:
            out.append(candidate)
    return out


SPANS = st.lists(span(), max_size=8)


def test_relaxed_spans_overlap_and_answer_once() -> None:
    gold: list[Span] = [(0, 10, GENE), (20, 25, GENE), (30, 35, DISEASE)]
    found: list[Span] = [(0, 4, GENE), (5, 10, GENE), (24, 28, GENE), (30, 35, GENE)]
    assert strict(gold, found, TYPES) == {"Gene": Counts(0, 4, 2), "Disease": Counts(0, 0, 1), ALL: Counts(0, 4, 3)}
    assert relaxed(gold, found, TYPES) == {"Gene": Counts(2, 2, 0), "Disease": Counts(0, 0, 1), ALL: Counts(2, 2, 1)}


def test_neighbours_that_only_touch_do_not_overlap() -> None:
    assert relaxed([(0, 5, GENE)], [(5, 9, GENE)], TYPES)[ALL] == Counts(0, 1, 1)


@settings(deadline=None)
@given(SPANS, disjoint())
def test_whatever_is_right_strictly_is_right_relaxed(gold: list[Span], found: list[Span]) -> None:
    one, other = strict(gold, found, TYPES), relaxed(gold, found, TYPES)
    for name in one:
        assert one[name].tp <= other[name].tp
        assert one[name].tp + one[name].fn == other[name].tp + other[name].fn
        assert one[name].tp + one[name].fp == other[name].tp + other[name].fp


@settings(deadline=None)
@given(SPANS)
def test_a_set_against_itself_is_perfect(gold: list[Span]) -> None:
    for count in (strict, relaxed):
        assert count(gold, gold, TYPES)[ALL] == Counts(len(set(gold)), 0, 0)
    assert of_spans("d", TEXT, gold, gold) == []


@settings(deadline=None)
@given(SPANS, disjoint())
def test_the_confusion_holds_every_mention_once(gold: list[Span], found: list[Span]) -> None:
    matrix = confusion(gold, found, TYPES)
    for row, kind in enumerate(TYPES):
        assert sum(matrix[row]) == sum(s[2] is kind for s in set(gold))
        assert sum(line[row] for line in matrix) == sum(s[2] is kind for s in set(found))
    assert matrix[-1][-1] == 0


@settings(deadline=None)
@given(SPANS, SPANS)
def test_mistakes_add_up_to_the_counts(gold: list[Span], found: list[Span]) -> None:
    mistakes = of_spans("d", TEXT, gold, found)
    sides = Counter(m.side for m in mistakes)
    counts = strict(gold, found, TYPES)[ALL]
    assert (sides[FALSE], sides[MISSED]) == (counts.fp, counts.fn)
    table = counted(mistakes, 2)
    assert sum(c[MISSED] for c in table.values()) == counts.fn
    assert sum(c[FALSE] for c in table.values()) == counts.fp
    assert all(0 < len(c["examples"]) <= 2 for c in table.values())


def test_each_mistake_has_the_category_that_it_looks_like() -> None:
    gold: list[Span] = [(0, 5, GENE), (6, 9, GENE), (10, 15, GENE), (16, 20, GENE)]
    found: list[Span] = [(0, 4, GENE), (6, 9, DISEASE), (11, 15, DISEASE), (30, 35, DISEASE)]
    by_side = {side: [m.category for m in of_spans("d", TEXT, gold, found) if m.side == side] for side in (MISSED, FALSE)}
    assert by_side == {MISSED: [BOUNDARY, TYPE, BOUNDARY_AND_TYPE, NOT_FOUND], FALSE: [BOUNDARY, TYPE, BOUNDARY_AND_TYPE, SPURIOUS]}


def test_context_shows_the_words_and_cuts_what_is_long() -> None:
    text = "Start. " + "x" * 200 + " aspirin " + "y" * 1000 + " bleeding " + "z" * 200
    places = [(text.index(word), text.index(word) + len(word)) for word in ("aspirin", "bleeding")]
    shown = in_context(text, places)
    assert "[[aspirin]]" in shown
    assert "[[bleeding]]" in shown
    assert " [...] " in shown
    assert len(shown) < 2 * AROUND + LONGEST + 60
    assert in_context("Aspirin.", [(0, 7), (0, 7), (2, 4)]) == "[[Aspirin]]."
    assert in_context("x", []) == ""


def test_examples_come_from_different_documents_and_never_twice() -> None:
    def mistake(document: str, side: str = MISSED) -> Mistake:
        return Mistake("entities", side, BOUNDARY, document, "Gene a", "Gene b", "")

    chosen = counted([mistake("1"), mistake("1", FALSE), mistake("2"), mistake("3")], 2)[BOUNDARY]
    assert [example["document"] for example in chosen["examples"]] == ["1", "2"]
    assert (chosen[MISSED], chosen[FALSE]) == (3, 1)
    assert as_lines([mistake("1")]).count("\n") == 1
