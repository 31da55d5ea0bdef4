"""What every store gives page by page: its graph for exports, and its comparison with an imported one. A part of `GraphStore`."""

from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial

from graphstore import comparing, exporting
from graphstore.comparing import Comparison, Half
from graphstore.curated import complete_graph
from graphstore.exporting import Chosen
from graphstore.outside import Source
from graphstore.steps import Row, Runner, bounded


class Exchange(Runner):
    """Reading a whole graph: every page is a transaction of its own, so that none is long and memory does not grow."""

    async def complete_graph(self, source: str) -> Source:
        """The imported graph that questions see as this source. Raises `GraphUnknownSource`."""
        return await self._run(lambda: complete_graph(source), write=False)

    async def node_pages(self, chosen: Chosen) -> AsyncIterator[list[Row]]:
        """The literature's entities that stand at a chosen edge, as KGX nodes, by CURIE."""
        async for rows, _ in self._pages(partial(exporting.entity_page, chosen), ""):
            yield rows

    async def edge_pages(self, chosen: Chosen) -> AsyncIterator[list[Row]]:
        """The literature's chosen edges as KGX edges, one for each polarity that a paper states, by key."""
        async for rows, _ in self._pages(partial(exporting.edge_page, chosen), ""):
            yield rows

    async def concept_pages(self, graph: Source) -> AsyncIterator[list[Row]]:
        """An imported graph's concepts as KGX nodes."""
        async for rows, _ in self._pages(partial(exporting.concept_page, graph), ""):
            yield rows

    async def curated_pages(self, graph: Source) -> AsyncIterator[list[Row]]:
        """An imported graph's edges as KGX edges, in the order of their file."""
        async for rows, _ in self._pages(partial(exporting.curated_page, graph), 0):
            yield rows

    async def document_pages(self) -> AsyncIterator[list[tuple[Row, list[Row]]]]:
        """The articles that count, each with the evidence that it gives, by id."""
        async for page, _ in self._pages(exporting.document_page, ""):
            yield page

    async def papers_of_pairs(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """By pair of CURIEs: the most papers of any relation that the literature has between the two; only those with one."""
        wanted = list(pairs)
        return await self._run(lambda: comparing.papers_of_pairs(wanted), write=False)

    async def compare(
        self,
        source: str,
        *,
        predicate: str | None = None,
        literature_predicate: str | None = None,
        limit: int = 20,
        most: int = 10_000_000,
        advance: Callable[[int], None] = lambda _: None,
    ) -> Comparison:
        """What an imported graph says and the literature does not, and the other way round. See `graphstore.comparing`.

        `predicate` is Biolink's and narrows the source's edges, `literature_predicate` ours and narrows the literature's. At most
        `most` edges of either are looked at; `advance` is told how many were. Raises `GraphUnknownSource`.
        """
        bounded("limit", limit, 0, 1000)
        bounded("most", most, 1, 2**40)
        graph = await self.complete_graph(source)
        wanted, ours = predicate or "", literature_predicate or ""
        outside, more_outside = _Sum(limit, comparing.most_cited), True
        async for half, after in self._pages(lambda at: comparing.outside_half(graph, at, wanted), 0):
            outside.add(half)
            advance(outside.read)
            more_outside = after is not None
            if outside.read >= most:
                break
        literature, more_literature = _Sum(limit, comparing.most_stated), True
        async for half, key in self._pages(lambda at: comparing.literature_half(graph, at, ours), ""):
            literature.add(half)
            advance(outside.read + literature.read)
            more_literature = key is not None
            if literature.read >= most:
                break
        return Comparison(
            source=source,
            edges=graph.edges,
            read=outside.read,
            outside=outside.known,
            outside_agreed=outside.agreed,
            literature=literature.known,
            literature_agreed=literature.agreed,
            literature_read=literature.read,
            bounded=more_outside or more_literature,
            only_outside=tuple(await self._run(lambda: comparing.shown_outside(graph, outside.best), write=False)),
            only_literature=tuple(await self._run(lambda: comparing.shown_literature(literature.best), write=False)),
        )


class _Sum:
    """The counts of all pages so far, and the best of what only one side states."""

    def __init__(self, limit: int, best: Callable[[list[Row], int], list[Row]]) -> None:
        self.known = self.agreed = self.read = 0
        self.best: list[Row] = []
        self._limit = limit
        self._choose = best

    def add(self, half: Half) -> None:
        """Count a page."""
        self.known += half.known
        self.agreed += half.agreed
        self.read += half.read
        self.best = self._choose(self.best + half.others, self._limit)
