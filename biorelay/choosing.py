"""Good questions for a graph that nobody has asked yet: chosen from what it holds, always the same for the same graph."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import sqrt
from typing import NamedTuple

from graphstore.answers import Edge, EntityLine, EvidenceLine, Path, Snapshot
from graphstore.contribution import Polarity
from processors.records import EntityType

SHORTEST_NAME = 3
"""Names of fewer letters are abbreviations more often than not, and a demonstration reads badly with them."""

GLANCE = 160
"""A sentence of so many characters is read at a glance."""


_C, _D, _G = EntityType.CHEMICAL, EntityType.DISEASE, EntityType.GENE
CLOSED = ((_C, _D), (_G, _D), (_C, _G), (_C, _C), (_D, _D))
OPEN = ((_D, _C), (_D, _G), (_G, _C), (_C, _C), (_D, _D))
"""The kinds of the two ends, the most telling first."""


Near = defaultdict[str, defaultdict[str, set[str]]]
"""Papers by the two entities that they join."""


class Pair(NamedTuple):
    """Two entities without an edge, and how strongly what lies between joins them."""

    a: str
    c: str
    score: float


class Questions(NamedTuple):
    """One question of each kind; None where the graph holds no two steps that would answer it."""

    closed: Pair | None
    open: Pair | None  # `c` is the answer to be expected; the question names `a` only
    denied: Edge | None  # one that a paper denies


def choose(snapshot: Snapshot) -> Questions:
    """The best-joined chemical and disease that no paper states together, and the same from a disease to a chemical elsewhere;
    where the graph has none, other kinds of ends.

    A pair's score is the sum over its middles of the fewer papers of the two steps, over the square root of the middle's degree:
    the store's own score of open discovery, but for middles that bring no paper of their own. Only entities that a vocabulary
    knows count, and only steps that different papers state: what one paper says in two sentences is no discovery.
    """
    known = {entity.id: entity for entity in snapshot.entities if _presentable(entity)}
    papers = _papers(snapshot, known)
    closed = next((best for ends in CLOSED if (best := _best(_pairs(papers, known, *ends)))), None)
    taken = {closed.a, closed.c} if closed else set()
    others = (_best(pair for pair in _pairs(papers, known, *ends) if not {pair.a, pair.c} & taken) for ends in OPEN)
    return Questions(closed, next((best for best in others if best), None), _denied(snapshot, known))


def _denied(snapshot: Snapshot, known: dict[str, EntityLine]) -> Edge | None:
    """The edge with the most certain denial; first in sentences that spell both names, and that are read at a glance."""
    edges = {edge.key: edge for edge in snapshot.edges if edge.subject in known and edge.object in known}
    denials = [line for line in snapshot.evidence if line.key in edges and line.polarity is Polarity.NEGATED and not line.retracted]

    def rank(line: EvidenceLine) -> tuple[bool, bool, float, str]:
        text, edge = line.text.casefold(), edges[line.key]
        spelt = all(known[end].name.casefold() in text for end in (edge.subject, edge.object))
        return not spelt, len(text) > GLANCE, -line.probability, line.id

    best = min(denials, key=rank, default=None)
    return edges[best.key] if best else None


def telling(path: Path) -> bool:
    """Whether a path is worth showing: every entity is one that a vocabulary knows, and its sentences are of different papers."""
    papers = [step.sentence.document for step in path.steps if step.sentence]
    return len(set(papers)) == len(path.steps) and not any(step.target.id.startswith("local:") for step in path.steps)


def _presentable(entity: EntityLine) -> bool:
    return not entity.id.startswith("local:") and entity.type != EntityType.SPECIES and len(entity.name) > SHORTEST_NAME


def _papers(snapshot: Snapshot, known: dict[str, EntityLine]) -> Near:
    """The papers that state an edge between two known entities and count, both ways round."""
    ends = {edge.key: (edge.subject, edge.object) for edge in snapshot.edges if edge.subject in known and edge.object in known}
    papers: Near = defaultdict(lambda: defaultdict(set))
    for evidence in snapshot.evidence:
        if evidence.key in ends and evidence.polarity is Polarity.POSITIVE and not evidence.retracted:
            a, b = ends[evidence.key]
            papers[a][b].add(evidence.document)
            papers[b][a].add(evidence.document)
    return papers


def _pairs(papers: Near, known: dict[str, EntityLine], start: EntityType, end: EntityType) -> Iterator[Pair]:
    for a, near in papers.items():
        if known[a].type != start:
            continue
        ways: dict[str, list[tuple[float, set[str]]]] = defaultdict(list)
        for b, first in near.items():
            for c, second in papers[b].items():
                if c != a and c not in near and known[c].type == end and len(first | second) > 1:
                    ways[c].append((min(len(first), len(second)) / sqrt(max(known[b].degree, 1)), first | second))
        yield from (Pair(a, c, _sum(found)) for c, found in ways.items())


def _sum(ways: list[tuple[float, set[str]]]) -> float:
    """The scores of the ways that bring a paper of their own: one sentence may name its middle twice."""
    total, read = 0.0, set[str]()
    for score, papers in sorted(ways, key=lambda way: (-way[0], sorted(way[1]))):
        if not papers <= read:
            total += score
            read |= papers
    return total


def _best(pairs: Iterable[Pair]) -> Pair | None:
    return min(pairs, key=lambda pair: (-round(pair.score, 9), pair.a, pair.c), default=None)
