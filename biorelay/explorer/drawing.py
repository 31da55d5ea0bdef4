"""Parts of the graph to be drawn: what lies around an entity, between some entities, or in some papers. Bounded, the strongest first."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

from pydantic import BaseModel

from biorelay.explorer.parameters import MOST, Beside
from graphstore import GraphStore
from graphstore.answers import Edge, Entity, Neighbour
from graphstore.confidence import confidence
from graphstore.contribution import COUNTS, Polarity
from graphstore.lens import Answers, Lens
from graphstore.routes import edges, ends_of
from graphstore.rows import edge_of, entity_of
from graphstore.steps import Row, Steps, a_curie, ask
from processors.records import Predicate

MOST_EDGES = 10_000
"""Edges of a drawing."""
MOST_ENTITIES = 1000
"""Entities of a list."""
WOVEN = 200
"""Neighbours between which edges are looked for: more cannot be told apart in a drawing."""
FAN = 25
"""Neighbours whose own neighbours are fetched."""
AT_ONCE = 200
"""Papers, or pairs of entities, that are asked for in one transaction."""


class Drawing(BaseModel):
    """Nodes and edges. Every edge's ends are among the nodes, and a node without an edge is one that was asked for.

    `bounded`: more belongs to what was asked for; `notes` say what was left out, or that the graph does not hold it.
    """

    nodes: Sequence[Entity]
    edges: Sequence[Edge]
    center: str | None = None
    view: str | None = None
    as_of: int | None = None
    bounded: bool = False
    notes: Sequence[str] = ()


async def beside(store: GraphStore, curie: str, asked: Beside, *, limit: int) -> Answers[Neighbour]:
    """The edges of an entity, those of several predicates in one list; the most papers first, of the polarity that is asked for."""
    found: list[Neighbour] = []
    notes: dict[str, None] = {}
    bounded = False
    for predicate in asked.predicates:
        seen = asked.window(predicate, asked.least)
        some = await store.neighbours(curie, type=asked.type, polarity=asked.polarity, limit=limit, **seen)
        found += some
        notes |= dict.fromkeys(some.notes)
        bounded = bounded or some.bounded
    if len(asked.predicates) > 1:
        found.sort(key=lambda one: (*_papers(one.edge, asked.polarity), one.entity.id, one.edge.predicate))
    return Answers(found[:limit], notes, bounded=bounded or len(found) > limit)


async def around(store: GraphStore, curie: str, asked: Beside, *, hops: int, most: int) -> Drawing:
    """An entity with its strongest neighbours, and the edges between them; with two hops also the neighbours of the best `FAN`."""
    center = await store.resolve(curie)
    first = await beside(store, center.id, asked, limit=min(most, MOST))
    nodes = {center.id: center} | {one.entity.id: one.entity for one in first}
    found = {one.edge.key: one.edge for one in first}
    notes = dict.fromkeys(first.notes)
    ring = list(dict.fromkeys(one.entity.id for one in first))
    if hops > 1:
        each = min(max(most // FAN, 10), MOST)
        for second in await asyncio.gather(*(beside(store, neighbour, asked, limit=each) for neighbour in ring[:FAN])):
            nodes |= {one.entity.id: one.entity for one in second if one.entity.id not in nodes}
            found |= {one.edge.key: one.edge for one in second}
        if len(ring) > FAN:
            notes[f"of the neighbours only the {FAN} best were followed further"] = None
    else:
        woven = await between(store, ring[:WOVEN], asked)
        found |= {edge.key: edge for edge in woven}
        if len(ring) > WOVEN:
            notes[f"edges between neighbours are shown for the {WOVEN} best only"] = None
    return _drawn(nodes, found.values(), asked, most, center=center.id, notes=notes, bounded=bool(first.bounded or notes))


async def among(store: GraphStore, curies: Sequence[str], asked: Beside, *, most: int) -> Drawing:
    """Some entities and the edges between them; what the graph does not know is said."""
    for curie in curies:
        a_curie(curie)
    wanted = list(dict.fromkeys(curies))
    rows = await store._run(lambda: ask("entities", curies=sorted(wanted)), write=False)
    nodes = {row["curie"]: entity_of(row) for row in rows}
    unknown = [curie for curie in wanted if curie not in nodes]
    notes = [f"the graph knows nothing of {', '.join(unknown[:10])}{' and others' if len(unknown) > 10 else ''}"] if unknown else []
    found = await between(store, [curie for curie in wanted if curie in nodes], asked)
    return _drawn(nodes, found, asked, most, notes=notes)


async def stated_in(store: GraphStore, documents: Sequence[str], asked: Beside, *, most: int) -> Drawing:
    """What some papers state: their entities and edges. An edge's counts are of all papers, not of these alone."""
    pairs: set[tuple[str, str]] = set()
    keys: set[str] = set()
    held = 0
    for start in range(0, len(documents), AT_ONCE):
        part = sorted(documents[start : start + AT_ONCE])
        held += len(await store._run(partial(ask, "read_articles", ids=part), write=False))
        for row in await store._run(partial(ask, "paper_evidence", ids=part), write=False):
            keys.add(row["key"])
            pairs.add((row["subject"], row["object"]))
    notes = [] if held == len(documents) else [f"the graph holds {held} of the {len(documents)} papers"]
    nodes: dict[str, Entity] = {}
    found: list[Edge] = []
    for some in _parts(sorted(pairs), AT_ONCE):
        for predicate in asked.predicates:
            rows = await store._run(partial(_edges, some, asked, predicate), write=False)
            rows = [row for row in rows if row["key"] in keys]
            nodes |= ends_of(rows)
            found += map(edge_of, rows)
    return _drawn(nodes, found, asked, most, notes=notes, lonely=False)


async def between(store: GraphStore, curies: Sequence[str], asked: Beside) -> list[Edge]:
    """The edges between entities of a list, of at most `MOST_ENTITIES`."""
    return await store._run(lambda: _among(sorted(set(curies)), asked), write=False) if len(curies) > 1 else []


async def edges_of(store: GraphStore, a: str, c: str, asked: Beside) -> tuple[Entity, Entity, list[Edge]]:
    """Two entities and the edges between them, the most papers first."""
    ends = await store.resolve(a), await store.resolve(c)
    found: list[Edge] = []
    for predicate in asked.predicates:
        pair = [(ends[0].id, ends[1].id)]
        rows = await store._run(partial(_edges, pair, asked, predicate), write=False)
        found += map(edge_of, rows)
    return *ends, sorted((edge for edge in found if _is(edge, asked.polarity)), key=lambda edge: _strength(edge, asked.polarity))


def _edges(pairs: Sequence[tuple[str, str]], asked: Beside, predicate: Predicate | None) -> Steps[list[Row]]:
    return (yield from edges(pairs, Lens.of(asked.window(predicate, asked.least), least=0)))


def _among(curies: Sequence[str], asked: Beside) -> Steps[list[Edge]]:
    lens = Lens.of(asked.window(None, asked.least), least=0)
    rows = yield from ask("among", curies=list(curies), min_papers=lens.min_papers, limit=MOST_EDGES)
    wanted = set(asked.predicates)
    rows = [row for row in rows if None in wanted or row["predicate"] in wanted]
    if lens.as_of is not None:
        rows = yield from lens.recounted(rows)
    return [edge_of(row) for row in rows if lens.as_of is not None or _sees(row, asked)]


def _sees(row: Row, asked: Beside) -> bool:
    first, last = row["first_year"], row["last_year"]
    return bool(
        confidence(row["weight"]) >= asked.min_confidence
        and (asked.until is None or 0 < first <= asked.until)
        and (asked.since is None or last >= asked.since)
    )


def _drawn(
    nodes: dict[str, Entity],
    found: Iterable[Edge],
    asked: Beside,
    most: int,
    *,
    center: str | None = None,
    notes: Iterable[str] = (),
    bounded: bool = False,
    lonely: bool = True,
) -> Drawing:
    """The strongest edges of these, and the nodes at their ends; with `lonely` the other nodes too."""
    kept = {id_ for id_, node in nodes.items() if asked.type is None or node.type == asked.type or id_ == center}
    fitting = [edge for edge in found if _is(edge, asked.polarity) and edge.subject in kept and edge.object in kept]
    fitting.sort(key=lambda edge: _strength(edge, asked.polarity))
    told = list(notes)
    if len(fitting) > most:
        told.append(f"the {most} strongest of {len(fitting)} edges are shown")
    shown = fitting[:most]
    ends = {end for edge in shown for end in (edge.subject, edge.object)} | ({center} if center else set())
    return Drawing(
        nodes=[node for id_, node in nodes.items() if id_ in ends or (lonely and center is None and id_ in kept)],
        edges=shown,
        center=center,
        as_of=asked.as_of,
        bounded=bounded or len(fitting) > most,
        notes=told,
    )


def _is(edge: Edge, polarity: Polarity | None) -> bool:
    return polarity is None or getattr(edge.counts, COUNTS[polarity]) > 0


def _strength(edge: Edge, polarity: Polarity | None) -> tuple[int, int, str]:
    """Sorts edges: the most papers of that polarity first."""
    return *_papers(edge, polarity), edge.key


def _papers(edge: Edge, polarity: Polarity | None) -> tuple[int, int]:
    return -getattr(edge.counts, COUNTS[polarity or Polarity.POSITIVE]), -edge.counts.papers


def _parts(items: Sequence[tuple[str, str]], size: int) -> Iterable[Sequence[tuple[str, str]]]:
    return (items[start : start + size] for start in range(0, len(items), size))
