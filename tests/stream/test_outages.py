"""What refuses for a while: a graph that is there and takes nothing, a full disk, a document that hangs. The worker waits, makes no
dead letter of it, goes on by itself, and ends when it is told to. `benchmarks/bench_outages.py` is the long form, with the broker's too.
"""

import asyncio
import resource
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from neo4j import GraphDatabase

from deploy.local import Service, start_neo4j
from graphstore import open_store
from processors.records import Abstract
from stream import StreamSettings, list_dead_letters
from stream.settings import Stage
from stream.worker import EXIT_STUCK, Worker

from .contract import publish
from .dictionary import DictionaryExtractor
from .hogs import memory_taken
from .kit import WorkerProcess, abstract, at_work, caught_up, snapshot_of, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def settings(embedded_settings: StreamSettings) -> StreamSettings:
    return embedded_settings


async def set_aside(settings: StreamSettings) -> list[str]:
    return [letter.code async for letter in list_dead_letters(settings)]


@asynccontextmanager
async def with_store(settings: StreamSettings, store: Callable[[], Any]) -> AsyncIterator[Worker]:
    """As `at_work`, with a store that the test makes."""
    worker = Worker(settings, DictionaryExtractor, store)
    stop = asyncio.Event()
    running = asyncio.ensure_future(worker.run(stop))
    try:
        await worker.started.wait()
        yield worker
    finally:
        stop.set()
        await running


async def waits(worker: Worker, code: str) -> None:
    async def so() -> bool:
        return worker.metrics.readiness().get("graph") == f"waits: {code}"

    await until(so, f"the graph stage waits: {code}", 90)


def restarted(service: Service, extra: dict[str, str]) -> Service:
    """The same server with other settings."""
    service.stop()
    return start_neo4j(service.folder, service.port, memory="768m", page_cache="64m", young=True, extra=extra)


@pytest.mark.neo4j
@pytest.mark.timeout(600)
async def test_a_graph_that_refuses_is_waited_for_and_goes_on_once_it_is_mended(
    settings: StreamSettings, neo4j_service: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service = neo4j_service
    url, user, password = (service.settings[name] for name in ("url", "user", "password"))
    file = tmp_path / "password"
    file.write_text(password)
    documents = [abstract(number) for number in range(40)]

    async def articles() -> int:
        async with open_store(url, password=file.read_text(), read_only=True) as store:
            return (await store.stats()).articles

    try:
        async with with_store(settings, lambda: open_store(url, password=file.read_text())) as worker:
            await publish(settings, *documents[:10])
            await caught_up(settings, patience=120)
            # its password is changed, and new connections need it; and its database becomes read-only
            with GraphDatabase.driver(url, auth=(user, password)) as driver, driver.session(database="system") as session:
                session.run("ALTER CURRENT USER SET PASSWORD FROM $old TO $new", old=password, new="another-one").consume()
            service = await asyncio.to_thread(restarted, service, {"server.databases.read_only": "neo4j"})
            await publish(settings, *documents[10:20])
            await waits(worker, "graph.refuses")
            file.write_text("another-one")

            async def read_only() -> bool:
                return "read-only" in caplog.text

            await until(read_only, "the new password is taken, and no write", 90)
            await waits(worker, "graph.refuses")
            # mended; then its transactions have no memory
            service = await asyncio.to_thread(restarted, service, {"dbms.memory.transaction.total.max": "10m"})
            await caught_up(settings, patience=120)
            assert await articles() == 20
            with ExitStack() as stack:
                await asyncio.to_thread(stack.enter_context, memory_taken(url, "another-one"))
                await publish(settings, *documents[20:])
                await waits(worker, "graph.out-of-memory")
            await caught_up(settings, patience=120)
            assert await articles() == 40
            assert worker.metrics.health() == {}
        assert await set_aside(settings) == []
    finally:
        service.kill()


@contextmanager
def full_disk(process: WorkerProcess, room: int) -> Iterator[None]:
    """No file of the process may grow past `room` bytes."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


async def waiting(process: WorkerProcess) -> bool:
    return process.metric('biorelay_waiting{stage="graph"}') == 1


async def test_a_full_disk_is_waited_for(settings: StreamSettings) -> None:
    with WorkerProcess(settings, f"ladybug:{settings.data_dir / 'graph'}", log=Path(f"{settings.data_dir}.log")) as process:
        await process.ready()
        await publish(settings, *(abstract(number) for number in range(5)))
        await caught_up(settings)
        pid = process.pid
        with full_disk(process, 1):
            await publish(settings, *(abstract(number) for number in range(5, 200)))
            await until(lambda: waiting(process), "the graph waits for room")
            await caught_up(settings, Stage.NER, Stage.RELATIONS)
        await caught_up(settings)
        assert process.pid == pid
        process.terminate()
        assert process.wait() == 0
    assert await set_aside(settings) == []
    assert len((await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}")).articles) == 200


@pytest.mark.parametrize("state", ["disk full", "graph gone", "graph silent"])
async def test_sigterm_ends_a_worker_that_waits(settings: StreamSettings, state: str) -> None:
    graph = f"ladybug:{settings.data_dir / 'graph'}"
    silent = socket.create_server(("127.0.0.1", 0))  # takes connections, and never says a word
    where = {"graph gone": "bolt://127.0.0.1:1", "graph silent": f"bolt://127.0.0.1:{silent.getsockname()[1]}"}.get(state, graph)
    short = replace(settings, shutdown=8.0)
    with silent, WorkerProcess(short, where, log=Path(f"{settings.data_dir}.log")) as process:
        await process.ready()
        with full_disk(process, 1 if state == "disk full" else resource.RLIM_INFINITY):
            await publish(settings, *(abstract(number) for number in range(20)))
            if state == "graph silent":
                heard = await asyncio.to_thread(silent.accept)
            else:
                await until(lambda: waiting(process), "the graph stage waits")
            process.terminate()
            # LadybugDB cannot close a file that it cannot write, and aborts when all else is done.
            assert process.wait(short.shutdown + 20) in {0, EXIT_STUCK, -signal.SIGABRT if state == "disk full" else 0}
        if state == "graph silent":
            heard[0].close()
    assert await set_aside(settings) == []
    async with at_work(settings):
        await caught_up(settings)
    assert len((await snapshot_of(graph)).articles) == 20


async def test_a_document_that_hangs_is_set_aside_and_its_neighbours_go_on(settings: StreamSettings) -> None:
    hanging = abstract(99, "HANG")
    documents: list[Abstract] = [abstract(n) for n in range(10)]
    await publish(settings, *documents[:5], hanging, *documents[5:])
    short = replace(settings, stuck=2.0, shutdown=2.0, deaths=1)
    with WorkerProcess(short, f"ladybug:{settings.data_dir / 'graph'}", log=Path(f"{settings.data_dir}.log")) as process:

        async def dead() -> bool:
            return process.dead()

        await until(dead, "the worker ends itself", 90)
        assert process.wait() in {1, EXIT_STUCK}
        process.start()
        await caught_up(settings, patience=90)
        process.terminate()
        process.wait()
    [letter] = [letter async for letter in list_dead_letters(settings)]
    assert (letter.code, letter.document, letter.value) == ("stream.killed-worker", hanging.id, hanging.to_bytes())
    assert len((await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}")).articles) == 10
