"""From scores to spans: the best allowed path, whole words, no overlaps."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.runtime.spans import EntitySpan, SpanRule, best_path, decode_spans

O, B, I = 0, 1, 2  # noqa: E741


def score(rows: NDArray[np.float64], labels: tuple[int, ...]) -> float:
    return float(sum(row[label] for row, label in zip(rows, labels, strict=True)))


def allowed(labels: tuple[int, ...]) -> bool:
    return all(label != I or before != O for before, label in itertools.pairwise((O, *labels)))


@given(st.data(), st.integers(1, 7), st.integers(1, 3))
def test_the_path_is_the_best_of_all_allowed_ones(data: st.DataObject, pieces: int, types: int) -> None:
    seed = data.draw(st.integers(0, 2**32 - 1))
    logp = np.random.default_rng(seed).normal(size=(types, pieces, 3))
    for rows, labels in zip(logp, best_path(logp), strict=True):
        best = max((p for p in itertools.product((O, B, I), repeat=pieces) if allowed(p)), key=lambda p: score(rows, p))
        assert tuple(labels.tolist()) == best


@given(st.integers(0, 2**32 - 1), st.integers(1, 400))
def test_no_i_follows_an_o_in_a_long_text(seed: int, pieces: int) -> None:
    labels = best_path(np.random.default_rng(seed).normal(size=(6, pieces, 3)))
    assert all(allowed(tuple(row)) for row in labels.tolist())


def logits(*rows: str, types: int = 2, sure: float = 8.0) -> NDArray[np.float32]:
    """(T, 3 types) logits from one string of O, B, I a type; lower-case letters are half as sure."""
    ner = np.zeros((len(rows[0]), 3 * types), dtype=np.float32)
    ner[:, 0::3] = sure / 4
    for kind, row in enumerate(rows):
        for piece, letter in enumerate(row):
            ner[piece, 3 * kind + "OBI".index(letter.upper())] = sure if letter.isupper() else sure / 2
    return ner


def decode(text: str, ner: NDArray[np.float32], words: list[int] | None = None, threshold: float = 0.0) -> list[EntitySpan]:
    """Every word of `text` is a piece, unless `words` says which pieces of one character each make words."""
    if words is None:
        starts = [i for i, c in enumerate(text) if c != " " and (i == 0 or text[i - 1] == " ")]
        offsets = [(s, (text + " ").index(" ", s)) for s in starts]
        words = list(range(len(starts)))
    else:
        offsets = [(i, i + 1) for i in range(len(words))]
    return decode_spans(
        ner,
        np.array(offsets, dtype=np.int32).reshape(-1, 2),
        np.array(words, dtype=np.int32),
        text,
        SpanRule((1.0, 1.0), (threshold, threshold)),
    )


def test_spans_come_in_order_with_their_types() -> None:
    spans = decode("aspirin helps breast cancer now", logits("BOOOO", "OOBIO"))
    assert [(s.start, s.end, s.type) for s in spans] == [(0, 7, 0), (14, 27, 1)]
    assert all(0.9 < s.score <= 1.0 for s in spans)


def test_neighbours_of_one_type_stay_apart() -> None:
    assert [(s.start, s.end) for s in decode("a b c d", logits("BBIB"))] == [(0, 1), (2, 5), (6, 7)]


def test_the_last_piece_may_end_a_span() -> None:
    assert [(s.start, s.end) for s in decode("x breast cancer", logits("OBI"))] == [(2, 15)]


def test_of_overlapping_types_the_likelier_stays() -> None:
    assert [s.type for s in decode("breast cancer gene", logits("biO", "BIO"))] == [1]
    assert [s.type for s in decode("breast cancer gene", logits("BIO", "biO"))] == [0]


def test_equal_scores_leave_the_first_type() -> None:
    assert [s.type for s in decode("x", logits("B", "B"))] == [0]


def test_a_threshold_drops_what_is_less_sure() -> None:
    ner = logits("bOB")
    assert len(decode("x y z", ner)) == 2
    assert [s.start for s in decode("x y z", ner, threshold=0.95)] == [4]


def test_a_span_covers_whole_words() -> None:
    assert [(s.start, s.end) for s in decode("xyzuv", logits("OOBOO"), words=[0, 0, 0, 0, 1])] == [(0, 4)]


def test_a_temperature_softens_scores() -> None:
    ner, offsets, words = logits("B"), np.array([[0, 1]], np.int32), np.array([0], np.int32)
    sharp, soft = (decode_spans(ner, offsets, words, "x", SpanRule((t, t), (0.0, 0.0)))[0].score for t in (1.0, 3.0))
    assert 0.3 < soft < sharp


def test_a_long_name_is_not_punished_by_its_length() -> None:
    """The product falls with every piece, the geometric mean does not; slope and offset are those of the log odds."""
    scores = {}
    for pieces in (2, 6):
        ner = logits("B" + "I" * (pieces - 1))
        offsets = np.array([[i, i + 1] for i in range(pieces)], np.int32)
        words = np.zeros(pieces, np.int32)
        for name, platt in (("product", None), ("mean", (1.0, 0.0)), ("moved", (2.0, -0.5))):
            (span,) = decode_spans(ner, offsets, words, "x" * pieces, SpanRule((1.0, 1.0), (0.0, 0.0), platt))
            scores[name, pieces] = span.score
    assert scores["product", 6] < scores["product", 2]
    assert scores["mean", 6] == pytest.approx(scores["product", 6] ** (1 / 6))
    odds = np.log(scores["mean", 6] / (1 - scores["mean", 6]))
    assert scores["moved", 6] == pytest.approx(1 / (1 + np.exp(-(2 * odds - 0.5))))


def test_a_certain_span_has_a_finite_score() -> None:
    ner = np.full((1, 6), -1e4, np.float32)
    ner[0, [1, 3]] = 1e4
    offsets, words = np.array([[0, 1]], np.int32), np.array([0], np.int32)
    (span,) = decode_spans(ner, offsets, words, "x", SpanRule((1.0, 1.0), (0.0, 0.0), (3.0, 1.0)))
    assert span.score == pytest.approx(1.0)


@pytest.mark.parametrize("mark", ["\u0301", "\u0301\u0327", "\u20dd", "\u200d"])
def test_combining_marks_stay_with_their_letter(mark: str) -> None:
    text = f"x{mark} y"
    offsets = np.array([[0, 1], [len(text) - 1, len(text)]], np.int32)
    spans = decode_spans(logits("BO"), offsets, np.array([0, 1], np.int32), text, SpanRule((1.0, 1.0), (0.0, 0.0)))
    assert [text[s.start : s.end] for s in spans] == [f"x{mark}"]


def test_no_pieces_no_spans() -> None:
    assert decode("", np.zeros((0, 6), np.float32)) == []


@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
def test_spans_never_overlap_and_lie_in_the_text(seed: int, length: int) -> None:
    rng = np.random.default_rng(seed)
    words = np.cumsum(rng.integers(0, 2, length)).tolist()
    spans = decode("x" * length, rng.normal(scale=3, size=(length, 6)).astype(np.float32), words=words)
    assert spans == sorted(spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert all(0 <= s.start < s.end <= length and 0 <= s.score <= 1 for s in spans)
