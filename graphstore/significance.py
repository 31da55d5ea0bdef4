"""Is a finding more than its entities' degrees explain? Scores against those of random graphs with the same degrees.

The null is the whole graph with its edges swapped at random (`Network.permuted`): each entity keeps how many edges it has towards
each type of entity, so a hub stays a hub. A finding's p-value is (1 + permutations that score at least as high) / (1 + permutations):
with N permutations none is below 1 / (N + 1) (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585). Of all candidates of an open
question together the q-value is the false-discovery rate at which one would be called significant (Benjamini and Hochberg 1995,
doi:10.1111/j.2517-6161.1995.tb02031.x); all of them, not the shown ones, because those were picked by their scores.

Scores are taken on a network that joins parallel edges to one, over all neighbours of A and not the best ones only, so they can
differ from those of a question to the store. The whole graph is permuted and not the surroundings of A: swaps inside those would
keep what they are to test, the edges that lead there.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from graphstore.confidence import confidence
from graphstore.discovery import exponent_of
from graphstore.errors import GraphBadQuery
from graphstore.lens import Lens
from graphstore.measures import Floats, Ints, Measure, Middles, scores
from graphstore.networks import Network, Row
from graphstore.steps import Steps, ask, bounded
from processors.records import EntityType, Part

PAGE = 1000  # entities whose edges are read in one transaction
MOST = 500_000  # pairs of a network that is permuted
EQUAL = 1e-9  # scores that differ by less, in parts of the larger one, are equal


class Chance(Part):
    """How a finding fares against chance. `score` and `expected` are on the network; `q` is None where one pair alone was asked for."""

    score: float
    expected: float
    p: float
    q: float | None
    permutations: int
    candidates: int


class Page(NamedTuple):
    """Some entities with their types, and the edges that start from them: the other end, its type, and the weight."""

    entities: list[tuple[str, str]]
    edges: list[tuple[str, str, str, float]]


class Pairs:
    """The strongest weight of each pair, as the pages come. Raises `GraphBadQuery` where there are more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._types: dict[str, str] = {}
        self._weights: dict[tuple[str, str], float] = {}

    def add(self, page: Page) -> None:
        self._types.update(page.entities)
        for source, target, kind, weight in page.edges:
            self._types.setdefault(target, kind)
            pair = (source, target) if source < target else (target, source)
            self._weights[pair] = max(weight, self._weights.get(pair, 0.0))
        if len(self) > self._most:
            raise GraphBadQuery(
                f"the graph joins more than {self._most:,} pairs", remedy="Ask of fewer edges: with more min_papers or min_confidence."
            )

    def __len__(self) -> int:
        return len(self._weights)

    def rows(self) -> Iterator[Row]:
        for (a, b), weight in self._weights.items():
            yield a, self._types[a], b, self._types[b], weight


def page(lens: Lens, confidences: bool, after: str) -> Steps[tuple[Page, str | None]]:
    """The next entities in the order of their CURIEs, with what they are the subject of; and where the page after them begins."""
    entities = [(row["curie"], row["type"]) for row in (yield from ask("curie_page", after=after, limit=PAGE))]
    rows = yield from ask("edges_from", curies=[curie for curie, _ in entities], **lens.parameters)
    rows = yield from lens.recounted(rows)
    found = Page(
        entities,
        [(row["source"], row["target"], row["type"], confidence(row["weight"]) if confidences else float(row["papers"])) for row in rows],
    )
    return found, entities[-1][0] if len(entities) == PAGE else None


def checked(rank: Measure, damping: float | None, permutations: int) -> float:
    """The damping exponent. Raises `GraphBadQuery` where it or the number of permutations is out of bounds."""
    bounded("permutations", permutations, 1, 100_000)
    return exponent_of(rank, damping)


def chances(
    network: Network,
    a: str,
    c: str | None,
    *,
    type: EntityType | None,  # noqa: A002
    via: EntityType | None,
    rank: Measure,
    damping: float,
    permutations: int,
    rng: np.random.Generator,
    done: Callable[[int], None] | None = None,
) -> dict[str, Chance]:
    """By id: every node two steps from A that A has no edge with and that is of the type; or C alone, edge or no edge.

    `via` is the type of what lies between. Empty where there is no such node. The same `rng` gives the same answer.
    """
    if a not in network.place or (c is not None and c not in network.place):
        return {}
    start = network.place[a]
    observed = _scored(network, start, via, rank, damping)
    wanted = _candidates(network, start, observed, type) if c is None else np.array([network.place[c]])
    if not len(wanted) or not observed[wanted].any():
        return {}
    least = observed[wanted] * (1 - EQUAL)
    reached, total = np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted))
    for number in range(1, permutations + 1):
        network = network.permuted(rng)
        drawn = _scored(network, start, via, rank, damping)[wanted]
        reached += drawn >= least
        total += drawn
        if done is not None:
            done(number)
    p = (1 + reached) / (1 + permutations)
    q = rates(p) if c is None else None
    return {
        network.ids[node]: Chance(
            score=float(observed[node]),
            expected=float(total[place] / permutations),
            p=float(p[place]),
            q=None if q is None else float(q[place]),
            permutations=permutations,
            candidates=len(wanted),
        )
        for place, node in enumerate(wanted)
    }


def rates(p: Floats) -> Floats:
    """The Benjamini-Hochberg q-value of each p-value (n,)."""
    order = np.argsort(p, kind="stable")
    raised = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1)
    return q


def _candidates(network: Network, start: int, observed: Floats, kind: EntityType | None) -> Ints:
    open_ = observed > 0
    open_[network.neighbours(start)] = False
    open_[start] = False
    if kind is not None:
        open_ &= np.array([one == kind for one in network.types])
    return np.flatnonzero(open_)


def _scored(network: Network, start: int, via: EntityType | None, rank: Measure, damping: float) -> Floats:
    """The score of every node with `start` (nodes,); 0 where nothing lies between."""
    starts, nodes, edges = network.adjacency
    own = slice(starts[start], starts[start + 1])
    between, first = nodes[own], network.weights[edges[own]]
    if via is not None:
        kept = np.array([network.types[node] == via for node in between], dtype=np.bool_)
        between, first = between[kept], first[kept]
    lengths = network.degrees[between]
    places = np.repeat(starts[between] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
    ends, second = nodes[places], network.weights[edges[places]]
    middles = Middles(
        pair=ends,
        weight_ab=np.repeat(first, lengths),
        weight_bc=second,
        degree_b=np.repeat(lengths, lengths),
        degree_a=int(network.degrees[start]),
        degree_c=network.degrees,
        confidence_ab=np.repeat(first, lengths),
        confidence_bc=second,
    )
    return scores(rank, middles, len(network.ids), damping)
