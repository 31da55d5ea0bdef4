"""What is exported, page by page: the literature's entities and edges, or an imported graph's, as KGX rows.

An edge of the literature becomes one row for each polarity in which papers state it, so that a negated statement is an edge of its own
with `negated: true`, and no support. Retracted papers are left out.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphstore.confidence import MILLION, confidence, least_weight
from graphstore.contribution import Polarity
from graphstore.outside import PAGE, Source, key_range, unpacked
from graphstore.papers import place
from graphstore.steps import Row, Steps, ask, bounded
from processors.outputs.kgx import INFORES, biolink_curie, category_of
from processors.records import BIOLINK, EntityType, Predicate

EDGES = 5000
"""Edges of the literature on one page. LadybugDB reads its whole table for each, so it is a large one."""
EVIDENCE = 20_000
"""Papers whose sentences are held at once; an edge that has more is asked for by itself."""
DOCUMENTS = 200
"""Documents on one page."""
NODE_COLUMNS = ("id", "category", "name", "provided_by")
EDGE_COLUMNS = (
    "id",
    "category",
    "subject",
    "predicate",
    "object",
    "negated",
    "knowledge_level",
    "agent_type",
    "primary_knowledge_source",
    "publications",
    "supporting_text",
    "has_confidence_score",
    "evidence_count",
    "original_subject",
    "original_predicate",
    "original_object",
    "speculated",
    "first_year",
    "last_year",
)
"""The columns of the literature's rows, in order."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which edges are exported. `min_papers` 0 takes those too that papers only negate or speculate on.

    `type` asks for an end of that type, `min_confidence` (0 to 1) counts as `Edge.confidence`, `linked` leaves out entities that no
    database knows; `sentences` for each row at most, the most probable first, out of all its papers.
    """

    type: EntityType | None = None
    predicate: Predicate | None = None
    min_papers: int = 0
    min_confidence: float = 0.0
    linked: bool = False
    sentences: int = 10

    def asked(self) -> dict[str, Any]:
        """The parameters of the pages' queries. Raises `GraphBadQuery` for what lies outside its bounds."""
        bounded("min_papers", self.min_papers, 0, MILLION)
        bounded("sentences", self.sentences, 0, 1000)
        return {
            "type": self.type.value if self.type else "",
            "predicate": self.predicate.value if self.predicate else "",
            "linked": self.linked,
            "min_papers": self.min_papers,
            "min_weight": least_weight(self.min_confidence) if self.min_confidence else 0,
        }


def entity_page(chosen: Chosen, after: str) -> Steps[tuple[list[Row], str | None]]:
    """The next nodes, and where the page after them begins; None behind the last one."""
    rows = yield from ask("entity_page", after=after, limit=PAGE, **chosen.asked())
    nodes = [
        {
            "id": biolink_curie(row["curie"]),
            "category": [category_of(row["curie"], EntityType(row["type"])) if row["type"] else "biolink:NamedThing"],
            "name": row["name"],
            "provided_by": [INFORES],
        }
        for row in rows
    ]
    return nodes, rows[-1]["curie"] if len(rows) == PAGE else None


def edge_page(chosen: Chosen, after: str) -> Steps[tuple[list[Row], str | None]]:
    """The next edges with their papers and sentences, and where the page after them begins."""
    rows = yield from ask("edge_page", after=after, limit=EDGES, **chosen.asked())
    edges: list[Row] = []
    for some in _by_evidence(rows):
        told: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in (yield from ask("edge_evidence", keys=[row["key"] for row in some])):
            told[row["key"], row["polarity"]].append(row)
        edges += (
            _statement(row, polarity, sorted(told[row["key"], polarity], key=lambda e: e["rank"], reverse=True), chosen.sentences)
            for row in some
            for polarity in Polarity
            if told[row["key"], polarity]
        )
    return edges, rows[-1]["key"] if len(rows) == EDGES else None


def _by_evidence(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Edges in groups whose papers are at most `EVIDENCE`, in order."""
    group: list[Row] = []
    held = 0
    for row in rows:
        papers = row["papers"] + row["negated"] + row["speculated"]
        if group and held + papers > EVIDENCE:
            yield group
            group, held = [], 0
        group.append(row)
        held += papers
    if group:
        yield group


def _statement(edge: Row, polarity: Polarity, evidence: list[Row], sentences: int) -> Row:
    """A row of what the papers of one polarity state of an edge; `evidence` from the most probable down."""
    years = [row["year"] for row in evidence if row["year"]]
    found = {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"{INFORES}|{edge['key']}|{polarity}").urn,
        "category": ["biolink:Association"],
        "subject": biolink_curie(edge["subject"]),
        "predicate": BIOLINK[Predicate(edge["predicate"])],
        "object": biolink_curie(edge["object"]),
        "negated": polarity is Polarity.NEGATED,
        "knowledge_level": "not_provided",  # Biolink: for text-mined edges, whose author may have asserted, predicted or observed
        "agent_type": "text_mining_agent",
        "primary_knowledge_source": INFORES,
        "publications": sorted({biolink_curie(row["document"]) for row in evidence}),
        "supporting_text": list(dict.fromkeys(row["sentence"] for row in evidence))[:sentences],
        "has_confidence_score": confidence(edge["weight"]) if polarity is Polarity.POSITIVE else None,
        "evidence_count": len(evidence),
        "original_subject": edge["subject"],
        "original_predicate": f"biorelay:{edge['predicate']}",
        "original_object": edge["object"],
        "speculated": polarity is Polarity.SPECULATED,
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def concept_page(graph: Source, after: str) -> Steps[tuple[list[Row], str | None]]:
    """The next nodes of an imported graph."""
    rows = yield from ask("concept_page", **(key_range(graph.id) | ({"after": after} if after else {})), limit=PAGE)
    nodes = [
        {"id": biolink_curie(row["curie"]), "category": row["category"].split("|"), "name": row["name"]} | unpacked(row["rest"])
        for row in rows
    ]
    return nodes, rows[-1]["key"] if len(rows) == PAGE else None


def curated_page(graph: Source, after: int) -> Steps[tuple[list[Row], int | None]]:
    """The next edges of an imported graph in the order of its file."""
    rows = yield from outside_rows(graph, after)
    edges = [_curated(graph, row) for row in rows]
    return edges, after + PAGE if after + PAGE < graph.edges else None


def outside_rows(graph: Source, after: int) -> Steps[list[Row]]:
    """The edges that follow in the order of the file, as stored."""
    asked = {"graph": graph.id, "after": after, "upto": after + PAGE}
    rows = (yield from ask("curated_page", **asked)) + (yield from ask("is_a_page", **asked))
    return sorted(rows, key=lambda row: row["place"])


def _curated(graph: Source, row: Row) -> Row:
    name = f"{graph.source}|{row['place']}|{row['subject']}|{row['predicate']}|{row['object']}"
    found = {
        "id": row["id"] or uuid.uuid5(uuid.NAMESPACE_URL, name).urn,
        "category": ["biolink:Association"],
        "subject": biolink_curie(row["subject"]),
        "predicate": row["predicate"],
        "object": biolink_curie(row["object"]),
        "negated": row["negated"],
        "knowledge_level": row["knowledge_level"],
        "agent_type": row["agent_type"],
        "primary_knowledge_source": row["primary_source"],
        "publications": [biolink_curie(p) if ":" in p else p for p in row["publications"].split("|") if p],
    }
    return {key: value for key, value in found.items() if value != []} | unpacked(row["rest"])


def document_page(after: str) -> Steps[tuple[list[tuple[Row, list[Row]]], str | None]]:
    """The next articles with what each states, in the order of its text; those that state nothing are left out."""
    articles = yield from ask("article_page", after=after, limit=DOCUMENTS)
    told: dict[str, list[Row]] = defaultdict(list)
    for row in (yield from ask("paper_evidence", ids=[article["id"] for article in articles])):
        told[row["document"]].append(row)
    for rows in told.values():
        rows.sort(key=place)
    page = [(article, told[article["id"]]) for article in articles if told[article["id"]]]
    return page, articles[-1]["id"] if len(articles) == DOCUMENTS else None
