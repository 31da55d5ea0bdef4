"""The linking score, against counts made by hand and against the shipped vocabulary."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.evaluation.linking import evaluate_linking, id_sets, score_id_sets
from processors.linking import load_linker, local_curie
from processors.outputs.pubtator import identifier_column
from processors.records import Curie, EntityType
from processors.sources.pubtator import read_annotated

SMALL = Path(__file__).parents[2] / "data" / "biored_small.pubtator"


class Gold:
    """Answers with the corpus's own identifiers."""

    def __init__(self, path: Path) -> None:
        self.answers = {d.abstract.id: {(m.start, m.end, m.type): m.curies for m in d.mentions} for d in read_annotated(path)}

    def link(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[tuple[Curie, ...]]:
        return [self.answers[document_id][mention] or (local_curie(document_id, mention[2], "x"),) for mention in mentions]


def test_identifier_sets() -> None:
    sets = id_sets(
        [(EntityType.GENE, "1,2;3"), (EntityType.GENE, "-"), (EntityType.DISEASE, "MESH:D1|OMIM:2"), (EntityType.VARIANT, "c|SUB|A|1|T")]
    )
    assert sets == {EntityType.GENE: {"1", "2", "3"}, EntityType.DISEASE: {"D1", "2"}, EntityType.VARIANT: {"C", "SUB", "A", "1", "T"}}


def test_counts_by_type_and_together() -> None:
    gene, disease = EntityType.GENE, EntityType.DISEASE
    scores = score_id_sets([{gene: {"1", "2"}}, {disease: {"D1"}}], [{gene: {"1", "3"}}, {gene: {"4"}}])
    assert scores["Gene"] == {"p": 33.33, "r": 50.0, "f1": 40.0, "tp": 1, "fp": 2, "fn": 1}
    assert scores["Disease"] == {"p": 0.0, "r": 0.0, "f1": 0.0, "tp": 0, "fp": 0, "fn": 1}
    assert scores["ALL"]["tp"] == 1
    assert scores["ALL"]["fn"] == 2


def test_local_identifiers_are_written_as_none_and_codes_as_codes() -> None:
    assert identifier_column([local_curie("pubmed:1", EntityType.GENE, "x")], EntityType.GENE) == "-"
    assert identifier_column([local_curie("pubmed:1", EntityType.VARIANT, "p|SUB|V|600|E")], EntityType.VARIANT) == "p|SUB|V|600|E"
    assert identifier_column(["ncbigene:1", "ncbigene:2"], EntityType.GENE) == "1,2"


def test_the_gold_answers_score_full_marks() -> None:
    scores = evaluate_linking(Gold(SMALL), read_annotated(SMALL))
    for name in {"Gene", "Disease", "Chemical", "Species"} & scores.keys():
        assert scores[name]["f1"] == 100.0


def test_the_shipped_vocabulary_links_most_of_a_few_documents() -> None:
    scores = evaluate_linking(load_linker(), read_annotated(SMALL))
    assert scores["ALL"]["f1"] > 50
    assert scores["ALL"]["tp"] + scores["ALL"]["fn"] > 40


@pytest.mark.slow
@pytest.mark.skipif("BIORELAY_DATA" not in os.environ, reason="BIORELAY_DATA does not name the data folder")
def test_biored_dev() -> None:
    scores = evaluate_linking(load_linker(), read_annotated(Path(os.environ["BIORELAY_DATA"]) / "biored" / "Dev.PubTator"))
    assert scores["ALL"]["f1"] >= 72
    assert scores["Disease"]["f1"] >= 83
    assert scores["Chemical"]["f1"] >= 81
    assert scores["Gene"]["f1"] >= 55
    assert scores["Species"]["f1"] >= 95
