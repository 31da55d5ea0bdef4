"""The store's questions of how well edges are supported."""

from graphstore import support
from graphstore.steps import Runner
from graphstore.support import Disputed, Reckoning
from processors.records import EntityType, Predicate


class Support(Runner):
    """A part of `GraphStore`."""

    async def contradicted(
        self,
        curie: str | None = None,
        *,
        type: EntityType | None = None,  # noqa: A002
        predicate: Predicate | None = None,
        min_papers: int = 1,
        min_negated: int = 1,
        limit: int = 50,
    ) -> list[Disputed]:
        """Edges that papers both state and deny, of one entity or of the whole graph, the most disputed first.

        Ranked by the papers of the weaker side, then by all. `type` is one end's (the other one's where `curie` is given);
        `min_papers` counts positive papers and `min_negated` those that deny. Each comes with the best sentence of either side.
        """
        return await self._run(
            lambda: support.contradicted(
                curie, type=type, predicate=predicate, min_papers=min_papers, min_negated=min_negated, limit=limit
            ),
            write=False,
        )

    async def reckon(self, subject: str, object: str, predicate: Predicate | None = None, *, limit: int = 50) -> list[Reckoning]:  # noqa: A002
        """How the confidence of each edge between the two comes about, paper by paper, the `limit` surest of each spelled out."""
        return await self._run(lambda: support.reckonings(subject, object, predicate, limit=limit), write=False)
