"""Counts, their intervals, and calibration errors with answers known by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation.counts import Counts, calibration_error, report

COUNTS = st.builds(Counts, *[st.integers(0, 30)] * 3)


@settings(deadline=None)
@given(st.sets(st.integers(0, 20)), st.sets(st.integers(0, 20)))
def test_counts_are_those_of_sets(gold: set[int], found: set[int]) -> None:
    counts = Counts.of(gold, found)
    assert counts.tp + counts.fn == len(gold)
    assert counts.tp + counts.fp == len(found)
    if counts.precision + counts.recall:
        assert counts.f1 == pytest.approx(2 * counts.precision * counts.recall / (counts.precision + counts.recall))
    else:
        assert counts.f1 == 0


@settings(deadline=None)
@given(st.lists(COUNTS, min_size=1, max_size=30))
def test_the_interval_is_ordered_and_repeats(rows: list[Counts]) -> None:
    found = report(rows, samples=200)
    low, high = found["f1_95"]
    assert 0 <= low <= high <= 100
    assert found == report(rows, samples=200)
    assert found["f1"] == round(100 * Counts.total(rows).f1, 2)


def test_equal_documents_leave_no_doubt() -> None:
    assert report([Counts(8, 2, 2)] * 40)["f1_95"] == [80.0, 80.0]
    assert report([])["f1"] == 0.0


def test_calibration_error_by_hand() -> None:
    assert calibration_error([1.0] * 10 + [0.0] * 10, [True] * 10 + [False] * 10, bins=2) == 0.0
    assert calibration_error([0.9] * 10, [True] * 5 + [False] * 5, bins=1) == pytest.approx(0.4)
    assert calibration_error([0.2] * 10 + [0.8] * 10, [False] * 10 + [True] * 10, bins=2) == pytest.approx(0.2)
    assert calibration_error([], []) == 0.0
