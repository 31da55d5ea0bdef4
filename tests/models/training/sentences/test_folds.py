"""What is learned from, and what is scored."""

from pathlib import Path

import pytest

from models.corpora.errors import CorpusUnknown
from models.training.sentences.folds import split
from tests.models.training.sentences.conftest import sentence


def test_published_folds_are_taken_as_they_are(data: Path) -> None:
    folds = list(split("gad", "published", data))
    assert [fold.name for fold in folds] == [f"fold-{n}" for n in range(1, 11)]
    assert {(len(fold.train), len(fold.carved), len(fold.test), fold.removed) for fold in folds} == {(36, 0, 4, 0)}
    assert len({pair.text for fold in folds for pair in fold.test}) == 40


def test_a_test_sentence_in_train_is_taken_out_of_a_published_fold(data: Path) -> None:
    text, label = sentence(1, 0)
    with (data / "gad" / "1" / "train.tsv").open("a", encoding="utf-8") as file:
        file.write(f"{text.replace('is strongly', 'IS  strongly')}\t{label}\n")
    first = next(iter(split("gad", "published", data)))
    assert first.removed == 1
    assert len(first.train) == 36


def test_a_near_duplicate_stands_on_one_side_of_grouped_folds(data: Path) -> None:
    """One sentence with another gene masked, in another published fold: the published folds part the two, ours do not."""
    text, _ = sentence(1, 0)
    twin = text.replace("BRCA11asthma0", "@GENE$").replace("@GENE$ is", "BRCA1 is", 1)
    with (data / "gad" / "2" / "test.tsv").open("a", encoding="utf-8") as file:
        file.write(f"4\t{twin}\t0\n")
    assert any(pair.text == twin for pair in list(split("gad", "published", data))[1].test)
    for fold in split("gad", "grouped", data):
        scored = {pair.text for pair in fold.test}
        learned = {pair.text for pair in fold.train}
        assert not scored & learned
        assert not (text in scored and twin in learned)
        assert not (twin in scored and text in learned)


def test_what_is_carved_is_not_learned_from(data: Path) -> None:
    for fold in split("gad", "published", data, carved=0.25):
        assert len(fold.carved) == 9
        assert not {pair.document for pair in fold.carved} & {pair.document for pair in fold.train}
    assert {len(fold.train) for fold in split("gad", "published", data, limit=10)} == {10}


def test_a_corpus_without_folds_or_parts_is_refused(data: Path) -> None:
    with pytest.raises(CorpusUnknown, match="not published in folds"):
        list(split("aimed", "published", data))
    with pytest.raises(CorpusUnknown, match="no part 'nothing'"):
        list(split("eu-adr-original/nothing", "grouped", data))
    with pytest.raises(CorpusUnknown, match="no corpus 'nothing'"):
        list(split("nothing", "grouped", data))
