"""The one graph store protocol. Engines supply `open`, `close` and `_run`; the questions and the writing are the same for all."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from types import TracebackType
from typing import Any, Self

from graphstore import dump, papers, questions
from graphstore.answers import Entity, Paper, Sentence, Snapshot, Stats
from graphstore.contribution import Contribution, Polarity
from graphstore.errors import GraphUnknownEntity
from graphstore.exchange_store import Exchange
from graphstore.outside_store import OutsideGraphs
from graphstore.question_store import Questions
from graphstore.set_store import SetQuestions
from graphstore.steps import ask
from graphstore.support_store import Support
from graphstore.transaction import upgrade, write
from graphstore.watch_store import Watching
from graphstore.watched import Watch
from processors.records import Change, Discovery, Predicate, Revision

log = logging.getLogger(__name__)

DISCOVERY = f'{{"schema":"{Discovery.schema_name}"'.encode()
UPGRADED = 1000  # relations in one transaction of an upgrade


class GraphStore(Questions, OutsideGraphs, Exchange, Watching, SetQuestions, Support, ABC):
    """Documents' contributions in, answers out. Used as `async with open_store(url) as store` or `store = await open_store(url)`.

    Every method may raise `GraphUnavailable`, `GraphAuthError`, `GraphLocked` and `GraphTimeout`; questions also
    `GraphBadQuery` where an argument is out of bounds and `GraphUnknownEntity` where a CURIE is not in the graph.
    """

    engine: str
    crossed = 0
    """Times that a transaction met another writer's, a deadlock mostly, and was tried again."""

    @abstractmethod
    async def open(self) -> None:
        """Connect, and create constraints, indexes and tables where they are missing. Opening twice does nothing."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of the database. Closing twice does nothing."""

    async def _upgrade(self) -> None:
        """Bring a graph that an older version wrote up to date; called once, when it has been opened for writing."""
        counted = 0
        while found := await self._run(lambda: upgrade(limit=UPGRADED), write=True):
            counted += found
            log.info("counted %d relations anew, which an older version wrote", counted)

    async def apply(
        self,
        batch: Sequence[Contribution],
        *,
        outbox: bool = True,
        watch: Watch | None = None,
        late: dict[str, Revision] | None = None,
    ) -> list[Change]:
        """Replace the contribution of every document of the batch, in its order and in one transaction.

        What is lower in (revision, generation) than the graph's state of the document is ignored, also after a deletion.
        Returns the changes of edges that it caused. They are written to the outbox in the same transaction; where nobody
        relays it (a load from files), leave it out, for it only grows. At most some hundred documents a batch.
        With a `watch`, what the batch does to its questions is written to the outbox too, and `outbox` must stay true.
        Into `late` goes the graph's revision of each document whose last message in the batch was older than that.
        """
        if watch is not None and batch:
            return await self._apply_watched(batch, watch, late)
        return await self._run(lambda: write(batch, outbox=outbox, late=late), write=True) if batch else []

    async def outbox(self, limit: int = 1000) -> list[Change | Discovery]:
        """The oldest changes and discoveries that were written and not yet relayed; those of one edge as they happened."""
        return [told for told, _ in await self.waiting(limit)]

    async def waiting(self, limit: int = 1000) -> list[tuple[Change | Discovery, float]]:
        """As `outbox`, each with the Unix time in seconds when its transaction was about to commit; 0 where an older version wrote it."""
        rows = await self._run(lambda: ask("outbox", limit=limit), write=False)
        return [(_told(row["value"].encode()), row["written"] / 1e6) for row in rows]

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


def _told(value: bytes) -> Change | Discovery:
    """What an outbox row holds; its `schema`, which a record begins with, says which."""
    return (Discovery if value.startswith(DISCOVERY) else Change).from_bytes(value)
