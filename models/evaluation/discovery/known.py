"""What a set of documents states, as the scorers see it: a network of pairs, and beside each edge its confidence and predicates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from graphstore.confidence import confidence, share
from graphstore.networks import Floats, Ints, Network


class Statement(NamedTuple):
    """A document relates two entities, by a predicate and with a probability. A table's row has document 0 and no sentence."""

    document: int  # PMID
    a: str
    a_type: str
    b: str
    b_type: str
    predicate: str
    probability: float
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class Known:
    """A network whose weights are papers; `confidence` (0 to 1) and `ways` (predicates) of its edges, in their order."""

    network: Network
    confidence: Floats  # (edges,)
    ways: Ints  # (edges,)

    @classmethod
    def of(cls, statements: Iterable[Statement]) -> Self:
        """A document counts once for a pair, with the highest of its probabilities, as in the graph."""
        papers: dict[tuple[str, str], dict[int, float]] = {}
        predicates: dict[tuple[str, str], set[str]] = {}
        types: dict[str, str] = {}
        for row in statements:
            types.setdefault(row.a, row.a_type)
            types.setdefault(row.b, row.b_type)
            if row.a == row.b:
                continue
            pair = (row.a, row.b) if row.a < row.b else (row.b, row.a)
            best = papers.setdefault(pair, {})
            best[row.document] = max(row.probability, best.get(row.document, 0.0))
            predicates.setdefault(pair, set()).add(row.predicate)
        pairs = sorted(papers)
        network = Network.of((a, types[a], b, types[b], float(len(papers[a, b]))) for a, b in pairs)
        weights = [sum(share(p) for p in papers[pair].values()) for pair in pairs]  # sorted pairs are the network's edges, in their order
        return cls(
            network,
            np.array([confidence(weight) for weight in weights], dtype=np.float64),
            np.array([len(predicates[pair]) for pair in pairs], dtype=np.int64),
        )

    def permuted(self, rng: np.random.Generator) -> Self:
        """`Network.permuted`, each edge with what belongs to it."""
        numbers = np.arange(len(self.network.edges), dtype=np.float64)
        drawn = self.network.with_edges(self.network.edges, numbers).permuted(rng)
        order = drawn.weights.astype(np.int64)
        network = drawn.with_edges(drawn.edges, self.network.weights[order])
        return type(self)(network, self.confidence[order], self.ways[order])


class Mentions:
    """How many documents name two entities together, whether they relate them or not."""

    def __init__(self, entities: Mapping[int, Iterable[str]], network: Network) -> None:
        """`entities`: what each document names. Entities that the network lacks are passed over."""
        keys = []
        for names in entities.values():
            nodes = np.array(sorted(network.place[name] for name in set(names) if name in network.place), dtype=np.int64)
            first, second = np.triu_indices(len(nodes), 1)
            keys.append(network.keys(np.stack([nodes[first], nodes[second]], axis=1)))
        joined = np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64)
        self._keys, self._counts = np.unique(joined, return_counts=True)

    def together(self, network: Network, pairs: Ints) -> NDArray[np.float64]:
        """(n,) documents for pairs (n, 2) of the network's nodes."""
        keys = network.keys(np.sort(pairs, axis=1))
        if not len(self._keys):
            return np.zeros(len(keys))
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[place] == keys, self._counts[place], 0).astype(np.float64)
