"""Word by word: figures known by hand, and how well a system does that finds nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.corpora.documents import Document, GoldMention
from models.evaluation.ner_report.tags import confusion, tag_report
from processors.records import EntityType

GENE, DISEASE = EntityType.GENE, EntityType.DISEASE
TEXT = "Familial breast cancer and BRCA1 are linked ."
DOCUMENT = Document("x/test", "1", "", TEXT, (GoldMention(0, 22, DISEASE, ()), GoldMention(27, 32, GENE, ())))


def test_half_of_a_mention_counts_almost_like_the_whole_of_it() -> None:
    matrix = confusion(DOCUMENT, [(9, 22, DISEASE)], [DISEASE])
    assert matrix.tolist() == [[0, 0, 1], [1, 1, 0], [0, 0, 5]]
    report = tag_report([matrix])
    assert report["words"] == 8
    assert report["accuracy"]["accuracy"] == 75.0
    assert (report["B"]["f1"], report["O"]["recall"]) == (0.0, 100.0)
    assert report["I"] == {"precision": 100.0, "recall": 50.0, "f1": pytest.approx(66.67)}
    assert report["macro"]["f1"] == pytest.approx((0 + 66.67 + 90.91) / 3, abs=0.01)
    assert report["weighted"]["f1"] == pytest.approx((66.67 * 2 + 90.91 * 5) / 8, abs=0.01)
    assert report["weighted"]["recall"] == report["accuracy"]["accuracy"]  # always so: each tag's recall by its share


def test_types_that_are_not_asked_for_are_out() -> None:
    assert confusion(DOCUMENT, [(27, 32, DISEASE)], [GENE]).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 7]]
    assert confusion(DOCUMENT, [(27, 32, DISEASE)], [GENE, DISEASE])[0, 0] == 1


def test_who_finds_nothing_is_mostly_right() -> None:
    report = tag_report([confusion(DOCUMENT, [], [GENE])] * 30)
    assert report["accuracy"] == {"accuracy": 87.5, "accuracy_95": [87.5, 87.5]}
    assert report["B"]["f1"] == report["I"]["f1"] == 0.0


MATRICES = st.lists(st.lists(st.integers(0, 9), min_size=9, max_size=9).map(lambda n: np.array(n).reshape(3, 3)), max_size=6)


@settings(deadline=None)
@given(MATRICES)
def test_averages_lie_between_the_tags_and_intervals_are_ordered(matrices: list[np.ndarray]) -> None:
    report = tag_report(matrices, samples=50)
    f1 = [report[tag]["f1"] for tag in "BIO"]
    assert min(f1) - 0.01 <= report["macro"]["f1"] <= max(f1) + 0.01
    low, high = report["accuracy"]["accuracy_95"]
    assert 0 <= low <= high <= 100
    assert report == tag_report(matrices, samples=50)
