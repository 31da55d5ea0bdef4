"""From publishing to the graph's answer, as a reader sees it: the graph is asked for each document until it has it."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any, Final

from neo4j import AsyncGraphDatabase

from processors.records import Abstract
from stream import Publisher

_ASK_OFTEN: Final = 0.005
_ASK: Final = 0.02
"""Seconds between two questions under load; what is measured is at most so much too long."""
_PATIENCE: Final = 120.0
_QUERY: Final = "UNWIND $ids AS id MATCH (a:Article {id: id}) WHERE a.state = 'live' RETURN a.id AS id"


class Graph:
    """Asks Neo4j which documents it has; an async context manager."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._driver = AsyncGraphDatabase.driver(url, auth=(user, password), notifications_min_severity="OFF")

    async def __aenter__(self) -> "Graph":
        await self._driver.verify_connectivity()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._driver.close()

    async def has(self, ids: Sequence[str]) -> set[str]:
        async with self._driver.session() as session:
            answer = await session.run(_QUERY, ids=list(ids))
            return {row["id"] async for row in answer}

    async def all_there(self, ids: Sequence[str], every: float = 0.1) -> float:
        """The moment (`time.perf_counter`) at which it has them all. Raises `TimeoutError` after two minutes without a new one."""
        left, moved = set(ids), time.monotonic()
        while True:
            found = await self.has(sorted(left))
            if found:
                left -= found
                moved = time.monotonic()
            if not left:
                return time.perf_counter()
            if time.monotonic() - moved > _PATIENCE:
                raise TimeoutError(f"{len(left)} documents are not in the graph after {_PATIENCE:.0f} s: {sorted(left)[:3]} ...")
            await asyncio.sleep(every)


async def one_at_a_time(publisher: Publisher, graph: Graph, documents: Sequence[Abstract], *, seed: int = 6) -> list[float]:
    """Seconds of each document, published when nothing else is under way, after a pause of no fixed length."""
    pauses, seconds = random.Random(seed), []  # noqa: S311  lengths of pauses, no secret
    for document in documents:
        await asyncio.sleep(pauses.uniform(0.1, 0.4))
        began = time.perf_counter()
        await publisher.publish(document)
        seconds.append(await graph.all_there([document.id], _ASK_OFTEN) - began)
    return seconds


async def at_rate(publisher: Publisher, graph: Graph, documents: Sequence[Abstract], rate: float, *, seed: int = 6) -> list[float]:
    """Seconds of each document, published at random moments (a Poisson process), `rate` documents a second.

    A document's time begins when it was due, so that a publisher that is held up hides nothing.
    """
    due, clock = moments(len(documents), rate, seed), time.perf_counter()
    waiting: dict[str, float] = {}
    seconds: list[float] = []

    async def publish() -> None:
        for document, moment in zip(documents, due, strict=True):
            await asyncio.sleep(max(clock + moment - time.perf_counter(), 0.0))
            waiting[document.id] = clock + moment
            await publisher.publish(document)

    publishing = asyncio.ensure_future(publish())
    moved = time.monotonic()
    while waiting or not publishing.done():
        for found in await graph.has(sorted(waiting)) if waiting else ():
            seconds.append(time.perf_counter() - waiting.pop(found))
            moved = time.monotonic()
        if time.monotonic() - moved > _PATIENCE:
            raise TimeoutError(f"{len(waiting)} documents are not in the graph after {_PATIENCE:.0f} s")
        await asyncio.sleep(_ASK)
    await publishing
    return seconds


def moments(count: int, rate: float, seed: int) -> list[float]:
    """Seconds from the beginning, in order: the gaps are exponential with mean 1 / rate; equal arguments give equal moments."""
    gaps, at, found = random.Random(seed), 0.0, []  # noqa: S311  gaps, no secret
    for _ in range(count):
        at += gaps.expovariate(rate)
        found.append(at)
    return found


def percentiles(seconds: Sequence[float]) -> dict[str, Any]:
    """The documents' median, 95th and 99th percentile (nearest rank) and the longest, in seconds. Raises `ValueError` for none."""
    if not seconds:
        raise ValueError("no document was measured")
    ordered = sorted(seconds)
    ranks = {f"p{percent}": ordered[-(-percent * len(ordered) // 100) - 1] for percent in (50, 95, 99)}
    return {"documents": len(ordered)} | {name: round(value, 4) for name, value in (ranks | {"longest": ordered[-1]}).items()}
