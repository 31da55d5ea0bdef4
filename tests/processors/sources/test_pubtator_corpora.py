"""The corpora that biorelay learns from, read whole (needs BIORELAY_DATA)."""

import os
from collections import Counter
from pathlib import Path

import pytest

from processors.outputs.pubtator import write_annotated
from processors.sources.pubtator import read_annotated

DATA = Path(os.environ.get("BIORELAY_DATA", "")) if os.environ.get("BIORELAY_DATA") else None
pytestmark = pytest.mark.skipif(DATA is None, reason="BIORELAY_DATA is not set")

# (file, documents, mentions, relations, lines refused): the published counts of each corpus
COUNTS = [
    ("biored/Train.PubTator", 400, 13351, 4178, 0),
    ("biored/Dev.PubTator", 100, 3533, 1162, 0),
    ("bc5cdr_pubtator/CDR_TrainingSet.PubTator.txt", 500, 9385, 1038, 0),
    ("bc5cdr_pubtator/CDR_DevelopmentSet.PubTator.txt", 500, 9591, 1012, 0),
    ("bc5cdr_pubtator/CDR_TestSet.PubTator.txt", 500, 9809, 1066, 0),
    ("ncbi_disease/NCBItrainset_corpus.txt", 593, 5144, 0, 1),
    ("ncbi_disease/NCBIdevelopset_corpus.txt", 100, 787, 0, 0),
    ("ncbi_disease/NCBItestset_corpus.txt", 100, 960, 0, 0),
    ("pubtator_ner/tmVar3_Test.PubTator", 146, 4249, 0, 0),
    ("pubtator_ner/NLMgene_Test.PubTator", 97, 2965, 0, 0),
    ("pubtator_ner/SPECIES_Test.PubTator", 160, 739, 0, 0),
    ("pubtator_ner/NLMchem_Test.PubTator", 3428, 12411, 0, 0),
]


@pytest.mark.parametrize(("name", "documents", "mentions", "relations", "refused"), COUNTS)
def test_a_corpus_is_read_whole(name: str, documents: int, mentions: int, relations: int, refused: int) -> None:
    assert DATA is not None
    seen: Counter[str] = Counter()
    for document in read_annotated(DATA / name):
        seen.update(documents=1, mentions=len(document.mentions), relations=len(document.relations), refused=len(document.problems))
        named = {identifier for mention in document.mentions for identifier in (mention.raw, *mention.identifiers)}
        assert all(relation.subject in named and relation.object in named for relation in document.relations)
        assert all(document.abstract.text[mention.start : mention.end] == mention.text for mention in document.mentions)
    assert (seen["documents"], seen["mentions"], seen["relations"], seen["refused"]) == (documents, mentions, relations, refused)


@pytest.mark.parametrize("name", ["biored/Dev.PubTator", "bc5cdr_pubtator/CDR_TestSet.PubTator.txt", "pubtator_ner/tmVar3_Test.PubTator"])
def test_what_is_written_reads_back(name: str, tmp_path: Path) -> None:
    assert DATA is not None
    first = list(read_annotated(DATA / name))
    copy = tmp_path / Path(name).name
    copy.write_bytes("".join(map(write_annotated, first)).encode())
    assert list(read_annotated(copy)) == first
