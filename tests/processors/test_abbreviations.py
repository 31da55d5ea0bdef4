"""Abbreviations: the published examples, and what holds for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.abbreviations import definitions


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We studied heat shock transcription factor (HSF) in yeast.", "HSF", "heat shock transcription factor"),
        ("The hepatocyte nuclear factor-6 (HNF-6) gene.", "HNF-6", "hepatocyte nuclear factor-6"),
        ("Levels of HDL (high density lipoprotein) fell.", "HDL", "high density lipoprotein"),
        ("Patients with Parkinson's disease [PD] fell.", "PD", "Parkinson's disease"),
        ("A study of tumor necrosis factor-alpha (TNF-alpha; n = 3) levels.", "TNF-alpha", "tumor necrosis factor-alpha"),
        ("Long-chain acyl-CoA dehydrogenase (LCAD) was low.", "LCAD", "Long-chain acyl-CoA dehydrogenase"),
        ("Differentially expressed genes (DEGs) were found.", "DEGs", "Differentially expressed genes"),
    ],
)
def test_a_definition_is_found(text: str, short: str, long: str) -> None:
    assert [(d.short, d.long) for d in definitions(text)] == [(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "Twelve patients (n = 12) were seen.",
        "Blood was drawn (see Table 1).",
        "The dose rose (P < 0.05).",
        "It was the first. (DNA)",
        "Nothing was found for it (XQZ).",
        "It ended there. Factor (HSF)",  # the letters would have to come from the sentence before
        "()",
        "(",
        "",
    ],
)
def test_what_defines_nothing(text: str) -> None:
    assert list(definitions(text)) == []


def test_a_form_is_not_its_own_definition() -> None:
    assert list(definitions("The DNA (DNA) of it, a DNA repair (DNA) gene.")) == []


PIECES = st.lists(
    st.sampled_from(["heat ", "shock ", "Factor ", "(HSF)", "[HF] ", "HSF ", ". ", "; ", "𝒜", "\u0301", "\u200b", " ", "(", ")"]),
    max_size=30,
)  # fmt: skip


@given(st.one_of(st.text(max_size=300), PIECES.map("".join)))
def test_forms_stand_in_the_text_side_by_side(text: str) -> None:
    found = list(definitions(text))
    for definition in found:
        assert text[definition.short_start : definition.short_end] == definition.short
        assert text[definition.long_start : definition.long_end] == definition.long
        assert 2 <= len(definition.short) < len(definition.long)
        first, second = sorted([(definition.short_start, definition.short_end), (definition.long_start, definition.long_end)])
        assert first[1] <= second[0]
        letters = iter(definition.long.lower())
        assert all(c in letters for c in definition.short.lower() if c.isalnum())  # a subsequence
    assert found == list(definitions(text))


@given(st.text(max_size=100), st.text(max_size=100))
def test_a_definition_does_not_depend_on_the_sentences_around_it(before: str, after: str) -> None:
    sentence = "Heat shock factor (HSF) was low."
    text = f"{before}. {sentence} {after}"
    assert ("HSF", "Heat shock factor") in {(d.short, d.long) for d in definitions(text)}
