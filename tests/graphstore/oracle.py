"""What the graph must hold, recomputed from the surviving records in plain Python; and its questions answered by brute force."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import sqrt
from typing import Any

from graphstore import Contribution
from graphstore.answers import Snapshot
from tests.graphstore.reference import fresh_load, surviving


class Oracle:
    """The newest contribution of each document; everything else follows from those."""

    def __init__(self) -> None:
        self.told: list[Contribution] = []

    def apply(self, batch: Iterable[Contribution]) -> None:
        self.told = surviving([*self.told, *batch])

    def graph(self) -> dict[str, Any]:
        """Articles, entities, edges and evidence of all live documents."""
        return fresh_load(self.told)


def held(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot in the oracle's terms."""
    return {
        "articles": {a.id: (a.title, a.year, a.retracted) for a in snapshot.articles},
        "entities": {e.id: (f"{e.type}|{e.name}", e.degree) for e in snapshot.entities},
        "edges": {
            e.key: (e.counts.papers, e.counts.negated, e.counts.speculated, e.first_year, e.last_year, e.probability, e.confidence)
            for e in snapshot.edges
        },
        "evidence": sorted((e.document, e.key, e.polarity.value, e.probability, e.retracted) for e in snapshot.evidence),
        "links": [(link.source, link.kind.value, link.target) for link in snapshot.links],
        "markers": {m.id: (m.epoch, m.offset, m.generation) for m in snapshot.markers},
    }


class Roads:
    """The oracle's graph as a road map: brute-force answers to the questions."""

    def __init__(self, graph: dict[str, Any]) -> None:
        self.degree = {curie: degree for curie, (_, degree) in graph["entities"].items()}
        self.papers: dict[tuple[str, str], int] = {}
        self.near: dict[str, set[str]] = defaultdict(set)
        self.written: set[tuple[str, str]] = set()
        for key, (papers, negated, speculated, *_) in graph["edges"].items():
            low, _, high = key.split("|")
            for pair in ((low, high), (high, low)):
                if papers:
                    self.papers[pair] = max(papers, self.papers.get(pair, 0))
                    self.near[pair[0]].add(pair[1])
                if papers + negated + speculated:
                    self.written.add(pair)

    def paths(self, a: str, c: str, hops: int, passed: tuple[str, ...] = ()) -> Iterator[tuple[float, tuple[str, ...]]]:
        """Every path of exactly so many steps, with its score."""
        way = (*passed, a)
        if hops == 1:
            if c in self.near[a] and c not in way:
                way = (*way, c)
                damping = 1.0
                for curie in way[1:-1]:
                    damping /= sqrt(self.degree[curie])
                yield min(self.papers[pair] for pair in pairwise(way)) * damping, way
            return
        for b in self.near[a]:
            if b not in way and b != c:
                yield from self.paths(b, c, hops - 1, way)

    def open(self, a: str) -> dict[str, tuple[float, int]]:
        """Everything two steps away that nobody wrote of together with A: the score and the number of links."""
        found = {}
        for c in sorted(self.degree.keys() - {a}):
            ways = list(self.paths(a, c, 2))
            if ways and (a, c) not in self.written:
                found[c] = (sum(score for score, _ in ways), len(ways))
        return found
