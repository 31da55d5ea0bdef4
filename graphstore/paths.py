"""Ways from one entity to another, of one to four steps: the best ones, or the shortest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from graphstore.answers import Path
from graphstore.discovery import FAN, WAYS, bridges, distinct
from graphstore.lens import Answers, Lens, Notes
from graphstore.measures import Measure
from graphstore.questions import known
from graphstore.routes import Link, Near, Route, between, edges, near, order, route, walked
from graphstore.steps import Steps, ask, bounded

MIDDLES = 50  # the best meeting points of four-hop paths
MOST = 4  # hops


def paths(a: str, c: str, lens: Lens, *, max_hops: int, limit: int) -> Steps[Answers[Path]]:
    """Ways from A to C of one to `max_hops` steps, best first.

    One and two steps are exact. Three and four follow the `FAN` best neighbours of each end and meet in the middle,
    so that no hub makes them explode; a weaker path may be missed.
    """
    search = yield from _begun(a, c, lens, max_hops, limit)
    routes: list[Route] = []
    for hops in range(1, max_hops + 1):
        routes += yield from search.of_length(hops)
    return (yield from search.answered(routes))


def shortest(a: str, c: str, lens: Lens, *, max_hops: int, limit: int) -> Steps[Answers[Path]]:
    """The ways of the fewest steps, best first, if there is one of at most `max_hops` steps.

    How many steps it takes is exact, and so are ways of one and two. Of the longer ones one is always found, and the best
    among the `FAN` best neighbours of each end. As of a year, three and four steps are looked for among those only.
    """
    search = yield from _begun(a, c, lens, max_hops, limit)
    for hops in range(1, min(max_hops, 2) + 1):
        routes = yield from search.of_length(hops)
        if routes:
            return (yield from search.answered(routes))
    if max_hops <= 2:
        return (yield from search.answered([]))
    if lens.as_of is not None:
        for hops in range(3, max_hops + 1):
            routes = yield from search.of_length(hops)
            if routes:
                break
        return (yield from search.answered(routes))
    rows = yield from ask("shortest", a=a, c=c, limit=1, **lens.parameters)
    one = tuple(rows[0]["curies"]) if rows else ()
    hops = len(one) - 1
    if not 3 <= hops <= max_hops:
        return (yield from search.answered([]))
    routes = yield from search.of_length(hops)
    if one not in {found.curies for found in routes}:
        routes.append((yield from _scored(one, lens)))
    return (yield from search.answered(routes))


def _begun(a: str, c: str, lens: Lens, max_hops: int, limit: int) -> Steps["_Search"]:
    bounded("max_hops", max_hops, 1, MOST)
    bounded("limit", limit, 1, 200)
    distinct(a, c)
    ends = yield from known(a, c)
    return _Search(a, c, lens, limit, {curie: entity.degree for curie, entity in ends.items()})


@dataclass(slots=True)
class _Search:
    """What one question looks for, and what it found on the way."""

    a: str
    c: str
    lens: Lens
    limit: int
    degrees: dict[str, int]  # of the ends
    notes: Notes = field(default_factory=Notes)
    left: list[Near] | None = None  # the best neighbours of A, once they are needed
    right: list[Near] | None = None

    def of_length(self, hops: int) -> Steps[list[Route]]:
        """Routes of exactly so many steps."""
        kinds: tuple[Callable[[], Steps[list[Route]]], ...] = (self._one, self._two, self._three, self._four)
        return (yield from kinds[hops - 1]())

    def answered(self, routes: list[Route]) -> Steps[Answers[Path]]:
        if len(routes) > self.limit:
            self.notes.bound(f"the {self.limit} best of more paths are shown")
        found = yield from walked(sorted(routes, key=order)[: self.limit], self.lens)
        if not found:
            yield from self.lens.absent((self.a, self.c), self.notes)
        return self.notes.on(found)

    def _one(self) -> Steps[list[Route]]:
        rows = yield from edges([(self.a, self.c)], self.lens)
        return [route((self.a, self.c), (row["papers"],), ()) for row in rows[:1]]

    def _two(self) -> Steps[list[Route]]:
        rank = Measure.DAMPED_PAPERS
        middles = yield from bridges(
            self.a, self.c, self.lens, self.notes, type="", rank=rank, damping=0.5, limit=self.limit, degrees=self.degrees
        )
        return [route((self.a, m.curie, self.c), (m.first.papers, m.second.papers), (m.degree,)) for m in middles]

    def _sides(self) -> Steps[tuple[list[Near], list[Near]]]:
        if self.left is None:
            self.left = yield from self._near(self.a, self.c)
        if self.right is None:
            self.right = yield from self._near(self.c, self.a)
        return self.left, self.right

    def _near(self, end: str, other: str) -> Steps[list[Near]]:
        return (yield from near(end, self.lens, self.notes, type="", but=other, fan=FAN, degree=self.degrees[end]))

    def _three(self) -> Steps[list[Route]]:
        left, right = yield from self._sides()
        first, third = {near.curie: near for near in left}, {near.curie: near for near in right}
        middle = yield from between(first, third, self.lens, {near.curie: near.degree for near in (*left, *right)})
        return [
            route((self.a, x, y, self.c), (first[x].papers, link.papers, third[y].papers), (first[x].degree, third[y].degree))
            for (x, y), link in middle.items()
            if x != y
        ]

    def _four(self) -> Steps[list[Route]]:
        left, right = yield from self._sides()
        sides = [{"side": 0, "curie": n.curie, "papers": n.papers, "factor": n.factor} for n in left]
        sides += [{"side": 1, "curie": n.curie, "papers": n.papers, "factor": n.factor} for n in right]
        curies = sorted({near.curie for near in (*left, *right)})
        ends = {"a": self.a, "c": self.c}
        rows = yield from ask("meeting", **ends, sides=sides, curies=curies, limit=MIDDLES + 1, **self.lens.parameters)
        if len(rows) > MIDDLES:
            self.notes.bound(f"four-hop paths were sought through the {MIDDLES} best meeting points only")
        middles = yield from self.lens.degrees({row["curie"]: row["degree"] for row in rows[:MIDDLES]})
        before = yield from self._halves(self.a, left, middles)
        after = yield from self._halves(self.c, right, middles)
        degrees = {near.curie: near.degree for near in (*left, *right)}
        found = []
        for middle, degree in middles.items():
            for first, first_papers in before.get(middle, []):
                for second, second_papers in after.get(middle, []):
                    x, y = first.curies[1], second.curies[1]
                    if x != y:
                        passed = (degrees[x], degree, degrees[y])
                        found.append(route((self.a, x, middle, y, self.c), (first_papers, second_papers), passed))
        return found

    def _halves(self, end: str, nears: list[Near], middles: Mapping[str, int]) -> Steps[dict[str, list[tuple[Route, int]]]]:
        """By middle (with its degree): the best ways from one end to it, each with the fewest papers of its two steps.

        One more than is shown, so that enough remain where both ends come by way of the same entity.
        """
        first = {near.curie: near for near in nears}
        degrees = {**middles, **{near.curie: near.degree for near in nears}}
        second: dict[tuple[str, str], Link] = yield from between(first, middles, self.lens, degrees)
        ways: dict[str, list[tuple[Route, int]]] = {}
        for (via, middle), link in second.items():
            if via != middle:
                half = route((end, via, middle), (first[via].papers, link.papers), (first[via].degree,))
                ways.setdefault(middle, []).append((half, min(first[via].papers, link.papers)))
        return {middle: sorted(found, key=lambda way: order(way[0]))[: WAYS + 1] for middle, found in ways.items()}


def _scored(curies: tuple[str, ...], lens: Lens) -> Steps[Route]:
    """The route through these entities, with its score."""
    links = yield from between(curies[:-1], curies[1:], lens)
    entities = yield from known(*curies)
    papers = [links[pair].papers for pair in pairwise(curies)]
    return route(curies, papers, [entities[curie].degree for curie in curies[1:-1]])
