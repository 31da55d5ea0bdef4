"""Rows, their words and their pieces."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.corpora.relations.pair import End, Pair
from models.corpora.relations.render import Form
from models.runtime.tokenizer import PieceTokenizer
from models.training.sentences.pieces import SentenceMaker, arrays
from models.training.sentences.rows import Row, rows
from models.training.sentences.words import parts, sequence
from processors.records import EntityType

TEXT = "Loss of BRCA1, not of TP53 or CHEK2, leads to breast cancer."


def end(words: str, kind: EntityType) -> End:
    at = TEXT.index(words)
    return End(((at, at + len(words)),), kind, kind.value)


def pair(head: End, tail: End, *others: End, labels: tuple[str, ...] = ("1",)) -> Pair:
    return Pair("corpus/test", "p1", "7", TEXT, head, tail, labels, others=others)


BRCA1, TP53, CHEK2 = (end(name, EntityType.GENE) for name in ("BRCA1", "TP53", "CHEK2"))
CANCER = end("breast cancer", EntityType.DISEASE)


def test_the_three_forms_point_at_the_mentions() -> None:
    given_pair = pair(CANCER, TP53, BRCA1, CHEK2)
    masked, marked, plain = (rows([given_pair], form)[0] for form in (Form.MASKED, Form.MARKED, Form.PLAIN))
    assert masked.text == "Loss of @GENE$, not of @GENE$ or @GENE$, leads to @DISEASE$."
    assert [masked.text[a:b] for a, b in (masked.first, masked.second)] == ["@DISEASE$", "@GENE$"]
    assert masked.second[0] == masked.text.index("@GENE$ or")
    assert marked.text == "Loss of BRCA1, not of # TP53 # or CHEK2, leads to @ breast cancer @."
    assert [marked.text[a:b] for a, b in (marked.first, marked.second)] == ["breast cancer", "TP53"]
    assert plain.text == TEXT
    assert (masked.related, rows([pair(CANCER, TP53, labels=())])[0].related) == (True, False)


def test_of_several_mentions_the_closest_two_are_read() -> None:
    both = End((*BRCA1.spans, *CHEK2.spans), EntityType.GENE, "Gene")
    row = rows([pair(both, CANCER)], Form.PLAIN)[0]
    assert (row.text[slice(*row.first)], row.text[slice(*row.second)]) == ("CHEK2", "breast cancer")


def test_words_stand_before_between_and_behind_the_mentions() -> None:
    row = rows([pair(CANCER, TP53, BRCA1, CHEK2)])[0]
    found = parts(row)
    assert found.swapped
    assert found.before == ("loss", "of", "@gene$", ",", "not", "of")
    assert found.between == ("or", "@gene$", ",", "leads", "to")
    assert found.after == (".",)
    words, left, right = sequence(row)
    assert (words[left], words[right]) == ("@Gene$", "@Disease$")
    assert len(words) == 14


def test_mentions_that_overlap_have_nothing_between_them() -> None:
    text = "p53 protein binds"
    row = Row("r", "d", text, (0, 3), (0, 11), ("Gene", "Gene"), related=False)
    assert parts(row).between == ()
    assert parts(row).after == ("binds",)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PieceTokenizer:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = "abcdefghij"
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {name: number for number, name in enumerate(names)}
    made = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    path = tmp_path_factory.mktemp("pieces") / "tokenizer.json"
    made.save(str(path))
    return PieceTokenizer(path)


words = st.lists(st.text("abcdefghij", min_size=1, max_size=4), min_size=2, max_size=40)


@settings(deadline=None)
@given(words, st.data())
def test_both_mentions_are_weighed_whatever_is_cut_off(tokenizer: PieceTokenizer, found: list[str], data: st.DataObject) -> None:
    text = " ".join(found)
    starts = [0, *(i + 1 for i, letter in enumerate(text) if letter == " ")]
    a, b = data.draw(st.lists(st.integers(0, len(found) - 1), min_size=2, max_size=2, unique=True))
    ranges = [(starts[i], starts[i] + len(found[i])) for i in (a, b)]
    row = Row("r", "d", text, *ranges, ("Gene", "Gene"), related=True)
    window = data.draw(st.integers(8, 60))
    sentence = SentenceMaker(tokenizer, window=window).make(row)
    read = arrays([sentence, SentenceMaker(tokenizer, window=60).make(row)])
    assert len(sentence.ids) <= window
    assert (sentence.ids[0], sentence.ids[-1]) == (2, 3)
    for k in range(2):
        np.testing.assert_allclose(read["places"][:, k].sum(axis=1), 1, rtol=1e-5)
    assert not read["places"][:, :, 0].any(), "a special piece is no mention"
    assert (read["places"][0].sum(axis=0) > 0).sum() <= read["attention_mask"][0].sum()
    if len(found) and window == 60 and sum(map(len, found)) <= 58:
        pieces = [tokenizer.tokenizer.id_to_token(number) for number in sentence.ids[slice(*sentence.first)].tolist()]
        assert "".join(piece.removeprefix("##") for piece in pieces) == found[a]


def test_what_is_between_lies_between() -> None:
    from models.training.sentences.pieces import Sentence

    sentence = Sentence(np.arange(12), (7, 9), (2, 4), related=True)
    assert sentence.between == (4, 7)
    touching = Sentence(np.arange(12), (2, 6), (4, 9), related=True)
    assert touching.between == (6, 6)
    assert all(a <= b for a, b in pairwise(sentence.between))
