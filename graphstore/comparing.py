"""What an imported graph and the literature say of the same entities: both, or only one of the two.

Edges are counted a page at a time, each in a transaction of its own, over those whose two ends both graphs know. The counts of
a graph that is written meanwhile are those of no single moment. Negated edges of the import and what no paper states positively
do not take part.
"""

from collections.abc import Iterable
from heapq import nlargest
from typing import NamedTuple

from graphstore.answers import Entity
from graphstore.curated import Concept, Curated, curated
from graphstore.exporting import EDGES, outside_rows
from graphstore.outside import PAGE, SUBCLASS, Source
from graphstore.rows import entity_of
from graphstore.steps import Row, Steps, ask
from processors.records import Part, Predicate


class Stated(Part):
    """An edge of the literature, as a comparison shows it."""

    subject: Entity
    predicate: Predicate
    object: Entity
    papers: int


class Comparison(Part):
    """How a source and the literature overlap.

    `outside` counts the source's edges between two entities that the literature knows: `outside_agreed` of them join a pair that some
    paper relates positively too, in whatever way. `literature` counts the literature's edges between two concepts of the source.
    `only_outside` and `only_literature` are some of the rest: those with the most publications, and with the most papers.
    `read` are the source's edges that were looked at, out of `edges`; fewer where the comparison was bounded.
    """

    source: str
    edges: int
    read: int
    outside: int
    outside_agreed: int
    literature: int
    literature_agreed: int
    literature_read: int
    bounded: bool
    only_outside: tuple[Curated, ...]
    only_literature: tuple[Stated, ...]


class Half(NamedTuple):
    """A page's share: edges whose ends both know, those that both state, and the others."""

    known: int
    agreed: int
    others: list[Row]
    read: int


def outside_half(graph: Source, after: int, predicate: str) -> Steps[tuple[Half, int | None]]:
    """One page of the source's edges, against the literature."""
    rows = [
        row
        for row in (yield from outside_rows(graph, after))
        if row["predicate"] != SUBCLASS and not row["negated"] and (not predicate or row["predicate"] == predicate)
    ]
    curies = sorted({curie for row in rows for curie in (row["subject"], row["object"])})
    there = {row["curie"] for row in (yield from ask("entities", curies=curies))}
    known = [row for row in rows if row["subject"] in there and row["object"] in there and row["subject"] != row["object"]]
    pairs = sorted({(row["subject"], row["object"]) for row in known})
    found = yield from ask("stated_pairs", pairs=_asked(pairs))
    stated = {(row["left"], row["right"]) for row in found if row["papers"] > 0}
    others = [row for row in known if (row["subject"], row["object"]) not in stated]
    step = after + PAGE if after + PAGE < graph.edges else None
    return Half(len(known), len(known) - len(others), others, min(PAGE, graph.edges - after)), step


def literature_half(graph: Source, after: str, predicate: str) -> Steps[tuple[Half, str | None]]:
    """One page of the literature's edges, against the source."""
    asked = {"type": "", "linked": True, "predicate": predicate, "min_papers": 1, "min_weight": 0}
    rows = yield from ask("edge_page", after=after, limit=EDGES, **asked)
    keys = {curie: f"{graph.id}|{curie}" for row in rows for curie in (row["subject"], row["object"])}
    there = {row["curie"] for row in (yield from ask("concepts_there", keys=sorted(keys.values())))}
    known = [row for row in rows if row["subject"] in there and row["object"] in there]
    found = yield from ask("curated_pairs", pairs=_asked(sorted({(keys[row["subject"]], keys[row["object"]]) for row in known})))
    stated = {(row["left"], row["right"]) for row in found}
    others = [row for row in known if (keys[row["subject"]], keys[row["object"]]) not in stated]
    step = rows[-1]["key"] if len(rows) == EDGES else None
    return Half(len(known), len(known) - len(others), others, len(rows)), step


def papers_of_pairs(pairs: Iterable[tuple[str, str]]) -> Steps[dict[tuple[str, str], int]]:
    """By pair of entities: the most papers of any relation between the two; pairs without any are left out."""
    wanted = sorted(set(pairs))
    rows = yield from ask("stated_pairs", pairs=_asked(wanted))
    found = {(row["left"], row["right"]): row["papers"] for row in rows if row["papers"] > 0}
    return {pair: found[pair] for pair in wanted if pair in found}


def _asked(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"left": left, "right": right} for left, right in pairs]


def most_cited(rows: list[Row], limit: int) -> list[Row]:
    """The rows with the most publications, then by their places."""
    return nlargest(limit, rows, key=lambda row: (len(row["publications"].split("|")) if row["publications"] else 0, -row["place"]))


def most_stated(rows: list[Row], limit: int) -> list[Row]:
    """The rows with the most papers."""
    return sorted(rows, key=lambda row: (-row["papers"], row["key"]))[:limit]


def shown_outside(graph: Source, rows: list[Row]) -> Steps[list[Curated]]:
    """Rows of the source as answers."""
    wanted = sorted({f"{graph.id}|{curie}" for row in rows for curie in (row["subject"], row["object"])})
    concepts = {
        row["curie"]: Concept(id=row["curie"], name=row["name"], category=row["category"], source=graph.source)
        for row in (yield from ask("concepts_there", keys=wanted))
    }
    return [curated(row, graph.source, concepts[row["subject"]], concepts[row["object"]]) for row in rows]


def shown_literature(rows: list[Row]) -> Steps[list[Stated]]:
    """Rows of the literature as answers."""
    wanted = sorted({curie for row in rows for curie in (row["subject"], row["object"])})
    found = yield from ask("entities", curies=wanted)
    entities = {row["curie"]: entity_of(row) for row in found}
    return [
        Stated(
            subject=entities[row["subject"]], predicate=Predicate(row["predicate"]), object=entities[row["object"]], papers=row["papers"]
        )
        for row in rows
        if row["subject"] in entities and row["object"] in entities
    ]
