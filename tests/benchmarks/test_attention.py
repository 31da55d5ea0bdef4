"""The bench of fused attention, on one short window of the shipped model."""

import pytest

from benchmarks.tables import attention

pytestmark = pytest.mark.torch


def test_both_graphs_answer_alike_and_are_timed() -> None:
    from benchmarks.bench_attention import LARGEST, measured

    result = measured(None, rounds=2, lengths=(32,))
    row = result["windows"]["32"]
    assert 0 <= row["distance"] < LARGEST
    assert row["exported_ms"] > 0 < row["fused_ms"]
    assert sum(line.startswith("| 32 |") for line in attention(result)) == 1
