"""What a filter before the encoder would save and lose."""

import pytest

from benchmarks.bench_shortcuts import Read, names, shares
from processors.vocabulary import Vocabulary

VOCABULARY = Vocabulary.open()


def test_a_filter_is_judged_by_what_it_would_not_have_read() -> None:
    kept = Read(pieces=300, entities=6, related=True, relations=3, named=True)
    missed = Read(pieces=100, entities=2, related=True, relations=1, named=False)
    alone = Read(pieces=100, entities=0, related=False, relations=0, named=True)
    told = shares([kept, missed, alone])
    assert told["without_pairs"] == {"documents": pytest.approx(1 / 3, abs=1e-4), "pieces": 0.2, "saved_by_half_the_layers": 0.1}
    assert told["dictionary"] == {"documents": pytest.approx(1 / 3, abs=1e-4), "pieces": 0.2, "entities_lost": 0.25, "relations_lost": 0.25}


def test_nothing_found_loses_nothing() -> None:
    told = shares([Read(pieces=10, entities=0, related=False, relations=0, named=False)])
    assert told["dictionary"]["entities_lost"] == told["dictionary"]["relations_lost"] == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("Qzxv jkqw.", 0), ("Aspirin zzqx.", 1), ("Aspirin qqzx breast cancer.", 2), ("Aspirin zzqx ASPIRIN.", 1)],
)
def test_names_are_words_and_pairs_of_words(text: str, count: int) -> None:
    assert len(names(text, VOCABULARY)) == count
