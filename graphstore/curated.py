"""What imported graphs say of a concept, each edge marked by its source. No paper of the literature's graph is counted here."""

from graphstore.errors import GraphBadQuery, GraphUnknownSource
from graphstore.hierarchy import COMPLETE, concept_keys, graphs
from graphstore.outside import Source, sources
from graphstore.steps import Row, Steps, a_curie, ask, bounded
from processors.records import Part


class Concept(Part):
    """A node of an imported graph. `category` is Biolink's."""

    id: str
    name: str
    category: str
    source: str


class Curated(Part):
    """An edge of an imported graph. `source` is the name it was imported by, `primary_source` who said it first, as the file has it.

    `publications` are what the source cites for it; none of them is evidence of ours.
    """

    source: str
    subject: Concept
    predicate: str
    object: Concept
    negated: bool
    primary_source: str
    knowledge_level: str
    agent_type: str
    publications: tuple[str, ...]
    id: str


def find(text: str, *, limit: int) -> Steps[list[Concept]]:
    """The concepts of this CURIE, or whose name is or contains the text, whole names first; one for each graph that has it."""
    bounded("limit", limit, 1, 1000)
    wanted = text.strip()
    if not wanted:
        raise GraphBadQuery("an empty text names no concept")
    within = yield from graphs()
    rows = yield from ask("concepts_there", keys=concept_keys(within, [wanted]))
    if not rows:
        rows = yield from ask("find_concepts", text=wanted.casefold(), graphs=within, limit=limit)
    return [_concept(row["curie"], row["name"], row["category"], _source(row["key"].partition("|")[0])) for row in rows]


def of(curie: str, *, source: str | None, predicate: str | None, limit: int) -> Steps[list[Curated]]:
    """The edges at a concept, by source: those that it is the subject of first, then by predicate and by the other end's name."""
    bounded("limit", limit, 1, 1000)
    rows: list[Row] = []
    for key in (yield from _keys(source, curie)):
        asked = {"key": key, "predicate": predicate or ""}
        rows += yield from ask("curated_of", limit=limit, **asked)
        rows += yield from ask("curated_to", limit=limit, **asked)
    return [_curated(row) for row in rows[:limit]]


def between(a: str, c: str, *, source: str | None, predicate: str | None, limit: int) -> Steps[list[Curated]]:
    """The edges between two concepts, in either direction, by source."""
    bounded("limit", limit, 1, 1000)
    rows: list[Row] = []
    for left, right in zip((yield from _keys(source, a)), (yield from _keys(source, c)), strict=True):
        asked = {"predicate": predicate or "", "limit": limit}
        rows += yield from ask("curated_between", left=left, right=right, **asked)
        if left != right:
            rows += yield from ask("curated_between", left=right, right=left, **asked)
    return [_curated(row) for row in rows[:limit]]


def graphs_of(source: str | None) -> Steps[list[str]]:
    """The ids of the complete graphs of a source, or of all. Raises `GraphUnknownSource` where there is none of that name."""
    if source is None:
        return (yield from graphs())
    known = [graph for graph in (yield from sources()) if graph.state == COMPLETE]
    found = [graph.id for graph in known if graph.source == source]
    if not found:
        names = ", ".join(sorted(graph.source for graph in known))
        raise GraphUnknownSource(
            f"nothing was imported as {source!r}",
            remedy=f"There is {names}." if names else "Import one first: biorelay graph import NODES EDGES --source NAME.",
        )
    return found


def complete_graph(source: str) -> Steps[Source]:
    """The graph of this source that questions see. Raises `GraphUnknownSource`."""
    (id_,) = yield from graphs_of(source)
    return next(graph for graph in (yield from sources()) if graph.id == id_)


def _keys(source: str | None, curie: str) -> Steps[list[str]]:
    a_curie(curie)
    return concept_keys((yield from graphs_of(source)), [curie])


def _curated(row: Row) -> Curated:
    source = _source(row["graph"])
    ends = (_concept(row[end], row[f"{end}_name"], row[f"{end}_category"], source) for end in ("subject", "object"))
    return curated(row, source, *ends)


def curated(row: Row, source: str, subject: Concept, object_: Concept) -> Curated:
    """An edge of an imported graph from a query's row, and its ends."""
    return Curated(
        source=source,
        subject=subject,
        predicate=row["predicate"],
        object=object_,
        negated=row["negated"],
        primary_source=row["primary_source"],
        knowledge_level=row["knowledge_level"],
        agent_type=row["agent_type"],
        publications=tuple(row["publications"].split("|")) if row["publications"] else (),
        id=row["id"],
    )


def _concept(curie: str, name: str, category: str, source: str) -> Concept:
    return Concept(id=curie, name=name, category=category, source=source)


def _source(graph: str) -> str:
    return graph.rpartition("@")[0]
