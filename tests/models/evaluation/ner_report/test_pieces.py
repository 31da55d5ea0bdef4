"""Pieces of words, counted by hand on a vocabulary made here."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from models.corpora.documents import Document, GoldMention
from models.evaluation.ner_report.pieces import coverage, open_tokenizer
from models.runtime.errors import ArtefactError
from processors.records import EntityType


@pytest.fixture
def tokenizer() -> Tokenizer:
    names = ["[UNK]", "the", "gene", "bra", "##ca", "##1", ",", "never"]
    made = Tokenizer(models.WordPiece({name: number for number, name in enumerate(names)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


def test_whole_words_pieces_and_unknown_words(tokenizer: Tokenizer) -> None:
    text = "The gene BRACA1, the θ gene"
    document = Document("x/train", "1", "", text, (GoldMention(4, 15, EntityType.GENE, ()),))
    found = coverage(tokenizer, [document, document])
    assert found == {
        "words": 12,
        "whole": 66.67,  # The, gene, the, gene
        "distinct_whole": 60.0,  # The, the, gene; not BRACA1 and θ
        "pieces": round(8 / 6, 3),
        "mention_words": 4,
        "mention_whole": 50.0,
        "mention_pieces": 2.0,
        "unknown": 16.67,
        "document_pieces": 9.0,
        "used": 87.5,  # all but `never`
    }


def test_no_documents_give_no_shares(tokenizer: Tokenizer) -> None:
    assert coverage(tokenizer, [])["pieces"] == 0.0


def test_a_file_or_its_folder_is_opened_and_anything_else_refused(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert open_tokenizer(tmp_path).get_vocab_size() == open_tokenizer(tmp_path / "tokenizer.json").get_vocab_size() == 8
    (tmp_path / "broken.json").write_text("{")
    for path in (tmp_path / "broken.json", tmp_path / "none"):
        with pytest.raises(ArtefactError, match="no tokeniser"):
            open_tokenizer(path)
