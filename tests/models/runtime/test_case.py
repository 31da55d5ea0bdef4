"""How words are written, for any text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.runtime.artefact import TOKENIZER, find_artefact
from models.runtime.case import CASES, cases
from models.runtime.tokenizer import PieceTokenizer

CUTTER = PieceTokenizer(find_artefact() / TOKENIZER)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("kinase", 0),
        ("p53", 0),
        ("Kinase", 1),
        ("A", 1),
        ("BRCA1", 2),
        ("V600E", 2),
        ("TNF", 2),
        ("mTOR", 3),
        ("McArdle", 3),
        ("α", 0),
        ("7", 0),
    ],
)
def test_classes(word: str, kind: int) -> None:
    assert set(cases(word, CUTTER.cut(word)).tolist()) == {kind}


def test_each_word_of_a_sentence() -> None:
    text = "The TNF-alpha of mTOR."
    pieces = CUTTER.cut(text)
    kinds = {start: kind for (start, _), kind in zip(pieces.offsets.tolist(), cases(text, pieces).tolist(), strict=True)}
    assert [kinds[text.index(word)] for word in ("The", "TNF", "alpha", "mTOR", ".")] == [1, 2, 0, 3, 0]


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    pieces = CUTTER.cut(text)
    found = cases(text, pieces)
    assert found.shape == pieces.words.shape
    assert ((found >= 0) & (found < CASES)).all()
    assert all(len(set(found[pieces.words == word].tolist())) == 1 for word in np.unique(pieces.words))
    if not any(c.isupper() for c in text):
        assert not found.any()
