"""What a fresh load of the surviving documents must give, counted in plain Python from the records alone."""

from collections.abc import Iterable
from math import log
from typing import Any

from graphstore import Contribution
from graphstore.confidence import confidence
from processors.records import LinkKind, Relation, Status

POLARITIES = ("negated", "speculated", "positive")


def surviving(told: Iterable[Contribution]) -> list[Contribution]:
    """The newest contribution of each document; of equally new ones the last."""
    newest: dict[str, Contribution] = {}
    for c in told:
        if c.document not in newest or newness(c) >= newness(newest[c.document]):
            newest[c.document] = c
    return list(newest.values())


def fresh_load(survivors: Iterable[Contribution]) -> dict[str, Any]:
    live = {c.document: c.relations for c in survivors if c.relations and c.relations.status is Status.OK}
    links = [(r.id, link.kind, link.target) for r in live.values() for link in r.article.links]
    gone = {r.id for r in live.values() if r.article.retracted} | {a for a, kind, _ in links if kind is LinkKind.RETRACTED_BY}
    gone |= {b for a, kind, b in links if kind is LinkKind.RETRACTS and b != a}
    said = {(key(x), r.id, polarity(x), x.probability, *rest(x)) for r in live.values() for x in r.relations if x.subject.id != x.object.id}
    edges, names = {}, {}
    for edge in {s[0] for s in said}:
        counted = [s for s in said if s[0] == edge and s[1] not in gone]
        negated, speculated, positive = ({s[1] for s in counted if s[2] == p} for p in POLARITIES)
        years = {live[s[1]].article.year for s in counted} - {None}
        best = max(((POLARITIES.index(s[2]), s[3]) for s in counted), default=(0, None))[1]
        surest = [max(s[3] for s in counted if s[1:3] == (d, "positive")) for d in positive]
        sure = confidence(sum(round(-1e6 * log(1 - min(p, 0.999))) for p in surest))
        edges[edge] = (len(positive), len(negated), len(speculated), min(years, default=None), max(years, default=None), best, sure)
        for place, curie in ((0, edge.split("|")[0]), (1, edge.split("|")[2])):
            names.setdefault(curie, []).append((min(s[4 + place] for s in said if s[0] == edge), edge))
    return {
        "articles": {r.id: (r.article.title, r.article.year, r.id in gone) for r in live.values()},
        "entities": {curie: (min(label for label, _ in of), len(of)) for curie, of in names.items()},
        "edges": edges,
        "evidence": sorted((s[1], s[0], s[2], s[3], s[1] in gone) for s in said),
        "links": sorted({(a, kind.value, b) for a, kind, b in links if a != b}),
        "markers": {c.document: newness(c)[:3] for c in survivors},
    }


def newness(contribution: Contribution) -> tuple[int, int, int, bool]:
    failed = contribution.relations is not None and contribution.relations.status is Status.FAILED
    return (*contribution.revision, contribution.generation, not failed)


def polarity(r: Relation) -> str:
    return "negated" if r.negated else "speculated" if r.speculated else "positive"


def key(r: Relation) -> str:
    low, high = sorted((r.subject.id, r.object.id))
    return f"{low}|{r.predicate}|{high}"


def rest(r: Relation) -> tuple[Any, ...]:
    """What else makes two evidences of an edge different: the names of its ends in the edge's order, and all that is said of it."""
    low, high = sorted((r.subject, r.object), key=lambda end: end.id)
    return f"{low.type}|{low.name}", f"{high.type}|{high.name}", r.negated, r.speculated, r.evidence.model_dump_json()
