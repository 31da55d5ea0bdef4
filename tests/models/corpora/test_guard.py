"""Planted leaks are found, and licences that are not allowed are refused."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from models.corpora.errors import LeakedDocument, LicenceNotAllowed
from models.corpora.guard import protected_documents, refuse_leaks, refuse_licences, remove_leaks
from models.corpora.registry import CORPORA, corpus


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


def test_a_licence_that_is_not_stated_is_refused() -> None:
    refuse_licences([CORPORA["biored"], CORPORA["nlm-gene"]])
    for licence in ("not stated", "CC BY-NC 4.0", "GPL-3.0", ""):
        with pytest.raises(LicenceNotAllowed, match="biored"):
            refuse_licences([replace(CORPORA["biored"], licence=licence)])


@pytest.mark.skipif("BIORELAY_DATA" not in os.environ, reason="needs the full corpora: set BIORELAY_DATA")
def test_the_known_overlaps_of_the_originals_are_taken_out() -> None:
    data = Path(os.environ["BIORELAY_DATA"])
    protected = protected_documents(data)
    kept = {name: len(remove_leaks(c.read("train", data), protected)[0]) for name, c in CORPORA.items()}
    assert kept["biored"] == 301
    assert kept["bc5cdr"] == 490
    assert kept["ncbi-disease"] == 589
