"""A graph in memory: undirected, one edge for each pair that is related, in numpy arrays. For questions about the whole graph.

The stores answer about an entity's surroundings. What needs every edge at once lies here: what is reached within so many hops, and
graphs with the same degrees by chance (`Network.permuted`), against which a finding can be called surprising.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bits = NDArray[np.uint64]

Row = tuple[str, str, str, str, float]
"""An edge as it is read: id and type of one end, id and type of the other, weight."""

BLOCK = 1 << 22
"""Words of a bit matrix that are gathered at once: 32 MiB."""

SWAPS = 10
"""Swaps tried for each edge: more change little (Hanhijaervi, Garriga, Puolamaeki 2009)."""

ACTIVE = 0.9
"""The share of a round's pairs of edges that try to swap. Below one, so that every single swap may happen alone."""


class Adjacency(NamedTuple):
    """Neighbours by node in compressed rows: node `i` has `nodes[starts[i]:starts[i + 1]]`, ascending, by way of `edges[...]`."""

    starts: Ints  # (nodes + 1,)
    nodes: Ints  # (2 * edges,)
    edges: Ints  # (2 * edges,): numbers of edges


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes by number, in the order of their ids, and edges between different nodes, each once, the lower number first, sorted."""

    ids: tuple[str, ...]
    types: tuple[str, ...]
    edges: Ints  # (edges, 2)
    weights: Floats  # (edges,)

    def __post_init__(self) -> None:
        """Raises `ValueError` where the arrays do not belong together."""
        if len(self.ids) != len(self.types) or self.edges.shape != (len(self.weights), 2):
            raise ValueError(f"{len(self.ids)} ids, {len(self.types)} types, {self.edges.shape} edges, {len(self.weights)} weights")
        if len(self.edges) and not (self.edges[:, 0] < self.edges[:, 1]).all():
            raise ValueError("an edge's lower node stands first")
        if (np.diff(self.keys(self.edges)) <= 0).any():
            raise ValueError("edges are sorted, each once")

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """Weights of one pair's rows are added. A row from a node to itself makes the node known and no edge; of a node's types the
        first one counts."""
        types: dict[str, str] = {}
        weights: dict[tuple[str, str], float] = {}
        for a, a_type, b, b_type, weight in rows:
            types.setdefault(a, a_type)
            types.setdefault(b, b_type)
            if a != b:
                pair = (a, b) if a < b else (b, a)
                weights[pair] = weights.get(pair, 0.0) + weight
        ids = tuple(sorted(types))
        place = {node: number for number, node in enumerate(ids)}
        pairs = sorted(weights)
        edges = np.array([(place[a], place[b]) for a, b in pairs], dtype=np.int64).reshape(-1, 2)
        return cls(ids, tuple(types[node] for node in ids), edges, np.array([weights[pair] for pair in pairs], dtype=np.float64))

    def with_edges(self, edges: Ints, weights: Floats) -> Self:
        """The same nodes with other edges, which may come unsorted and with either end first; each pair once."""
        ordered = np.sort(edges, axis=1)
        order = np.argsort(self.keys(ordered), kind="stable")
        return type(self)(self.ids, self.types, ordered[order], weights[order])

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The number of each id."""
        return {node: number for number, node in enumerate(self.ids)}

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The types that there are, sorted."""
        return tuple(sorted(set(self.types)))

    @cached_property
    def kind(self) -> Ints:
        """The place in `kinds` of each node's type (nodes,)."""
        place = {kind: number for number, kind in enumerate(self.kinds)}
        return np.array([place[kind] for kind in self.types], dtype=np.int64)

    @cached_property
    def adjacency(self) -> Adjacency:
        """The edges by node."""
        ends = np.concatenate([self.edges[:, 0], self.edges[:, 1]])
        others = np.concatenate([self.edges[:, 1], self.edges[:, 0]])
        order = np.lexsort((others, ends))
        starts = np.zeros(len(self.ids) + 1, dtype=np.int64)
        np.cumsum(np.bincount(ends, minlength=len(self.ids)), out=starts[1:])
        return Adjacency(starts, others[order], np.tile(np.arange(len(self.edges)), 2)[order])

    @cached_property
    def degrees(self) -> Ints:
        """Edges of each node (nodes,)."""
        return np.diff(self.adjacency.starts)

    def neighbours(self, node: int) -> Ints:
        """The nodes beside this one, ascending."""
        return self.adjacency.nodes[self.adjacency.starts[node] : self.adjacency.starts[node + 1]]

    def keys(self, pairs: Ints) -> Ints:
        """One number for each pair (n, 2) of node numbers, lower first; sorts as the pairs do."""
        return pairs[:, 0] * len(self.ids) + pairs[:, 1]

    def joined(self, pairs: Ints) -> NDArray[np.bool_]:
        """Whether there is an edge between the two nodes of each pair (n, 2), in either order."""
        return member(self.keys(np.sort(pairs, axis=1)), self.keys(self.edges))

    def within(self, hops: int) -> Iterator[Bits]:
        """For 1, 2, ... `hops` steps: bit `j` of row `i` says whether `j` is reached from `i` in at most so many steps.

        Rows are (nodes, words of 64). Each node reaches itself. Memory is two matrices of nodes ** 2 / 8 bytes.
        """
        starts, nodes, _ = self.adjacency
        reached = _identity(len(self.ids))
        for _ in range(hops):
            wider = reached.copy()
            for first, last in _blocks(starts, max(1, BLOCK // max(reached.shape[1], 1))):
                some = np.flatnonzero(self.degrees[first:last]) + first
                if len(some):
                    gathered = reached[nodes[starts[first] : starts[last]]]
                    wider[some] |= np.bitwise_or.reduceat(gathered, starts[some] - starts[first], axis=0)
            reached = wider
            yield reached

    def at(self, hops: int) -> Ints:
        """The pairs (n, 2), lower first and sorted, whose shortest way has exactly so many steps (1 or more)."""
        before, now = _identity(len(self.ids)), _identity(len(self.ids))
        for reached in self.within(hops):
            before, now = now, reached
        return pairs_of(now & ~before)

    def permuted(self, rng: np.random.Generator, *, swaps: int = SWAPS) -> Self:
        """A random network with the same nodes, and the same degree of each node towards each type: XSwap (Hanhijaervi, Garriga,
        Puolamaeki 2009, doi:10.1137/1.9781611972795.67), within the edges between the same two types (as for Hetionet: Himmelstein
        et al. 2017, doi:10.7554/eLife.26726).

        `swaps` for each edge are tried, many at a time: edges are paired at random, and two swap their ends unless an edge that this
        makes or takes away is made by another pair as well, or is there. That is as likely backwards, so that in the long run every
        such network is equally likely. Weights stay within their class of edges.
        """
        edges = self.edges.copy()
        flip = self.kind[edges[:, 0]] > self.kind[edges[:, 1]]
        edges[flip] = edges[flip][:, ::-1]
        classes = self.kind[edges[:, 0]] * len(self.kinds) + self.kind[edges[:, 1]]
        free = self.kind[edges[:, 0]] == self.kind[edges[:, 1]]  # both ends of one type: either may go first
        groups = [np.flatnonzero(classes == number) for number in np.unique(classes)]
        for _ in range(round(2 * swaps / ACTIVE)):
            pairs = np.concatenate([_paired(group, rng) for group in groups] or [np.zeros((0, 2), dtype=np.int64)])
            pairs = pairs[rng.random(len(pairs)) < ACTIVE]
            turned = pairs[free[pairs[:, 1]] & (rng.random(len(pairs)) < 0.5), 1]
            edges[turned] = edges[turned][:, ::-1]
            _swap(edges, pairs, len(self.ids))
        return self.with_edges(edges, self.weights)


def member(values: Ints, among: Ints) -> NDArray[np.bool_]:
    """Whether each value is one of `among`, which is sorted."""
    if not len(among):
        return np.zeros(len(values), dtype=np.bool_)
    place = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return np.asarray(among[place] == values)


def marked(bits: Bits, pairs: Ints) -> NDArray[np.bool_]:
    """Whether a bit matrix has a bit at each (row, column) of pairs (n, 2)."""
    words = bits[pairs[:, 0], pairs[:, 1] // 64] >> (pairs[:, 1] % 64).astype(np.uint64)
    return np.asarray((words & np.uint64(1)) == 1)


def pairs_of(bits: Bits) -> Ints:
    """The pairs (n, 2), lower first and sorted, of a symmetric bit matrix; its diagonal does not count."""
    found = []
    for row, words in enumerate(bits):
        if words.any():
            columns = np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little"))
            columns = columns[columns > row]
            found.append(np.stack([np.full(len(columns), row), columns], axis=1))
    return np.concatenate(found).astype(np.int64) if found else np.zeros((0, 2), dtype=np.int64)


def count_pairs(bits: Bits, kind: Ints, kinds: int) -> Ints:
    """How many pairs of a symmetric bit matrix join each two types: (kinds, kinds), in the triangle above and on the diagonal."""
    counts = np.zeros((kinds, kinds), dtype=np.int64)
    for other in range(kinds):
        mask = bits_of(np.flatnonzero(kind == other), bits.shape[0])
        ones = np.bitwise_count(bits & mask).sum(axis=1, dtype=np.int64)
        np.add.at(counts[:, other], kind, ones)
    places = np.arange(bits.shape[0])
    own = np.bincount(kind[marked(bits, np.stack([places, places], axis=1))], minlength=kinds)
    counts[np.diag_indices(kinds)] = (counts.diagonal() - own) // 2
    return np.triu(counts)


def _identity(nodes: int) -> Bits:
    bits = np.zeros((nodes, -(-nodes // 64)), dtype=np.uint64)
    places = np.arange(nodes)
    bits[places, places // 64] = np.uint64(1) << (places % 64).astype(np.uint64)
    return bits


def bits_of(places: Ints, nodes: int) -> Bits:
    """A row of bits, (words of 64,): those of the places are set."""
    row = np.zeros(-(-nodes // 64) * 64, dtype=np.uint8)
    row[places] = 1
    return np.packbits(row, bitorder="little").view(np.uint64)


def _blocks(starts: Ints, rows: int) -> Iterator[tuple[int, int]]:
    """Ranges of nodes that have at most so many neighbours together, or are one node."""
    first, nodes = 0, len(starts) - 1
    while first < nodes:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + rows, side="right")) - 1)
        yield first, min(last, nodes)
        first = min(last, nodes)


def _paired(group: Ints, rng: np.random.Generator) -> Ints:
    """The group's members two by two, at random; an odd one stays alone."""
    return rng.permutation(group)[: len(group) // 2 * 2].reshape(-1, 2)


def _swap(edges: Ints, pairs: Ints, nodes: int) -> None:
    """(a, b), (c, d) become (a, d), (c, b), in place, where no other pair and no edge is in the way."""
    (a, b), (c, d) = edges[pairs[:, 0]].T, edges[pairs[:, 1]].T
    made = np.stack([_key(a, d, nodes), _key(c, b, nodes)], axis=1)  # (pairs, 2)
    there = np.sort(_key(edges[:, 0], edges[:, 1], nodes))
    values, counts = np.unique(made, return_counts=True)
    old = np.stack([_key(a, b, nodes), _key(c, d, nodes)], axis=1)
    fine = (a != d) & (c != b) & ~member(made.ravel(), there).reshape(made.shape).any(axis=1)
    fine &= ~member(made.ravel(), values[counts > 1]).reshape(made.shape).any(axis=1)
    fine &= ~member(old.ravel(), values).reshape(old.shape).any(axis=1)
    first, second = pairs[fine].T
    edges[first, 1], edges[second, 1] = d[fine], b[fine]


def _key(a: Ints, b: Ints, nodes: int) -> Ints:
    return np.minimum(a, b) * nodes + np.maximum(a, b)


def positions(network: Network, pairs: Sequence[tuple[str, str]]) -> Ints:
    """The node numbers (n, 2) of pairs of ids. Raises `KeyError` of an id that the network does not have."""
    return np.array([(network.place[a], network.place[b]) for a, b in pairs], dtype=np.int64).reshape(-1, 2)
