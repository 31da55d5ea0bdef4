"""What needs no training: scores of pairs from degrees and from what is near both ends, over one network."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Network

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Score = Callable[[Ints], Floats]
"""Pairs of node numbers (n, 2) -> scores (n)."""


def degree_product(network: Network, pairs: Ints) -> Floats:
    """Preferential attachment (Barabasi and Albert 1999): the product of both degrees."""
    return np.asarray(network.degrees[pairs].astype(np.float64).prod(axis=1))


def chance(network: Network, pairs: Ints) -> Floats:
    """A number drawn for each pair by its nodes: the same in every call."""
    low, high = np.sort(pairs, axis=1).T.astype(np.uint64)
    mixed = (low * np.uint64(0x9E3779B97F4A7C15)) ^ (high * np.uint64(0xC2B2AE3D27D4EB4F))
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2**53)


def adamic_adar(network: Network, pairs: Ints) -> Floats:
    """The shared neighbours, each as 1 / log(degree) (Adamic and Adar 2003). 0 for two types that only a third one would join."""
    weights = 1 / np.log(np.maximum(network.degrees, 2))

    def spread(node: int, found: Floats) -> None:
        near = network.neighbours(node)
        found[near] = weights[near]

    return _gathered(network, pairs, spread)


def three_steps(network: Network, pairs: Ints) -> Floats:
    """Paths of three steps, each divided by the root of the degrees of both nodes that it passes (Kovacs et al. 2019,
    doi:10.1038/s41467-019-09177-y): what stands in for shared neighbours between two types."""
    starts, nodes, _ = network.adjacency
    weights = 1 / np.sqrt(np.maximum(network.degrees, 1))

    def spread(node: int, found: Floats) -> None:
        near = network.neighbours(node)
        if len(near):
            beyond = np.concatenate([nodes[starts[n] : starts[n + 1]] for n in near])
            found += np.bincount(beyond, np.repeat(weights[near], network.degrees[near]), minlength=len(found)) * weights

    return _gathered(network, pairs, spread)


def _gathered(network: Network, pairs: Ints, spread: Callable[[int, Floats], None]) -> Floats:
    """For each pair: what the first node spreads over all nodes, added up over the neighbours of the second."""
    starts, nodes, _ = network.adjacency
    scores = np.zeros(len(pairs))
    order = np.argsort(pairs[:, 0], kind="stable")
    found = np.zeros(len(network.ids))
    for group in np.split(order, np.flatnonzero(np.diff(pairs[order, 0])) + 1):
        if not len(group):
            continue
        found[:] = 0
        spread(int(pairs[group[0], 0]), found)
        ends = pairs[group, 1]
        sizes = network.degrees[ends]
        places = np.repeat(starts[ends] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        sums = np.concatenate([[0.0], np.cumsum(found[nodes[places]])])
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        scores[group] = sums[bounds[1:]] - sums[bounds[:-1]]
    return scores


BASELINES: dict[str, Callable[[Network, Ints], Floats]] = {
    "chance": chance,
    "degree product": degree_product,
    "Adamic-Adar": adamic_adar,
    "three steps": three_steps,
}
