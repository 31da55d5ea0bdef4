"""Words tile a text, and tags and spans say the same."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation.baselines.words import Span, decode, encode, sentences_of, words_of
from processors.records import EntityType

GENE, DISEASE = EntityType.GENE, EntityType.DISEASE


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_words_hold_every_sign_but_white_space_once(text: str) -> None:
    words = words_of(text)
    assert all(w.text == text[w.start : w.end] or (w.text == "\ufffd" and "\ud800" <= text[w.start] <= "\udfff") for w in words)
    assert all(a.end <= b.start for a, b in itertools.pairwise(words))
    assert "".join(text[w.start : w.end] for w in words) == "".join(text.split())


@settings(deadline=None)
@given(st.text(alphabet="aB1 .-\n", max_size=120))
def test_sentences_tile_the_words(text: str) -> None:
    words = words_of(text)
    assert [w for part in sentences_of(text, words) for w in words[part]] == words


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(st.text(alphabet="ab1 -(", min_size=1, max_size=60))
    words = words_of(text)
    found: list[Span] = []
    at = 0
    while at < len(words):
        length = draw(st.integers(1, 3))
        if draw(st.booleans()):
            last = min(at + length, len(words)) - 1
            found.append((words[at].start, words[last].end, draw(st.sampled_from([GENE, DISEASE]))))
        at += length
    return text, found


@settings(deadline=None)
@given(spans())
def test_tags_give_the_spans_back(drawn: tuple[str, list[Span]]) -> None:
    text, found = drawn
    words = words_of(text)
    assert decode(words, encode(words, found)) == found


@settings(deadline=None)
@given(st.lists(st.sampled_from(["O", "B-Gene", "I-Gene", "B-Disease", "I-Disease"]), max_size=12))
def test_any_tags_decode_to_spans_that_encode_to_the_same_words(tags: list[str]) -> None:
    words = words_of(" ".join("w" for _ in tags))
    again = encode(words, decode(words, tags))
    assert [t.partition("-")[2] for t in again] == [t.partition("-")[2] for t in tags]


def test_of_overlapping_spans_the_longest_counts_and_touched_words_are_in() -> None:
    words = words_of("p53-null breast cancers")
    assert [w.text for w in words] == ["p53", "-", "null", "breast", "cancers"]
    assert encode(words, [(0, 3, GENE), (0, 8, GENE), (9, 22, DISEASE)]) == ["B-Gene", "I-Gene", "I-Gene", "B-Disease", "I-Disease"]
