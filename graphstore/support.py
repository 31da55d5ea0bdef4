"""How well edges are supported: what papers both state and deny, and how an edge's confidence comes about."""

from graphstore.answers import Edge, Entity, Sentence
from graphstore.confidence import COUNTED, MILLION, noisy_or, share
from graphstore.contribution import evidence_of
from graphstore.questions import known
from graphstore.rows import edge_of, entity_of, sentence_of
from graphstore.steps import Steps, ask, bounded
from processors.records import EntityType, Part, Predicate

SEVERAL = 100
"""Edges between two entities: one for each predicate and direction, so there are never so many."""


class Disputed(Part):
    """An edge that papers both state and deny, with the best sentence of either side."""

    subject: Entity
    object: Entity
    edge: Edge
    stated: Sentence | None
    denied: Sentence | None


class Share(Part):
    """What one paper adds: `share` is -ln(1 - probability) in millionths, of its most probable positive evidence."""

    document: str
    title: str
    year: int | None
    probability: float
    share: int


class Reckoning(Part):
    """An edge's confidence spelled out. `weight` is the sum of all shares; `papers` are the largest, `others` the sum of the rest.

    `noisy_or` = 1 - exp(-weight / 1e6), and `edge.confidence` = 1 - exp(-counted * weight / 1e6). Papers that deny the edge or
    only suppose it are in `edge.counts` and change neither.
    """

    edge: Edge
    papers: tuple[Share, ...]
    others: int
    weight: int
    noisy_or: float
    counted: float


def contradicted(
    curie: str | None,
    *,
    type: EntityType | None,  # noqa: A002
    predicate: Predicate | None,
    min_papers: int,
    min_negated: int,
    limit: int,
) -> Steps[list[Disputed]]:
    """Edges with papers on both sides, by the papers of the weaker side, then by all of them."""
    bounded("limit", limit, 1, 200)
    bounded("min_papers", min_papers, 1, MILLION)
    bounded("min_negated", min_negated, 1, MILLION)
    wanted = {
        "type": type or "",
        "predicate": predicate or "",
        "min_papers": min_papers,
        "min_negated": min_negated,
        "least": min(min_papers, min_negated),
        "limit": limit,
    }
    if curie is None:
        rows = yield from ask("contradicted", **wanted)
    else:
        yield from known(curie)
        rows = yield from ask("contradicted_of", curie=curie, **wanted)
    curies = sorted({row[end] for row in rows for end in ("subject", "object")})
    entities = {row["curie"]: entity_of(row) for row in (yield from ask("entities", curies=curies))}
    best = {row["key"]: evidence_of(row["best"]) for row in rows}
    denials = yield from ask("denials", keys=sorted(best))
    worst = {row["key"]: evidence_of(row["rank"]) for row in denials}
    found = yield from ask("sentences", ids=sorted({*best.values(), *worst.values()}))
    sentences = {row["id"]: sentence_of(row) for row in found}
    return [
        Disputed(
            subject=entities[row["subject"]],
            object=entities[row["object"]],
            edge=edge_of(row),
            stated=sentences.get(best[row["key"]]),
            denied=sentences.get(worst.get(row["key"], "")),
        )
        for row in rows
    ]


def reckonings(a: str, c: str, predicate: Predicate | None, *, limit: int) -> Steps[list[Reckoning]]:
    """How the confidence of each edge between the two comes about; the most papers first."""
    bounded("limit", limit, 1, 1000)
    yield from known(a, c)
    rows = yield from ask("joining", a=a, c=c, predicate=predicate or "", limit=SEVERAL)
    found = []
    for row in rows:
        shares = yield from ask("shares", keys=[row["key"]], limit=limit)
        papers = tuple(
            Share(
                document=one["document"],
                title=one["title"],
                year=one["year"] or None,
                probability=one["probability"],
                share=share(one["probability"]),
            )
            for one in shares
        )
        weight = row["weight"]
        found.append(
            Reckoning(
                edge=edge_of(row),
                papers=papers,
                others=weight - sum(paper.share for paper in papers),
                weight=weight,
                noisy_or=noisy_or(weight),
                counted=COUNTED,
            )
        )
    return found
