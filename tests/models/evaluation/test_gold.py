"""Scores against gold annotations, and the baselines."""

import numpy as np

from models.corpora.documents import Document, GoldMention
from models.evaluation import gold
from models.evaluation.baselines.dictionary import Dictionary
from models.evaluation.baselines.pairs import usual_relations
from models.evaluation.counts import Counts
from models.evaluation.table import table
from processors.records import EntityType

GENE, DISEASE, CHEMICAL = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL

TEXT = "TP53 in breast cancer. Aspirin treats breast cancer; aspirin helps."
DOCUMENT = Document(
    "biored/dev",
    "1",
    "TP53 in breast cancer.",
    TEXT,
    (
        GoldMention(0, 4, GENE, ("7157",)),
        GoldMention(8, 21, DISEASE, ("D001943",)),
        GoldMention(23, 30, CHEMICAL, ("D001241",)),
        GoldMention(38, 51, DISEASE, ("D001943",)),
        GoldMention(53, 60, CHEMICAL, ("D001241",)),
    ),
    {("7157", "D001943"): "Association", ("D001241", "D001943"): "Negative_Correlation"},
)


def test_spans_are_strict() -> None:
    found = [(0, 4, GENE), (8, 21, CHEMICAL), (23, 31, CHEMICAL), (38, 51, DISEASE)]
    counts = gold.spans(DOCUMENT, found, [GENE, DISEASE, CHEMICAL])
    assert counts["Gene"] == Counts(1, 0, 0)
    assert counts["Disease"] == Counts(1, 0, 1)
    assert counts["Chemical"] == Counts(0, 2, 2)
    assert counts["all"] == Counts(2, 2, 3)


def test_types_that_the_corpus_does_not_annotate_are_not_judged() -> None:
    assert gold.spans(DOCUMENT, [(0, 4, GENE), (8, 21, DISEASE)], [DISEASE])["all"] == Counts(1, 0, 1)


def test_relations_have_no_direction_and_one_type() -> None:
    counts = gold.relations(
        DOCUMENT, [("D001943", "7157", "Bind"), ("D001943", "D001241", "Negative_Correlation"), ("7157", "7157", "Bind")]
    )
    assert counts["pair"] == Counts(2, 0, 0)
    assert counts["typed"] == Counts(1, 1, 1)
    assert counts["Negative_Correlation"] == Counts(1, 0, 0)
    assert counts["Association"] == Counts(0, 0, 1)


def test_decided_leaves_out_none_and_entities_without_an_id() -> None:
    pairs = np.array([[0, 1], [0, 2], [1, 2]])
    assert gold.decided(["A", "B", "-Gene:x"], pairs, np.array([1, 1, 0])) == [("A", "B", "Association")]


def test_the_dictionary_finds_the_longest_known_name() -> None:
    dictionary = Dictionary([DOCUMENT])
    assert dictionary.find("ASPIRIN and Breast Cancer, cancer") == [(0, 7, CHEMICAL), (12, 25, DISEASE)]


def test_a_name_that_is_mostly_no_mention_is_left_out() -> None:
    text = "Rest and REST and rest. rest"
    rest = Document("biored/train", "2", text, text + " ", (GoldMention(9, 13, GENE, ("5978",)),))
    assert Dictionary([rest]).find("REST") == []


def test_the_usual_relation_of_two_types() -> None:
    assert usual_relations([DOCUMENT]) == {
        frozenset((GENE, DISEASE)): "Association",
        frozenset((CHEMICAL, DISEASE)): "Negative_Correlation",
    }


def test_the_table_names_every_figure() -> None:
    from models.evaluation.scores import reports

    shown = table({"ner": reports([gold.spans(DOCUMENT, [(0, 4, GENE)], [GENE, DISEASE])]), "calibration_error": 0.125})
    assert "ner Gene" in shown
    assert "100.00" in shown
    assert "0.1250" in shown
