"""Pairs that are no edges, to learn from and to be scored beside true ones: an end of a true pair gives way to another of its type."""

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Network, member

Ints = NDArray[np.int64]

TRIES = 8


class Drawer:
    """Draws nodes of a type among those that `network` joins to any, by degree to the power of `exponent`: 0 draws all alike."""

    def __init__(self, network: Network, exponent: float) -> None:
        weights = np.where(network.degrees > 0, network.degrees.astype(np.float64) ** exponent, 0.0)
        self.nodes = [np.flatnonzero((network.kind == kind) & (weights > 0)) for kind in range(len(network.kinds))]
        self._sums = [np.cumsum(weights[nodes]) for nodes in self.nodes]
        self._kind = network.kind

    def some(self, kind: int, count: int, rng: np.random.Generator) -> tuple[Ints, NDArray[np.float64]]:
        """`count` nodes of a type, with replacement, and the logarithm of how often each is to be expected among them."""
        nodes, sums = self.nodes[kind], self._sums[kind]
        places = np.searchsorted(sums, rng.random(count) * sums[-1], side="right")
        shares = np.diff(sums, prepend=0.0)[places] / sums[-1]
        return nodes[places], np.log(count * shares)

    def draw(self, like: Ints, count: int, rng: np.random.Generator) -> Ints:
        """(n, count): for each node of `like` (n) others of its type, itself perhaps among them."""
        drawn = np.repeat(like[:, None], count, axis=1)
        for kind, (nodes, sums) in enumerate(zip(self.nodes, self._sums, strict=True)):
            rows = np.flatnonzero(self._kind[like] == kind)
            if len(rows) and len(nodes):
                drawn[rows] = nodes[np.searchsorted(sums, rng.random((len(rows), count)) * sums[-1], side="right")]
        return drawn


def corrupted(drawer: Drawer, known: Network, pairs: Ints, count: int, rng: np.random.Generator) -> tuple[Ints, NDArray[np.bool_]]:
    """Others (n, count) in the place of the second node of each pair (n, 2), and which of them are fit: neither a node of the pair nor
    joined to the first one in `known`.

    What is unfit is drawn again a few times; beside a hub some may stay so.
    """
    kept, lost = pairs.T
    found = drawer.draw(lost, count, rng)
    edges = known.keys(known.edges)

    def unfit() -> NDArray[np.bool_]:
        low, high = np.minimum(kept[:, None], found), np.maximum(kept[:, None], found)
        joined = member((low * len(known.ids) + high).ravel(), edges).reshape(found.shape)
        return np.asarray(joined | (found == kept[:, None]) | (found == lost[:, None]), dtype=np.bool_)

    bad = unfit()
    for _ in range(TRIES):
        rows, columns = np.nonzero(bad)
        if not len(rows):
            break
        found[rows, columns] = drawer.draw(lost[rows], 1, rng)[:, 0]
        bad = unfit()
    return found, ~bad
