"""Open (A - B - ?) and closed (A - ? - C) discovery, ranked by any measure of `graphstore.measures`.

The database gathers and preselects; the scores of what is shown are then taken by the measures' own functions. Confidences are
calibrated there and not in the database, so that by `confidence_product` more are preselected than shown (`WIDE`, `ENDS`).
"""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from graphstore.answers import Entity, Finding, Path
from graphstore.confidence import MILLION, confidence, least_weight
from graphstore.errors import GraphBadQuery
from graphstore.lens import Answers, Lens, Notes
from graphstore.measures import Floats, Measure, Middles, contributions, damping_of, scores
from graphstore.questions import known
from graphstore.routes import AT_ONCE, WIDE, Link, Near, Route, between, near, order, walked
from graphstore.rows import entity_of
from graphstore.steps import Row, Steps, ask, bounded
from processors.records import EntityType

FAN = 50  # the best neighbours that a search follows from each end
ENDS = 500  # candidates that are scored where the database's ranking is not the answer's
WAYS = 3  # paths shown for each finding
BY_PAPERS = {Measure.DAMPED_PAPERS, Measure.LINKING_TERMS, Measure.ADAMIC_ADAR, Measure.AVERAGE_MINIMUM_WEIGHT}
"""Measures that ask of a neighbour no more than its papers and its degree."""

MOST_THEN: dict[Measure, Callable[[int, int, float], float]] = {
    Measure.DAMPED_PAPERS: lambda papers, degree, exponent: papers * float(degree) ** -exponent,
    Measure.AVERAGE_MINIMUM_WEIGHT: lambda papers, degree, exponent: float(papers),
}
"""What a middle of at most so many papers adds at most, by the measures that papers bound."""

NEARLY = 1 - 1e-9  # two ways to take a power may differ in their last bit

SURE = Link(1, least_weight(1), 1)  # a step that changes no measure


class Middle(NamedTuple):
    """One B between A and C."""

    curie: str
    end: int  # the number of its C
    first: Link
    second: Link
    degree: int


def discover_closed(
    a: str,
    c: str,
    lens: Lens,
    *,
    type: EntityType | None,  # noqa: A002
    rank: Measure,
    damping: float | None,
    limit: int,
) -> Steps[Answers[Path]]:
    """A - ? - C: what joins the two, best first; equals by papers, damped. A path's score is what its middle adds to the pair's."""
    bounded("limit", limit, 1, 200)
    exponent = exponent_of(rank, damping)
    distinct(a, c)
    ends = yield from known(a, c)
    notes = Notes()
    today = {curie: entity.degree for curie, entity in ends.items()}
    middles = yield from bridges(a, c, lens, notes, type=type or "", rank=rank, damping=exponent, limit=limit, degrees=today)
    degrees = yield from lens.degrees(today)
    values = contributions(rank, _arrays(middles, degrees[a], [degrees[c]]), exponent)
    if len(middles) > limit:
        notes.bound(f"the {limit} best of more ways are shown")
    routes = [Route((a, middle.curie, c), float(value)) for middle, value in zip(middles, values, strict=True)]
    places = sorted(range(len(routes)), key=lambda place: (-routes[place].score, -_damped(middles[place]), middles[place].curie))
    found = yield from walked([routes[place] for place in places[:limit]], lens)
    if not found:
        yield from lens.absent((a, c), notes)
    return notes.on(found)


def discover_open(
    a: str,
    lens: Lens,
    *,
    type: EntityType | None,  # noqa: A002
    via: EntityType | None,
    rank: Measure,
    damping: float | None,
    limit: int,
    fan: int,
) -> Steps[Answers[Finding]]:
    """A - B - ?: entities two steps from A and without an edge to A that counts any paper, best first.

    Follows the `fan` best neighbours of A, and all edges of those. An edge whose papers are all retracted does not make C known.
    """
    bounded("limit", limit, 1, 200)
    bounded("fan", fan, 1, 500)
    exponent = exponent_of(rank, damping)
    start = (yield from known(a))[a]
    notes = Notes()
    links = yield from near(a, lens, notes, type=via or "", but=a, fan=fan, degree=start.degree if rank in BY_PAPERS else 0)
    exact = lens.as_of is None and rank is not Measure.CONFIDENCE_PRODUCT
    most = limit if exact else max(ENDS, limit)
    rows = yield from ask(
        "beyond",
        curie=a,
        curies=[link.curie for link in links],
        links=[
            {"curie": link.curie, "papers": link.papers, "factor": factor}
            for link, factor in zip(links, _factors(rank, exponent, links), strict=True)
        ],
        type=type or "",
        rank=rank.value,
        damping=exponent,
        limit=most + 1,
        **lens.parameters,
        **lens.known,
    )
    if not exact and len(rows) > most:
        notes.bound(f"only the {most} candidates that are best by what the edges say today were ranked")
        rows.pop()
    ends = [row["curie"] for row in rows]
    today = {row["curie"]: row["degree"] for row in rows}
    second = yield from between([link.curie for link in links], ends, lens, today | {link.curie: link.degree for link in links})
    place = {end: number for number, end in enumerate(ends)}
    middles = [
        Middle(link.curie, place[end], Link(link.papers, link.weight, link.ways), second[link.curie, end], link.degree)
        for link in links
        for end in ends
        if (link.curie, end) in second
    ]
    degrees = yield from lens.degrees(today | {a: start.degree})
    arrays = _arrays(middles, degrees[a], [degrees[end] for end in ends])
    totals, values = scores(rank, arrays, len(ends), exponent), contributions(rank, arrays, exponent)
    routes: dict[int, list[Route]] = {}
    for middle, value in zip(middles, values, strict=True):
        routes.setdefault(middle.end, []).append(Route((a, middle.curie, ends[middle.end]), float(value)))
    best = sorted(routes, key=lambda end: (-totals[end], -len(routes[end]), ends[end]))
    if len(best) > limit:
        notes.bound(f"the {limit} best of more findings are shown")
    shown = {end: sorted(routes[end], key=order)[:WAYS] for end in best[:limit]}
    paths = iter((yield from walked([route for group in shown.values() for route in group], lens)))
    found = [
        Finding(
            entity=_as_of(entity_of(rows[end]), degrees),
            score=float(totals[end]),
            links=len(routes[end]),
            paths=tuple(next(paths) for _ in group),
        )
        for end, group in shown.items()
    ]
    if not found:
        yield from lens.absent((a,), notes)
    return notes.on(found)


def bridges(
    a: str,
    c: str,
    lens: Lens,
    notes: Notes,
    *,
    type: str,  # noqa: A002
    rank: Measure,
    damping: float,
    limit: int,
    degrees: Mapping[str, int],
) -> Steps[list[Middle]]:
    """What lies between the two: the `limit` + 1 best middles, or more, in no order.

    `degrees` are those of the ends today: the one of fewer edges is named first, for the edges of the first are held in memory.
    """
    exact = lens.as_of is None and rank is not Measure.CONFIDENCE_PRODUCT
    most = limit if exact else WIDE
    low, high = sorted((a, c), key=lambda end: degrees[end])
    given = {"a": low, "c": high, "type": type, "rank": rank.value, "damping": damping}
    lean = lens.parameters["plain"] and rank in BY_PAPERS
    rows = yield from (
        ask("bridges_by_papers", **given, limit=most + 1, min_papers=lens.min_papers)
        if lean
        else ask("bridges", **given, limit=most + 1, **lens.parameters)
    )
    if not exact and len(rows) > most:
        notes.bound(f"only the {most} middles that are best by what the edges say today were ranked")
        rows.pop()
    if lens.as_of is None:
        first, second = ("first", "second") if low == a else ("second", "first")
        return [
            Middle(
                row["curie"],
                0,
                Link(row[first], row.get(f"{first}_weight", 0), row.get("ways", 1)),
                Link(row[second], row.get(f"{second}_weight", 0), 1),
                row["degree"],
            )
            for row in rows
        ]
    return (yield from _bridges_then(a, c, rows, lens, rank=rank, exponent=damping, limit=limit, degrees=degrees))


def _bridges_then(
    a: str, c: str, rows: Sequence[Row], lens: Lens, *, rank: Measure, exponent: float, limit: int, degrees: Mapping[str, int]
) -> Steps[list[Middle]]:
    """The middles as they stood, of those of today; the `limit` + 1 best among them, or more, where that is sure before the end.

    An edge had no more papers than now, and a middle has two edges: so much bounds a score that grows with papers.
    """
    most = MOST_THEN.get(rank)
    waiting = sorted(rows, key=lambda row: -min(row["first"], row["second"]))
    found: list[Middle] = []
    least = 0.0
    for start in range(0, len(waiting), AT_ONCE):
        part = {row["curie"]: row for row in waiting[start : start + AT_ONCE]}
        then = yield from lens.degrees(dict.fromkeys(part, 0))
        able = [
            curie
            for curie, row in part.items()
            if then[curie] > 1 and (most is None or most(min(row["first"], row["second"]), then[curie], exponent) >= least)
        ]
        sizes = {**degrees, **{curie: part[curie]["degree"] for curie in able}}
        left, right = (yield from between([a], able, lens, sizes)), (yield from between([c], able, lens, sizes))
        joined = [curie for curie in able if (a, curie) in left and (c, curie) in right]
        found += [Middle(curie, 0, left[a, curie], right[c, curie], then[curie]) for curie in joined]
        rest = waiting[start + AT_ONCE : start + AT_ONCE + 1]
        if most is not None and rest and len(found) > limit:
            least = float(np.sort(contributions(rank, _arrays(found, 1, [1]), exponent))[-limit - 1]) * NEARLY
            if least > most(min(rest[0]["first"], rest[0]["second"]), 2, exponent):
                break
    return found


def distinct(a: str, c: str) -> None:
    """Raise `GraphBadQuery` where both ends are one."""
    if a == c:
        raise GraphBadQuery(f"both ends are {a}", remedy="Name two different entities.")


def exponent_of(rank: Measure, damping: float | None) -> float:
    """The damping exponent. Raises `GraphBadQuery` where it is none."""
    try:
        return damping_of(rank, damping)
    except ValueError as error:
        raise GraphBadQuery(str(error), remedy="Ask with damping from 0 to 4.") from error


def _damped(middle: Middle) -> float:
    return min(middle.first.papers, middle.second.papers) / sqrt(max(middle.degree, 1))


def _arrays(middles: Sequence[Middle], degree_a: int, degree_c: Sequence[int]) -> Middles:
    """The middles as the measures take them."""

    def floats(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)

    return Middles(
        pair=np.array([middle.end for middle in middles], dtype=np.int64),
        weight_ab=floats([middle.first.papers for middle in middles]),
        weight_bc=floats([middle.second.papers for middle in middles]),
        degree_b=np.array([middle.degree for middle in middles], dtype=np.int64),
        degree_a=degree_a,
        degree_c=np.array(degree_c, dtype=np.int64),
        ways=np.array([middle.first.ways * middle.second.ways for middle in middles], dtype=np.int64),
        confidence_ab=floats([confidence(middle.first.weight) for middle in middles]),
        confidence_bc=floats([confidence(middle.second.weight) for middle in middles]),
    )


def _factors(rank: Measure, exponent: float, links: Sequence[Near]) -> list[int]:
    """What the measure makes of each neighbour, in millionths, for the database's preselection: its part of a way whose rest is 1."""
    middles = [Middle(link.curie, 0, Link(1, link.weight, link.ways), SURE, link.degree) for link in links]
    return [max(int(value * MILLION), 1) for value in contributions(rank, _arrays(middles, 1, [1]), exponent)]


def _as_of(entity: Entity, degrees: dict[str, int]) -> Entity:
    return entity.model_copy(update={"degree": degrees[entity.id]})
