"""Checking a folder: what is whole, what is another version, what is missing, and what is broken, with file and line."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from models.corpora.check import Checked, Verdict, check, size
from models.corpora.registry import CORPORA, Corpus, Split
from processors.errors import RecordError

CHOSEN = ("biored", "bc5cdr", "ncbi-disease", "bc2gm")


@pytest.fixture
def registered(data: Path) -> list[Corpus]:
    """The entries as they would be if the small samples were the originals."""
    entries = []
    for name in CHOSEN:
        entry = CORPORA[name]
        there = {split: parts for split, parts in entry.splits.items() if all((data / path).is_file() for path in parts.files)}
        splits = {
            split: Split({path: hashlib.sha256((data / path).read_bytes()).hexdigest() for path in parts.files}, entry.count(split, data))
            for split, parts in there.items()
        }
        entries.append(replace(entry, splits=splits))
    return entries


def by_name(found: list[Checked]) -> dict[tuple[str, str], Checked]:
    return {(one.corpus, one.split): one for one in found}


def test_what_is_whole_is_ok(data: Path, registered: list[Corpus]) -> None:
    read: list[int] = []
    found = list(check(registered, data, read.append))
    assert {one.verdict for one in found} == {Verdict.OK}
    assert all(one.found == one.registered and not one.why for one in found)
    assert sum(read) == size(registered, data) > 10_000


def test_another_version_is_counted_all_the_same(data: Path, registered: list[Corpus]) -> None:
    path = data / "biored/Train.PubTator"
    path.write_text(path.read_text(encoding="utf-8").replace("\n\n", "\n\n\n"), encoding="utf-8")
    one = by_name(list(check(registered, data)))["biored", "train"]
    assert (one.verdict, one.found) == (Verdict.OTHER, one.registered)
    assert one.why == "biored/Train.PubTator: other bytes, the same counts"
    path.write_text("\n\n".join(path.read_text(encoding="utf-8").split("\n\n\n")[:3]) + "\n", encoding="utf-8")
    one = by_name(list(check(registered, data)))["biored", "train"]
    assert one.verdict is Verdict.OTHER
    assert "documents 3 for 4" in one.why
    assert one.found
    assert one.found["documents"] == 3


def test_what_is_broken_is_named_with_file_and_line(data: Path, registered: list[Corpus]) -> None:
    (data / "bc5cdr_pubtator/CDR_TestSet.PubTator.txt").write_text("1|t|A title\n1|a|Text\n\n2|a|No title\n", encoding="utf-8")
    (data / "ner_bio/BC2GM/test.tsv").write_text("a\tO\nb\tO\nc\n", encoding="utf-8")
    found = by_name(list(check(registered, data)))
    title, column = found["bc5cdr", "test"], found["bc2gm", "test"]
    assert (title.verdict, column.verdict) == (Verdict.BROKEN, Verdict.BROKEN)
    assert title.why.startswith("CDR_TestSet.PubTator.txt, line 4: ")
    assert column.why.startswith("test.tsv, line 3: ")
    assert sum(one.verdict is Verdict.BROKEN for one in found.values()) == 2


def test_a_file_whose_annotations_do_not_fit_is_broken(data: Path, registered: list[Corpus]) -> None:
    path = data / "biored/Train.PubTator"
    path.write_text(path.read_text(encoding="utf-8").replace("\t", " "), encoding="utf-8")
    (data / "bc5cdr_pubtator/CDR_TrainingSet.PubTator.txt").write_bytes(b"")
    found = by_name(list(check(registered, data)))
    assert found["biored", "train"].verdict is found["bc5cdr", "train"].verdict is Verdict.BROKEN
    assert found["biored", "train"].why.startswith("Train.PubTator, line 3: ")
    assert found["bc5cdr", "train"].why.endswith("holds nothing")
    with pytest.raises(RecordError, match="line 3"):
        CORPORA["biored"].read("train", data)


def test_the_registered_bytes_read_otherwise_are_broken(data: Path, registered: list[Corpus]) -> None:
    entry = registered[0]
    wrong = {name: replace(split, counts={**split.counts, "documents": 99}) for name, split in entry.splits.items()}
    assert {one.verdict for one in check([replace(entry, splits=wrong)], data)} == {Verdict.BROKEN}


def test_what_is_missing_is_missing(tmp_path: Path) -> None:
    found = list(check(CORPORA.values(), tmp_path))
    assert {one.verdict for one in found} == {Verdict.MISSING}
    assert found[0].why == "no biored/Train.PubTator"


def test_a_file_is_found_by_the_end_of_its_path(data: Path, registered: list[Corpus]) -> None:
    (data / "elsewhere/deep").mkdir(parents=True)
    (data / "biored/Train.PubTator").rename(data / "elsewhere/deep/Train.PubTator")
    (data / "ner_bio/BC2GM").rename(data / "elsewhere/BC2GM")
    found = by_name(list(check(registered, data)))
    assert found["biored", "train"].verdict is Verdict.OK
    assert list(found["biored", "train"].files) == ["elsewhere/deep/Train.PubTator"]
    assert found["bc2gm", "test"].verdict is Verdict.OK
    (data / "copy").mkdir()
    (data / "copy/Train.PubTator").write_bytes((data / "elsewhere/deep/Train.PubTator").read_bytes())
    assert by_name(list(check(registered, data)))["biored", "train"].verdict is Verdict.MISSING  # two: which one is meant?
    assert by_name(list(check(registered, data / "copy")))["biored", "train"].verdict is Verdict.OK


def test_a_name_that_many_corpora_share_is_no_name(data: Path, registered: list[Corpus]) -> None:
    place = data / "ner_bio/BC2GM/test.tsv"
    (data / "loose").mkdir()
    place.rename(data / "loose/test.tsv")
    for other in data.glob("*/*/test.tsv"):
        other.unlink()
    assert by_name(list(check(registered, data)))["bc2gm", "test"].verdict is Verdict.MISSING
