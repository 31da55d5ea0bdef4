"""The pairwise sibling's questions: what is kept of a text, and where the markers stand."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.runtime.artefact import TOKENIZER, find_artefact
from models.runtime.questions import MARKED, MENTION_PIECES, NAME_PIECES, OVERHEAD, SMALLEST_BUDGET, Context, End, Passage, Questions
from models.runtime.tokenizer import PieceTokenizer

TEXT = "BRCA1 and breast cancer. Loss of BRCA1 was seen. Aspirin did nothing. It rained. Breast cancer was common; BRCA1 was not."
ENDS = (24, 48, 69, 79, len(TEXT))
GENE, DISEASE = 0, 1
BRCA1 = [(0, 5), (33, 38), (107, 112)]
CANCER = [(10, 23), (80, 93)]


@cache
def questions() -> Questions:
    return Questions(PieceTokenizer(find_artefact() / TOKENIZER), types=2, tasks=2)


def read(ids: np.ndarray) -> str:
    """A question in words, whatever pieces they are cut into, markers and tasks by name."""
    asks = questions()
    names = {asks.task(0): "TASK0", asks.task(1): "TASK1"}
    for kind in (GENE, DISEASE):
        for second in (False, True):
            names[asks.marker(kind, second)] = f"<{'GD'[kind]}{1 + second}>"
            names[asks.marker(kind, second, closing=True)] = f"</{'GD'[kind]}{1 + second}>"
    return " ".join(names.get(i) or asks.tokenizer.tokenizer.id_to_token(i) for i in ids.tolist()).replace(" ##", "")


def ask(first: list[tuple[int, int]], second: list[tuple[int, int]], context: Context) -> str:
    pieces = questions().cut(TEXT, ENDS)
    ends = [questions().end(pieces, kind, spans) for kind, spans in ((GENE, first), (DISEASE, second))]
    assert ends[0] is not None
    assert ends[1] is not None
    return read(questions().ask(pieces, 1, ends[0], ends[1], context))


def test_a_question_names_both_and_the_text_marks_both() -> None:
    asked = ask(BRCA1, CANCER, Context(128, 1))
    question, text, rest = asked.split(" [SEP]")
    assert question == "[CLS] what is TASK1 between <G1> brca1 </G1> and <D2> breast cancer </D2> ?"
    assert text.startswith(" <G1> brca1 </G1> and <D2> breast cancer </D2> . loss of <G1>")
    assert text.endswith("<D2> breast cancer </D2> was common ; <G1> brca1 </G1> was not .")
    assert not rest
    assert text.count("<G1>") == 3
    assert text.count("<D2>") == 2


def test_sentences_without_the_pair_are_left_out_unless_they_are_neighbours() -> None:
    alone, around = (ask(BRCA1, CANCER, Context(128, n)) for n in (0, 1))
    assert "did nothing" not in alone
    assert "did nothing" in around
    assert "rained" in around
    assert ask(BRCA1[:1], CANCER[:1], Context(128, 1)).endswith("loss of brca1 was seen . [SEP]")


def test_entities_of_no_common_sentence_bring_the_sentences_of_their_closest_mentions() -> None:
    asked = ask(BRCA1[1:2], CANCER[1:], Context(128, 0))
    assert "loss of <G1>" in asked
    assert "<D2> breast cancer </D2> was common" in asked
    assert "rained" not in asked


def test_no_text_can_hold_a_marker() -> None:
    pieces = questions().cut("<Gene1> [MASK] [SEP] " + "".join(chr(c) for c in range(0x20, 0x3000, 7)), [50])
    assert pieces.ids.max() < questions().first_marker


def test_an_entity_that_touches_no_piece_is_no_end() -> None:
    pieces = questions().cut("a \u200b b", [5])
    assert questions().end(pieces, GENE, [(1, 2)]) is None


@pytest.mark.parametrize("wrong", [{"budget": SMALLEST_BUDGET - 1}, {"neighbours": -1}])
def test_a_context_that_holds_no_pair_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        Context(**wrong)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Passage, End, End, Context]:
    total = draw(st.integers(2, 400))
    cuts = sorted(draw(st.sets(st.integers(1, total - 1), max_size=12)))
    sentence = np.searchsorted(np.array(cuts, dtype=np.int64), np.arange(total), side="right")
    pieces = Passage(np.arange(1000, 1000 + total), np.zeros((total, 2), np.int32), sentence)
    ends = []
    for kind in (GENE, DISEASE):
        starts = sorted(draw(st.sets(st.integers(0, total - 1), min_size=1, max_size=40)))
        stops = [min(total, s + draw(st.integers(1, 60))) for s in starts]
        ends.append(End(kind, np.array(starts), np.array(stops)))
    return pieces, ends[0], ends[1], Context(draw(st.integers(SMALLEST_BUDGET, 160)), draw(st.integers(0, 3)))


@settings(deadline=None, max_examples=200)
@given(pairs())
def test_any_pair_is_asked_within_bounds(drawn: tuple[Passage, End, End, Context]) -> None:
    pieces, first, second, context = drawn
    asks = questions()
    ids = asks.ask(pieces, 0, first, second, context)
    middle = ids.tolist().index(asks.tokenizer.last)
    question, text = ids[: middle + 1], ids[middle + 1 : -1]
    assert ids[-1] == asks.tokenizer.last
    assert len(ids) <= context.budget + OVERHEAD
    assert len(question) <= 12 + 2 * NAME_PIECES
    plain = text[text < asks.first_marker]
    assert (np.diff(plain) > 0).all(), "the text's pieces keep their order and stand there once"
    assert len(plain) <= context.budget
    for end, which in ((first, False), (second, True)):
        opened, closed = (np.flatnonzero(text == asks.marker(end.type, which, closing=c)) for c in (False, True))
        assert 1 <= len(opened) == len(closed) <= MARKED, "every opened mention is closed, and at least one is marked"
        mentions = {(s, min(e, s + MENTION_PIECES)) for s, e in zip(end.start.tolist(), end.stop.tolist(), strict=True)}
        places = text.copy()
        for at in opened:
            first_piece = next(p for p in places[at:] if p < asks.first_marker) - 1000
            assert any(start == first_piece for start, _ in mentions), "a marker opens where a mention begins"
