"""Sentences tile the text, and end where a reader of abstracts says they end."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.sentences import split_sentences
from processors.sources.pubtator import read_annotated

DATA = Path(__file__).parents[1] / "data"


def sentences(text: str, title_end: int = 0) -> list[str]:
    return [text[a:b].strip() for a, b in split_sentences(text, title_end=title_end)]


@pytest.mark.parametrize(
    "expected",
    [
        ["We studied BRCA1.", "It is a gene.", "So is BRCA2."],
        ["Doses (e.g. 5 mg vs. 10 mg) were given i.v. to rats.", "No effect was seen (Fig. 2)."],
        ["The risk was 1.4% and 0.3% at 1 and 24 h (P < 0.05).", "This differs from Smith et al. (1995)."],
        ["Staphylococcus aureus and E. coli grew.", "C. elegans did not."],
        ["We gave vitamin C. to none.", "Others took vitamin B.", "Patients improved."],
        ["This activates NF-kappa B.", "The pathway is known."],
        ["As J. Smith and A. B. Jones found, it works!", "Does it?", "It does."],
        ["OBJECTIVE: To see.", "METHODS: We looked.", "RESULTS: We saw (n = 5)."],
        ["BACKGROUND: Little is known", "METHODS AND RESULTS: We looked", "CONCLUSIONS: More is known"],
        ["1. A first finding.", "2. A second finding."],
        ["Levels of mRNA rose.", "p53 was unchanged.", "c-myc fell.", "mTOR rose."],
        ["It was seen in mice.", "\u03b1-Synuclein was not."],
        ['He said "no."', "(This was new.)", "[It still is.]"],
        ["\u8fd9\u662f\u57fa\u56e0\u3002", "\u5b83\u5f88\u91cd\u8981\u3002"],
        ["The mutation c.76A>T was found.", "IL-2 (Approx. 3. Not more) was low."],
        ["It costs 5 Co. and Inc. less."],
        ["The U.S. Food and Drug Administration agreed.", "In the U.S.", "The rate is higher."],
        ["Wait...", "There is more."],
        ["A paragraph", "and another"],
    ],
)
def test_sentences_end_where_a_reader_says(expected: list[str]) -> None:
    joint = "\n\n" if expected[0] == "A paragraph" else " "
    assert sentences(joint.join(expected)) == expected


def test_a_title_is_one_sentence() -> None:
    title = "Does it work? A study. Part 1"
    assert sentences(f"{title} It does. It really does.", len(title)) == [title, "It does.", "It really does."]
    assert sentences(f"{title} ", len(title)) == [title]


@pytest.mark.parametrize("name", ["biored_small", "bc5cdr_small", "ncbi_small"])
def test_no_annotated_mention_lies_across_two_sentences(name: str) -> None:
    mentions = 0
    for document in read_annotated(DATA / f"{name}.pubtator"):
        text, title = document.abstract.text, document.abstract.title
        cuts = {end for _, end in split_sentences(text, title_end=len(title))}
        for mention in document.mentions:
            assert not cuts & set(range(mention.start + 1, mention.end)), text[mention.start : mention.end]
            mentions += 1
    assert mentions > 10


def test_no_text_no_sentences() -> None:
    assert split_sentences("") == []
    assert split_sentences("  ") == [(0, 2)]


PLAIN = ("BRCA1", "a", ".", ". ", "? ", "...", " ", "  ", "\n\n", "(", ")", '"', "E. ", "e.g. ", "0. ", "RESULTS: ", "The ")
PIECES = st.sampled_from((*PLAIN, "\u3002", "\U0001f9ec", "\u0301", "\x1c"))


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)), st.integers(0, 60))
def test_they_tile_the_text(text: str, title_end: int) -> None:
    ranges = split_sentences(text, title_end=min(title_end, len(text)))
    assert "".join(text[a:b] for a, b in ranges) == text
    assert all(a < b for a, b in ranges)
    assert all(one[1] == other[0] for one, other in itertools.pairwise(ranges))
    assert len(ranges) < 2 or all(text[a:b].strip() for a, b in ranges[1:])


@pytest.mark.parametrize("part", [" ", ".", ". A", "(A. ", "\n", "\n ", "RESULTS ", "RESULTS/", "a. B", "e.g. ", '."', "\u3002"])
def test_hostile_texts_take_linear_time(part: str) -> None:
    text = part * (400_000 // len(part))
    assert sum(b - a for a, b in split_sentences(text)) == len(text)
