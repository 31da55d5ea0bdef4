"""A graph into files: each written beside its place and put there when it is whole."""

import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from graphstore.exporting import EDGE_COLUMNS, NODE_COLUMNS, Chosen
from graphstore.exports import EDGES, NODES, Export
from graphstore.outside import Source
from graphstore.steps import Row
from graphstore.store import GraphStore

PART = ".part"
GZ = ".gz"


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote."""

    files: tuple[Path, ...]
    nodes: int
    edges: int


def places(export: Export, out: Path) -> dict[str, Path]:
    """Where the parts of an export go: `OUT_nodes.csv` and `OUT_edges.csv`, or `OUT.graphml`; gzip where OUT ends in .gz."""
    packed = out.suffix == GZ
    base = out.with_suffix("") if packed else out
    base = base.with_suffix("") if base.suffix == export.suffix else base
    ending = export.suffix + (GZ if packed else "")
    return {part: base.with_name(f"{base.name}_{part}{ending}" if part else f"{base.name}{ending}") for part in export.files}


async def export_graph(
    store: GraphStore, export: Export, out: Path, *, chosen: Chosen, source: Source | None, advance: Callable[[int], None]
) -> Written:
    """Write the literature's chosen edges, or all of an imported graph, with the nodes at their ends.

    `advance` is told how many edges are written. A file appears only when it is whole; where writing fails nothing does.
    """
    found = places(export, out)
    nodes = edges = 0
    with ExitStack() as stack:
        sinks = {part: stack.enter_context(whole(place)) for part, place in found.items()}
        node_sink, edge_sink = sinks.get(NODES) or sinks[""], sinks.get(EDGES) or sinks[""]
        node_columns, edge_columns = await _columns(store, source) if export.columns else ((), ())
        for part, head in export.begin(node_columns, edge_columns).items():
            sinks[part].write(head)
        async for rows in store.concept_pages(source) if source else store.node_pages(chosen):
            node_sink.write(b"".join(map(export.node, rows)))
            nodes += len(rows)
        async for rows in store.curated_pages(source) if source else store.edge_pages(chosen):
            edge_sink.write(b"".join(map(export.edge, rows)))
            edges += len(rows)
            advance(edges)
        edge_sink.write(export.end())
    return Written(tuple(found.values()), nodes, edges)


async def _columns(store: GraphStore, source: Source | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of nodes and edges; those of an imported graph are told by reading it once."""
    if source is None:
        return NODE_COLUMNS, EDGE_COLUMNS
    return await _met(store.concept_pages(source)), await _met(store.curated_pages(source))


async def _met(pages: AsyncIterator[list[Row]]) -> tuple[str, ...]:
    columns: dict[str, None] = {}
    async for rows in pages:
        for row in rows:
            columns |= dict.fromkeys(row)
    return tuple(columns)


@contextmanager
def whole(place: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes its place when the block ends well, and leaves nothing where it does not."""
    part = place.with_name(place.name + PART)
    try:
        with part.open("wb") as raw:
            if place.suffix == GZ:
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield raw
        part.replace(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
