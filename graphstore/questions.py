"""The graph's everyday questions: an entity by name, its neighbours, how much there is. Bounded and parameterised, as all are.

Discovery stands in `discovery.py`, paths in `paths.py`, what a question sees of the graph in `lens.py`.
"""

from graphstore.answers import Entity, Neighbour, Stats
from graphstore.contribution import COUNTS, Polarity
from graphstore.errors import GraphBadQuery, GraphUnknownEntity
from graphstore.lens import Answers, Lens, Notes, is_hub
from graphstore.routes import WIDE
from graphstore.rows import edge_of, entity_of
from graphstore.steps import Row, Steps, a_curie, a_text, ask, bounded
from processors.records import EntityType

RECOUNTED = 200
"""Edges that are recounted at once where a question asks of another year."""


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
    a_text(text)
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
    asked = {"curie": curie, "type": type or "", "polarity": polarity or ""}
    hub = is_hub(start[curie].degree) and polarity in (None, Polarity.POSITIVE)
    if lens.as_of is None:
        rows = yield from _strongest(asked, lens, limit + 1, hub=hub)
    else:
        rows = yield from _then(asked, lens, notes, limit, hub=hub)
    if len(rows) > limit:
        notes.bound(f"the first {limit} of more edges are shown; {curie} has {start[curie].degree}")
    if not rows:
        yield from lens.absent((curie,), notes)
    return notes.on(Neighbour(entity=entity_of(row), edge=edge_of(row)) for row in rows[:limit])


def _strongest(asked: dict[str, str], lens: Lens, limit: int, *, hub: bool) -> Steps[list[Row]]:
    """The edges of an entity, as they are today."""
    rows: list[Row] = []
    plain = {"plain": lens.parameters["plain"] and not asked["type"] and not asked["polarity"]}
    if hub:
        rows = yield from ask("neighbours", **asked, limit=limit, **lens.several | plain)
    return rows if len(rows) == limit else (yield from ask("neighbours", **asked, limit=limit, **lens.parameters | plain))


def _then(asked: dict[str, str], lens: Lens, notes: Notes, limit: int, *, hub: bool) -> Steps[list[Row]]:
    """The edges as they stood, best first, of the strongest of today: as many as it takes to be sure of the first `limit` and one."""
    stated = COUNTS[Polarity(asked["polarity"] or Polarity.POSITIVE)]
    for most in (2 * RECOUNTED, WIDE):
        rows = yield from _strongest(asked, lens, most + 1, hub=hub)
        found: list[Row] = []
        sure = False
        for start in range(0, min(len(rows), most), RECOUNTED):
            then = yield from lens.recounted(rows[start : min(start + RECOUNTED, most)])
            found += [row for row in then if not asked["polarity"] or row[stated] > 0]
            found.sort(key=lambda row: (-row[stated], -row["papers"], row["curie"], row["predicate"], row["key"]))
            rest = rows[min(start + RECOUNTED, most) :]
            sure = not rest or (len(found) > limit and found[limit][stated] > rest[0][stated])  # an edge had no more papers than now
            if sure:
                break
        if sure or not rows:
            break
    else:
        notes.bound(f"of the edges of {asked['curie']} only the {WIDE} that are strongest today were recounted")
    degrees = yield from lens.degrees({row["curie"]: row["degree"] for row in found[:limit]})
    return [row | {"degree": degrees.get(row["curie"], 0)} for row in found]


def stats() -> Steps[Stats]:
    """Counts of the whole graph."""
    counts: Row = {}
    for name in ("count_articles", "count_entities", "count_edges", "count_evidence", "count_outbox"):
        counts |= (yield from ask(name))[0]
    return Stats(**counts)
