"""The short form of `python -m benchmarks.soak`, and what it reckons with."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services import tools_or_skip

from .sampling import quantile, theil_sen
from .soaking import soak
from .test_chaos import left

INFINITY = float("inf")
KINDS = ("worker-killed-restarted", "broker-way-reset", "graph-way-slow", "broker-way-slow", "graph-way-cut")


@pytest.mark.kafka
@pytest.mark.neo4j
@pytest.mark.slow
@pytest.mark.timeout(300)
@left
async def test_under_load_and_faults_nothing_is_lost(tmp_path: Path) -> None:
    tools_or_skip()
    found = await soak(tmp_path, seed=2, seconds=25, share=0.5, apart=6, kinds=KINDS, measured=100)
    assert found.good, found
    assert found.faults
    assert found.documents + found.unknown == round(found.load * 25)
    late = [sample for sample in found.samples if "w0" in sample.handles]
    assert late
    assert late[-1].handles["w0"] <= late[0].handles["w0"] + 20
    assert sum(sample.queryable for sample in found.samples) > 0
    assert any(sample.p95_s is not None for sample in found.samples)


def test_quantiles_are_interpolated_as_prometheus_does() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({1.0: 0.0, INFINITY: 0.0}, 0.5) is None
    assert quantile({1.0: 10.0, 2.0: 20.0, INFINITY: 20.0}, 0.5) == 1.0
    assert quantile({1.0: 10.0, 2.0: 20.0, INFINITY: 20.0}, 0.75) == 1.5
    assert quantile({1.0: 10.0, 2.0: 10.0, INFINITY: 20.0}, 0.9) == 2.0


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.integers(3, 30))
def test_a_line_has_its_slope_and_one_odd_point_does_not_turn_it(slope: float, start: float, points: int) -> None:
    line = [(float(x), start + slope * x) for x in range(points)]
    assert theil_sen(line) == pytest.approx(slope, abs=1e-6)
    if points >= 9:
        odd = [*line[:4], (4.0, 1e9), *line[5:]]
        assert theil_sen(odd) == pytest.approx(slope, abs=1e-6)


def test_fewer_than_two_points_have_no_slope() -> None:
    assert theil_sen([]) == theil_sen([(1.0, 2.0)]) == 0.0
