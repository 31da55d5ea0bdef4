"""What every store does with imported graphs: read them in, let them go, and ask them. A part of `GraphStore`."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from graphstore import curated, hierarchy, outside
from graphstore.curated import Concept, Curated
from graphstore.errors import GraphBadImport
from graphstore.outside import Dangling, OutsideEdge, OutsideNode, Source
from graphstore.steps import Runner, T
from models.runtime.errors import BiorelayError

BATCH = 2000
"""Nodes or edges that one transaction of an import writes."""


class OutsideGraphs(Runner):
    """The questions and the writing of imported graphs, the same for every engine."""

    async def import_graph(
        self,
        source: str,
        nodes: Iterable[OutsideNode],
        edges: Iterable[OutsideEdge],
        *,
        fingerprint: str,
        skip_dangling: bool = False,
        advance: Callable[[int], None] = lambda _: None,
    ) -> Source:
        """Read a graph in; it takes the place of the source's older one at the end, in one step.

        Where the source's graph is of the same files (by `fingerprint`) already, nothing is done. An import of them that was cut off
        goes on where it stopped; they must give the same nodes and edges in the same order. `advance` is told how many of both are
        written. Where the files turn out bad, nothing of them stays: raises `GraphBadImport`, also for an edge of which no node
        stands at an end, unless `skip_dangling`. Raises `GraphBusyImport` where another import of the source is at work.
        """
        graph = await self._run(lambda: outside.begin(source, fingerprint), write=True)
        await self.sweep()
        if graph.state is outside.Stage.COMPLETE:
            return graph
        try:
            graph = await self._read_in(graph, nodes, edges, skip_dangling, advance)
        except BiorelayError as error:
            if isinstance(error, GraphBadImport):
                await self._run(lambda: outside.abandon(graph), write=True)
                await self.sweep()
            raise
        await self._run(lambda: outside.finish(graph), write=True)
        await self.sweep()
        return graph.model_copy(update={"state": outside.Stage.COMPLETE})

    async def _read_in(
        self,
        graph: Source,
        nodes: Iterable[OutsideNode],
        edges: Iterable[OutsideEdge],
        skip_dangling: bool,
        advance: Callable[[int], None],
    ) -> Source:
        for some in _batches(islice(nodes, graph.nodes, None)):
            graph = await self._run(lambda g=graph, b=some: outside.write_nodes(g, b), write=True)  # type: ignore[misc]
            advance(graph.nodes + graph.edges)
        for linked in _batches(islice(edges, graph.edges, None)):
            done = await self._run(lambda g=graph, b=linked: outside.write_edges(g, b, skip=skip_dangling), write=True)  # type: ignore[misc]
            if isinstance(done, Dangling):
                where = f", line {done.edge.line}" if done.edge.line else ""
                raise GraphBadImport(
                    f"{done.edge.file}{where}: no node is called {done.missing}",
                    remedy="Add the node to the nodes' file, or pass over such edges with --skip-dangling.",
                )
            graph = done
            advance(graph.nodes + graph.edges)
        if graph.edges == graph.skipped:
            raise GraphBadImport(
                f"the files of {graph.source} hold no edge whose ends are both there", remedy="Name a file of nodes and a file of edges."
            )
        return graph

    async def remove_source(self, source: str) -> int:
        """Remove all that was imported as this source; returns how many graphs that were. At once for questions, then page by page."""
        count = await self._run(lambda: outside.retire(source), write=True)
        await self.sweep()
        return count

    async def sweep(self) -> None:
        """Remove what imports have left behind: replaced, removed and abandoned graphs, page by page."""
        for graph in await self._run(outside.leaving, write=False):
            for after in range(0, graph.edges, outside.PAGE):
                await self._run(lambda g=graph, a=after: outside.sweep_edges(g, a), write=True)  # type: ignore[misc]
            while await self._run(lambda g=graph: outside.sweep_concepts(g), write=True):  # type: ignore[misc]
                pass

    async def sources(self) -> list[Source]:
        """The imported graphs, also those that are still being read."""
        return await self._run(outside.sources, write=False)

    async def descendants(self, curie: str, *, limit: int = 1000) -> list[str]:
        """What imported ontologies have below a concept, nearest first; see `graphstore.hierarchy`."""
        return await self._run(lambda: hierarchy.descendants(curie, limit), write=False)

    async def ancestors(self, curie: str, *, limit: int = 1000) -> list[str]:
        """What imported ontologies have above a concept, nearest first."""
        return await self._run(lambda: hierarchy.ancestors(curie, limit), write=False)

    async def find_concepts(self, text: str, *, limit: int = 10) -> list[Concept]:
        """The concepts of imported graphs with this CURIE, or whose name is or contains the text, whatever the case."""
        return await self._run(lambda: curated.find(text, limit=limit), write=False)

    async def curated_of(self, curie: str, *, source: str | None = None, predicate: str | None = None, limit: int = 50) -> list[Curated]:
        """The edges that imported graphs have at a concept; `predicate` is Biolink's, such as biolink:treats.

        Raises `GraphUnknownSource` where nothing was imported as `source`.
        """
        return await self._run(lambda: curated.of(curie, source=source, predicate=predicate, limit=limit), write=False)

    async def curated_between(
        self, a: str, c: str, *, source: str | None = None, predicate: str | None = None, limit: int = 50
    ) -> list[Curated]:
        """The edges that imported graphs have between two concepts, in either direction."""
        return await self._run(lambda: curated.between(a, c, source=source, predicate=predicate, limit=limit), write=False)


def _batches(items: Iterator[T]) -> Iterator[tuple[T, ...]]:
    while batch := tuple(islice(items, BATCH)):
        yield batch
