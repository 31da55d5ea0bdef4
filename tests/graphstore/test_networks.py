"""The network in memory against plain Python: what is reached, how many pairs, and what a permutation keeps."""

from collections import Counter, deque
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore.networks import Network, count_pairs, marked, member, pairs_of

NODES = [f"n{number:02}" for number in range(80)]
TYPES = ("Chemical", "Disease", "Gene")
ROWS = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES), st.integers(1, 9)), min_size=1, max_size=120)


def kind(node: str) -> str:
    return TYPES[int(node[1:]) % 3]


def network(rows) -> Network:
    return Network.of((a, kind(a), b, kind(b), float(weight)) for a, b, weight in rows)


def distances(net: Network) -> dict[tuple[int, int], int]:
    near: dict[int, set[int]] = {node: set() for node in range(len(net.ids))}
    for a, b in net.edges.tolist():
        near[a].add(b)
        near[b].add(a)
    found = {}
    for start in near:
        seen, queue = {start: 0}, deque([start])
        while queue:
            node = queue.popleft()
            for other in near[node] - seen.keys():
                seen[other] = seen[node] + 1
                queue.append(other)
        found |= {(start, end): steps for end, steps in seen.items() if start < end}
    return found


@given(ROWS)
def test_edges_are_pairs_once_with_their_weights_added(rows) -> None:
    net = network(rows)
    wanted: Counter[tuple[str, str]] = Counter()
    for a, b, weight in rows:
        if a != b:
            wanted[min(a, b), max(a, b)] += weight
    assert {(net.ids[a], net.ids[b]): w for (a, b), w in zip(net.edges.tolist(), net.weights.tolist(), strict=True)} == wanted
    assert set(net.ids) == {node for a, b, _ in rows for node in (a, b)}
    assert net.degrees.sum() == 2 * len(wanted)
    for node in range(len(net.ids)):
        assert net.neighbours(node).tolist() == sorted({a + b - node for a, b in net.edges.tolist() if node in (a, b)})


@given(ROWS)
def test_what_is_reached_is_what_a_breadth_first_search_reaches(rows) -> None:
    net = network(rows)
    apart = distances(net)
    every = np.array(list(combinations(range(len(net.ids)), 2)), dtype=np.int64).reshape(-1, 2)
    for hops, reached in enumerate(net.within(4), start=1):
        wanted = sorted(pair for pair, steps in apart.items() if steps <= hops)
        assert [tuple(pair) for pair in pairs_of(reached).tolist()] == wanted
        assert marked(reached, every).sum() == marked(reached, every[:, ::-1]).sum() == len(wanted)
        by_type = Counter(tuple(sorted((net.types[a], net.types[b]))) for a, b in wanted)
        counts = count_pairs(reached, net.kind, len(net.kinds))
        found = {(net.kinds[i], net.kinds[j]): int(counts[i, j]) for i, j in zip(*np.nonzero(counts), strict=True)}
        assert found == by_type
        assert [tuple(pair) for pair in net.at(hops).tolist()] == sorted(pair for pair, steps in apart.items() if steps == hops)


@given(ROWS, st.integers(0, 2**32))
def test_a_permutation_keeps_each_nodes_degree_towards_each_type(rows, seed) -> None:
    net = network(rows)
    drawn = net.permuted(np.random.default_rng(seed))

    def towards(of: Network) -> Counter[tuple[int, str]]:
        return Counter((a, of.types[b]) for pair in of.edges.tolist() for a, b in (pair, pair[::-1]))

    def weights(of: Network) -> Counter[tuple[str, str, float]]:
        return Counter((*sorted((of.types[a], of.types[b])), w) for (a, b), w in zip(of.edges.tolist(), of.weights.tolist(), strict=True))

    assert towards(drawn) == towards(net)
    assert weights(drawn) == weights(net)
    assert drawn.ids == net.ids


def test_every_network_of_the_same_degrees_is_as_likely() -> None:
    """Six edges between three and three, each of degree 2: six such graphs, the complements of the perfect matchings."""
    rows = [(f"n{3 * a:02}", f"n{3 * b + 1:02}", 1) for a in range(3) for b in range(3) if a != b]
    net, rng = network(rows), np.random.default_rng(7)
    seen: Counter[bytes] = Counter()
    for _ in range(1200):
        net = net.permuted(rng, swaps=3)
        seen[net.edges.tobytes()] += 1
    assert len(seen) == 6
    chi_square = sum((count - 200) ** 2 / 200 for count in seen.values())
    assert chi_square < 20.5  # of five degrees of freedom, p = 0.001


def test_equal_seeds_permute_equally() -> None:
    net = network([(a, b, 1) for a, b in pairwise(NODES)])
    one, other = (net.permuted(np.random.default_rng(3)).edges for _ in range(2))
    assert (one == other).all()
    assert (one != net.edges).any()


def test_an_empty_network_answers() -> None:
    net = Network.of([])
    assert list(net.degrees) == []
    assert len(net.at(2)) == len(net.permuted(np.random.default_rng(1)).edges) == 0
    assert not member(np.array([1]), np.array([], dtype=np.int64)).any()


@pytest.mark.parametrize(
    ("edges", "weights"),
    [([[1, 0]], [1.0]), ([[0, 0]], [1.0]), ([[0, 1], [0, 1]], [1.0, 1.0]), ([[0, 1]], [1.0, 2.0])],
    ids=["turned", "loop", "twice", "lengths"],
)
def test_what_is_no_network_is_refused(edges, weights) -> None:
    with pytest.raises(ValueError, match=r"edge|weights"):
        Network(("a", "b"), ("Gene", "Gene"), np.array(edges, dtype=np.int64), np.array(weights))
