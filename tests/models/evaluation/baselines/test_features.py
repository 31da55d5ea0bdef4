"""What the CRF sees of words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models.corpora.knowledge import Name
from models.evaluation.baselines.features import brief, features, shape
from models.evaluation.baselines.gazetteer import Gazetteer
from models.evaluation.baselines.words import words_of
from processors.records import EntityType


def test_shapes() -> None:
    assert (shape("IL2rα"), brief("BRCA12b"), brief("(")) == ("AA0aa", "A0a", "(")


def test_neighbours_edges_and_known_names() -> None:
    gazetteer = Gazetteer([Name(EntityType.DISEASE, "breast cancer", ("mesh:D001943",))])
    first, second, third, fourth = features(words_of("Familial breast cancer V600E"), gazetteer)
    assert {"-1edge", "-2edge", "1w=breast", "2w=cancer", "next=familial|breast", "1known=Disease:first"} <= set(first)
    assert {"known=Disease:first", "1known=Disease:later", "pair=familial|breast", "2edge"} - set(second) == {"2edge"}
    assert {"known=Disease:later", "p=can", "s=cer", "2edge"} <= set(third)
    assert {"acid", "shape=A000A", "digits=v0e", "-1known=Disease:later"} <= set(fourth)


def test_a_word_that_touches_the_one_before_says_so() -> None:
    _, hyphen, letter = features(words_of("A-x"), None)
    assert "joined" in hyphen
    assert "joined" in letter
    assert "joined" not in features(words_of("A x"), None)[1]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_row_of_strings_a_word(text: str) -> None:
    words = words_of(text)
    rows = features(words, None)
    assert len(rows) == len(words)
    assert all(row and all(isinstance(f, str) for f in row) for row in rows)
