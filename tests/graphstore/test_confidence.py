"""The arithmetic of confidence."""

import json
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore.confidence import COUNTED, confidence, least_weight, noisy_or, share

RESULT = Path(__file__).parents[2] / "benchmarks" / "results" / "edge_confidence.json"
weights = st.integers(0, 10**9)


@pytest.mark.parametrize(("probability", "wanted"), [(0.0, 0), (0.5, 693147), (0.9, 2302585), (0.999, 6907755), (1.0, 6907755)])
def test_shares(probability: float, wanted: int) -> None:
    assert share(probability) == wanted


@given(st.lists(st.floats(0, 0.99), min_size=1, max_size=8))
def test_the_sum_of_shares_is_the_noisy_or(probabilities: list[float]) -> None:
    wrong = 1.0
    for p in probabilities:
        wrong *= 1 - p
    weight = sum(map(share, probabilities))
    assert noisy_or(weight) == pytest.approx(1 - wrong, abs=1e-5)
    assert confidence(weight) == pytest.approx(1 - wrong**COUNTED, abs=1e-5)


@given(weights, weights)
def test_more_weight_is_never_less_confidence(a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= confidence(low) <= confidence(high) <= 1.0


@given(st.floats(0, 0.999999))
def test_the_least_weight_is_the_least(wanted: float) -> None:
    weight = least_weight(wanted)
    assert confidence(weight) >= wanted
    assert weight == 0 or confidence(weight - 2) < wanted


def test_none_is_certain() -> None:
    assert least_weight(1.0) > 10**15
    assert least_weight(0.0) == 0


def test_the_factor_is_the_measured_one() -> None:
    assert round(json.loads(RESULT.read_text(encoding="utf-8"))["factor"], 1) == COUNTED
    assert confidence(share(0.5)) == pytest.approx(1 - 0.5**COUNTED, abs=1e-6)
    assert confidence(1) == pytest.approx(COUNTED * 1e-6)
    assert log(2) * 1e6 == pytest.approx(share(0.5), abs=1)
