"""What predicts a relation: the measures of the graph's questions, baselines, and anything else that fits `Scorer`."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from graphstore.measures import Measure, Middles, scores
from graphstore.networks import Floats, Ints, Network
from models.evaluation.discovery.known import Known, Mentions
from models.training.links.baselines import degree_product, three_steps

BLOCK = 1 << 18
"""Pairs whose middles lie in memory together."""


class Scorer(Protocol):
    """Learns from a network, then scores pairs of its nodes. `models.training.links.scorer.LinkScorer` is one as well."""

    @property
    def name(self) -> str:
        """What it is called in a table."""
        ...

    def fit(self, network: Network) -> None:
        """Read the network, whose weights are papers."""
        ...

    def score(self, network: Network, pairs: Ints) -> Floats:
        """(n,), higher for likelier, of pairs (n, 2) of the nodes of the network that was fitted."""
        ...


class Fixed:
    """A scorer with nothing to learn."""

    def __init__(self, name: str, of: Callable[[Network, Ints], Floats]) -> None:
        self.name = name
        self._of = of

    def fit(self, network: Network) -> None:
        """Nothing is learned."""

    def score(self, network: Network, pairs: Ints) -> Floats:
        return self._of(network, pairs)


def baselines(mentions: Mentions | None, seed: int) -> list[Scorer]:
    """Chance, the product of both degrees (preferential attachment, Barabasi and Albert 1999), documents that name both where they are
    known, and paths of three steps with hubs damped (Kovacs et al. 2019), which need no common neighbour."""

    def chance(network: Network, pairs: Ints) -> Floats:
        return np.random.default_rng(seed).random(len(pairs))

    found: list[Scorer] = [Fixed("random", chance), Fixed("degree product", degree_product)]
    if mentions is not None:
        found.append(Fixed("co-occurrence", mentions.together))
    return [*found, Fixed("three steps", three_steps)]


def measured(known: Known, pairs: Ints, measures: tuple[Measure, ...] = tuple(Measure)) -> dict[Measure, Floats]:
    """Scores (n,) of pairs (n, 2) of nodes by each measure of `graphstore.measures`; 0 for pairs without a common neighbour."""
    parts: dict[Measure, list[Floats]] = {measure: [] for measure in measures}
    for at in range(0, len(pairs), BLOCK):
        some = pairs[at : at + BLOCK]
        middles = middles_of(known, some)
        for measure in measures:
            parts[measure].append(scores(measure, middles, len(some)))
    return {measure: np.concatenate(found) if found else np.zeros(0) for measure, found in parts.items()}


def middles_of(known: Known, pairs: Ints) -> Middles:
    """The common neighbours of each pair (n, 2), with what the measures ask of them."""
    network = known.network
    starts, nodes, edges = network.adjacency
    degrees = network.degrees
    swapped = degrees[pairs[:, 0]] > degrees[pairs[:, 1]]
    few, many = np.where(swapped, pairs[:, 1], pairs[:, 0]), np.where(swapped, pairs[:, 0], pairs[:, 1])
    sizes = degrees[few]
    pair = np.repeat(np.arange(len(pairs)), sizes)
    places = np.repeat(starts[few] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    between, first = nodes[places], edges[places]
    wanted = np.stack([between, many[pair]], axis=1)
    keys, there = network.keys(np.sort(wanted, axis=1)), network.keys(network.edges)
    second = np.minimum(np.searchsorted(there, keys), max(len(there) - 1, 0))
    kept = (there[second] == keys) if len(there) else np.zeros(len(keys), dtype=np.bool_)
    pair, between, first, second = pair[kept], between[kept], first[kept], second[kept]
    return Middles(
        pair=pair,
        weight_ab=network.weights[first],
        weight_bc=network.weights[second],
        degree_b=degrees[between],
        degree_a=degrees[pairs[:, 0]],
        degree_c=degrees[pairs[:, 1]],
        ways=known.ways[first] * known.ways[second],
        confidence_ab=known.confidence[first],
        confidence_bc=known.confidence[second],
    )
