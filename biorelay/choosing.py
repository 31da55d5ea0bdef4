"""Good questions for a graph that nobody has asked yet: chosen from what it holds, always the same for the same graph."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import sqrt
from typing import NamedTuple

from graphstore.answers import EntityLine, Snapshot
from processors.records import EntityType

SHORTEST_NAME = 3
"""Names of fewer letters are abbreviations more often than not, and a demonstration reads badly with them."""


_C, _D, _G = EntityType.CHEMICAL, EntityType.DISEASE, EntityType.GENE
CLOSED = ((_C, _D), (_G, _D), (_C, _G), (_C, _C), (_D, _D))
OPEN = ((_D, _C), (_D, _G), (_G, _C), (_C, _C), (_D, _D))
"""The kinds of the two ends, the most telling first."""


class Pair(NamedTuple):
    """Two entities without an edge, and how strongly what lies between joins them."""

    a: str
    c: str
    score: float


class Questions(NamedTuple):
    """One question of each kind; None where the graph holds no two steps that would answer it."""

    closed: Pair | None
    open: Pair | None  # `c` is the answer to be expected; the question names `a` only


def choose(snapshot: Snapshot) -> Questions:
    """The best-joined chemical and disease that no paper states together, and the same from a disease to a chemical elsewhere;
    where the graph has none, other kinds of ends.

    A pair's score is the sum over its middles of the fewer papers of the two steps, over the square root of the middle's degree:
    the store's own score of open discovery. Only entities that a vocabulary knows count.
    """
    known = {entity.id: entity for entity in snapshot.entities if _presentable(entity)}
    papers = _papers(snapshot, known)
    closed = next((best for ends in CLOSED if (best := _best(_pairs(papers, known, *ends)))), None)
    taken = {closed.a, closed.c} if closed else set()
    others = (_best(pair for pair in _pairs(papers, known, *ends) if not {pair.a, pair.c} & taken) for ends in OPEN)
    return Questions(closed, next((best for best in others if best), None))


def _presentable(entity: EntityLine) -> bool:
    return not entity.id.startswith("local:") and entity.type != EntityType.SPECIES and len(entity.name) > SHORTEST_NAME


def _papers(snapshot: Snapshot, known: dict[str, EntityLine]) -> dict[str, dict[str, int]]:
    """The most papers of any edge between two known entities, both ways round."""
    papers: dict[str, dict[str, int]] = defaultdict(dict)
    for edge in snapshot.edges:
        if edge.counts.papers > 0 and edge.subject in known and edge.object in known:
            most = max(papers[edge.subject].get(edge.object, 0), edge.counts.papers)
            papers[edge.subject][edge.object] = papers[edge.object][edge.subject] = most
    return papers


def _pairs(papers: dict[str, dict[str, int]], known: dict[str, EntityLine], start: EntityType, end: EntityType) -> Iterator[Pair]:
    for a, near in papers.items():
        if known[a].type != start:
            continue
        scores: dict[str, float] = defaultdict(float)
        for b, first in near.items():
            for c, second in papers[b].items():
                if c != a and c not in near and known[c].type == end:
                    scores[c] += min(first, second) / sqrt(max(known[b].degree, 1))
        yield from (Pair(a, c, score) for c, score in scores.items())


def _best(pairs: Iterable[Pair]) -> Pair | None:
    return min(pairs, key=lambda pair: (-round(pair.score, 9), pair.a, pair.c), default=None)
