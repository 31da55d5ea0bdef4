"""Leaks planted in the registered corpora are found."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from models.corpora.errors import LeakedDocument
from models.corpora.guard import Guard, guard_over, protected_documents, refuse_leaks, remove_leaks
from models.corpora.registry import corpus


def test_clean_training_data_pass(data: Path) -> None:
    protected = protected_documents(data)
    for name in ("biored", "bc5cdr", "ncbi-disease"):
        documents = corpus(name).read("train", data)
        refuse_leaks(documents, protected)
        assert remove_leaks(documents, protected) == (documents, [])


@pytest.mark.parametrize(
    ("name", "split"), [("biored", "dev"), ("bc5cdr", "dev"), ("bc5cdr", "test"), ("ncbi-disease", "dev"), ("ncbi-disease", "test")]
)
def test_a_planted_document_is_found(data: Path, name: str, split: str) -> None:
    protected = protected_documents(data)
    clean = corpus("biored").read("train", data)
    planted = corpus(name).read(split, data)[0]
    copies = {
        "the same PMID, another text": replace(clean[0], pmid=planted.pmid),
        "another PMID, the same text": replace(planted, pmid="1"),
        "spacing, case and punctuation changed": replace(planted, pmid="1", text=planted.text.upper().replace(" ", "  ").replace(".", " ")),
        "another title": replace(planted, pmid="1", title="Other", text=f"Other {planted.abstract}"),
    }
    for what, copy in copies.items():
        with pytest.raises(LeakedDocument, match=f"{name}/{split} {planted.pmid}"):
            refuse_leaks([*clean, copy], protected)
        kept, removed = remove_leaks([*clean, copy], protected)
        assert (kept, removed) == (clean, [copy]), what


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
        ],
    )
    def test_documents_that_corpora_share(self, trained: str, sets: list[str], by_pmid: int, kept: int) -> None:
        left, leaks = guard_over(self.data, sets).remove(corpus(trained).read("train", self.data))
        assert sum(leak.by == "pmid" for leak in leaks) == by_pmid
        assert len(left) == kept

    def test_sentences_of_a_bio_test_file_that_stand_in_train_to_the_word(self) -> None:
        """51 of BC2GM's 5,038; such files give no PMIDs."""
        train = Guard(corpus("bc2gm").read("train", self.data))
        leaks = train.remove(corpus("bc2gm").read("test", self.data))[1]
        assert sum(leak.by == "text" for leak in leaks) >= 51
