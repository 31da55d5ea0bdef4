"""Ways between entities before their edges and sentences are fetched, and the parts that every search is made of.

A way's score is the fewest papers of any of its steps, times 1/sqrt(degree) of every entity that it passes: two papers by way of a
rare protein say more than two by way of "human".
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isqrt, sqrt
from typing import NamedTuple, TypeVar

from graphstore.answers import Path, Step
from graphstore.confidence import MILLION
from graphstore.contribution import evidence_of
from graphstore.lens import Lens, Notes
from graphstore.rows import edge_of, entity_of, sentence_of
from graphstore.steps import Row, Steps, ask

WIDE = 2000
"""Edges or middles of one entity that are recounted where a question asks of another year, the best of today first."""


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


def near(curie: str, lens: Lens, notes: Notes, *, type: str, but: str, fan: int) -> Steps[list[Near]]:  # noqa: A002
    """The `fan` best neighbours of an entity, by papers and damped."""
    if lens.as_of is None:
        rows = yield from ask("near", curie=curie, type=type, but=but, limit=fan + 1, **lens.parameters)
        found = [Near(row["curie"], row["papers"], row["weight"], row["ways"], row["degree"]) for row in rows]
    else:
        rows = yield from ask("neighbours", curie=curie, type=type, polarity="positive", limit=WIDE + 1, **lens.parameters)
        if len(rows) > WIDE:
            notes.bound(f"of the edges of {curie} only the {WIDE} that are strongest today were recounted")
        rows = yield from lens.recounted(rows[:WIDE])
        links = _links((row["curie"], row) for row in rows if row["curie"] != but)
        degrees = yield from lens.degrees(dict.fromkeys(links, 0))
        found = [Near(other, *link, degrees[other]) for other, link in links.items()]
        found.sort(key=lambda one: (-one.damped, one.curie))
    if len(found) > fan:
        notes.bound(f"only the {fan} best neighbours of {curie} were followed")
    return found[:fan]


def between(left: Iterable[str], right: Iterable[str], lens: Lens) -> Steps[dict[tuple[str, str], Link]]:
    """What joins each of the left with each of the right directly."""
    rows = yield from ask("between", left=sorted(set(left)), right=sorted(set(right)), **lens.parameters)
    rows = yield from lens.recounted(rows)
    return _links(((row["source"], row["target"]), row) for row in rows)


def _links(rows: Iterable[tuple[K, Row]]) -> dict[K, Link]:
    found: dict[K, Link] = {}
    for key, row in rows:
        old = found.get(key, Link(0, 0, 0))
        found[key] = Link(max(old.papers, row["papers"]), max(old.weight, row["weight"]), old.ways + 1)
    return found


def edges(pairs: Sequence[tuple[str, str]], lens: Lens) -> Steps[list[Row]]:
    """The edges between the two of each pair, the most papers first."""
    wanted = [{"source": source, "target": target} for source, target in pairs]
    ends = {"left": sorted({source for source, _ in pairs}), "right": sorted({target for _, target in pairs})}
    rows = yield from ask("edges", pairs=wanted, **ends, **lens.parameters)
    asked = set(pairs)
    found = yield from lens.recounted([row for row in rows if (row["source"], row["target"]) in asked])
    return sorted(found, key=lambda row: (-row["papers"], row["key"]))


def walked(routes: Sequence[Route], lens: Lens) -> Steps[list[Path]]:
    """Fetch the entities, the strongest edge of every step, and its best sentence."""
    pairs = sorted({pair for route in routes for pair in pairwise(route.curies)})
    curies = sorted({curie for route in routes for curie in route.curies})
    entities = {row["curie"]: entity_of(row) for row in (yield from ask("entities", curies=curies))}
    degrees = yield from lens.degrees({curie: entity.degree for curie, entity in entities.items()})
    entities = {curie: entity.model_copy(update={"degree": degrees[curie]}) for curie, entity in entities.items()}
    strongest: dict[tuple[str, str], Row] = {}
    for row in (yield from edges(pairs, lens)):
        strongest.setdefault((row["source"], row["target"]), row)
    best = {row["key"]: evidence_of(row["best"]) for row in strongest.values()}
    found = yield from ask("sentences", keys=sorted(best), ids=sorted(best.values()))
    sentences = {row["key"]: sentence_of(row) for row in found}
    steps = {
        pair: Step(source=entities[pair[0]], target=entities[pair[1]], edge=edge_of(row), sentence=sentences.get(row["key"]))
        for pair, row in strongest.items()
    }
    return [Path(steps=tuple(steps[pair] for pair in pairwise(r.curies)), score=r.score) for r in routes]
