"""What the graph must hold, recomputed from the surviving records in plain Python; and its questions answered by brute force."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import sqrt
from typing import Any

from graphstore import Contribution
from graphstore.answers import Snapshot
from processors.records import LinkKind, Relation, Status


class Oracle:
    """The newest contribution of each document; everything else follows from those."""

    def __init__(self) -> None:
        self.newest: dict[str, Contribution] = {}

    def apply(self, batch: Iterable[Contribution]) -> None:
        for new in batch:
            old = self.newest.get(new.document)
            if old is None or newness(new) >= newness(old):
                self.newest[new.document] = new

    def graph(self) -> dict[str, Any]:
        """Articles, entities, edges and evidence of all live documents."""
        live = [c.relations for c in self.newest.values() if c.relations and c.relations.status is Status.OK]
        links = [(r.id, link) for r in live for link in r.article.links]
        retracted = {r.id for r in live if r.article.retracted} | {name for name, link in links if link.kind is LinkKind.RETRACTED_BY}
        retracted |= {link.target for name, link in links if link.kind is LinkKind.RETRACTS and link.target != name}
        papers = defaultdict(lambda: {"positive": set(), "negated": set(), "speculated": set()})
        years, names, best = defaultdict(set), defaultdict(set), defaultdict(list)
        around = defaultdict(set)
        evidence = set()
        for record in live:
            for r in record.relations:
                low, high = sorted((r.subject, r.object), key=lambda end: end.id)
                if low.id == high.id:
                    continue
                key = f"{low.id}|{r.predicate}|{high.id}"
                evidence.add(
                    (
                        record.id,
                        key,
                        polarity(r),
                        r.probability,
                        r.evidence.start,
                        r.negated,
                        r.speculated,
                        str(low),
                        str(high),
                        record.id in retracted,
                    )
                )
                papers[key]
                for end in (low, high):
                    names[end.id].add(f"{end.type}|{end.name}")
                    around[end.id].add(key)
                if record.id not in retracted:
                    papers[key][polarity(r)].add(record.id)
                    years[key] |= {record.article.year} - {None}
                    best[key].append((["negated", "speculated", "positive"].index(polarity(r)), r.probability))
        return {
            "articles": {r.id: (r.article.title, r.article.year, r.id in retracted) for r in live},
            "entities": {curie: (min(labels), len(around[curie])) for curie, labels in names.items()},
            "edges": {
                key: (
                    *(len(found[p]) for p in ("positive", "negated", "speculated")),
                    min(years[key], default=None),
                    max(years[key], default=None),
                    max(best[key], default=(0, None))[1],
                )
                for key, found in papers.items()
            },
            "evidence": sorted((*told[:4], told[-1]) for told in evidence),
            "links": sorted((name, link.kind.value, link.target) for name, link in set(links) if link.target != name),
            "markers": {c.document: newness(c)[:3] for c in self.newest.values()},
        }


def newness(contribution: Contribution) -> tuple[int, int, int, bool]:
    failed = contribution.relations is not None and contribution.relations.status is Status.FAILED
    return (*contribution.revision, contribution.generation, not failed)


def polarity(r: Relation) -> str:
    return "negated" if r.negated else "speculated" if r.speculated else "positive"


def held(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot in the oracle's terms."""
    return {
        "articles": {a.id: (a.title, a.year, a.retracted) for a in snapshot.articles},
        "entities": {e.id: (f"{e.type}|{e.name}", e.degree) for e in snapshot.entities},
        "edges": {
            e.key: (e.counts.papers, e.counts.negated, e.counts.speculated, e.first_year, e.last_year, e.probability)
            for e in snapshot.edges
        },
        "evidence": sorted((e.document, e.key, e.polarity.value, e.probability, e.retracted) for e in snapshot.evidence),
        "links": [(link.source, link.kind.value, link.target) for link in snapshot.links],
        "markers": {m.id: (m.epoch, m.offset, m.generation) for m in snapshot.markers},
    }


class Roads:
    """The oracle's graph as a road map: brute-force answers to the questions."""

    def __init__(self, graph: dict[str, Any]) -> None:
        self.degree = {curie: degree for curie, (_, degree) in graph["entities"].items()}
        self.papers: dict[tuple[str, str], int] = {}
        self.near: dict[str, set[str]] = defaultdict(set)
        self.written: set[tuple[str, str]] = set()
        for key, (papers, negated, speculated, *_) in graph["edges"].items():
            low, _, high = key.split("|")
            for pair in ((low, high), (high, low)):
                if papers:
                    self.papers[pair] = max(papers, self.papers.get(pair, 0))
                    self.near[pair[0]].add(pair[1])
                if papers + negated + speculated:
                    self.written.add(pair)

    def paths(self, a: str, c: str, hops: int, passed: tuple[str, ...] = ()) -> Iterator[tuple[float, tuple[str, ...]]]:
        """Every path of exactly so many steps, with its score."""
        way = (*passed, a)
        if hops == 1:
            if c in self.near[a] and c not in way:
                way = (*way, c)
                damping = 1.0
                for curie in way[1:-1]:
                    damping /= sqrt(self.degree[curie])
                yield min(self.papers[pair] for pair in pairwise(way)) * damping, way
            return
        for b in self.near[a]:
            if b not in way and b != c:
                yield from self.paths(b, c, hops - 1, way)

    def open(self, a: str) -> dict[str, tuple[float, int]]:
        """Everything two steps away that nobody wrote of together with A: the score and the number of links."""
        found = {}
        for c in sorted(self.degree.keys() - {a}):
            ways = list(self.paths(a, c, 2))
            if ways and (a, c) not in self.written:
                found[c] = (sum(score for score, _ in ways), len(ways))
        return found
