"""The measures' formulas on arrays, and the statistics of permutations."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore.measures import DAMPING, Measure, Middles, contributions, damping_of, scores
from graphstore.networks import Network
from graphstore.significance import chances, rates

PAIRS = 3
_weights, _shares = st.integers(1, 40), st.floats(0, 1)
_middle = st.tuples(st.integers(0, PAIRS - 1), _weights, _weights, st.integers(2, 500), st.integers(1, 4), _shares, _shares)


def middles(rows: list[tuple[int, int, int, int, int, float, float]]) -> Middles:
    columns = np.array(rows, dtype=np.float64).reshape(-1, 7).T
    return Middles(
        pair=columns[0].astype(np.int64),
        weight_ab=columns[1],
        weight_bc=columns[2],
        degree_b=columns[3].astype(np.int64),
        degree_a=7,
        degree_c=np.array([3, 4, 5]),
        ways=columns[4].astype(np.int64),
        confidence_ab=columns[5],
        confidence_bc=columns[6],
    )


@given(st.lists(_middle, max_size=30), st.sampled_from(list(Measure)), st.randoms())
def test_the_order_of_middles_changes_no_bit(rows: list, measure: Measure, rng) -> None:
    before = scores(measure, middles(rows), PAIRS)
    rng.shuffle(rows)
    assert scores(measure, middles(rows), PAIRS).tobytes() == before.tobytes()


@given(st.lists(_middle, max_size=12), st.sampled_from(list(Measure)))
def test_each_pair_is_scored_by_itself(rows: list, measure: Measure) -> None:
    together = scores(measure, middles(rows), PAIRS)
    for pair in range(PAIRS):
        alone = scores(measure, middles([row for row in rows if row[0] == pair]), PAIRS)
        assert alone[pair] == together[pair]
        assert (together[pair] > 0) <= any(row[0] == pair for row in rows)


@given(st.lists(_middle, min_size=1, max_size=12), _middle, st.sampled_from(sorted(set(Measure) - {Measure.AVERAGE_MINIMUM_WEIGHT})))
def test_one_more_middle_never_lowers_a_sum(rows: list, more: tuple, measure: Measure) -> None:
    assert (scores(measure, middles([*rows, more]), PAIRS) >= scores(measure, middles(rows), PAIRS) - 1e-12).all()


def test_the_formulas_by_hand() -> None:
    given_ = middles([(0, 3, 5, 4, 2, 0.5, 0.8), (0, 2, 1, 9, 1, 0.5, 0.4)])
    wanted = {
        Measure.DAMPED_PAPERS: 3 / 2 + 1 / 3,
        Measure.PATH_COUNT: 3,
        Measure.LINKING_TERMS: 2,
        Measure.DEGREE_WEIGHTED: 2 * (7 * 16 * 3) ** -0.4 + (7 * 81 * 3) ** -0.4,
        Measure.ADAMIC_ADAR: 1 / log(4) + 1 / log(9),
        Measure.AVERAGE_MINIMUM_WEIGHT: (3 + 1) / 2,
        Measure.CONFIDENCE_PRODUCT: 1 - 0.6 * 0.8,
    }
    assert {measure: scores(measure, given_, PAIRS)[0] for measure in Measure} == pytest.approx(wanted)
    assert scores(Measure.DAMPED_PAPERS, given_, PAIRS, damping=0)[0] == 4
    assert scores(Measure.DAMPED_PAPERS, given_, PAIRS, damping=1)[0] == pytest.approx(3 / 4 + 1 / 9)


def test_what_is_refused() -> None:
    bare = Middles(pair=np.array([0]), weight_ab=np.ones(1), weight_bc=np.ones(1), degree_b=np.array([2]))
    with pytest.raises(ValueError, match="there are none"):
        contributions(Measure.CONFIDENCE_PRODUCT, bare)
    for exponent in (-0.1, 5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="damping exponent"):
            damping_of(Measure.DAMPED_PAPERS, exponent)
    assert [damping_of(measure, None) for measure in DAMPING] == [0.5, 0.4]


def test_certain_ways_make_a_certain_pair() -> None:
    sure = middles([(0, 1, 1, 2, 1, 1.0, 1.0)])
    assert scores(Measure.CONFIDENCE_PRODUCT, sure, PAIRS)[0] == pytest.approx(1)


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=40))
def test_rates_are_those_of_benjamini_and_hochberg(p: list[float]) -> None:
    """Straight from the definition: the least rate at which the step-up procedure rejects."""
    q = rates(np.array(p))
    ordered = sorted(p)
    for value, rate in zip(p, q, strict=True):
        steps = [ordered[k] * len(p) / (k + 1) for k in range(len(p)) if ordered[k] >= value]
        assert rate == pytest.approx(min(1, *steps) if len(steps) > 1 else min(1, steps[0]))


def test_rates_of_none() -> None:
    assert len(rates(np.zeros(0))) == 0


def test_p_values_of_a_random_graph_are_no_small_ones() -> None:
    """Where nothing but chance joins, p is not smaller than uniform: about a tenth lies below 0.1."""
    rng = np.random.default_rng(0)
    found: list[float] = []
    for _ in range(12):
        pairs = {tuple(sorted(rng.choice(40, 2, replace=False))) for _ in range(120)}
        network = Network.of((f"n{a:02}", "Gene", f"n{b:02}", "Gene", 1.0) for a, b in pairs)
        given_ = {"type": None, "via": None, "rank": Measure.ADAMIC_ADAR, "damping": 0.0, "permutations": 60}
        found += [chance.p for chance in chances(network, "n00", None, rng=rng, **given_).values()]
    assert len(found) > 150
    assert np.mean(np.array(found) <= 0.1) < 0.2


def test_a_stranger_has_no_chances() -> None:
    network = Network.of([("a", "Gene", "b", "Gene", 1.0)])
    given_ = {"type": None, "via": None, "rank": Measure.PATH_COUNT, "damping": 0.0, "permutations": 5, "rng": np.random.default_rng(0)}
    assert chances(network, "z", None, **given_) == {}
    assert chances(network, "a", "b", **given_) == {}
    assert chances(network, "a", None, **given_) == {}
