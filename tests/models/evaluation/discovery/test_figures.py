"""Precision at k, ROC-AUC and average precision: against the ones of `statistics`, by hand, and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.discovery.figures import figures, groups
from models.evaluation.statistics import average_precision, roc_auc


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=80).filter(
        lambda rows: 0 < sum(y for y, _ in rows) < len(rows)
    )
)
def test_areas_are_those_of_the_statistics(rows) -> None:
    truth, scores = np.array([y for y, _ in rows]), np.array([s for _, s in rows], dtype=np.float64)
    found = figures(truth, scores, np.arange(len(rows)), draws=5)
    assert found["auc"].value == pytest.approx(roc_auc(truth, scores))
    assert found["ap"].value == pytest.approx(average_precision(truth, scores))


def test_precision_at_k_counts_the_best() -> None:
    truth = np.array([False, True, True, False, True])
    scores = np.array([0.1, 0.9, 0.8, 0.7, 0.2])
    found = figures(truth, scores, np.arange(5), at=(1, 3, 4, 6), draws=20)
    assert [found[name].value for name in ("p@1", "p@3", "p@4")] == [1, pytest.approx(2 / 3), pytest.approx(3 / 4)]
    assert "p@6" not in found


def test_intervals_hold_the_figure_and_are_wider_when_pairs_hang_together() -> None:
    rng = np.random.default_rng(1)
    truth = np.repeat(rng.random(40) < 0.5, 25)
    scores = truth + np.repeat(rng.normal(size=40), 25)
    apart = figures(truth, scores, np.arange(1000))["auc"]
    together = figures(truth, scores, np.repeat(np.arange(40), 25))["auc"]
    assert apart.value == together.value
    assert together.low < apart.low < apart.value < apart.high < together.high


def test_equal_seeds_draw_equally() -> None:
    truth, scores = np.arange(50) % 3 == 0, np.zeros(50)
    assert figures(truth, scores, np.arange(50), seed=4) == figures(truth, scores, np.arange(50), seed=4)
    assert figures(truth, scores, np.arange(50))["auc"].value == 0.5


def test_a_pair_is_counted_with_its_rarer_end() -> None:
    assert groups(np.array([[0, 1], [1, 2], [0, 2]]), np.array([5, 1, 5])).tolist() == [1, 1, 0]


@pytest.mark.parametrize("truth", [[True, True], [False, False]])
def test_one_side_alone_is_refused(truth) -> None:
    with pytest.raises(ValueError, match="nothing to tell apart"):
        figures(np.array(truth), np.zeros(2), np.arange(2))
