"""Imported graphs: what other databases say, beside the literature and never counted as it.

Each import is a graph of its own: `source@generation`, with concepts and edges that no other graph shares, so that it can go
as it came, and neither it nor a document's contribution can touch the other. A question sees the generation that was read to
its end; a newer one takes its place in one transaction, and the older one is then swept away. Each batch moves its graph's
marker in its own transaction, so that an import that was cut off goes on where it stopped.
"""

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from graphstore.contribution import SEARCHED
from graphstore.errors import GraphBadImport, GraphBusyImport
from graphstore.hierarchy import COMPLETE
from graphstore.steps import Row, Steps, ask
from processors.records import Part

SUBCLASS = "biolink:subclass_of"
RELATED = "biolink:related_to"
PAGE = 20_000
"""Edges and concepts that one transaction reads or removes."""
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Stage(StrEnum):
    """How far an imported graph is. Questions see complete ones only."""

    LOADING = "loading"
    COMPLETE = COMPLETE
    LEAVING = "leaving"


class Source(Part):
    """An imported graph. `nodes` and `edges` are those read from its files; `skipped` edges among them had an end that no file names."""

    id: str
    source: str
    generation: int
    state: Stage
    fingerprint: str
    nodes: int
    edges: int
    skipped: int


class OutsideNode(NamedTuple):
    """A concept as a file has it, its CURIE in our prefixes. `rest`: further columns, by name."""

    curie: str
    name: str
    category: str  # Biolink's; the most specific first, apart by |
    rest: dict[str, Any]


class OutsideEdge(NamedTuple):
    """An edge as a file has it. `predicate` is Biolink's; `file` and `line` say where it stands, for messages."""

    subject: str
    predicate: str
    object: str
    negated: bool
    primary_source: str
    knowledge_level: str
    agent_type: str
    publications: tuple[str, ...]
    id: str
    rest: dict[str, Any]
    file: str = ""
    line: int = 0


class Dangling(NamedTuple):
    """An edge of which an end is no node of its graph."""

    edge: OutsideEdge
    missing: str


def checked_source(name: str) -> str:
    """The name itself. Raises `GraphBadImport` where it cannot name a source."""
    if not _SOURCE.fullmatch(name):
        raise GraphBadImport(f"{name!r} cannot name a source", remedy="Use up to 64 letters, digits, dots, dashes and underscores.")
    return name


def sources() -> Steps[list[Source]]:
    """All imported graphs, also those that are still being read or on their way out; by source and generation."""
    rows = yield from ask("outside_graphs")
    found = [Source(**{name: row[name] for name in Source.model_fields}) for row in rows]
    return sorted(found, key=lambda graph: (graph.source, graph.generation))


def begin(source: str, fingerprint: str) -> Steps[Source]:
    """The source's graph where it is of the same files already; the one that an import of them left unfinished; or a new one.

    Unfinished ones of other files are given up.
    """
    checked_source(source)
    own = [graph for graph in (yield from sources()) if graph.source == source]
    for graph in own:
        if graph.state is Stage.COMPLETE and graph.fingerprint == fingerprint:
            return graph
    unfinished = [graph for graph in own if graph.state is Stage.LOADING]
    for graph in reversed(unfinished):
        if graph.fingerprint == fingerprint:
            return graph
    yield from ask("set_outside_state", ids=[graph.id for graph in unfinished], state=Stage.LEAVING.value)
    generation = max((graph.generation for graph in own), default=0) + 1
    new = Source(
        id=f"{source}@{generation}",
        source=source,
        generation=generation,
        state=Stage.LOADING,
        fingerprint=fingerprint,
        nodes=0,
        edges=0,
        skipped=0,
    )
    yield from ask("create_outside", rows=[new.model_dump(mode="json", exclude={"nodes", "edges", "skipped"})])
    return new


def write_nodes(graph: Source, batch: Sequence[OutsideNode]) -> Steps[Source]:
    """Write the next nodes; the first word on a concept stands. Returns the graph with its marker moved on.

    Raises `GraphBusyImport` where another import moved it.
    """
    yield from _advance(graph, nodes=len(batch))
    first: dict[str, Row] = {}
    for node in batch:  # one row for each key: LadybugDB leaves nulls where a batch names a key twice
        row = {
            "key": f"{graph.id}|{node.curie}",
            "graph": graph.id,
            "curie": node.curie,
            "name": node.name,
            "search": node.name.casefold()[:SEARCHED],
            "category": node.category,
            "rest": _packed(node.rest),
        }
        first.setdefault(row["key"], row)
    there = {row["key"] for row in (yield from ask("concepts_there", keys=sorted(first)))}
    yield from ask("create_concepts", rows=[first[key] for key in sorted(first.keys() - there)])
    return graph.model_copy(update={"nodes": graph.nodes + len(batch)})


def write_edges(graph: Source, batch: Sequence[OutsideEdge], *, skip: bool) -> Steps[Source | Dangling]:
    """Write the next edges. Where an end is missing: pass over the edge if `skip`, else write nothing and return the first such."""
    keys = sorted({f"{graph.id}|{curie}" for edge in batch for curie in (edge.subject, edge.object)})
    there = {row["curie"] for row in (yield from ask("concepts_there", keys=keys))}
    wanted = []
    for place, edge in enumerate(batch, start=graph.edges + 1):
        missing = next((curie for curie in (edge.subject, edge.object) if curie not in there), None)
        if missing is None:
            wanted.append((edge.predicate == SUBCLASS, _edge_row(graph, place, edge)))
        elif not skip:
            return Dangling(edge, missing)
    skipped = len(batch) - len(wanted)
    yield from _advance(graph, edges=len(batch), skipped=skipped)
    yield from ask("create_curated", rows=[row for is_a, row in wanted if not is_a])
    yield from ask("create_is_a", rows=[row for is_a, row in wanted if is_a])
    return graph.model_copy(update={"edges": graph.edges + len(batch), "skipped": graph.skipped + skipped})


def _advance(graph: Source, *, nodes: int = 0, edges: int = 0, skipped: int = 0) -> Steps[None]:
    rows = yield from ask(
        "advance_outside", id=graph.id, nodes=graph.nodes, edges=graph.edges, more_nodes=nodes, more_edges=edges, more_skipped=skipped
    )
    if not rows:
        raise GraphBusyImport(f"another import of {graph.source} is at work", remedy="Wait for it, or stop it; then import again.")


def finish(graph: Source) -> Steps[None]:
    """Let questions see the graph, and no older one of its source any more: one transaction, so they never see both or none.

    Raises `GraphBusyImport` where another import has given it up meanwhile.
    """
    yield from _advance(graph)
    older = [g.id for g in (yield from sources()) if g.source == graph.source and g.id != graph.id]
    yield from ask("set_outside_state", ids=older, state=Stage.LEAVING.value)
    yield from ask("set_outside_state", ids=[graph.id], state=Stage.COMPLETE.value)


def retire(source: str) -> Steps[int]:
    """Hide every graph of the source; `sweep` then removes them. Returns how many there are."""
    own = [graph.id for graph in (yield from sources()) if graph.source == source]
    yield from ask("set_outside_state", ids=own, state=Stage.LEAVING.value)
    return len(own)


def abandon(graph: Source) -> Steps[None]:
    """Hide one graph, such as one whose file turned out bad; `sweep` then removes it."""
    yield from ask("set_outside_state", ids=[graph.id], state=Stage.LEAVING.value)


def leaving() -> Steps[list[Source]]:
    """The graphs that a sweep has to remove."""
    return [graph for graph in (yield from sources()) if graph.state is Stage.LEAVING]


def sweep_edges(graph: Source, after: int) -> Steps[None]:
    """Remove one page of a leaving graph's edges."""
    yield from ask("drop_curated", graph=graph.id, after=after, upto=after + PAGE)
    yield from ask("drop_is_a", graph=graph.id, after=after, upto=after + PAGE)


def sweep_concepts(graph: Source) -> Steps[int]:
    """Remove one page of a leaving graph's concepts, and its marker where none is left. Returns how many went."""
    rows = yield from ask("drop_concepts", **key_range(graph.id), limit=PAGE)
    gone = int(rows[0]["gone"]) if rows else 0
    if not gone:
        yield from ask("drop_outside", ids=[graph.id])
    return gone


def key_range(graph: str) -> dict[str, str]:
    """The bounds of a graph's concept keys, as text."""
    return {"after": f"{graph}|", "before": f"{graph}}}"}  # } follows | in ASCII


def _edge_row(graph: Source, place: int, edge: OutsideEdge) -> Row:
    return {
        "graph": graph.id,
        "place": place,
        "subject": f"{graph.id}|{edge.subject}",
        "object": f"{graph.id}|{edge.object}",
        "id": edge.id,
        "predicate": edge.predicate,
        "negated": edge.negated,
        "primary_source": edge.primary_source,
        "knowledge_level": edge.knowledge_level,
        "agent_type": edge.agent_type,
        "publications": "|".join(edge.publications),
        "rest": _packed(edge.rest),
    }


def _packed(rest: dict[str, Any]) -> str:
    return json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else ""


def unpacked(rest: str) -> dict[str, Any]:
    """The further columns of a node or an edge."""
    return json.loads(rest) if rest else {}
