"""Questions of a concept and all that an ontology has below it: "beta blockers", "neoplasms", "apoptosis".

The evidence stays where it is. What a paper says of a descendant is an inferred edge of the concept: shown with the descendant that
carries it, and never counted as evidence of the concept itself.
"""

from collections.abc import Sequence
from math import sqrt

from graphstore import hierarchy
from graphstore.answers import Edge, Entity, Path, Sentence
from graphstore.contribution import evidence_of
from graphstore.errors import GraphBadQuery, GraphUnknownEntity
from graphstore.lens import Answers, Lens, Notes
from graphstore.routes import WIDE, Link, Route, between, edges, order, route, walked
from graphstore.rows import edge_of, entity_of, sentence_of
from graphstore.steps import Row, Steps, ask, bounded
from processors.records import EntityType, Part

BELOW = 1000
"""Descendants that are followed, unless told."""
MOST_BELOW = 5000


class Carried(Part):
    """An edge of the concept, or of a descendant: then it is `inferred` of the concept, and `carrier` is that descendant."""

    carrier: Entity
    edge: Edge
    inferred: bool
    sentence: Sentence | None


class Rolled(Part):
    """What is known of a concept and one neighbour. `papers` are the concept's own; `inferred` those of its descendants' edges.

    Both are sums over edges: a paper that states two edges is in the sum twice.
    """

    neighbour: Entity
    papers: int
    inferred: int
    edges: tuple[Carried, ...]


class RolledPath(Part):
    """A way between two concepts' closures. `start` and `end` are the concepts that were asked for.

    The path begins and ends with what carries the evidence; `start_inferred`, `end_inferred` where that is a descendant.
    """

    start: str
    end: str
    start_inferred: bool
    end_inferred: bool
    path: Path


def closure(concept: str, below: int, notes: Notes) -> Steps[list[str]]:
    """The concept, then its descendants, the nearest first; at most `below` of them."""
    bounded("below", below, 1, MOST_BELOW)
    found = yield from hierarchy.descendants(concept, below + 1)
    if len(found) > below:
        notes.bound(f"only the {below} nearest descendants of {concept} were followed")
    return [concept, *found[:below]]


def rollup(
    concept: str,
    lens: Lens,
    *,
    type: EntityType | None,  # noqa: A002
    limit: int,
    below: int,
) -> Steps[Answers[Rolled]]:
    """What the concept and its descendants are related to outside of themselves, by neighbour, the most papers of any kind first.

    Raises `GraphUnknownEntity` where the graph knows neither the concept nor a descendant.
    """
    bounded("limit", limit, 1, 1000)
    notes = Notes()
    members = yield from closure(concept, below, notes)
    carriers = yield from _present([members])
    if len(members) == 1:
        notes.say(f"no imported ontology has anything below {concept}")
    rows = yield from _reach(list(carriers), members, lens, type=type, damping=0.0, limit=limit + 1)
    if len(rows) > limit:
        notes.bound(f"the {limit} neighbours of the most papers are shown")
    neighbours = {row["curie"]: entity_of(row) for row in rows[:limit]}
    found_edges = yield from edges(sorted((yield from between(carriers, neighbours, lens))), lens)
    best = {row["key"]: evidence_of(row["best"]) for row in found_edges}
    said = yield from ask("sentences", ids=sorted(best.values()))
    sentences = {row["key"]: sentence_of(row) for row in said}
    grouped: dict[str, list[Carried]] = {}
    for row in found_edges:
        source = row["source"]
        carried = Carried(carrier=carriers[source], edge=edge_of(row), inferred=source != concept, sentence=sentences.get(row["key"]))
        grouped.setdefault(row["target"], []).append(carried)
    found = [_rolled(neighbours[curie], carried) for curie, carried in grouped.items()]
    found.sort(key=lambda one: (-one.papers - one.inferred, one.neighbour.id))
    if not found:
        yield from lens.absent(carriers, notes)
    return notes.on(found)


def closed(
    a: str,
    c: str,
    lens: Lens,
    *,
    type: EntityType | None,  # noqa: A002
    limit: int,
    below: int,
) -> Steps[Answers[RolledPath]]:
    """A - ? - C where A and C stand for themselves and all below them; by the fewest papers of the strongest step, hubs damped.

    Of several that join a middle the strongest is shown, the concept itself where it is as strong.
    Raises `GraphBadQuery` where one of the two is the other or lies below it, `GraphUnknownEntity` where the graph knows nothing of one.
    """
    bounded("limit", limit, 1, 200)
    notes = Notes()
    left, right = (yield from closure(a, below, notes)), (yield from closure(c, below, notes))
    if a in right or c in left:
        what = f"both ends are {a}" if a == c else f"{a} and {c} are one above the other"
        raise GraphBadQuery(what, remedy="Name two different concepts, none of which lies below the other.")
    carriers = yield from _present([left, right])
    members = [*left, *right]
    near: list[dict[str, Row]] = []
    for concept, side in ((a, left), (c, right)):
        asked = [curie for curie in side if curie in carriers]
        rows = yield from _reach(asked, members, lens, type=type, damping=0.5, limit=WIDE + 1)
        if len(rows) > WIDE:
            notes.bound(f"only the {WIDE} best neighbours of {concept} and what is below it were looked at")
        near.append({row["curie"]: row for row in rows[:WIDE]})
    shared = sorted(near[0].keys() & near[1].keys(), key=lambda curie: _promise(near, curie))
    if len(shared) > WIDE // 4:
        notes.bound(f"only the {WIDE // 4} most promising of {len(shared)} middles were looked at")
        shared = shared[: WIDE // 4]
    first = _strongest((yield from between([curie for curie in left if curie in carriers], shared, lens)), a)
    second = _strongest((yield from between([curie for curie in right if curie in carriers], shared, lens)), c)
    degrees = yield from lens.degrees({curie: near[0][curie]["degree"] for curie in shared})
    routes: list[Route] = []
    for middle in shared:
        if middle in first and middle in second:
            (start, one), (end, other) = first[middle], second[middle]
            routes.append(route((start, middle, end), (one.papers, other.papers), (degrees[middle],)))
    routes.sort(key=order)
    if len(routes) > limit:
        notes.bound(f"the {limit} best of more ways are shown")
    paths = yield from walked(routes[:limit], lens)
    return notes.on(
        RolledPath(start=a, end=c, start_inferred=way.curies[0] != a, end_inferred=way.curies[2] != c, path=path)
        for way, path in zip(routes, paths, strict=False)
    )


def _present(closures: Sequence[Sequence[str]]) -> Steps[dict[str, Entity]]:
    """Those of the concepts that papers relate to anything. Raises `GraphUnknownEntity` where a closure has none."""
    curies = sorted({curie for members in closures for curie in members})
    found = {row["curie"]: entity_of(row) for row in (yield from ask("entities", curies=curies))}
    for members in closures:
        if not any(curie in found for curie in members):
            below = f" and the {len(members) - 1} concepts below it" if len(members) > 1 else ""
            raise GraphUnknownEntity(
                f"no paper relates {members[0]}{below} to anything", remedy="Import an ontology that it stands in, or look it up by name."
            )
    return {curie: found[curie] for members in closures for curie in members if curie in found}


def _reach(
    curies: list[str],
    but: list[str],
    lens: Lens,
    *,
    type: EntityType | None,  # noqa: A002
    damping: float,
    limit: int,
) -> Steps[list[Row]]:
    return (yield from ask("reach", curies=curies, without=but, type=type or "", damping=damping, limit=limit, **lens.parameters))


def _rolled(neighbour: Entity, carried: list[Carried]) -> Rolled:
    own = [one for one in carried if not one.inferred]
    inferred = [one for one in carried if one.inferred]
    return Rolled(
        neighbour=neighbour,
        papers=sum(one.edge.counts.papers for one in own),
        inferred=sum(one.edge.counts.papers for one in inferred),
        edges=(*own, *inferred),
    )


def _promise(near: Sequence[dict[str, Row]], curie: str) -> tuple[float, str]:
    """Sorts middles by the most that they can score."""
    return -min(side[curie]["papers"] for side in near) / sqrt(max(near[0][curie]["degree"], 1)), curie


def _strongest(links: dict[tuple[str, str], Link], concept: str) -> dict[str, tuple[str, Link]]:
    """By middle: what of a closure is joined with it by the most papers; the concept itself where equals are."""
    found: dict[str, tuple[str, Link]] = {}
    for (source, middle), link in sorted(links.items(), key=lambda item: (-item[1].papers, item[0][0] != concept, item[0])):
        found.setdefault(middle, (source, link))
    return found
