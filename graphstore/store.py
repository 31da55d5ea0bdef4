"""The one graph store protocol. Engines supply `open`, `close` and `_run`; the questions and the writing are the same for all."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from types import TracebackType
from typing import Any, Self

from graphstore import dump, papers, questions
from graphstore.answers import Entity, Finding, Neighbour, Paper, Path, Sentence, Snapshot, Stats
from graphstore.contribution import Contribution, Polarity
from graphstore.errors import GraphUnknownEntity
from graphstore.steps import Steps, T, ask
from graphstore.transaction import write
from processors.records import Change, EntityType, Predicate


class GraphStore(ABC):
    """Documents' contributions in, answers out. Used as `async with open_store(url) as store` or `store = await open_store(url)`.

    Every method may raise `GraphUnavailable`, `GraphAuthError`, `GraphLocked` and `GraphTimeout`; questions also
    `GraphBadQuery` where an argument is out of bounds and `GraphUnknownEntity` where a CURIE is not in the graph.
    """

    engine: str

    @abstractmethod
    async def open(self) -> None:
        """Connect, and create constraints, indexes and tables where they are missing. Opening twice does nothing."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of the database. Closing twice does nothing."""

    @abstractmethod
    async def _run(self, steps: Callable[[], Steps[T]], *, write: bool) -> T:
        """Run the steps in one transaction with a time limit; start them anew where the database asks to try again."""

    async def apply(self, batch: Sequence[Contribution], *, outbox: bool = True) -> list[Change]:
        """Replace the contribution of every document of the batch, in its order and in one transaction.

        What is lower in (revision, generation) than the graph's state of the document is ignored, also after a deletion.
        Returns the changes of edges that it caused. They are written to the outbox in the same transaction; where nobody
        relays it (a load from files), leave it out, for it only grows. At most some hundred documents a batch.
        """
        return await self._run(lambda: write(batch, outbox=outbox), write=True) if batch else []

    async def outbox(self, limit: int = 1000) -> list[Change]:
        """The oldest changes that were written and not yet relayed; those of one edge in the order in which they happened."""
        rows = await self._run(lambda: ask("outbox", limit=limit), write=False)
        return [Change.from_bytes(row["value"].encode()) for row in rows]

    async def outbox_done(self, ids: Sequence[str]) -> None:
        """Forget changes that were relayed."""
        await self._run(lambda: ask("outbox_done", ids=sorted(set(ids))), write=True)

    async def find(self, text: str, *, limit: int = 10) -> list[Entity]:
        """The entity of this CURIE, or those whose name is or contains the text, whatever the case; the likeliest first."""
        return await self._run(lambda: questions.find(text, limit=limit), write=False)

    async def resolve(self, text: str) -> Entity:
        """The one entity meant by a CURIE or a whole name (the best connected where several bear it).

        Raises `GraphUnknownEntity`, whose remedy names the nearest, where only parts of names match.
        """
        found = await self.find(text)
        wanted = text.strip()
        if found and (found[0].id == wanted or found[0].name.casefold() == wanted.casefold()):
            return found[0]
        nearest = ", ".join(f"{entity.name} ({entity.id})" for entity in found[:3])
        remedy = f"Did you mean {nearest}?" if nearest else "Name it by its CURIE, or as the vocabulary does."
        raise GraphUnknownEntity(f"the graph has no entity {wanted!r}", remedy=remedy)

    async def neighbours(
        self,
        curie: str,
        *,
        type: EntityType | None = None,  # noqa: A002
        predicate: Predicate | None = None,
        polarity: Polarity | None = None,
        min_papers: int = 1,
        limit: int = 50,
    ) -> list[Neighbour]:
        """The edges of an entity, the most positive papers first; `min_papers` 0 shows those too that none or only retracted ones state.

        `min_papers` counts positive papers always. With a `polarity` only edges that a paper of that kind states, the most such
        papers first: negated edges with `min_papers` 1 are what is disputed.
        """
        return await self._run(
            lambda: questions.neighbours(curie, type=type, predicate=predicate, polarity=polarity, min_papers=min_papers, limit=limit),
            write=False,
        )

    async def discover_open(
        self,
        a: str,
        *,
        type: EntityType | None = None,  # noqa: A002
        via: EntityType | None = None,
        min_papers: int = 1,
        limit: int = 20,
        fan: int = questions.FAN,
    ) -> list[Finding]:
        """A - B - ?: what A has no edge with and is reached through its neighbours; `type` is the answers', `via` the neighbours'."""
        return await self._run(
            lambda: questions.discover_open(a, type=type, via=via, min_papers=min_papers, limit=limit, fan=fan), write=False
        )

    async def discover_closed(
        self,
        a: str,
        c: str,
        *,
        type: EntityType | None = None,  # noqa: A002
        min_papers: int = 1,
        limit: int = 20,
    ) -> list[Path]:
        """A - ? - C: what joins the two, best first; `type` is the middle's."""
        return await self._run(lambda: questions.discover_closed(a, c, type=type, min_papers=min_papers, limit=limit), write=False)

    async def paths(self, a: str, c: str, *, max_hops: int = 3, min_papers: int = 1, limit: int = 10) -> list[Path]:
        """Ways from A to C of at most `max_hops` (1 to 4) steps, best first."""
        return await self._run(lambda: questions.paths(a, c, max_hops=max_hops, min_papers=min_papers, limit=limit), write=False)

    async def evidence(
        self,
        subject: str,
        object: str,  # noqa: A002
        predicate: Predicate | None = None,
        *,
        polarity: Polarity | None = None,
        limit: int = 50,
    ) -> list[Sentence]:
        """The sentences behind what the graph says of the two, retracted ones last and marked."""
        return await self._run(lambda: papers.evidence(subject, object, predicate, polarity, limit=limit), write=False)

    async def paper(self, id: str, *, limit: int = 50) -> Paper:  # noqa: A002
        """How an article stands: what retracts it, its links to and from others, its first `limit` claims in the order of its text.

        Raises `GraphUnknownArticle` where neither the article nor a link of another one to it was ever in the graph.
        """
        return await self._run(lambda: papers.paper(id, limit=limit), write=False)

    async def retracted(self, *, limit: int = 50) -> list[Paper]:
        """The retracted articles that the graph holds, the newest first, without their claims and links."""
        return await self._run(lambda: papers.retracted(limit=limit), write=False)

    async def stats(self) -> Stats:
        """How much the graph holds."""
        return await self._run(questions.stats, write=False)

    async def snapshot(self, *, markers: bool = False) -> Snapshot:
        """The whole graph in canonical order. For comparing graphs that fit into memory."""
        return await self._run(lambda: dump.snapshot(markers=markers), write=False)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    def __await__(self) -> Generator[Any, None, Self]:
        return self.__aenter__().__await__()
