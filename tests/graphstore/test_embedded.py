"""LadybugDB keeps the contract, and its own limits are said clearly."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import ladybug
import pytest

from graphstore import GraphBadAddress, GraphLocked, GraphStore, GraphTimeout, open_store
from graphstore.embedded import FILE
from graphstore.steps import Steps, ask
from processors.records import LinkKind
from tests.graphstore.contract import GraphStoreContract
from tests.graphstore.documents import chain, document, relation
from tests.graphstore.looking import AB
from tests.graphstore.oracle import Oracle, held


class TestEmbedded(GraphStoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[GraphStore]:
        async with open_store(tmp_path / "graph") as store:
            yield store


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
from graphstore import embedded, open_store
from tests.graphstore.documents import chain

async def main(folder, batches):
    embedded.CHECKPOINT = 100_000
    async with open_store(folder) as store:
        print("open", flush=True)
        for n in range(batches):
            await store.apply([chain(16 * n + m, n, "abcdefgh"[m % 4 :]) for m in range(16)])
            print(16 * n + 16, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


@contextlib.contextmanager
def writing(folder: Path, batches: int) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes so many batches of sixteen documents and then waits with the graph open."""
    command = [sys.executable, "-c", WRITER, str(folder), str(batches)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as writer:
        try:
            assert writer.stdout
            assert writer.stdout.readline() == "open\n"
            yield writer
        finally:
            writer.kill()


async def test_another_process_writes(tmp_path: Path) -> None:
    with writing(tmp_path, 0):
        with pytest.raises(GraphLocked, match="another process") as caught:
            await open_store(tmp_path)
        assert "read-only" in (caught.value.remedy or "")
        async with open_store(tmp_path, read_only=True) as reader:
            assert (await reader.stats()).edges == 0
            with pytest.raises(GraphLocked, match="read-only"):
                await reader.apply([chain(2, 2, "ab")])


async def test_readers_see_whole_transactions_while_another_process_writes(tmp_path: Path) -> None:
    with writing(tmp_path, 12) as writer:
        seen = []
        while not seen or seen[-1] < 192:
            async with open_store(tmp_path, read_only=True) as reader:
                seen.append((await reader.stats()).articles)
                assert all(edge.counts.papers <= seen[-1] for edge in (await reader.snapshot()).edges)
        assert seen == sorted(seen)
        assert {count % 16 for count in seen} == {0}
        assert writer.poll() is None


async def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    written = 0
    with writing(tmp_path, 1000) as writer:
        assert writer.stdout
        while written < 64:
            written = int(writer.stdout.readline())
        writer.kill()
        written = int((writer.stdout.read().split() or [written])[-1])
    async with open_store(tmp_path) as store:
        articles = (await store.stats()).articles
        assert articles in {written, written + 16}
        oracle = Oracle()
        oracle.apply(chain(16 * n + m, n, "abcdefgh"[m % 4 :]) for n in range(articles // 16) for m in range(16))
        assert held(await store.snapshot(markers=True)) == oracle.graph()


APART = """
CREATE REL TABLE STATES(FROM Article TO Edge, id STRING, polarity STRING, rank STRING, subject_label STRING, object_label STRING,
  sentence STRING, sentence_start INT64, sentence_end INT64, subject_start INT64, subject_end INT64, object_start INT64, object_end INT64,
  probability DOUBLE, negated INT64, speculated INT64, model STRING, vocabulary STRING, year INT64, retracted BOOLEAN);
COPY STATES FROM (
  MATCH (a:Article)<-[:SAID_IN]-(e:Evidence)-[:SHOWS]->(k:Edge)
  RETURN a.id, k.key, e.id, e.polarity, e.rank, e.subject_label, e.object_label,
    e.sentence, e.sentence_start, e.sentence_end, e.subject_start, e.subject_end, e.object_start, e.object_end,
    e.probability, e.negated, e.speculated, e.model, e.vocabulary, e.year, e.retracted);
DROP TABLE SAID_IN;
DROP TABLE SHOWS;
DROP TABLE Evidence;
"""
"""Evidence as a relationship, as it was before 1.1."""

LAYOUTS = {
    "first": APART
    + """
ALTER TABLE RELATES DROP weight;
ALTER TABLE RELATES DROP disputed;
ALTER TABLE Edge DROP state;
DROP TABLE BEARS_ON;
""",
    "with counts at the keys": APART
    + """
MATCH (k:Edge) WITH k, string_split(k.state, ';') AS s
SET k.state = concat(s[1], ';', s[2], ';', s[3], ';', s[4], ';', s[5], ';', s[6], ';', s[7]);
""",
}


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_a_graph_of_an_older_layout_is_brought_up_to_date_when_it_is_written(tmp_path: Path, layout: str) -> None:
    """What an older version lacked is added, and nothing that was there is lost."""
    log = [chain(1, 1, "abc"), document(2, 2, relation("a", "b"), retracts=(1,)), document(3, 3, relation("a", "b", negated=True))]
    async with open_store(tmp_path) as store:
        await store.apply(log)
        before = await store.snapshot(markers=True)
    with contextlib.closing(ladybug.Database(str(tmp_path / FILE))) as database, contextlib.closing(ladybug.Connection(database)) as old:
        for statement in LAYOUTS[layout].split(";\n"):
            if statement.strip():
                old.execute(statement)
    async with open_store(tmp_path, read_only=True) as reader:
        with pytest.raises(GraphBadAddress, match="written by an older biorelay") as caught:
            await reader.evidence("test:a", "test:b")
        assert "for writing" in (caught.value.remedy or "")
    async with open_store(tmp_path) as store:
        assert await store.snapshot(markers=True) == before
        assert [s.cues for s in await store.evidence("test:a", "test:b")] == [(), (), ()]
        assert [found.edge.key for found in await store.contradicted()] == [AB]
        assert await store.apply(log) == []
        await store.apply([document(2, 3, relation("a", "b", cues=(("speculation", 2, 6),)), links=((LinkKind.CORRECTS, 1),))])
        assert [bond.kind for bond in (await store.paper("pubmed:1")).links] == [LinkKind.CORRECTS]


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
        yield from ask("lock_entities", rows=[{"curie": "test:a", "lock": 1}])
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
    batch = [document(n, n, *(relation(f"x{n}", f"y{m}") for m in range(40))) for n in range(30)]
    async with open_store(tmp_path) as store:
        await store.apply(batch)
    async with open_store(tmp_path, query_timeout=0.001) as store:
        with pytest.raises(GraphTimeout):
            await asyncio.gather(*(store.paths("test:x1", "test:x2", max_hops=4) for _ in range(20)))
