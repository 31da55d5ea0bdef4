"""The oracle's graph as a question sees it: filters, the year as of which it is asked, and every measure, by brute force."""

from collections import defaultdict
from dataclasses import replace
from math import log, prod
from typing import Any, NamedTuple

from graphstore.measures import Measure
from tests.graphstore.oracle import Oracle, Roads


class Seen(NamedTuple):
    """An edge as the oracle has it."""

    papers: int
    negated: int
    speculated: int
    first: int | None
    last: int | None
    probability: float | None
    confidence: float


def as_of(oracle: Oracle, year: int) -> Oracle:
    """The papers of the years up to `year`; what retracts them today retracts them there too."""
    then = Oracle()
    for new in oracle.told:
        record = new.relations
        if record and not (record.article.year and record.article.year <= year):
            record = record.model_copy(update={"relations": ()})
        then.told.append(replace(new, relations=record))
    return then


class Sight:
    """A graph whose edges are those that the filters let through. Degrees count all edges today, those that any paper states then."""

    def __init__(self, oracle: Oracle, year: int | None = None, **seeing: Any) -> None:
        graph = (as_of(oracle, year) if year else oracle).graph()
        edges = {key: Seen(*told) for key, told in graph["edges"].items()}
        if year:
            edges = {key: edge for key, edge in edges.items() if edge.papers or edge.negated or edge.speculated}
        self.degree: dict[str, int] = defaultdict(int)
        for key in edges:
            for curie in key.split("|")[::2]:
                self.degree[curie] += 1
        self.kind = {curie: label.partition("|")[0] for curie, (label, _) in graph["entities"].items()}
        self.written = {frozenset(key.split("|")[::2]) for key, edge in edges.items() if edge.papers + edge.negated + edge.speculated}
        self.edges = {key: edge for key, edge in edges.items() if _passes(key, edge, **seeing)}
        self.joined: dict[tuple[str, str], list[Seen]] = defaultdict(list)
        for key, edge in self.edges.items():
            low, _, high = key.split("|")
            self.joined[low, high].append(edge)
            self.joined[high, low].append(edge)
        self.roads = Roads({"entities": {c: ("", n) for c, n in self.degree.items()}, "edges": {}})
        for pair, between in self.joined.items():
            if any(edge.papers for edge in between):
                self.roads.papers[pair] = max(edge.papers for edge in between)
                self.roads.near[pair[0]].add(pair[1])

    def middles(self, a: str, c: str) -> list[str]:
        return sorted(self.roads.near[a] & self.roads.near[c] - {a, c})

    def adds(self, measure: Measure, a: str, b: str, c: str, damping: float | None = None) -> float:
        """What one middle adds, straight from the definitions."""
        first, second = self.joined[a, b], self.joined[b, c]
        least = min(max(e.papers for e in first), max(e.papers for e in second))
        degree = self.degree[b]
        ways = sum(1 for e in first if e.papers) * sum(1 for e in second if e.papers)
        return {
            Measure.DAMPED_PAPERS: least / degree ** (0.5 if damping is None else damping),
            Measure.PATH_COUNT: float(ways),
            Measure.LINKING_TERMS: 1.0,
            Measure.DEGREE_WEIGHTED: ways / (self.degree[a] * degree**2 * self.degree[c]) ** (0.4 if damping is None else damping),
            Measure.ADAMIC_ADAR: 1 / log(degree),
            Measure.AVERAGE_MINIMUM_WEIGHT: float(least),
            Measure.CONFIDENCE_PRODUCT: max(e.confidence for e in first) * max(e.confidence for e in second),
        }[measure]

    def score(self, measure: Measure, a: str, c: str, damping: float | None = None) -> float:
        added = [self.adds(measure, a, b, c, damping) for b in self.middles(a, c)]
        if measure is Measure.CONFIDENCE_PRODUCT:
            return 1 - prod(1 - value for value in added)
        return sum(added) / (len(added) if measure is Measure.AVERAGE_MINIMUM_WEIGHT else 1)

    def open(self, measure: Measure, a: str, damping: float | None = None) -> dict[str, float]:
        ends = {c for c in self.degree if c != a and frozenset((a, c)) not in self.written and self.middles(a, c)}
        return {c: self.score(measure, a, c, damping) for c in ends}

    def closed(self, measure: Measure, a: str, c: str, damping: float | None = None) -> dict[str, float]:
        return {b: self.adds(measure, a, b, c, damping) for b in self.middles(a, c)}


def _passes(
    key: str,
    edge: Seen,
    predicate: str | None = None,
    min_papers: int = 1,
    min_confidence: float = 0.0,
    first: tuple[int | None, int | None] = (None, None),
    last: tuple[int | None, int | None] = (None, None),
) -> bool:
    def inside(year: int | None, years: tuple[int | None, int | None]) -> bool:
        return years == (None, None) or (year is not None and (years[0] or 0) <= year <= (years[1] or 9999))

    named = predicate is None or key.split("|")[1] == predicate
    strong = edge.papers >= min_papers and edge.confidence >= min_confidence
    return named and strong and inside(edge.first, first) and inside(edge.last, last)
