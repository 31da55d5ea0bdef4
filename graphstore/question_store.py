"""The store's questions about the literature's graph: the side of `GraphStore` that finds what is related to what."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Unpack

import numpy as np

from graphstore import changes, discovery, networks, paths, questions, significance
from graphstore.answers import Finding, Neighbour, Path
from graphstore.changes import Development
from graphstore.contribution import Polarity
from graphstore.lens import Answers, Lens, Seeing
from graphstore.measures import Measure
from graphstore.networks import Network
from graphstore.significance import Chance
from graphstore.steps import Runner
from processors.records import EntityType


class Questions(Runner):
    """Every answer is bounded, and says so where it left something out (`Answers.bounded`, `Answers.notes`).

    `seeing` restricts the edges that a question uses and the time as of which it is asked: see `graphstore.lens.Seeing`.
    """

    async def neighbours(
        self,
        curie: str,
        *,
        type: EntityType | None = None,  # noqa: A002
        polarity: Polarity | None = None,
        limit: int = 50,
        **seeing: Unpack[Seeing],
    ) -> Answers[Neighbour]:
        """The edges of an entity, the most positive papers first; `min_papers` 0 shows those too that none or only retracted ones state.

        `min_papers` counts positive papers always. With a `polarity` only edges that a paper of that kind states, the most such
        papers first: negated edges with `min_papers` 1 are what is disputed.
        """
        lens = Lens.of(seeing, least=0)
        return await self._run(lambda: questions.neighbours(curie, lens, type=type, polarity=polarity, limit=limit), write=False)

    async def discover_open(
        self,
        a: str,
        *,
        type: EntityType | None = None,  # noqa: A002
        via: EntityType | None = None,
        rank: Measure = Measure.DAMPED_PAPERS,
        damping: float | None = None,
        limit: int = 20,
        fan: int = discovery.FAN,
        **seeing: Unpack[Seeing],
    ) -> Answers[Finding]:
        """A - B - ?: what A has no edge with and is reached through its `fan` best neighbours.

        `type` is the answers', `via` the neighbours'.
        """
        lens = Lens.of(seeing)
        return await self._run(
            lambda: discovery.discover_open(a, lens, type=type, via=via, rank=rank, damping=damping, limit=limit, fan=fan), write=False
        )

    async def discover_closed(
        self,
        a: str,
        c: str,
        *,
        type: EntityType | None = None,  # noqa: A002
        rank: Measure = Measure.DAMPED_PAPERS,
        damping: float | None = None,
        limit: int = 20,
        **seeing: Unpack[Seeing],
    ) -> Answers[Path]:
        """A - ? - C: what joins the two, best first; `type` is the middle's. A path's score is what it adds to the pair's."""
        lens = Lens.of(seeing)
        return await self._run(
            lambda: discovery.discover_closed(a, c, lens, type=type, rank=rank, damping=damping, limit=limit), write=False
        )

    async def paths(
        self, a: str, c: str, *, max_hops: int = 3, shortest: bool = False, limit: int = 10, **seeing: Unpack[Seeing]
    ) -> Answers[Path]:
        """Ways from A to C of at most `max_hops` (1 to 4) steps, best first; `shortest` gives those of the fewest steps only."""
        lens = Lens.of(seeing)
        asked = paths.shortest if shortest else paths.paths
        return await self._run(lambda: asked(a, c, lens, max_hops=max_hops, limit=limit), write=False)

    async def changes(
        self, since: int, until: int, *, curie: str | None = None, limit: int = 50, **seeing: Unpack[Seeing]
    ) -> Answers[Development]:
        """What the papers after the year `since` and up to `until` changed: edges that appeared, grew stronger or weaker, or vanished."""
        lens = Lens.of(seeing, least=0)
        return await self._run(lambda: changes.changes(since, until, curie, lens, limit=limit), write=False)

    async def network(
        self,
        *,
        confidences: bool = False,
        most: int = significance.MOST,
        seen: Callable[[int], None] | None = None,
        **seeing: Unpack[Seeing],
    ) -> Network:
        """The whole graph in memory: one edge for each related pair, weighed by the papers (or the confidence) of its strongest edge.

        Read in pages, a transaction each, so that no transaction is long; what is written meanwhile may be seen in part. `seen` is
        told the number of edges read so far. Raises `GraphBadQuery` where there are more than `most` pairs.
        """
        lens = Lens.of(seeing)
        found = significance.Pairs(most)
        async for page, _ in self._pages(partial(significance.page, lens, confidences), ""):
            found.add(page)
            if seen is not None:
                seen(len(found))
        return networks.Network.of(found.rows())

    async def chances(
        self,
        a: str,
        c: str | None = None,
        *,
        type: EntityType | None = None,  # noqa: A002
        via: EntityType | None = None,
        rank: Measure = Measure.DAMPED_PAPERS,
        damping: float | None = None,
        permutations: int = 100,
        seed: int = 0,
        done: Callable[[int], None] | None = None,
        **seeing: Unpack[Seeing],
    ) -> dict[str, Chance]:
        """By entity two steps from A (or C alone): how often a random graph of the same degrees joins it with A as well.

        See `graphstore.significance`. Takes seconds to minutes: the whole graph is read and permuted. `done` is told the number of
        permutations so far. Raises `GraphBadQuery` where the graph is too large or the pair has nothing between it.
        """
        exponent = significance.checked(rank, damping, permutations)
        await self._run(lambda: questions.known(*(a, c) if c else (a,)), write=False)
        network = await self.network(confidences=rank is Measure.CONFIDENCE_PRODUCT, **seeing)
        return await asyncio.to_thread(
            significance.chances,
            network,
            a,
            c,
            type=type,
            via=via,
            rank=rank,
            damping=exponent,
            permutations=permutations,
            rng=np.random.default_rng(seed),
            done=done,
        )
