"""The graph's questions: bounded, parameterised, ranked with hubs damped.

A path's score is the fewest papers of any of its steps, times 1/sqrt(degree) of every entity that it passes: two papers
by way of a rare protein say more than two by way of "human" (after the degree-weighted path count of Himmelstein and
Baranzini 2015, doi:10.1371/journal.pcbi.1004259, with damping exponent 0.5).
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isqrt, sqrt
from typing import NamedTuple

from graphstore.answers import Entity, Finding, Neighbour, Path, Stats, Step
from graphstore.contribution import Polarity
from graphstore.errors import GraphBadQuery, GraphUnknownEntity
from graphstore.rows import edge_of, entity_of, sentence_of
from graphstore.steps import Row, Steps, ask, bounded
from processors.records import EntityType, Predicate

FAN = 50  # the best neighbours that a search follows from each end
MIDDLES = 50  # the best meeting points of four-hop paths
WAYS = 3  # paths shown for each finding; best halves tried at each meeting point
MILLION = 1_000_000


class Near(NamedTuple):
    """A neighbour as the searches need it: the most papers of any edge to it, and its degree."""

    curie: str
    papers: int
    degree: int

    @property
    def weight(self) -> int:
        """1/sqrt(degree) in millionths: whole numbers add up to the same sum in any order."""
        return isqrt(MILLION * MILLION // max(self.degree, 1))


def known(*curies: str) -> Steps[dict[str, Entity]]:
    """The entities of these CURIEs. Raises `GraphBadQuery` for what is no CURIE, `GraphUnknownEntity` where one is not in the graph."""
    for curie in curies:
        prefix, colon, rest = curie.partition(":")
        if not (prefix and colon and rest.strip()):
            raise GraphBadQuery(f"{curie!r} is not a CURIE", remedy="Write prefix:identifier, such as mesh:D003924.")
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
    *,
    type: EntityType | None,  # noqa: A002
    predicate: Predicate | None,
    polarity: Polarity | None,
    min_papers: int,
    limit: int,
) -> Steps[list[Neighbour]]:
    """The edges of an entity with at least so many positive papers, and at least one of that polarity; the most such papers first."""
    bounded("limit", limit, 1, 1000)
    bounded("min_papers", min_papers, 0, MILLION)
    yield from known(curie)
    rows = yield from ask(
        "neighbours",
        curie=curie,
        type=type or "",
        predicate=predicate or "",
        polarity=polarity or "",
        min_papers=min_papers,
        limit=limit,
    )
    return [Neighbour(entity=entity_of(row), edge=edge_of(row)) for row in rows]


def discover_closed(a: str, c: str, *, type: EntityType | None, min_papers: int, limit: int) -> Steps[list[Path]]:  # noqa: A002
    """A - ? - C: what joins the two, best first."""
    bounded("limit", limit, 1, 200)
    bounded("min_papers", min_papers, 1, MILLION)
    _distinct(a, c)
    yield from known(a, c)
    found = yield from _bridges(a, c, type=type or "", min_papers=min_papers, limit=limit)
    return (yield from _walked(found, min_papers))


def discover_open(
    a: str,
    *,
    type: EntityType | None,  # noqa: A002
    via: EntityType | None,
    min_papers: int,
    limit: int,
    fan: int,
) -> Steps[list[Finding]]:
    """A - B - ?: entities two steps from A and without an edge to A that counts any paper, best first.

    Follows the `fan` best neighbours of A. An edge whose papers are all retracted does not make C known.
    """
    bounded("limit", limit, 1, 200)
    bounded("min_papers", min_papers, 1, MILLION)
    bounded("fan", fan, 1, 500)
    yield from known(a)
    links = yield from _near(a, type=via or "", but=a, min_papers=min_papers, fan=fan)
    rows = yield from ask(
        "beyond",
        curie=a,
        curies=[link.curie for link in links],
        links=[{"curie": link.curie, "papers": link.papers, "weight": link.weight} for link in links],
        type=type or "",
        min_papers=min_papers,
        limit=limit,
    )
    ends = [row["curie"] for row in rows]
    second = yield from _between([link.curie for link in links], ends, min_papers)
    near = {link.curie: link for link in links}
    routes: dict[str, list[Route]] = {end: [] for end in ends}
    for (via_curie, end), papers in second.items():
        routes[end].append(_route((a, via_curie, end), (near[via_curie].papers, papers), (near[via_curie].degree,)))
    best = [sorted(routes[end], key=_order)[:WAYS] for end in ends]
    paths = iter((yield from _walked([route for group in best for route in group], min_papers)))
    return [
        Finding(entity=entity_of(row), score=int(row["score"]) / MILLION, links=row["links"], paths=tuple(next(paths) for _ in group))
        for row, group in zip(rows, best, strict=True)
    ]


def paths(a: str, c: str, *, max_hops: int, min_papers: int, limit: int) -> Steps[list[Path]]:
    """Ways from A to C of one to `max_hops` steps, best first.

    One and two steps are exact. Three and four follow the `FAN` best neighbours of each end and meet in the middle,
    so that no hub makes them explode; a weaker path may be missed.
    """
    bounded("max_hops", max_hops, 1, 4)
    bounded("min_papers", min_papers, 1, MILLION)
    bounded("limit", limit, 1, 200)
    _distinct(a, c)
    yield from known(a, c)
    routes = [_route(pair, (papers,), ()) for pair, papers in (yield from _between([a], [c], min_papers)).items()]
    if max_hops >= 2:
        routes += yield from _bridges(a, c, type="", min_papers=min_papers, limit=limit)
    if max_hops >= 3:
        left = yield from _near(a, type="", but=c, min_papers=min_papers, fan=FAN)
        right = yield from _near(c, type="", but=a, min_papers=min_papers, fan=FAN)
        routes += yield from _three_hops(a, left, right, c, min_papers)
        if max_hops == 4:
            routes += yield from _four_hops(a, left, right, c, min_papers)
    return (yield from _walked(sorted(routes, key=_order)[:limit], min_papers))


class Route(NamedTuple):
    """A path before its edges and sentences are fetched."""

    curies: tuple[str, ...]
    score: float


def _route(curies: tuple[str, ...], papers: Iterable[int], degrees: Iterable[int]) -> Route:
    damping = 1.0
    for degree in degrees:
        damping /= sqrt(max(degree, 1))
    return Route(curies, min(papers) * damping)


def _order(route: Route) -> tuple[float, int, tuple[str, ...]]:
    return -route.score, len(route.curies), route.curies


def _near(curie: str, *, type: str, but: str, min_papers: int, fan: int) -> Steps[list[Near]]:  # noqa: A002
    rows = yield from ask("near", curie=curie, type=type, but=but, min_papers=min_papers, limit=fan)
    return [Near(row["curie"], row["papers"], row["degree"]) for row in rows]


def _between(left: Sequence[str], right: Sequence[str], min_papers: int) -> Steps[dict[tuple[str, str], int]]:
    """The most papers of any edge from one of the left to one of the right."""
    rows = yield from ask("between", left=sorted(set(left)), right=sorted(set(right)), min_papers=min_papers)
    return {(row["source"], row["target"]): row["papers"] for row in rows}


def _bridges(a: str, c: str, *, type: str, min_papers: int, limit: int) -> Steps[list[Route]]:  # noqa: A002
    rows = yield from ask("bridges", a=a, c=c, type=type, min_papers=min_papers, limit=limit)
    found = [_route((a, row["curie"], c), (row["first"], row["second"]), (row["degree"],)) for row in rows]
    return sorted(found, key=_order)


def _three_hops(a: str, left: list[Near], right: list[Near], c: str, min_papers: int) -> Steps[list[Route]]:
    first, third = {near.curie: near for near in left}, {near.curie: near for near in right}
    middle = yield from _between(list(first), list(third), min_papers)
    return [
        _route((a, x, y, c), (first[x].papers, papers, third[y].papers), (first[x].degree, third[y].degree))
        for (x, y), papers in middle.items()
        if x != y
    ]


def _four_hops(a: str, left: list[Near], right: list[Near], c: str, min_papers: int) -> Steps[list[Route]]:
    sides = [{"side": 0, "curie": n.curie, "papers": n.papers, "weight": n.weight} for n in left]
    sides += [{"side": 1, "curie": n.curie, "papers": n.papers, "weight": n.weight} for n in right]
    curies = sorted({near.curie for near in (*left, *right)})
    rows = yield from ask("meeting", a=a, c=c, sides=sides, curies=curies, min_papers=min_papers, limit=MIDDLES)
    middles = [row["curie"] for row in rows]
    before = _halves(a, left, (yield from _between([near.curie for near in left], middles, min_papers)))
    after = _halves(c, right, (yield from _between([near.curie for near in right], middles, min_papers)))
    degrees = {near.curie: near.degree for near in (*left, *right)}
    found = []
    for row in rows:
        middle, degree = row["curie"], row["degree"]
        for first, first_papers in before.get(middle, []):
            for second, second_papers in after.get(middle, []):
                x, y = first.curies[1], second.curies[1]
                if x != y:
                    passed = (degrees[x], degree, degrees[y])
                    found.append(_route((a, x, middle, y, c), (first_papers, second_papers), passed))
    return found


def _halves(end: str, nears: list[Near], second: dict[tuple[str, str], int]) -> dict[str, list[tuple[Route, int]]]:
    """By middle: the best ways from one end to it, each with the fewest papers of its two steps.

    One more than is shown, so that enough remain where both ends come by way of the same entity.
    """
    first = {near.curie: near for near in nears}
    ways: dict[str, list[tuple[Route, int]]] = {}
    for (via, middle), papers in second.items():
        if via != middle:
            route = _route((end, via, middle), (first[via].papers, papers), (first[via].degree,))
            ways.setdefault(middle, []).append((route, min(first[via].papers, papers)))
    return {middle: sorted(found, key=lambda way: _order(way[0]))[: WAYS + 1] for middle, found in ways.items()}


def _walked(routes: Sequence[Route], min_papers: int) -> Steps[list[Path]]:
    """Fetch the entities, the strongest edge of every step, and its best sentence."""
    pairs = sorted({pair for route in routes for pair in pairwise(route.curies)})
    curies = sorted({curie for route in routes for curie in route.curies})
    entities = {row["curie"]: entity_of(row) for row in (yield from ask("entities", curies=curies))}
    wanted = [{"source": source, "target": target} for source, target in pairs]
    ends = {"left": sorted({source for source, _ in pairs}), "right": sorted({target for _, target in pairs})}
    rows = yield from ask("edges", pairs=wanted, **ends, min_papers=min_papers)
    strongest: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: (-row["papers"], row["key"])):
        strongest.setdefault((row["source"], row["target"]), row)
    strongest = {pair: strongest[pair] for pair in pairs}
    best = {row["key"]: row["best"].rpartition("|")[2] for row in strongest.values()}
    found = yield from ask("sentences", keys=sorted(best), ids=sorted(best.values()))
    sentences = {row["key"]: sentence_of(row) for row in found}
    steps = {
        pair: Step(source=entities[pair[0]], target=entities[pair[1]], edge=edge_of(row), sentence=sentences.get(row["key"]))
        for pair, row in strongest.items()
    }
    return [Path(steps=tuple(steps[pair] for pair in pairwise(r.curies)), score=r.score) for r in routes]


def _distinct(a: str, c: str) -> None:
    if a == c:
        raise GraphBadQuery(f"both ends are {a}", remedy="Name two different entities.")


def stats() -> Steps[Stats]:
    """Counts of the whole graph."""
    counts: Row = {}
    for name in ("count_articles", "count_entities", "count_edges", "count_evidence", "count_outbox"):
        counts |= (yield from ask(name))[0]
    return Stats(**counts)
