"""LadybugDB keeps the contract, and its own limits are said clearly."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstore import GraphBadAddress, GraphLocked, GraphStore, GraphTimeout, open_store
from graphstore.embedded import FILE
from graphstore.steps import Steps, ask
from tests.graphstore.contract import GraphStoreContract, joined
from tests.graphstore.documents import chain, contributions, document, relation
from tests.graphstore.oracle import Oracle, held


class TestEmbedded(GraphStoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[GraphStore]:
        async with open_store(tmp_path / "graph") as store:
            yield store


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(contributions, min_size=1, max_size=4), min_size=1, max_size=6))
def test_any_sequence_gives_what_the_surviving_records_give(tmp_path_factory: pytest.TempPathFactory, log: list) -> None:
    async def run() -> None:
        oracle = Oracle()
        async with open_store(tmp_path_factory.mktemp("graph")) as store:
            for batch in log:
                oracle.apply(batch)
                await store.apply(batch)
            assert held(await store.snapshot(markers=True)) == oracle.graph()
            joined(await store.outbox())

    asyncio.run(run())


async def test_the_graph_is_there_after_closing(tmp_path: Path) -> None:
    async with open_store(f"ladybug:{tmp_path / 'new' / 'graph'}") as store:
        await store.apply([chain(1, 1, "abc")])
        before = await store.snapshot(markers=True)
    async with open_store(tmp_path / "new" / "graph") as store:
        assert await store.snapshot(markers=True) == before
        await store.apply([chain(1, 2, "cd")])


async def test_await_opens_too(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.open()
    assert (await store.stats()).articles == 0
    await store.close()
    await store.close()


async def test_one_writer_in_this_process(tmp_path: Path) -> None:
    async with open_store(tmp_path):
        with pytest.raises(GraphLocked, match="in this process"):
            await open_store(tmp_path)
    async with open_store(tmp_path) as store:
        assert (await store.stats()).edges == 0


WRITER = """
import asyncio, sys
from graphstore import open_store
async def main():
    async with open_store(sys.argv[1]) as store:
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


async def test_another_process_writes(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await store.apply([chain(1, 1, "ab")])
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", WRITER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin
        assert writer.stdout
        try:
            assert await asyncio.to_thread(writer.stdout.readline) == "open\n"
            with pytest.raises(GraphLocked, match="another process") as caught:
                await open_store(tmp_path)
            assert "read-only" in (caught.value.remedy or "")
            async with open_store(tmp_path, read_only=True) as reader:
                assert (await reader.stats()).edges == 1
                with pytest.raises(GraphLocked, match="read-only"):
                    await reader.apply([chain(2, 2, "ab")])
        finally:
            writer.stdin.close()
            await asyncio.to_thread(writer.wait, 20)


async def test_no_graph_there(tmp_path: Path) -> None:
    with pytest.raises(GraphBadAddress, match="there is no graph"):
        await open_store(tmp_path / "nowhere", read_only=True)
    assert not (tmp_path / "nowhere").exists()


async def test_not_a_graph(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no graph at all " * 500)
    with pytest.raises(GraphBadAddress, match="holds no graph"):
        await open_store(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(GraphBadAddress):
        await open_store(tmp_path / "file")


@pytest.mark.parametrize("url", ["http://localhost:7474", "redis://localhost"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(GraphBadAddress):
        open_store(url)


async def test_a_failing_transaction_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Steps[None]:
        yield from ask("lock_articles", ids=["pubmed:1"])
        yield from ask("lock_entities", curies=["test:a"])
        raise RuntimeError("in the middle")

    async with open_store(tmp_path) as store:
        await store.apply([chain(2, 2, "bc")])
        before = await store.snapshot(markers=True)
        with pytest.raises(RuntimeError, match="in the middle"):
            await store._run(broken, write=True)
        assert await store.snapshot(markers=True) == before
        await store.apply([chain(1, 1, "ab")])


async def test_a_cancelled_caller_does_not_cut_a_transaction(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        task = asyncio.create_task(store.apply([chain(n, n, "abcdefgh") for n in range(64)]))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await store.stats()).articles in {0, 64}
        await store.apply([chain(n, n, "abcdefgh") for n in range(64)])
        assert (await store.stats()).articles == 64


async def test_a_question_past_its_limit_is_stopped(tmp_path: Path) -> None:
    batch = [document(n, n, *(relation(f"x{n}", f"y{m}") for m in range(60))) for n in range(60)]
    async with open_store(tmp_path) as store:
        await store.apply(batch)
    async with open_store(tmp_path, query_timeout=0.001) as store:
        with pytest.raises(GraphTimeout):
            await asyncio.gather(*(store.paths("test:x1", "test:x2", max_hops=4) for _ in range(20)))
