"""Whatever happens to documents, and in whatever order: the graph is what a fresh load of the surviving ones gives.

A hundred random histories on each engine. More of them, with other seeds each time, and how many were played:

    SEQUENCES=10000 pytest tests/graphstore/test_sequences.py -k embedded -s
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from graphstore import GraphStore, open_store
from processors.records import Counts
from tests.graphstore.looking import joined
from tests.graphstore.oracle import held
from tests.graphstore.reference import fresh_load, surviving
from tests.graphstore.sequences import Move, histories, played
from tests.services import Neo4jAddress

SEQUENCES = int(os.environ.get("SEQUENCES", "100"))
TABLES = ("Article", "Entity", "Edge", "Evidence", "Outbox")
A_FILE = 200  # histories in one embedded graph: what was removed stays in its file and slows it

Empty = Callable[[], Awaitable[GraphStore]]


async def differences(store: GraphStore, history: list[Move]) -> None:
    """Play a history; afterwards everything, and what the changes told of it, must be as the reference has it."""
    batches = played(history)
    changes = [change for batch in batches for change in await store.apply(batch)]
    snapshot = await store.snapshot(markers=True)
    wanted = fresh_load(surviving(contribution for batch in batches for contribution in batch))
    assert held(snapshot) == wanted
    told = {change.edge: change.after for change in changes}
    joined(changes)
    assert {key: counts for key, counts in told.items() if counts != Counts()} == {
        edge.key: edge.counts for edge in snapshot.edges if edge.counts != Counts()
    }
    assert {change.id for change in await store.outbox(10_000)} == {change.id for change in changes}


def play(runner: asyncio.Runner, empty: Empty) -> int:
    """As many random histories as are wanted, each on an empty graph; how many were played."""
    count = 0

    @settings(
        max_examples=SEQUENCES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
    @given(histories)
    def one(history: list[Move]) -> None:
        nonlocal count
        count += 1

        async def run() -> None:
            await differences(await empty(), history)

        runner.run(run())

    one()
    return count


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.timeout(120 + SEQUENCES)
def test_embedded(tmp_path: Path, runner: asyncio.Runner) -> None:
    store: GraphStore | None = None
    used = 0

    async def empty() -> GraphStore:
        nonlocal store, used
        if store is None or used % A_FILE == 0:
            if store is not None:
                await store.close()
            store = await open_store(tmp_path / str(used))
        else:
            for table in TABLES:
                await asyncio.wrap_future(store._thread.submit(store._execute, f"MATCH (n:{table}) DETACH DELETE n"))
        used += 1
        return store

    played_ = play(runner, empty)
    if store is not None:
        runner.run(store.close())
    print(f"{played_} histories on the embedded engine, no difference")


@pytest.mark.neo4j
@pytest.mark.timeout(300 + 3 * SEQUENCES)
def test_neo4j(empty_neo4j: Neo4jAddress, runner: asyncio.Runner) -> None:
    from neo4j import AsyncGraphDatabase

    async def opened() -> GraphStore:
        return await open_store(empty_neo4j.url, user=empty_neo4j.user, password=empty_neo4j.password)

    store = runner.run(opened())
    driver = AsyncGraphDatabase.driver(empty_neo4j.url, auth=(empty_neo4j.user, empty_neo4j.password))

    async def empty() -> GraphStore:
        await driver.execute_query("MATCH (n) DETACH DELETE n")
        return store

    try:
        played_ = play(runner, empty)
    finally:
        runner.run(driver.close())
        runner.run(store.close())
    print(f"{played_} histories on Neo4j, no difference")
