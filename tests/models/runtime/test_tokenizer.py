"""Tokenisers of every family give the same kind of pieces: no white space at their edges, BERT's words."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from models.runtime.artefact import Artefact
from models.runtime.errors import ArtefactError
from models.runtime.tokenizer import PieceTokenizer

TEXT = "Loss of BRCA1/2 (p.Val600Glu), TNF-\u03b1 and IL-6: na\u00efve \u201cT cells\u201d \u4e2d\u6587\u2009\u00b5M\u2013nM."
ANY = st.text(st.characters(), max_size=60)


def byte_level() -> Tokenizer:
    """A RoBERTa-like tokeniser: bytes and a few merges, the space before a word in its first piece."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("\u0120", "T"), ("I", "L"), ("l", "l"), ("\u0120", "\u0120"), ("e", "s")]
    names = ["<s>", "<pad>", "</s>", "<unk>", *alphabet, *(a + b for a, b in merges)]
    tokenizer = Tokenizer(models.BPE(vocab={name: i for i, name in enumerate(names)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=False, add_prefix_space=False)
    return tokenizer


def unigram() -> Tokenizer:
    """An XLM-R-like tokeniser: pieces with scores, the space as a mark of its own kind."""
    letters = sorted(set(TEXT) - {" "})
    vocabulary = [("<s>", 0.0), ("</s>", 0.0), ("<unk>", -20.0), ("\u2581", -3.0), ("\u2581T", -2.0), *((c, -4.0) for c in letters)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)])
    return tokenizer


@pytest.fixture(scope="module", params=["wordpiece", "byte-level", "unigram"])
def tokenizer(request: pytest.FixtureRequest, artefact: Artefact, tmp_path_factory: pytest.TempPathFactory) -> PieceTokenizer:
    if request.param == "wordpiece":
        return PieceTokenizer(artefact.path("tokenizer.json"))
    path = tmp_path_factory.mktemp(request.param) / "tokenizer.json"
    made = byte_level() if request.param == "byte-level" else unigram()
    made.enable_truncation(3)
    made.enable_padding(length=9)
    made.save(str(path))
    return PieceTokenizer(path)


def test_pieces_of_one_text(tokenizer: PieceTokenizer) -> None:
    pieces = tokenizer.cut(TEXT)
    covered = [TEXT[a:b] for a, b in pieces.offsets.tolist()]
    assert not any(part != part.strip() for part in covered)
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for number, (start, end) in zip(pieces.words.tolist(), pieces.offsets.tolist(), strict=True):
        starts.setdefault(number, start)
        ends[number] = end
    found = [TEXT[starts[number] : ends[number]] for number in starts]
    for word in ("Loss", "of", "BRCA1", "/", "2", "(", "p", ".", "Val600Glu", "TNF", "-", "\u03b1", "na\u00efve", "\u201c", "nM"):
        assert word in found, word
    assert len(pieces.ids) == len(pieces.words) == len(covered) > 30


def test_the_frame_is_the_tokenisers_own(tokenizer: PieceTokenizer) -> None:
    framed = tokenizer.tokenizer.encode(TEXT, add_special_tokens=True).ids
    assert (framed[0], framed[-1]) == (tokenizer.first, tokenizer.last)
    assert framed[1:-1] == tokenizer.cut(TEXT).ids.tolist()


@given(ANY)
@settings(max_examples=60, deadline=None)
def test_offsets_never_fall_nor_leave_the_text(tokenizer: PieceTokenizer, text: str) -> None:
    pieces = tokenizer.cut(text)
    last = (0, 0)
    for start, end in pieces.offsets.tolist():
        assert last[0] <= start <= end <= len(text)
        assert last[1] <= end
        assert not text[start : start + 1].isspace() or start == end
        last = (start, end)
    assert (pieces.words[1:] - pieces.words[:-1] >= 0).all()


@pytest.fixture(scope="module")
def wordpiece(artefact: Artefact) -> PieceTokenizer:
    return PieceTokenizer(artefact.path("tokenizer.json"))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=200, deadline=None)
def test_words_are_what_berts_pre_tokeniser_calls_words(wordpiece: PieceTokenizer, text: str) -> None:
    assert wordpiece.tokenizer.pre_tokenizer.__class__.__name__ == "BertPreTokenizer"
    expected = wordpiece.tokenizer.encode(text, add_special_tokens=False).word_ids
    words = wordpiece.cut(text).words.tolist()
    assert [b > a for a, b in pairwise(words)] == [b > a for a, b in pairwise(expected)]


def test_a_tokeniser_that_frames_otherwise_is_refused(artefact: Artefact, tmp_path: Path) -> None:
    data = json.loads(artefact.path("tokenizer.json").read_bytes())
    data["post_processor"] = None
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ArtefactError, match="0 special pieces"):
        PieceTokenizer(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ArtefactError, match="no tokeniser"):
        PieceTokenizer(path)
