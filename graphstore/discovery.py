"""Open (A - B - ?) and closed (A - ? - C) discovery, ranked by any measure of `graphstore.measures`.

The database gathers and preselects; the scores of what is shown are then taken by the measures' own functions. Confidences are
calibrated there and not in the database, so that by `confidence_product` more are preselected than shown (`WIDE`, `ENDS`).
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from graphstore.answers import Entity, Finding, Path
from graphstore.confidence import MILLION, confidence, least_weight
from graphstore.errors import GraphBadQuery
from graphstore.lens import Answers, Lens, Notes
from graphstore.measures import Floats, Measure, Middles, contributions, damping_of, scores
from graphstore.questions import known
from graphstore.routes import WIDE, Link, Near, Route, between, near, order, walked
from graphstore.rows import entity_of
from graphstore.steps import Steps, ask, bounded
from processors.records import EntityType

FAN = 50  # the best neighbours that a search follows from each end
ENDS = 500  # candidates that are scored where the database's ranking is not the answer's
WAYS = 3  # paths shown for each finding
BY_PAPERS = {Measure.DAMPED_PAPERS, Measure.LINKING_TERMS, Measure.ADAMIC_ADAR, Measure.AVERAGE_MINIMUM_WEIGHT}
"""Measures that ask of a neighbour no more than its papers and its degree."""

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
    rows = yield from ask("bridges", **given, limit=most + 1, **lens.parameters)
    if not exact and len(rows) > most:
        notes.bound(f"only the {most} middles that are best by what the edges say today were ranked")
        rows.pop()
    if lens.as_of is None:
        first, second = ("first", "second") if low == a else ("second", "first")
        return [
            Middle(
                row["curie"],
                0,
                Link(row[first], row[f"{first}_weight"], row["ways"]),
                Link(row[second], row[f"{second}_weight"], 1),
                row["degree"],
            )
            for row in rows
        ]
    curies = [row["curie"] for row in rows]
    left, right = (yield from between([a], curies, lens)), (yield from between([c], curies, lens))
    joined = [curie for curie in curies if (a, curie) in left and (c, curie) in right]
    degrees = yield from lens.degrees(dict.fromkeys(joined, 0))
    return [Middle(curie, 0, left[a, curie], right[c, curie], degrees[curie]) for curie in joined]


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
