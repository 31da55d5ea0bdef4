"""The graph's answer to a plan, by the store's own questions: which entities stand for the nodes, and which edges join them.

Only edges that papers state positively are found: a negated or speculated statement is none (`graphstore.contribution.Polarity`).
Open nodes stand for entities that a database knows; `local:` ones, which one document names, only where a query gives their id. Two nodes
never stand for one entity.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Final, TypeVar

from biorelay.translator.plan import Edge, Log, Node, Plan
from graphstore import GraphStore
from graphstore.among import Joined
from graphstore.answers import Edge as GraphEdge
from graphstore.answers import Entity
from graphstore.answers import Neighbour as Found
from graphstore.confidence import MILLION
from graphstore.lens import Seeing
from processors.records import EntityType, Predicate

RESULTS: Final = 200
"""The most results of an answer."""
FAN: Final = 50
"""Of an open node in the middle, so many of the best are followed."""
WIDE: Final = 1000
"""The edges of one entity that are looked at, the most papers first."""
FEWEST: Final = 20
"""Of each id of a batch at least so many edges are looked at."""
AT_ONCE: Final = 4
"""Questions that are put to the store at a time."""
BRIDGED: Final = 20
"""Pairs of hubs that the store is asked about."""
MIDDLES: Final = 200
"""The most middles of two hubs that the store gives."""
LIST: Final = 500
"""The longest list that the store takes."""

Pairs = dict[tuple[str, str], list[GraphEdge]]
"""By the entities in an edge's places (its subject's, its object's): the edges that join the two."""
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Answer:
    """One result: the entity of each node, the edges of each query edge by key, and the product of the surest edges' confidences."""

    nodes: Mapping[str, str]
    edges: Mapping[str, tuple[GraphEdge, ...]]
    score: float


@dataclass(slots=True)
class Answering:
    """One plan against one store."""

    store: GraphStore
    plan: Plan
    log: Log
    entities: dict[str, Entity] = field(default_factory=dict)
    """Every entity that was met, by our CURIE."""
    _given: dict[str, list[str]] = field(default_factory=dict)

    async def answers(self) -> list[Answer]:
        """The results, the surest first, at most `RESULTS`. Raises what the store's questions raise."""
        if self.plan.unanswerable:
            return []
        for node in self.plan.nodes.values():
            if node.pinned is not None:
                self._given[node.key] = await self._known(node)
        if not all(self._given.values()):
            return []
        rows = await (self._one(self.plan.edges[0]) if len(self.plan.edges) == 1 else self._two())
        rows.sort(key=lambda one: (-one.score, -_papers(one), tuple(one.nodes.values())))
        if len(rows) > RESULTS:
            self.log.add("WARNING", "Bounded", f"the {RESULTS} surest of {len(rows)} results are shown, some for each of several ids")
        return self._shared_out(rows)

    def _shared_out(self, rows: list[Answer]) -> list[Answer]:
        """The first `RESULTS` of sorted rows, where every combination of given ids has its turn: a batch is so many queries."""
        turns: Counter[tuple[str, ...]] = Counter()
        placed = []
        for place, row in enumerate(rows):
            given = tuple(row.nodes[key] for key in self._given)
            placed.append((turns[given], place))
            turns[given] += 1
        return [rows[place] for place in sorted(place for _, place in sorted(placed)[:RESULTS])]

    async def _known(self, node: Node) -> list[str]:
        """The ids of a node that the graph has; the others are told in the log."""
        asked = node.pinned or {}
        found = (await self.store.among(list(asked), min_papers=MILLION, limit=1)).entities
        self.entities |= {entity.id: entity for entity in found}
        known = [curie for curie in asked if curie in self.entities]
        if unknown := [written for curie, written in asked.items() if curie not in self.entities]:
            more = f" and {len(unknown) - 10} more" if len(unknown) > 10 else ""
            self.log.add("WARNING", "UnknownIdentifier", f"nodes.{node.key}: the graph has no {', '.join(unknown[:10])}{more}")
        return known

    async def _one(self, edge: Edge) -> list[Answer]:
        pairs = await self._pairs(edge)
        return [self._answer(dict(zip(edge.ends, ends, strict=True)), {edge.key: found}) for ends, found in pairs.items()]

    async def _two(self) -> list[Answer]:
        first, second = self.plan.edges
        common = [key for key in first.ends if key in second.ends]
        middle = common[0]
        if len(common) == 1 and middle not in self._given and self._given.keys() >= {first.other(middle), second.other(middle)}:
            one, other = await self._bridged(first, second, middle)
        else:
            if not set(first.ends) & self._given.keys():
                first, second = second, first
            one = await self._pairs(first, most=FAN if len(common) == 1 and middle not in self._given else WIDE)
            met = {key: {ends[place] for ends in one} for place, key in enumerate(first.ends)}
            other = await self._pairs(second, {key: met[key] for key in common})
        return list(self._joined(first, one, second, other))

    def _joined(self, first: Edge, one: Pairs, second: Edge, other: Pairs) -> Iterator[Answer]:
        """The two edges' pairs, where they agree on the nodes that both have."""
        common = [key for key in first.ends if key in second.ends]
        places = [second.ends.index(key) for key in common]
        by_common: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for ends in other:
            by_common.setdefault(tuple(ends[place] for place in places), []).append(ends)
        for ends, edges in one.items():
            nodes = dict(zip(first.ends, ends, strict=True))
            for match in by_common.get(tuple(nodes[key] for key in common), ()):
                whole = nodes | dict(zip(second.ends, match, strict=True))
                if len(set(whole.values())) == len(whole):
                    yield self._answer(whole, {first.key: edges, second.key: other[match]})

    async def _pairs(self, edge: Edge, met: Mapping[str, Collection[str]] = {}, *, most: int = WIDE) -> Pairs:
        """What joins the two nodes of an edge: of each given entity the `most` best edges. `met` are what stands for a node already."""
        left, right = (list(met[key]) if key in met else self._given.get(key) for key in edge.ends)
        if left is not None and right is not None:
            return await self._between(edge, left, right)
        key = edge.object if left is None else edge.subject
        starts = (right if left is None else left) or []
        limit = max(WIDE // max(len(starts), 1), FEWEST)
        around = await each(partial(self._around, edge=edge, other=self.plan.nodes[edge.other(key)], limit=limit), starts)
        pairs: Pairs = {}
        for start, (found, _) in zip(starts, around, strict=True):
            for one in found[:most]:
                pairs.setdefault((start, one.entity.id) if key == edge.subject else (one.entity.id, start), []).append(one.edge)
        if bounded := [start for start, (found, cut) in zip(starts, around, strict=True) if cut or len(found) > most]:
            self.log.add(
                "WARNING", "Bounded", f"edges.{edge.key}: only the {min(limit, most)} best edges of {_some(bounded)} were followed"
            )
        return pairs

    async def _between(self, edge: Edge, left: list[str], right: list[str]) -> Pairs:
        """The edges between two lists of entities."""
        one, other = set(left), set(right)
        found: list[Joined] = []
        for part in _parts(sorted(one | other)):
            gathered = await self.store.among(part, min_papers=_least(edge)[0], limit=10_000)
            found += gathered.relations
            if gathered.bounded:
                self.log.add("WARNING", "Bounded", f"edges.{edge.key}: not all edges between the two nodes were looked at")
        pairs: Pairs = {}
        for joined in found:
            self.entities |= {entity.id: entity for entity in (joined.subject, joined.object)}
            if not _fits(joined.edge, edge):
                continue
            for ends in ((joined.subject.id, joined.object.id), (joined.object.id, joined.subject.id)):
                if ends[0] in one and ends[1] in other and joined.edge not in pairs.get(ends, ()):
                    pairs.setdefault(ends, []).append(joined.edge)
        return pairs

    async def _bridged(self, first: Edge, second: Edge, middle: str) -> tuple[Pairs, Pairs]:
        """Both edges' pairs, where both ends are given and what lies between is open."""
        node = self.plan.nodes[middle]
        sides: list[Pairs] = []
        cut: list[str] = []
        for edge in (first, second):
            starts = self._given[edge.other(middle)]
            limit = max(WIDE // len(starts), 2 * FAN)
            around = await each(partial(self._around, edge=edge, other=node, limit=limit), starts)
            pairs: Pairs = {}
            for start, (found, bounded) in zip(starts, around, strict=True):
                cut += [start] if bounded else []
                for one in found:
                    pairs.setdefault(_placed(edge, middle, one.entity.id, start), []).append(one.edge)
            sides.append(pairs)
        if cut:
            self.log.add("WARNING", "Bounded", f"not all edges of {_some(cut)} were looked at; of what joins its ends, the best were")
            pairs_of_ends = product(*(self._given[edge.other(middle)] for edge in (first, second)))
            ends = [(a, c) for a, c in pairs_of_ends if a != c and {a, c} & set(cut)]
            await self._hubs(first, second, middle, ends[:BRIDGED], sides)
        return sides[0], sides[1]

    async def _hubs(self, first: Edge, second: Edge, middle: str, ends: list[tuple[str, str]], sides: list[Pairs]) -> None:
        """Add what the store finds between hubs, whose own lists were too long: the strongest edge of each step."""
        node = self.plan.nodes[middle]
        for (a, c), kind, predicate in product(ends, _types(node), _each_of(first.predicates & second.predicates)):
            seeing: Seeing = {"min_papers": min(_least(first)[0], _least(second)[0]), "predicate": predicate}
            for path in await self.store.discover_closed(a, c, type=kind, limit=MIDDLES, **seeing):
                if not self._stands(path.steps[0].target, node):
                    continue
                for edge, step, pairs in zip((first, second), path.steps, sides, strict=True):
                    start, between = (step.source, step.target) if edge is first else (step.target, step.source)
                    self.entities |= {one.id: one for one in (start, between)}
                    known = pairs.setdefault(_placed(edge, middle, between.id, start.id), [])
                    if _fits(step.edge, edge) and step.edge.key not in {one.key for one in known}:
                        known.append(step.edge)
        for pairs in sides:
            for empty in [ends for ends, edges in pairs.items() if not edges]:
                del pairs[empty]

    async def _around(self, start: str, edge: Edge, other: Node, limit: int) -> tuple[list[Found], bool]:
        """The edges of one entity that fit, the most papers first, and whether there may be more."""
        papers, sure = _least(edge)
        found: list[Found] = []
        cut = False
        for kind, predicate in product(_types(other), _each_of(edge.predicates)):
            seeing: Seeing = {"min_papers": papers, "min_confidence": sure, "predicate": predicate}
            neighbours = await self.store.neighbours(start, type=kind, limit=limit, **seeing)
            cut |= neighbours.bounded
            found += [one for one in neighbours if self._stands(one.entity, other) and _fits(one.edge, edge)]
        found.sort(key=lambda one: (-one.edge.counts.papers, one.entity.id, one.edge.predicate))
        self.entities |= {one.entity.id: one.entity for one in found}
        return found, cut

    def _stands(self, entity: Entity, node: Node) -> bool:
        """Whether an entity may stand for an open node."""
        return not entity.id.startswith("local:") and node.wanted.has(entity.id, entity.type)

    @staticmethod
    def _answer(nodes: Mapping[str, str], edges: Mapping[str, Iterable[GraphEdge]]) -> Answer:
        score = 1.0
        for found in edges.values():
            score *= max(edge.confidence for edge in found)
        return Answer(nodes, {key: tuple(found) for key, found in edges.items()}, score)


def _placed(edge: Edge, middle: str, between: str, end: str) -> tuple[str, str]:
    return (between, end) if edge.subject == middle else (end, between)


def _fits(found: GraphEdge, edge: Edge) -> bool:
    return found.counts.papers > 0 and found.predicate in edge.predicates and all(one.holds(found) for one in edge.constraints)


def _least(edge: Edge) -> tuple[int, float]:
    """What the constraints let the database leave out: papers and confidence."""
    bounds = [one.least for one in edge.constraints]
    return max((papers for papers, _ in bounds), default=1), max((sure for _, sure in bounds), default=0.0)


def _each_of(predicates: frozenset[Predicate]) -> list[Predicate | None]:
    """As the store is asked: one by one, or for all at once."""
    return [None] if predicates == frozenset(Predicate) else [*sorted(predicates)]


def _types(node: Node) -> list[EntityType | None]:
    types = node.wanted.types
    return [None] if len(types) == len(EntityType) else list(types)


def _papers(answer: Answer) -> int:
    return min(max(edge.counts.papers for edge in found) for found in answer.edges.values())


def _parts(curies: list[str]) -> Iterator[list[str]]:
    """A list as the store takes it: in one, or by halves of which each pair stands in one part."""
    if len(curies) <= LIST:
        yield curies
        return
    half = LIST // 2
    blocks = [curies[start : start + half] for start in range(0, len(curies), half)]
    for number, block in enumerate(blocks):
        for other in blocks[number + 1 :]:
            yield block + other


def _some(curies: list[str]) -> str:
    return ", ".join(curies[:5]) + (f" and {len(curies) - 5} more" if len(curies) > 5 else "")


async def each(ask: Callable[[T], Awaitable[U]], of: Iterable[T]) -> list[U]:
    """The answers in their order, `AT_ONCE` questions at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> U:
        async with gate:
            return await ask(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in of]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return [task.result() for task in tasks]
