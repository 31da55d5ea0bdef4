"""Pairs as a model reads them: the spans move along, whatever nests, touches or crosses."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.corpora.relations.pair import End, Pair, Range, sentence_group
from models.corpora.relations.render import Form, masked, render
from models.corpora.relations.render import marked as mark
from processors.records import EntityType

LETTERS = "abcde <>@$\u00e9\U0001d6fc"


def end(type_: EntityType, *spans: Range) -> End:
    return End(tuple(spans), type_, type_.value)


def pair(text: str, head: End, tail: End, *others: End) -> Pair:
    return Pair("made/train", "1", "7", text, head, tail, (), others=others)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    text = draw(st.text(LETTERS, min_size=1, max_size=30))
    ranges = st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True).map(lambda two: (min(two), max(two)))
    ends = st.builds(
        lambda spans, type_: end(type_, *sorted(spans)), st.lists(ranges, min_size=1, max_size=3, unique=True), st.sampled_from(EntityType)
    )
    return pair(text, draw(ends), draw(ends), *draw(st.lists(ends, max_size=2)))


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_markers_go_in_and_nothing_else_changes(given_: Pair) -> None:
    marked = mark(given_, lambda end, place: (f"\x01{place[0]}", f"{place[0]}\x02"))
    unmarked = re.compile("\x01[ht] | [ht]\x02")
    assert unmarked.sub("", marked.text) == given_.text
    for old, new in ((given_.head, marked.head), (given_.tail, marked.tail)):
        words = [given_.text[a:b] for a, b in old.spans]
        assert [unmarked.sub("", marked.text[a:b]) for a, b in new] == words
        assert [(marked.text[a], marked.text[b - 1]) for a, b in new] == [(word[0], word[-1]) for word in words]
    for place, spans in (("h", given_.head.spans), ("t", given_.tail.spans)):
        assert marked.text.count(f"\x01{place} ") == marked.text.count(f" {place}\x02") == len(spans)


@settings(max_examples=60, deadline=None)
@given(pairs(), st.booleans())
def test_masks_stand_where_the_spans_say_and_the_rest_is_kept(given_: Pair, others: bool) -> None:
    found = masked(given_, others=others)
    text, head, tail = found.text, found.head, found.tail
    assert all(re.fullmatch(r"@[A-Z_0-9-]+\$", text[a:b]) for a, b in (*head, *tail))
    assert all(a[1] <= b[0] for spans in (head, tail) for a, b in pairwise(spans))
    covered = {i for one in (given_.head, given_.tail) for a, b in one.spans for i in range(a, b)}
    kept = "".join(c for i, c in enumerate(given_.text) if i not in covered)
    if not others:
        new = {i for a, b in (*head, *tail) for i in range(a, b)}
        assert "".join(c for i, c in enumerate(text) if i not in new) == kept
    assert not given_.overlap or set(head) & set(tail)


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_the_plain_form_is_the_text_itself(given_: Pair) -> None:
    plain = render(given_, Form.PLAIN)
    assert (plain.text, plain.head, plain.tail) == (given_.text, given_.head.spans, given_.tail.spans)


SENTENCE = "Iron binds ferritin, not transferrin."
IRON, FERRITIN, TRANSFERRIN = (0, 4), (11, 19), (25, 36)


def test_the_papers_markers() -> None:
    one = pair(SENTENCE, end(EntityType.CHEMICAL, IRON), end(EntityType.GENE, FERRITIN))
    assert render(one, Form.MARKED).text == "<Chemical> Iron </Chemical> binds <Gene> ferritin </Gene>, not transferrin."
    assert mark(one, lambda end, place: (f"<{place}>", "")).text == "<head> Iron  binds <tail> ferritin , not transferrin."


@pytest.mark.parametrize(
    ("head", "tail", "wanted"),
    [
        (end(EntityType.CHEMICAL, IRON), end(EntityType.GENE, FERRITIN), "@CHEMICAL$ binds @GENE$, not transferrin."),
        (end(EntityType.GENE, FERRITIN), end(EntityType.GENE, TRANSFERRIN), "Iron binds @GENE1$, not @GENE2$."),
        (end(EntityType.CHEMICAL, (11, 14)), end(EntityType.GENE, FERRITIN), "Iron binds @CHEMICAL-GENE$, not transferrin."),
    ],
)
def test_masks_as_they_were_published(head: End, tail: End, wanted: str) -> None:
    assert render(pair(SENTENCE, head, tail), Form.MASKED).text == wanted


def test_other_mentions_are_masked_where_asked() -> None:
    one = pair(SENTENCE, end(EntityType.CHEMICAL, IRON), end(EntityType.GENE, FERRITIN), end(EntityType.GENE, TRANSFERRIN, (11, 14)))
    assert masked(one, others=True).text == "@CHEMICAL$ binds @GENE$, not @GENE$."


def test_distance_is_that_of_the_closest_mentions() -> None:
    one = pair(SENTENCE, end(EntityType.CHEMICAL, IRON), end(EntityType.GENE, FERRITIN, TRANSFERRIN))
    assert one.distance == 7
    assert not one.overlap
    nested = pair(SENTENCE, end(EntityType.CHEMICAL, (11, 14)), end(EntityType.GENE, FERRITIN))
    assert (nested.distance, nested.overlap) == (0, True)


def test_a_group_does_not_hang_on_spacing_and_case() -> None:
    assert sentence_group("Iron  binds FERRITIN .") == sentence_group("iron binds ferritin.") != sentence_group("Iron binds transferrin.")
