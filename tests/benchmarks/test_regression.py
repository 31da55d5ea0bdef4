"""Ratios beside the stored ones: what is worse than its limit is named, and nothing else."""

from typing import Any

import pytest

from benchmarks.regression import compare

STORED: dict[str, Any] = {"ratio": 10.0, "share": {"128": 0.5}, "cost": 0.10}


@pytest.mark.parametrize("ratio", [9.0, 10.0, 40.0])
def test_what_is_within_its_limit_or_better_says_nothing(ratio: float) -> None:
    assert compare(STORED, {**STORED, "ratio": ratio, "cost": 0.12}, {"ratio": 0.1, "share.128": 0.1}, {"cost": 0.2}) == []


def test_each_figure_that_is_worse_has_one_line() -> None:
    measured = {"ratio": 8.0, "share": {"128": 0.4}, "cost": 0.15}
    assert compare(STORED, measured, {"ratio": 0.1, "share.128": 0.1}, {"cost": 0.2}) == [
        "ratio fell from 10 to 8, by 20 %; at most 10 % is allowed",
        "share.128 fell from 0.5 to 0.4, by 20 %; at most 10 % is allowed",
        "cost rose from 0.1 to 0.15, by 50 %; at most 20 % is allowed",
    ]


def test_a_cost_below_nothing_may_rise_by_its_share_too() -> None:
    assert compare({"cost": -0.10}, {"cost": -0.09}, {}, {"cost": 0.2}) == []
    assert compare({"cost": -0.10}, {"cost": 0.0}, {}, {"cost": 0.2}) == ["cost rose from -0.1 to 0, by 100 %; at most 20 % is allowed"]


def test_a_figure_that_is_missing_is_never_passed_over() -> None:
    lines = compare({"a": 1.0, "b": {"c": "fast"}}, {"a": True}, {"a": 0.1, "b.c": 0.1, "b.c.d": 0.1})
    assert lines == ["a: not in the new result", "b.c: not in the stored result", "b.c.d: not in the stored result"]
