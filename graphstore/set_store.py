"""The store's questions of several entities at once: a list, and a concept with all that is below it."""

from collections.abc import Sequence
from typing import Unpack

from graphstore import among, rollup
from graphstore.among import Gathered
from graphstore.lens import Answers, Lens, Seeing
from graphstore.rollup import BELOW, Rolled, RolledPath
from graphstore.steps import Runner
from processors.records import EntityType


class SetQuestions(Runner):
    """A part of `GraphStore`. Every answer is bounded, and says so where it left something out."""

    async def among(self, entries: Sequence[str], *, min_papers: int = 0, limit: int = 1000) -> Gathered:
        """All evidenced relations within a list of at most 500 CURIEs or whole names; interactions first. See `graphstore.among`."""
        return await self._run(lambda: among.among(entries, min_papers=min_papers, limit=limit), write=False)

    async def rollup(
        self,
        concept: str,
        *,
        type: EntityType | None = None,  # noqa: A002
        limit: int = 50,
        below: int = BELOW,
        **seeing: Unpack[Seeing],
    ) -> Answers[Rolled]:
        """What is known of a concept and its at most `below` nearest descendants, by neighbour; `type` is the neighbours'."""
        lens = Lens.of(seeing)
        return await self._run(lambda: rollup.rollup(concept, lens, type=type, limit=limit, below=below), write=False)

    async def discover_closed_rolled(
        self,
        a: str,
        c: str,
        *,
        type: EntityType | None = None,  # noqa: A002
        limit: int = 20,
        below: int = BELOW,
        **seeing: Unpack[Seeing],
    ) -> Answers[RolledPath]:
        """A - ? - C where each end stands for itself and what is below it; `type` is the middle's."""
        lens = Lens.of(seeing)
        return await self._run(lambda: rollup.closed(a, c, lens, type=type, limit=limit, below=below), write=False)
