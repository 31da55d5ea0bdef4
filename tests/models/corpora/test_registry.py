"""What the registry says of the corpora, and how they are read."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from models.corpora.errors import CorpusMissing, CorpusUnknown
from models.corpora.registry import CORPORA, KINDS, ROLES, Corpus, corpus
from models.corpora.registry.corpus import FORMS, role
from processors.records import EntityType, Predicate


@pytest.mark.parametrize("entry", CORPORA.values(), ids=lambda entry: entry.name)
def test_every_entry_is_sound(entry: Corpus) -> None:
    for text in (entry.title, entry.version, entry.licence, entry.source, entry.copy):
        assert text.strip() == text != ""
    assert set(entry.kinds) <= set(KINDS)
    assert entry.form in FORMS
    assert entry.splits
    for name, split in entry.splits.items():
        assert role(name) in ROLES
        assert split.files
        assert all(re.fullmatch(r"[0-9a-f]{64}", sha256) for sha256 in split.files.values())
        assert all(not Path(path).is_absolute() and ".." not in Path(path).parts for path in split.files)
        assert split.counts
        labels = split.counts.get("mentions", {})
        assert isinstance(labels, Mapping)
        if "ner" in entry.kinds:
            assert labels.keys() <= entry.types.keys() | entry.unmapped.keys()
    assert not entry.types.keys() & entry.unmapped.keys()
    assert all(why.endswith(".") for why in (*entry.absent.values(), *entry.unguarded.values()))
    assert not entry.absent.keys() & entry.splits.keys()
    assert entry.unguarded.keys() <= entry.splits.keys()


def test_no_file_stands_under_two_corpora_with_two_hashes() -> None:
    found: dict[str, str] = {}
    for entry in CORPORA.values():
        for split in entry.splits.values():
            for path, sha256 in split.files.items():
                assert found.setdefault(path, sha256) == sha256


def test_biored_is_read_whole(data: Path) -> None:
    documents = corpus("biored").read("train", data)
    assert len(documents) == 4
    for document in documents:
        assert document.corpus == "biored/train"
        assert document.text == f"{document.title} {document.abstract}"
        assert all(document.text[m.start : m.end].strip() for m in document.mentions)
        assert set(document.relations.values()) <= {p.value for p in Predicate}
        known = {id_ for m in document.mentions for id_ in m.ids}
        assert {id_ for pair in document.relations for id_ in pair} <= known
    assert sum(len(d.relations) for d in documents) > 10


def test_types_and_relations_are_each_corpus_own(data: Path) -> None:
    cdr = corpus("bc5cdr").read("train", data)
    assert {m.type for d in cdr for m in d.mentions} == {EntityType.CHEMICAL, EntityType.DISEASE}
    assert {kind for d in cdr for kind in d.relations.values()} == {"CID"}
    ncbi = corpus("ncbi-disease").read("train", data)
    assert {m.type for d in ncbi for m in d.mentions} == {EntityType.DISEASE}


def test_missing_and_unknown_are_named(data: Path) -> None:
    with pytest.raises(CorpusMissing, match="nlm-gene/train"):
        corpus("nlm-gene").read("train", data)
    with pytest.raises(CorpusUnknown, match="no split 'dev'") as refused:
        corpus("nlm-chem").read("dev", data)
    assert refused.value.remedy
    assert "Not in the copy" in refused.value.remedy
    with pytest.raises(CorpusUnknown, match="no split 'test'"):
        corpus("biored").read("test", data)
    with pytest.raises(CorpusUnknown, match="no-such"):
        corpus("no-such")


def test_the_hash_is_the_files(data: Path) -> None:
    path = data / "biored/Train.PubTator"
    assert corpus("biored").sha256("train", data) == hashlib.sha256(path.read_bytes()).hexdigest()
