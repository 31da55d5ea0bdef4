"""What the registry says of the corpora, and how they are read."""

import hashlib
from pathlib import Path

import pytest

from models.corpora.errors import CorpusMissing, CorpusUnknown
from models.corpora.guard import ALLOWED_LICENCES
from models.corpora.registry import CORPORA, corpus
from processors.records import EntityType, Predicate


def test_every_registered_corpus_may_be_used() -> None:
    assert {c.licence for c in CORPORA.values()} <= ALLOWED_LICENCES
    assert all("train" in c.splits for c in CORPORA.values())


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
    with pytest.raises(CorpusUnknown, match="no split 'test'"):
        corpus("biored").read("test", data)
    with pytest.raises(CorpusUnknown, match="gad"):
        corpus("gad")


def test_the_hash_is_the_files(data: Path) -> None:
    path = data / "biored/Train.PubTator"
    assert corpus("biored").sha256("train", data) == hashlib.sha256(path.read_bytes()).hexdigest()
