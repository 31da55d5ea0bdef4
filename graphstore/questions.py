"""The graph's everyday questions: an entity by name, its neighbours, how much there is. Bounded and parameterised, as all are.

Discovery stands in `discovery.py`, paths in `paths.py`, what a question sees of the graph in `lens.py`.
"""

from graphstore.answers import Entity, Neighbour, Stats
from graphstore.contribution import COUNTS, Polarity
from graphstore.errors import GraphBadQuery, GraphUnknownEntity
from graphstore.lens import Answers, Lens, Notes
from graphstore.routes import WIDE
from graphstore.rows import edge_of, entity_of
from graphstore.steps import Row, Steps, a_curie, ask, bounded
from processors.records import EntityType


def known(*curies: str) -> Steps[dict[str, Entity]]:
    """The entities of these CURIEs. Raises `GraphBadQuery` for what is no CURIE, `GraphUnknownEntity` where one is not in the graph."""
    for curie in curies:
        a_curie(curie)
    found = {row["curie"]: entity_of(row) for row in (yield from ask("entities", curies=sorted(set(curies))))}
    for curie in curies:
        if curie not in found:
            raise GraphUnknownEntity(f"the graph has no entity {curie}", remedy="Look it up by name: biorelay graph find NAME.")
    return found


def find(text: str, *, limit: int) -> Steps[list[Entity]]:
    """Entities whose CURIE is the text or whose name contains it, whatever the case; exact ones first, then the best connected."""
    bounded("limit", limit, 1, 1000)
    wanted = text.strip()
    if not wanted:
        raise GraphBadQuery("an empty text names no entity")
    by_curie = yield from ask("entities", curies=[wanted])
    rows = by_curie or (yield from ask("find", text=wanted.casefold(), limit=limit))
    return [entity_of(row) for row in rows]


def neighbours(
    curie: str,
    lens: Lens,
    *,
    type: EntityType | None,  # noqa: A002
    polarity: Polarity | None,
    limit: int,
) -> Steps[Answers[Neighbour]]:
    """The edges of an entity with at least so many positive papers, and at least one of that polarity; the most such papers first."""
    bounded("limit", limit, 1, 1000)
    start = yield from known(curie)
    notes = Notes()
    most = limit if lens.as_of is None else WIDE
    rows = yield from ask("neighbours", curie=curie, type=type or "", polarity=polarity or "", limit=most + 1, **lens.parameters)
    if lens.as_of is not None:
        if len(rows) > most:
            notes.bound(f"of the edges of {curie} only the {most} that are strongest today were recounted")
        rows = [row for row in (yield from lens.recounted(rows[:most])) if polarity is None or row[COUNTS[polarity]] > 0]
        degrees = yield from lens.degrees({row["curie"]: row["degree"] for row in rows})
        rows = [row | {"degree": degrees[row["curie"]]} for row in rows]
        rows.sort(key=lambda row: (-row[COUNTS[polarity or Polarity.POSITIVE]], -row["papers"], row["curie"], row["predicate"], row["key"]))
    if len(rows) > limit:
        notes.bound(f"the first {limit} of more edges are shown; {curie} has {start[curie].degree}")
    if not rows:
        yield from lens.absent((curie,), notes)
    return notes.on(Neighbour(entity=entity_of(row), edge=edge_of(row)) for row in rows[:limit])


def stats() -> Steps[Stats]:
    """Counts of the whole graph."""
    counts: Row = {}
    for name in ("count_articles", "count_entities", "count_edges", "count_evidence", "count_outbox"):
        counts |= (yield from ask(name))[0]
    return Stats(**counts)
