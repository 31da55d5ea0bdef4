"""Reliability curves and calibration errors."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation.counts import calibration_error
from models.evaluation.reliability import AFTER, BEFORE, Judged, softmax


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 3)), min_size=1, max_size=60))
def test_the_error_is_that_of_equal_bins(judged: list[tuple[float, bool, int]]) -> None:
    whole = Judged()
    for probability, right, document in judged:
        whole.add(document, [probability], [right])
    curve = whole.curve(samples=20)
    assert curve["error"] == pytest.approx(100 * calibration_error([p for p, _, _ in judged], [r for _, r, _ in judged]), abs=0.006)
    assert curve["n"] == sum(part["n"] for part in curve["bins"]) == len(judged)
    assert 0 <= curve["error_95"][0] <= curve["error_95"][1] <= 100


def test_nothing_judged_has_no_curve() -> None:
    assert Judged().curve() == {"error": 0.0, "error_95": [0.0, 0.0], "n": 0, "bins": []}


def test_the_same_judgements_give_the_same_interval() -> None:
    judged = Judged()
    for document in range(5):
        judged.add(document, np.linspace(0, 1, 11).tolist(), [n % 3 == 0 for n in range(11)])
    assert judged.curve() == judged.curve()


def test_softmax_is_that_of_the_plain_logits() -> None:
    p = softmax(np.array([[0.0, 0.0], [1000.0, 0.0]], dtype=np.float32))
    assert p.tolist() == [[0.5, 0.5], [1.0, 0.0]]
    assert softmax(np.zeros((0, 9), dtype=np.float32)).shape == (0, 9)


@pytest.mark.torch
def test_pictures_are_drawn_and_are_the_same_twice(tmp_path: Path) -> None:
    from models.evaluation.pictures import draw

    curve = {
        "error": 3.0,
        "error_95": [2.0, 4.0],
        "n": 3,
        "bins": [{"confidence": 0.2, "right": 0.1, "n": 1}, {"confidence": 0.9, "right": 1.0, "n": 2}],
    }
    empty = Judged().curve()
    result = {
        "confusion": {"entities": {"names": ["Gene", "nothing"], "counts": [[5, 1], [0, 0]]}},
        "calibration": {"mentions": {BEFORE: curve, AFTER: curve}, "any relation of a pair": {BEFORE: empty, AFTER: empty}},
    }
    first = draw(result, tmp_path / "one")
    second = draw(result, tmp_path / "two")
    assert [path.name for path in first] == ["confusion-entities.png", "reliability-mentions.png", "reliability-any-relation-of-a-pair.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") and len(path.read_bytes()) > 5000 for path in first)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
