"""Figures of yes-or-no answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.sentences.measures import difference, figures, fold_means, intervals

rows = st.lists(st.tuples(st.booleans(), st.integers(-3, 3).map(lambda n: n / 2)), min_size=1, max_size=30)


def split(found: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([gold for gold, _ in found]), np.array([score for _, score in found])


def test_a_small_table_by_hand() -> None:
    gold, scores = split([(True, 2.0), (True, -1.0), (False, 1.0), (False, -2.0), (True, 3.0)])
    found = figures(gold, scores)
    assert found["precision"] == pytest.approx(200 / 3)
    assert found["recall"] == pytest.approx(200 / 3)
    assert found["F1"] == pytest.approx(200 / 3)
    assert found["accuracy"] == pytest.approx(60)
    assert found["AUC"] == pytest.approx(100 * 5 / 6)
    assert found["MCC"] == pytest.approx(100 * (2 * 1 - 1 * 1) / 6)


@settings(deadline=None)
@given(rows)
def test_the_area_is_the_share_of_pairs_in_order(found: list[tuple[bool, float]]) -> None:
    gold, scores = split(found)
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[gold] for b in scores[~gold]]
    assert figures(gold, scores)["AUC"] == pytest.approx(100 * np.mean(pairs) if pairs else 50)


@settings(deadline=None)
@given(rows, st.booleans())
def test_a_constant_answer_has_no_correlation_and_half_an_area(found: list[tuple[bool, float]], yes: bool) -> None:
    gold, _ = split(found)
    told = figures(gold, np.full(len(gold), 1.0 if yes else -1.0))
    assert (told["MCC"], told["AUC"]) == (0, 50)
    assert told["accuracy"] == pytest.approx(100 * np.mean(gold == yes))
    assert told["recall"] == (100 if yes and gold.any() else 0)


@settings(deadline=None)
@given(rows)
def test_turning_every_answer_round_turns_area_and_correlation_round(found: list[tuple[bool, float]]) -> None:
    gold, scores = split([(gold, score + 0.25) for gold, score in found])  # no score of zero, which would say no both times
    told, turned = figures(gold, scores), figures(gold, -scores)
    assert told["AUC"] + turned["AUC"] == pytest.approx(100)
    assert told["MCC"] + turned["MCC"] == pytest.approx(0, abs=1e-9)
    assert told["accuracy"] + turned["accuracy"] == pytest.approx(100)


def test_an_interval_holds_its_figure_and_grows_where_rows_hang_together() -> None:
    rng = np.random.default_rng(5)
    gold = rng.random(400) < 0.5
    scores = np.where(gold, 1.0, -1.0) * np.repeat(np.where(rng.random(40) < 0.75, 1, -1), 10)  # ten rows are right or wrong together
    alone = intervals(gold, scores, [str(i) for i in range(400)])
    together = intervals(gold, scores, [str(i // 10) for i in range(400)])
    for name, value in figures(gold, scores).items():
        low, high = together[name]
        assert low <= value <= high
    assert together["F1"][1] - together["F1"][0] > 1.5 * (alone["F1"][1] - alone["F1"][0])


def test_a_difference_is_that_of_the_figures_and_turns_round() -> None:
    rng = np.random.default_rng(3)
    gold = rng.random(300) < 0.5
    good = np.where(rng.random(300) < 0.9, 1, -1) * np.where(gold, 1.0, -1.0)
    bad = np.where(rng.random(300) < 0.6, 1, -1) * np.where(gold, 1.0, -1.0)
    documents = [str(i) for i in range(300)]
    found, turned = difference(gold, good, bad, documents), difference(gold, bad, good, documents)
    assert found.value == pytest.approx(figures(gold, good)["F1"] - figures(gold, bad)["F1"])
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))
    assert found.low > 0
    assert found.p < 0.01
    assert difference(gold, good, good, documents).p == 1


def test_the_mean_of_folds_is_not_the_figure_over_all_rows() -> None:
    gold, scores = split([(True, 1.0), (False, 1.0), (True, 1.0), (True, -1.0), (True, 1.0)])
    assert fold_means(gold, scores, list("aabbb"))["accuracy"] == pytest.approx((50 + 200 / 3) / 2)
    assert fold_means(gold, scores, list("aaaaa")) == figures(gold, scores)
