"""Spans begin and end where an annotator would begin and end them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.runtime.edges import EntitySpan, tidy


def tidied(text: str, *names: str, types: str = "") -> list[str]:
    """The spans of `names`, each looked for behind the one before it, after tidying."""
    spans, at = [], 0
    for number, name in enumerate(names):
        at = text.index(name, at)
        spans.append(EntitySpan(at, at + len(name), int(types[number]) if types else 0, 0.9 - number / 10))
        at += len(name)
    return [text[span.start : span.end] for span in tidy(text, spans)]


@pytest.mark.parametrize(
    ("text", "found", "meant"),
    [
        ("of CaCl(2) in", ["CaCl(2"], ["CaCl(2)"]),
        ("of (R)-carvone in", ["R)-carvone"], ["(R)-carvone"]),
        ("(as aspirin) in", ["aspirin)"], ["aspirin"]),
        ("by 3-methyladenine (3-MA) in", ["3-methyladenine (3-MA"], ["3-methyladenine"]),
        ("into a stop codon (", ["stop codon ("], ["stop codon"]),
        ("a mesenteric vein (SMV) thrombosis", ["mesenteric vein", "SMV) thrombosis"], ["mesenteric vein (SMV) thrombosis"]),
        ("of nNOS-derived NO", ["nNOS-"], ["nNOS"]),
        ("the Cl- current", ["Cl-"], ["Cl-"]),
        ("the variant -3170G>A was", ["-3170G>A"], ["-3170G>A"]),
        ("p53, and", ["p53,"], ["p53"]),
        ("E. coli", ["E. coli"], ["E. coli"]),
        ("a - b", ["-"], ["-"]),
        ("a -b", ["-"], []),
        ("a / b", ["/"], []),
        ("tumour necrosis factor (TNF)", ["tumour necrosis factor", "TNF"], ["tumour necrosis factor", "TNF"]),
    ],
)  # fmt: skip
def test_edges(text: str, found: list[str], meant: list[str]) -> None:
    assert tidied(text, *found) == meant


def test_only_spans_of_one_type_are_joined() -> None:
    assert tidied("vein (SMV) thrombosis", "vein", "SMV) thrombosis", types="01") == ["vein", "SMV) thrombosis"]


def test_a_joined_span_is_as_sure_as_the_less_sure_half() -> None:
    spans = [EntitySpan(0, 4, 1, 0.5), EntitySpan(6, 21, 1, 0.9)]
    assert tidy("vein (SMV) thrombosis", spans) == [EntitySpan(0, 21, 1, 0.5)]


@given(st.text("ab()- ,.\u0301", min_size=1, max_size=30), st.lists(st.integers(0, 30), max_size=8), st.integers(0, 1))
def test_spans_stay_in_order_apart_and_without_white_space(text: str, cuts: list[int], types: int) -> None:
    edges = sorted({min(cut, len(text)) for cut in cuts})
    spans = [EntitySpan(a, b, number % (types + 1), 0.5) for number, (a, b) in enumerate(itertools.pairwise(edges))]
    after = tidy(text, spans)
    assert all(0 <= s.start < s.end <= len(text) for s in after)
    assert all(a.end <= b.start for a, b in itertools.pairwise(after))
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] for s in after)
    again = tidy(text, after)
    assert len(again) <= len(after)
