"""A part of the graph as a file for other tools."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import partial

from biorelay.explorer.drawing import Drawing
from graphstore import GraphStore
from graphstore.answers import Edge
from graphstore.contribution import Polarity
from graphstore.exporting import _statement
from graphstore.exports.tables import Csv, cell
from graphstore.steps import Row, Steps, ask
from processors.outputs.kgx import INFORES, biolink_curie, category_of
from processors.records import EntityType

AT_ONCE = 200
"""Edges whose sentences are asked for in one transaction."""
SENTENCES = 10
"""Sentences with each edge, the most probable first."""
COLUMNS = (
    "subject",
    "subject_name",
    "subject_type",
    "predicate",
    "object",
    "object_name",
    "object_type",
    "papers",
    "negated",
    "speculated",
    "confidence",
    "first_year",
    "last_year",
)


class Format(StrEnum):
    """The formats of a download."""

    KGX = "kgx"
    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        return {Format.KGX: "application/json", Format.CSV: "text/csv", Format.JSONL: "application/x-ndjson"}[self]

    @property
    def suffix(self) -> str:
        return {Format.KGX: ".kgx.json", Format.CSV: ".csv", Format.JSONL: ".jsonl"}[self]


async def exported(store: GraphStore, drawing: Drawing, form: Format) -> bytes:
    """The file's bytes. KGX has an edge for each polarity that papers state, with sentences, and no retracted papers."""
    if form is Format.KGX:
        return await _kgx(store, drawing)
    rows = list(_rows(drawing))
    if form is Format.JSONL:
        return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    table = Csv()
    return table.line(COLUMNS) + b"".join(table.line([cell(row[name]) for name in COLUMNS]) for row in rows)


def _rows(drawing: Drawing) -> Iterator[Row]:
    nodes = {node.id: node for node in drawing.nodes}
    for edge in drawing.edges:
        subject, object_ = nodes[edge.subject], nodes[edge.object]
        yield {
            "subject": subject.id,
            "subject_name": subject.name,
            "subject_type": subject.type,
            "predicate": edge.predicate.value,
            "object": object_.id,
            "object_name": object_.name,
            "object_type": object_.type,
            **edge.counts.model_dump(),
            "confidence": edge.confidence,
            "first_year": edge.first_year,
            "last_year": edge.last_year,
        }


async def _kgx(store: GraphStore, drawing: Drawing) -> bytes:
    edges: list[Row] = []
    for start in range(0, len(drawing.edges), AT_ONCE):
        some = drawing.edges[start : start + AT_ONCE]
        edges += await store._run(partial(statements, some, until=drawing.as_of), write=False)
    nodes = [
        {
            "id": biolink_curie(node.id),
            "category": [category_of(node.id, EntityType(node.type)) if node.type else "biolink:NamedThing"],
            "name": node.name,
            "provided_by": [INFORES],
        }
        for node in drawing.nodes
    ]
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False, separators=(",", ":")).encode()


def statements(edges: Sequence[Edge], *, until: int | None = None, sentences: int = SENTENCES) -> Steps[list[Row]]:
    """What the papers of each polarity (up to the year `until`) state of some edges, as KGX edges (`graphstore.exporting`)."""
    told: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in (yield from ask("edge_evidence", keys=[edge.key for edge in edges])):
        if until is None or 0 < row["year"] <= until:
            told[row["key"], row["polarity"]].append(row)
    found = []
    for edge in edges:
        for polarity in Polarity:
            if said := sorted(told[edge.key, polarity], key=lambda one: one["rank"], reverse=True):
                row = _statement(edge.model_dump() | {"weight": 0}, polarity, said, sentences)
                found.append(row | ({"has_confidence_score": edge.confidence} if polarity is Polarity.POSITIVE else {}))
    return found
