"""Leaks planted in the registered corpora are found, and the known overlaps of the originals are."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from models.corpora.errors import CorpusMissing, CorpusUnknown, LeakedDocument
from models.corpora.guard import Guard, fingerprints_of, guard_over, protected_documents, remove_leaks
from models.corpora.registry import corpus
from models.corpora.relations.folds import leaked_concatenation, read_folds

SCORED = ["biored/dev", "bc5cdr/dev", "bc5cdr/test", "ncbi-disease/dev", "ncbi-disease/test"]


def test_clean_training_data_pass(data: Path) -> None:
    guard = guard_over(data)
    assert set(SCORED) <= guard.sets.keys()
    for name in ("biored", "bc5cdr", "ncbi-disease"):
        documents = corpus(name).read("train", data)
        guard.refuse(documents)
        assert guard.remove(documents) == (documents, [])


@pytest.mark.parametrize("place", SCORED)
def test_a_planted_document_is_found(data: Path, place: str) -> None:
    guard = guard_over(data)
    name, _, split = place.partition("/")
    clean = corpus("biored").read("train", data)
    planted = corpus(name).read(split, data)[0]
    copies = {
        "pmid": replace(clean[0], pmid=planted.pmid),
        "text": replace(planted, pmid="99999991", text=planted.text.upper().replace(" ", "  ").replace(".", " ")),
        "near-duplicate": replace(planted, pmid="99999991", title="Other", text=f"Other {planted.abstract}"),
    }
    for by, copy in copies.items():
        with pytest.raises(LeakedDocument, match=f"{place} {planted.pmid}"):
            guard.refuse([*clean, copy])
        kept, leaks = guard.remove([*clean, copy])
        assert (kept, [leak.by for leak in leaks]) == (clean, [by])


def test_a_guard_may_be_over_named_sets_which_must_be_there(data: Path) -> None:
    assert guard_over(data, ["bc5cdr/test"]).sets.keys() == {"bc5cdr/test"}
    with pytest.raises(CorpusMissing, match="drugprot/dev"):
        guard_over(data, ["drugprot/dev"])
    with pytest.raises(CorpusUnknown, match="no split 'devel'"):
        guard_over(data, ["bc5cdr/devel"])


def test_the_same_document_in_two_training_sets_is_known_by_its_fingerprints(data: Path) -> None:
    documents = corpus("biored").read("train", data)
    taken = fingerprints_of(documents[:2])
    assert remove_leaks(documents, taken) == (documents[2:], documents[:2])
    assert fingerprints_of(corpus("biored").read("dev", data)).keys() <= protected_documents(data).keys()


@pytest.mark.skipif("BIORELAY_DATA" not in os.environ, reason="needs the full corpora: set BIORELAY_DATA")
@pytest.mark.timeout(300)
class TestOriginals:
    """What the corpora themselves hold; the counts by PMID and by verbatim text were made independently of the guard."""

    data = Path(os.environ.get("BIORELAY_DATA", ""))

    @pytest.mark.parametrize(
        ("trained", "sets", "by_pmid", "kept"),
        [
            ("biored", ["bc5cdr/dev", "bc5cdr/test", "ncbi-disease/dev", "ncbi-disease/test"], 99, 300),
            ("bc5cdr", ["biored/dev"], 10, 490),
            ("ncbi-disease", ["biored/dev"], 3, 589),
            ("chemprot", ["drugprot/dev"], 324, 694),
        ],
    )
    def test_documents_that_corpora_share(self, trained: str, sets: list[str], by_pmid: int, kept: int) -> None:
        left, leaks = guard_over(self.data, sets).remove(corpus(trained).read("train", self.data))
        assert sum(leak.by == "pmid" for leak in leaks) == by_pmid
        assert len(left) == kept

    def test_chemprots_test_set_is_inside_drugprot(self) -> None:
        """565 of its 800 abstracts are in DrugProt's train, the other 235 in its dev set."""
        guard = guard_over(self.data, ["chemprot/test"])
        for split, count in (("train", 565), ("dev", 235)):
            leaks = guard.remove(corpus("drugprot").read(split, self.data))[1]
            assert sum(leak.by == "pmid" for leak in leaks) == count

    def test_sentences_of_a_bio_test_file_that_stand_in_train_to_the_word(self) -> None:
        """51 of BC2GM's 5,038; such files give no PMIDs."""
        train = Guard(corpus("bc2gm").read("train", self.data))
        leaks = train.remove(corpus("bc2gm").read("test", self.data))[1]
        assert sum(leak.by == "text" for leak in leaks) >= 51

    def test_folds_put_together_hold_every_row_of_their_test(self) -> None:
        folds = read_folds(self.data / "gad", "gad")
        texts = [{pair.text for pair in fold.train} for fold in folds]
        in_train = [sum(row.text in known for row in fold.test) for fold, known in zip(folds, texts, strict=True)]
        assert in_train == [8, 9, 4, 13, 16, 6, 16, 28, 1, 2]
        leaks = Guard(folds[3].train).remove(folds[3].test)[1]
        assert sum(leak.by == "text" for leak in leaks) >= in_train[3]
        together = leaked_concatenation(folds)
        assert {row.text for row in together.test} <= {row.text for row in together.train}
        guard = Guard(folds[0].test)
        with pytest.raises(LeakedDocument, match=r"gad/fold-2/train .* is gad/fold-1/test .* and \d{3} more"):
            guard.refuse(folds[1].train)
