"""Abstracts without annotations: every layout is read, and no dev or test document, repeat or unlisted licence comes through."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from models.corpora.abstracts import ABSTRACTS, read_abstracts
from models.corpora.documents import Document
from models.corpora.errors import CorpusMissing
from models.corpora.guard import fingerprints_of

LONG = {letter: " ".join(f"{letter}word{i}" for i in range(60)) + "." for letter in "abcdefghijk"}


def pack(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))


def archive(path: Path, files: dict[str, str]) -> None:
    with tarfile.open(path, "w:xz") as out:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            out.addfile(entry, io.BytesIO(text.encode()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = tmp_path / "abstracts"
    pack(
        base / "cohen_2006/A.csv.gz",
        f'pubmedID,title,keywords,authors,abstracts,label1,label2\n1,"One, quoted",k,a,{LONG["a"]},0,0\n2,Short,k,a,None.,0,0\n',
    )
    pack(
        base / "cohen_2006/B.online.csv.gz",
        f"record_id,pubmedID,title,authors,abstract\n1,3,Three,a,{LONG['b']}\n2,1,Again,a,{LONG['c']}\n",
    )
    question = {"QUESTION": "Why?", "CONTEXTS": [LONG["d"], "More."], "LONG_ANSWER": "So."}
    pack(base / "pubmedqa_ori_pqal.json.gz", json.dumps({"4": question}))
    pack(base / "nicta_piboso/test_clean.txt.gz", f"###5\nbackground\t{LONG['e']}\noutcome\tIt helped .\n\n###6\nother\t{LONG['f']}\n")
    pack(
        base / "lund_autophagy_1/x.json.gz",
        json.dumps({"7": {"title": "Seven", "abstract": LONG["g"]}, "8": {"title": None, "abstract": None}}),
    )
    pack(base / "medical_abstracts_tc/medical_tc_test.csv.gz", f"condition_label,medical_abstract\n3,{LONG['h']}\n4,{LONG['a']}\n")
    archive(base / "ohsumed_single_23.tar.xz", {"data/x/2": f"Title.\n {LONG['i']}\n Last.", "README": LONG["j"]})
    archive(base / "hallmarks_of_cancer.tar.xz", {"text/9.txt": LONG["k"], "labels/9.txt": LONG["k"]})
    return tmp_path


EVERY = {source.licence for source in ABSTRACTS.values()}


def test_every_layout_is_read_once(folder: Path) -> None:
    found, summary = read_abstracts(folder, {}, licences=EVERY)
    assert [(d.corpus.partition("/")[2], d.pmid, d.title) for d in found] == [
        ("cohen-2006", "1", "One, quoted"),
        ("cohen-2006", "3", "Three"),
        ("pubmedqa", "4", "Why?"),
        ("nicta-piboso", "5", ""),
        ("nicta-piboso", "6", ""),
        ("lund-autophagy-1", "7", "Seven"),
        ("medical-abstracts", "", ""),
        ("ohsumed", "", "Title."),
        ("hallmarks-of-cancer", "9", ""),
    ]
    assert found[0].text == f"One, quoted {LONG['a']}"
    assert found[2].text == f"Why? {LONG['d']} More. So."
    assert found[3].text == f"{LONG['e']} It helped ."
    assert found[7].text == f"Title. {LONG['i']} Last."
    again = {row["name"]: row["removed"]["in_earlier_sets"] for row in summary}
    assert (again["cohen-2006"], again["medical-abstracts"]) == (1, 1)


def test_licences_that_are_not_listed_stay_out(folder: Path) -> None:
    _, summary = read_abstracts(folder, {})
    assert {row["licence"] for row in summary} == {"MIT", "Apache-2.0"}


def test_a_test_document_is_left_out_by_pmid_and_by_text(folder: Path) -> None:
    protected = fingerprints_of(
        [
            Document("x/test", "3", "Other", "Other text", ()),
            Document("x/test", "99", "Title", f"Title {LONG['g'].upper()}", ()),
            Document("x/test", "", "", LONG["k"].replace(" ", "  "), ()),
        ]
    )
    found, summary = read_abstracts(folder, protected, licences=EVERY)
    assert {d.pmid for d in found} == {"1", "4", "5", "6", ""}
    assert sum(row["removed"]["in_dev_or_test_sets"] for row in summary) == 3


def test_a_folder_without_abstracts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="cohen-2006"):
        read_abstracts(tmp_path, {})
