"""Cues and their scopes: `{...}` is the cue, `[...]` what BioScope's guidelines put in its scope. The sentences are our own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.polarity import find_scopes
from processors.polarity.lexicon import cues, expand, grammar
from processors.records import CueKind

SCOPES = (
    "Aspirin did [{not} inhibit the enzyme], but ibuprofen did.",
    "[The enzyme was {not} inhibited by aspirin].",
    "However, [the enzyme was {not} inhibited by aspirin], although it bound the drug.",
    "Aspirin was given and [was {not} absorbed].",
    "[{No} effect on blood pressure was seen].",
    "In the [{absence} of calcium], calmodulin is inactive.",
    "Mice [{lacking} the receptor] are resistant to the drug.",
    "Aspirin, but [{not} ibuprofen], reduced fever.",
    "Aspirin [{rather than} ibuprofen] was given.",
    "These results [{suggest} that aspirin reduces fever, which is useful].",
    "Aspirin [{may} reduce fever].",
    "[Fever {may} be reduced by aspirin].",
    "[Aspirin is {likely} to reduce fever].",
    "[The mechanism remains {unclear}].",
    "We asked [{whether} aspirin reduces fever].",
    "To determine [{whether} aspirin reduces fever], we treated ten patients.",
    "A [{putative} zinc finger] with a tail was found.",
    "The [{possible} role of calcium in hypertension] was studied.",
    "It [{appears} that aspirin reduces fever].",
    "The drug [{failed} to reduce fever]; it was safe.",
)


WORDS = "( ) , ; not that may and no nor neither but lack of \n 𝒳"


@pytest.mark.parametrize("marked", SCOPES)
def test_a_scope_is_drawn_as_the_guidelines_say(marked: str) -> None:
    text = re.sub(r"[\[\]{}]", "", marked)
    positions = {}
    at = 0
    for character in marked:
        if character in "[]{}":
            positions[character] = at
        else:
            at += 1
    (scope,) = find_scopes(text)
    assert scope.cue == ((positions["{"], positions["}"]),)
    assert text[scope.start : scope.end] == text[positions["["] : positions["]"]]


def test_neither_and_nor_are_one_cue() -> None:
    text = "Neither aspirin nor ibuprofen reduced fever."
    (scope,) = find_scopes(text)
    assert [text[a:b] for a, b in scope.cue] == ["Neither", "nor"]
    assert text[scope.start : scope.end] == text[:-1]


@pytest.mark.parametrize(
    "text", ["Not only aspirin helps.", "There is no doubt.", "Gram negative bacteria grow.", "Nitric oxide (NO) rose.", ""]
)
def test_a_pseudo_cue_is_no_cue(text: str) -> None:
    assert find_scopes(text) == ()


def test_what_cannot_be_excluded_is_speculation() -> None:
    (scope,) = find_scopes("A role of aspirin cannot be excluded.")
    assert scope.kind is CueKind.SPECULATION


def test_a_phrase_stands_for_every_way_to_write_it() -> None:
    assert set(expand("a|b c? +d")) == {(("a", "c"), ("d",)), (("a",), ("d",)), (("b", "c"), ("d",)), (("b",), ("d",))}


def test_the_shipped_words_are_lower_case_and_no_phrase_is_two_things() -> None:
    entries = [entry for listed in cues().values() for entry in listed]
    assert len(entries) > 200
    assert all(word == word.lower() for entry in entries for word in entry.words)
    seen = [(entry.words, entry.context) for entry in entries]
    assert len(seen) == len(set(seen))
    assert all(word == word.lower() for words in (grammar().auxiliary, grammar().relation) for word in words)


@given(st.text(max_size=200) | st.lists(st.sampled_from(WORDS.split(" "))).map(" ".join))
def test_any_text_is_read_and_scopes_hold_their_cues(text: str) -> None:
    found = find_scopes(text)
    assert find_scopes(text) == found
    for scope in found:
        assert 0 <= scope.start <= scope.cue[0][0] < scope.cue[-1][1] <= scope.end <= len(text)
        assert scope.subject <= scope.cue[0][0]


@pytest.mark.parametrize("part", ["not , ", "may ( ", "neither ", "that not ", "no and "])
def test_a_sentence_that_never_ends_costs_no_square(part: str) -> None:
    """At a quarter of a million characters the square would be hours; the time limit of every test holds here."""
    assert len(find_scopes(part * 50_000)) <= 100
