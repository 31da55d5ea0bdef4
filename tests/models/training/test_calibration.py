"""Calibration on numbers whose answer is known."""

import numpy as np
import pytest

from models.training.joint.calibration import _logistic


def test_logistic_regression_finds_slope_and_offset() -> None:
    rng = np.random.default_rng(1)
    odds = rng.normal(2.0, 2.0, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-(0.7 * odds - 0.4)))
    slope, offset = _logistic(odds, right.astype(float))
    assert slope == pytest.approx(0.7, abs=0.05)
    assert offset == pytest.approx(-0.4, abs=0.08)


def test_few_spans_hardly_move_it() -> None:
    slope, offset = _logistic(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    assert 0.9 < slope < 1.5
    assert -0.2 < offset < 0.6


def test_a_worse_score_never_means_a_better_chance() -> None:
    slope, _ = _logistic(np.linspace(-3, 3, 500), (np.linspace(-3, 3, 500) < 0).astype(float))
    assert slope > 0


def test_scores_near_certainty_do_not_send_it_astray() -> None:
    """Odds of an over-confident model: nearly all at the end of the scale, most of them right."""
    rng = np.random.default_rng(1)
    odds = np.clip(rng.normal(11.0, 4.0, 2_000), -13.8, 13.8)
    right = rng.random(2_000) < 1 / (1 + np.exp(-(0.25 * odds - 0.5)))
    slope, offset = _logistic(odds, right.astype(float))
    assert slope == pytest.approx(0.25, abs=0.05)
    assert offset == pytest.approx(-0.5, abs=0.3)
