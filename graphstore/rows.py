"""Answers out of the rows that queries return."""

from collections.abc import Sequence
from typing import Any

from graphstore.answers import Edge, Entity, Sentence
from graphstore.confidence import confidence
from graphstore.contribution import Polarity
from graphstore.steps import Row
from processors.records import Counts, Cue, CueKind, Predicate, Span


def entity_of(row: Row) -> Entity:
    """An entity from a query's row."""
    return Entity(id=row["curie"], name=row["name"], type=row["type"], degree=row["degree"])


def edge_of(row: Row) -> Edge:
    """An edge from a query's row."""
    best = row["best"].split("|")
    return Edge(
        key=row["key"],
        subject=row["subject"],
        predicate=Predicate(row["predicate"]),
        object=row["object"],
        counts=Counts(papers=row["papers"], negated=row["negated"], speculated=row["speculated"]),
        confidence=confidence(row["weight"]),
        first_year=row["first_year"] or None,
        last_year=row["last_year"] or None,
        probability=float(best[1]) if len(best) == 3 else None,
    )


def sentence_of(row: Row, retracted_by: Sequence[str] = ()) -> Sentence:
    """A sentence from a query's row; what retracts its paper is asked for apart."""

    def judgement(value: int) -> bool | None:
        return None if value < 0 else bool(value)

    def span(name: str) -> Span:
        return Span(start=row[f"{name}_start"], end=row[f"{name}_end"])

    fields: dict[str, Any] = {name: row[name] for name in ("id", "document", "title", "predicate", "probability", "model", "retracted")}
    return Sentence(
        **fields,
        year=row["year"] or None,
        text=row["sentence"],
        span=span("sentence"),
        subject=span("subject"),
        object=span("object"),
        polarity=Polarity(row["polarity"]),
        negated=judgement(row["negated"]),
        speculated=judgement(row["speculated"]),
        vocabulary=row["vocabulary"] or None,
        section=row["section"] or None,
        novel=row["novel"] if row["novel"] >= 0 else None,
        cues=tuple(map(_cue, (row["cues"] or "").split())),
        retracted_by=tuple(retracted_by),
    )


def _cue(told: str) -> Cue:
    kind, start, end = told.split(":")
    return Cue(kind=CueKind(kind), start=int(start), end=int(end))
