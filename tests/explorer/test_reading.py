"""A graph that another process writes, read for long."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from biorelay.explorer.reading import FollowedStore, graph_for
from biorelay.settings import load_settings
from graphstore import GraphBadAddress, GraphBadQuery, open_store
from tests.graphstore.documents import chain

WRITER = """
import asyncio, sys
from graphstore import open_store
from tests.graphstore.documents import chain

async def write():
    async with open_store(sys.argv[1]) as store:
        for number in range(1, int(sys.argv[2]) + 1):
            await store.apply([chain(number, number, "abc")])
            if number % 10 == 0:
                store._thread.submit(store._execute, "CHECKPOINT").result()
                await asyncio.sleep(0.5)
            print(number, flush=True)
        sys.stdin.read()

asyncio.run(write())
"""


def followed(folder: Path, *, readers: int = 2, refresh: float = 0.0) -> FollowedStore:
    return FollowedStore(folder, lambda: open_store(folder, read_only=True), readers=readers, refresh=refresh)


@pytest.mark.timeout(180)
async def test_every_answer_is_of_a_whole_state_and_the_newest_is_seen(tmp_path: Path) -> None:
    """The writer moves its log into the file every ten documents, below the reader's feet."""
    wanted = 60
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path), str(wanted),
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert writer.stdout
    await writer.stdout.readline()
    store = followed(tmp_path)
    seen: list[int] = []
    try:
        async with asyncio.timeout(150):
            while not seen or seen[-1] < wanted:
                stats = await store.stats()
                seen.append(stats.articles)
                assert stats.edges == 2
                assert stats.evidence == 2 * stats.articles
                (neighbour,) = await store.neighbours("test:a")
                assert neighbour.edge.counts.papers >= stats.articles
    finally:
        await store.close()
        writer.kill()
        await writer.wait()
        await writer.stdout.read()
    assert seen == sorted(seen)
    assert len(set(seen)) > 2


async def test_questions_run_side_by_side_and_closing_waits(tmp_path: Path) -> None:
    async with open_store(tmp_path) as written:
        await written.apply([chain(1, 1, "abc")])
    store = followed(tmp_path, readers=2)
    answers = await asyncio.gather(*(store.stats() for _ in range(10)), *(store.find("a") for _ in range(10)))
    assert {answer.articles for answer in answers[:10]} == {1}
    with pytest.raises(GraphBadQuery):
        await store.find(" ")
    await store.close()
    await store.close()
    assert (await store.stats()).articles == 1  # it opens again where it is asked again
    await store.close()


FIRST = """
import asyncio, sys
from pathlib import Path
from tests.explorer.test_reading import followed

async def ask():
    store = followed(Path(sys.argv[1]), readers=4)
    print([stats.articles for stats in await asyncio.gather(*(store.stats() for _ in range(4)))])
    await store.close()

asyncio.run(ask())
"""


async def test_the_first_questions_may_come_at_once(tmp_path: Path) -> None:
    """In a process that has not loaded the engine yet."""
    async with open_store(tmp_path) as written:
        await written.apply([chain(1, 1, "abc")])
    asked = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FIRST, str(tmp_path),
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, said = await asked.communicate()
    assert told.decode().strip() == "[1, 1, 1, 1]", said.decode()


async def test_what_is_not_refreshed_yet_is_still_answered(tmp_path: Path) -> None:
    store = followed(tmp_path, readers=1, refresh=3600.0)
    with pytest.raises(GraphBadAddress):
        await store.stats()
    async with open_store(tmp_path) as written:
        await written.apply([chain(1, 1, "abc")])
        assert (await store.stats()).articles == 1
        await written.apply([chain(2, 2, "abc")])
        assert (await store.stats()).articles == 1  # the log alone grew, and may be a little ahead
    assert (await store.stats()).articles == 2  # at its end the writer moved it into the file
    await store.close()


async def test_a_cancelled_question_leaves_its_reader_usable(tmp_path: Path) -> None:
    async with open_store(tmp_path) as written:
        await written.apply([chain(1, 1, "abc")])
    store = followed(tmp_path, readers=1)
    for _ in range(5):
        asked = asyncio.create_task(store.stats())
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    assert (await store.stats()).articles == 1
    await store.close()


def test_neo4j_needs_nothing_of_that(monkeypatch: pytest.MonkeyPatch) -> None:
    assert graph_for(load_settings(options=["graph.url=bolt://127.0.0.1:9"])).engine == "neo4j"
    assert isinstance(graph_for(load_settings(options=["graph.url=ladybug:somewhere"])), FollowedStore)
