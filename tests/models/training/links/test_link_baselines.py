"""Baselines and figures against what can be counted by hand."""

import math
from itertools import pairwise

import numpy as np
import pytest

from graphstore.networks import Network
from models.training.links.baselines import BASELINES, adamic_adar, chance, degree_product, three_steps
from models.training.links.candidates import Drawer, corrupted
from models.training.links.measure import Trial, difference, told


@pytest.fixture
def ring() -> Network:
    """a - b - c - d - a, and e at c; all of one type."""
    return Network.of([*((x, "T", y, "T", 1.0) for x, y in pairwise("abcda")), ("c", "T", "e", "T", 1.0)])


@pytest.fixture
def random_network() -> Network:
    rng = np.random.default_rng(1)
    return Network.of((f"n{a:02}", "TU"[a % 2], f"n{b:02}", "TU"[b % 2], 1.0) for a, b in rng.integers(0, 40, (120, 2)).tolist())


def test_scores_by_hand(ring: Network) -> None:
    pairs = np.array([(0, 2), (1, 3), (4, 0)])  # a-c, b-d, e-a
    assert degree_product(ring, pairs).tolist() == [6.0, 4.0, 2.0]
    assert adamic_adar(ring, pairs) == pytest.approx([2 / math.log(2), 1 / math.log(2) + 1 / math.log(3), 0.0])
    # From e to a in three steps: by c and then b or d.
    assert three_steps(ring, pairs)[2] == pytest.approx(2 / math.sqrt(3 * 2))


def test_scores_as_matrices_have_them(random_network: Network) -> None:
    nodes = len(random_network.ids)
    matrix = np.zeros((nodes, nodes))
    for a, b in random_network.edges.tolist():
        matrix[a, b] = matrix[b, a] = 1
    degrees = np.maximum(matrix.sum(axis=1), 1)
    pairs = np.stack(np.nonzero(1 - np.eye(nodes)), axis=1)
    shared = matrix @ np.diag(1 / np.log(np.maximum(degrees, 2))) @ matrix
    damped = np.diag(1 / np.sqrt(degrees))
    steps = matrix @ damped @ matrix @ damped @ matrix
    assert adamic_adar(random_network, pairs) == pytest.approx(shared[pairs[:, 0], pairs[:, 1]])
    assert three_steps(random_network, pairs) == pytest.approx(steps[pairs[:, 0], pairs[:, 1]])


@pytest.mark.parametrize("name", BASELINES)
def test_no_direction(name: str, random_network: Network) -> None:
    pairs = np.random.default_rng(2).integers(0, len(random_network.ids), (50, 2))
    assert BASELINES[name](random_network, pairs) == pytest.approx(BASELINES[name](random_network, pairs[:, ::-1]))
    assert BASELINES[name](random_network, pairs[:0]).shape == (0,)


def test_chance_is_even(random_network: Network) -> None:
    pairs = np.stack(np.nonzero(np.triu(np.ones((40, 40)), 1)), axis=1)
    found = chance(random_network, pairs)
    assert 0.45 < found.mean() < 0.55
    assert len(np.unique(found)) == len(pairs)


def test_others_are_of_the_type_and_no_edges(random_network: Network) -> None:
    pairs = random_network.edges
    others, fit = corrupted(Drawer(random_network, 0.75), random_network, pairs, 8, np.random.default_rng(3))
    kept, lost = np.repeat(pairs, 8, axis=0).T
    assert (random_network.kind[others.ravel()] == random_network.kind[lost]).all()
    found = np.stack([kept, others.ravel()], axis=1)[fit.ravel()]
    assert not random_network.joined(found).any()
    assert (found[:, 0] != found[:, 1]).all()
    assert fit.mean() > 0.9


def test_draws_follow_the_degree(ring: Network) -> None:
    drawn, often = Drawer(ring, 1.0).some(0, 60_000, np.random.default_rng(4))
    counts = np.bincount(drawn, minlength=5)
    assert counts / 60_000 == pytest.approx(ring.degrees / 10, abs=0.01)
    assert np.exp(often) == pytest.approx(60_000 * ring.degrees[drawn] / 10)


def test_a_perfect_score_and_its_opposite(random_network: Network) -> None:
    edges = random_network.edges[:30]
    trial = Trial.of(random_network, random_network, edges, 0.0, seed=1)

    def perfect(pairs: np.ndarray) -> np.ndarray:
        return random_network.joined(pairs).astype(np.float64)

    best, worst, tied = (trial.figures(score) for score in (perfect, lambda p: -perfect(p), lambda p: np.zeros(len(p))))
    assert (best == 1).all()
    assert (worst[:, 2] == 0).all()
    assert tied[:, 2] == pytest.approx(np.full(30, 0.5))
    assert told(best)["MRR"] == [1.0, 1.0, 1.0]
    gap = difference(best, tied)["AUC"]
    assert gap[0] == pytest.approx(0.5)
    assert gap[1] <= gap[0] <= gap[2]
