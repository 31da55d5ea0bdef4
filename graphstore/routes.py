"""Ways between entities before their edges and sentences are fetched, and the parts that every search is made of.

A way's score is the fewest papers of any of its steps, times 1/sqrt(degree) of every entity that it passes: two papers by way of a
rare protein say more than two by way of "human".
"""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import isqrt, sqrt
from typing import NamedTuple, TypeAlias, TypeVar

from graphstore.answers import Entity, Path, Step
from graphstore.confidence import MILLION
from graphstore.contribution import evidence_of, keys_between
from graphstore.lens import SEVERAL, Lens, Notes
from graphstore.rows import edge_of, sentence_of
from graphstore.steps import Row, Steps, ask

WIDE = 2000
"""Edges or middles of one entity that are recounted where a question asks of another year, the best of today first."""

AT_ONCE = 250
"""Entities whose edges are recounted at once where a question asks of another year."""

DEARER = 3
"""What it costs to look up a key that an edge can have, in edges that are looked through. Measured: 2.5 and 3 on the two engines."""

CROWDED = 15_000
"""Edges of an entity beyond which its best neighbours are mostly among those of several papers. Measured: at 17,000 so, at 13,000 not."""

Pair: TypeAlias = tuple[str, str]
K = TypeVar("K")


class Near(NamedTuple):
    """A neighbour as the searches need it: the most papers and weight of any edge to it, how many edges there are, and its degree."""

    curie: str
    papers: int
    weight: int
    ways: int
    degree: int

    @property
    def damped(self) -> float:
        return self.papers / sqrt(max(self.degree, 1))

    @property
    def factor(self) -> int:
        """1/sqrt(degree) in millionths: whole numbers add up to the same sum in any order."""
        return isqrt(MILLION * MILLION // max(self.degree, 1))


class Link(NamedTuple):
    """All edges between two entities: the most papers and weight of any, and their number."""

    papers: int
    weight: int
    ways: int


class Route(NamedTuple):
    """A path before its edges and sentences are fetched."""

    curies: tuple[str, ...]
    score: float


def route(curies: tuple[str, ...], papers: Iterable[int], degrees: Iterable[int]) -> Route:
    """A route with its score: `papers` of each step, `degrees` of the entities between the ends."""
    damping = 1.0
    for degree in degrees:
        damping /= sqrt(max(degree, 1))
    return Route(curies, min(papers) * damping)


def order(found: Route) -> tuple[float, int, tuple[str, ...]]:
    """Sorts routes: the best first, then the shortest."""
    return -found.score, len(found.curies), found.curies


def near(
    curie: str,
    lens: Lens,
    notes: Notes,
    *,
    type: str,  # noqa: A002
    but: str,
    fan: int,
    degree: int = 0,
) -> Steps[list[Near]]:
    """The `fan` best neighbours of an entity, by papers and damped, of those that have another edge too.

    Give its `degree` where only papers and degrees are needed: of a very large hub the edges that several papers state are looked at
    first, and `weight` and `ways` may then leave the others out.
    """
    if lens.as_of is None:
        asked = {"curie": curie, "type": type, "but": but, "limit": fan + 1}
        found = _nears((yield from ask("near", **asked, **lens.several))) if degree > CROWDED else []
        if len(found) <= fan or found[-1].damped <= (SEVERAL - 1) / sqrt(2):  # what is left out has fewer papers and two edges
            found = _nears((yield from ask("near", **asked, **lens.parameters)))
    else:
        rows = yield from ask("neighbours", curie=curie, type=type, polarity="positive", limit=WIDE + 1, **lens.parameters)
        if len(rows) > WIDE:
            notes.bound(f"of the edges of {curie} only the {WIDE} that are strongest today were recounted")
        found = yield from _near_then(rows[:WIDE], lens, but=but, fan=fan)
    if len(found) > fan:
        notes.bound(f"only the {fan} best neighbours of {curie} were followed")
    return found[:fan]


def _near_then(rows: Iterable[Row], lens: Lens, *, but: str, fan: int) -> Steps[list[Near]]:
    """The neighbours as they stood, best first, by their edges of today; only the `fan` + 1 best where that is sure before the end.

    An edge had no more papers than now, and who leads on has another edge: a score is at most papers/sqrt(2).
    """
    edges_of: dict[str, list[Row]] = {}
    for row in rows:
        if row["curie"] != but:
            edges_of.setdefault(row["curie"], []).append(row)
    waiting = sorted(edges_of.items(), key=lambda one: -_most(one[1]))
    found: list[Near] = []
    for start in range(0, len(waiting), AT_ONCE):
        part = dict(waiting[start : start + AT_ONCE])
        degrees = yield from lens.degrees(dict.fromkeys(part, 0))
        least = found[fan].damped if len(found) > fan else 0.0
        able = [row for other, own in part.items() for row in own if degrees[other] > 1 and _most(own) / sqrt(degrees[other]) >= least]
        links = _links((row["curie"], row) for row in (yield from lens.recounted(able)))
        found += [Near(other, *link, degrees[other]) for other, link in links.items()]
        found.sort(key=lambda one: (-one.damped, one.curie))
        rest = waiting[start + AT_ONCE : start + AT_ONCE + 1]
        if rest and len(found) > fan and found[fan].damped > _most(rest[0][1]) / sqrt(2):
            break
    return found


def _most(rows: Iterable[Row]) -> int:
    found: int = max(row["papers"] for row in rows)
    return found


def _nears(rows: Iterable[Row]) -> list[Near]:
    return [Near(row["curie"], row["papers"], row["weight"], row["ways"], row["degree"]) for row in rows]


def between(left: Iterable[str], right: Iterable[str], lens: Lens, degrees: Mapping[str, int] = {}) -> Steps[dict[Pair, Link]]:
    """What joins each of the left with each of the right directly.

    All edges of those are looked through that have few, by `degrees`; between two that have many, the keys that an edge can have are.
    """
    one, other = sorted(set(left)), sorted(set(right))
    turned = sum(degrees.get(curie, 0) for curie in one) > sum(degrees.get(curie, 0) for curie in other)
    if turned:
        one, other = other, one
    few = _few([degrees.get(curie, 0) for curie in one], [degrees.get(curie, 0) for curie in other], DEARER * lens.keys)
    many, crowd = ([curie for curie in side if degrees.get(curie, 0) > few] for side in (one, other))
    found = yield from _through([curie for curie in one if degrees.get(curie, 0) <= few], other, lens)
    back = yield from _through([curie for curie in other if degrees.get(curie, 0) <= few], many, lens)
    found |= {(a, c): link for (c, a), link in back.items()}
    found |= yield from linked([(a, c) for a in many for c in crowd if a != c], lens)
    return {(c, a): link for (a, c), link in found.items()} if turned else found


def _through(curies: list[str], wanted: list[str], lens: Lens) -> Steps[dict[Pair, Link]]:
    """What joins these with the wanted ones: all of their edges are looked through."""
    rows = yield from ask("between", left=curies, right=wanted, **lens.parameters)
    rows = yield from lens.recounted(rows)
    return _links(((row["source"], row["target"]), row) for row in rows)


def _few(one: Sequence[int], other: Sequence[int], dearer: int) -> int:
    """The degree up to which an entity's edges are looked through: what costs the least, where a pair costs as much as `dearer` edges."""
    sides = [sorted(side) for side in (one, other)]
    sums = [[0, *accumulate(side)] for side in sides]

    def cost(degree: int) -> int:
        first, second = (bisect(side, degree) for side in sides)
        rest = len(one) - first
        return sums[0][first] + (sums[1][second] + dearer * rest * (len(other) - second) if rest else 0)

    return min((0, *sides[0], *sides[1]), key=cost)


def linked(pairs: Sequence[Pair], lens: Lens) -> Steps[dict[Pair, Link]]:
    """What joins the two of each pair directly; the pairs of which nothing does are left out. Asked by the keys that edges can have."""
    ends: dict[str, list[Pair]] = {}
    for pair in pairs:
        for key in keys_between(*pair, lens.predicate):
            ends.setdefault(key, []).append(pair)
    rows = yield from ask("links", keys=list(ends), **lens.parameters)
    rows = yield from lens.recounted(rows)
    return _links((pair, row) for row in rows for pair in ends[row["key"]])


def _links(rows: Iterable[tuple[K, Row]]) -> dict[K, Link]:
    found: dict[K, Link] = {}
    for key, row in rows:
        old = found.get(key, Link(0, 0, 0))
        found[key] = Link(max(old.papers, row["papers"]), max(old.weight, row["weight"]), old.ways + 1)
    return found


def edges(pairs: Iterable[Pair], lens: Lens) -> Steps[list[Row]]:
    """The edges between the two of each pair, the most papers first, with both ends' names and types and their degrees of today."""
    asked: dict[Pair, set[Pair]] = {}
    for a, c in pairs:
        asked.setdefault((min(a, c), max(a, c)), set()).add((a, c))
    wanted = sorted(asked)
    rows = yield from ask(
        "edges",
        pairs=[{"source": source, "target": target} for source, target in wanted],
        keys=[key for pair in wanted for key in keys_between(*pair, lens.predicate)],
        **lens.parameters,
    )
    rows = yield from lens.recounted(rows)
    found = [
        row | {"source": source, "target": target}
        for row in rows
        for source, target in asked[min(row["subject"], row["object"]), max(row["subject"], row["object"])]
    ]
    return sorted(found, key=lambda row: (-row["papers"], row["key"]))


def ends_of(rows: Iterable[Row]) -> dict[str, Entity]:
    """The entities at the ends of such edges, with their degrees of today."""
    return {
        row[end]: Entity(id=row[end], name=row[f"{end}_name"], type=row[f"{end}_type"], degree=row[f"{end}_degree"])
        for row in rows
        for end in ("subject", "object")
    }


def walked(routes: Sequence[Route], lens: Lens) -> Steps[list[Path]]:
    """Fetch the entities, the strongest edge of every step, and its best sentence."""
    strongest: dict[Pair, Row] = {}
    for row in (yield from edges({pair for route in routes for pair in pairwise(route.curies)}, lens)):
        strongest.setdefault((row["source"], row["target"]), row)
    entities = ends_of(strongest.values())
    degrees = yield from lens.degrees({curie: entity.degree for curie, entity in entities.items()})
    entities = {curie: entity.model_copy(update={"degree": degrees[curie]}) for curie, entity in entities.items()}
    best = {row["key"]: evidence_of(row["best"]) for row in strongest.values()}
    found = yield from ask("sentences", ids=sorted(best.values()))
    sentences = {row["key"]: sentence_of(row) for row in found}
    steps = {
        pair: Step(source=entities[pair[0]], target=entities[pair[1]], edge=edge_of(row), sentence=sentences.get(row["key"]))
        for pair, row in strongest.items()
    }
    return [Path(steps=tuple(steps[pair] for pair in pairwise(r.curies)), score=r.score) for r in routes]
