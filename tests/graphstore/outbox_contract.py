"""Changes are written with the graph and relayed from there."""

import asyncio
import random
import time

from graphstore import GraphStore
from tests.graphstore.documents import chain, random_contribution
from tests.graphstore.looking import AB, joined
from tests.graphstore.oracle import Oracle, held


class OutboxContract:
    """Changes are written with the graph and relayed from there."""

    async def test_outbox(self, store: GraphStore) -> None:
        changes = await store.apply([chain(1, 1, "abc")]) + await store.apply([chain(2, 2, "ab")])
        assert await store.outbox() == changes
        assert await store.outbox(limit=1) == changes[:1]
        await store.outbox_done([changes[0].id])
        await store.outbox_done([changes[0].id, "unknown"])
        assert await store.outbox() == changes[1:]
        await store.outbox_done([])

    async def test_what_waits_says_when_it_was_written(self, store: GraphStore) -> None:
        began = time.time()
        changes = await store.apply([chain(1, 1, "abc")])
        waiting = await store.waiting()
        assert [told for told, _ in waiting] == changes
        assert all(began - 0.001 <= written <= time.time() for _, written in waiting)
        await store.apply([chain(1, 1, "abc")])  # a replay: what waits keeps its time
        assert await store.waiting() == waiting

    async def test_nobody_relays_the_outbox(self, store: GraphStore) -> None:
        assert [change.edge for change in await store.apply([chain(1, 1, "ab")], outbox=False)] == [AB]
        assert await store.outbox() == []

    async def test_changes_of_an_edge_join_up(self, store: GraphStore) -> None:
        rng = random.Random(11)
        told = []
        for _ in range(15):
            told += await store.apply([random_contribution(rng) for _ in range(6)])
        assert await store.outbox() == told
        assert len({change.id for change in told}) == len(told)
        joined(told)

    async def test_several_tasks_share_a_store(self, store: GraphStore) -> None:
        oracle = Oracle()
        batches = [[chain(10 * n + m, 10 * n + m, "abc"[m % 2 :]) for m in range(8)] for n in range(6)]
        for batch in batches:
            oracle.apply(batch)
        answers = await asyncio.gather(*(store.apply(batch) for batch in batches), *(store.stats() for _ in range(4)))
        assert len(answers) == 10
        assert held(await store.snapshot(markers=True)) == oracle.graph()
        joined(await store.outbox())
