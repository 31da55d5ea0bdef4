"""How a worker process ends, on the embedded broker: one clear line, an exit code, and never later than its deadline."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from graphstore import open_store
from stream import EmbeddedBroker, Publisher, StreamSettings
from stream.worker import EXIT_STUCK

from .kit import WorkerProcess, abstract, caught_up, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def worker(stack: ExitStack, settings: StreamSettings, graph: str = "") -> WorkerProcess:
    address = graph or f"ladybug:{settings.data_dir / 'graph'}"
    return stack.enter_context(WorkerProcess(settings, address, log=settings.data_dir / "worker.log"))


async def publish(settings: StreamSettings, count: int) -> None:
    async with Publisher(settings) as publisher:
        for number in range(count):
            await publisher.publish(abstract(number))


async def test_sigterm_ends_it_with_everything_committed(embedded_settings: StreamSettings, processes: ExitStack) -> None:
    process = worker(processes, embedded_settings)
    await process.ready()
    await publish(embedded_settings, 20)
    await caught_up(embedded_settings)
    assert process.get("/healthz") == (200, '{"status": "ok", "wrong": {}}')
    assert process.get("/readyz")[0] == 200
    assert process.metric('biorelay_documents_total{outcome="ok",stage="graph"}') == 20
    process.terminate()
    assert process.wait() == 0
    assert "Traceback" not in process.log


async def test_a_graph_that_may_not_be_opened_ends_it_with_one_line(embedded_settings: StreamSettings, processes: ExitStack) -> None:
    async with open_store(f"ladybug:{embedded_settings.data_dir / 'graph'}"):
        await publish(embedded_settings, 3)
        process = worker(processes, embedded_settings)
        assert await asyncio.to_thread(process.wait) == 1
    [line] = [line for line in process.log.splitlines() if "CRITICAL" in line]
    assert "graph.locked" in line
    again = worker(processes, embedded_settings)
    await caught_up(embedded_settings)
    again.terminate()
    assert again.wait() == 0


async def test_no_broker_ends_it_before_it_begins(bare_settings: StreamSettings, processes: ExitStack) -> None:
    process = worker(processes, replace(bare_settings, broker="127.0.0.1:1", startup=1.0))
    assert await asyncio.to_thread(process.wait) == 1
    [line] = [line for line in process.log.splitlines() if "CRITICAL" in line]
    assert "stream.broker-unreachable" in line


async def test_sigterm_ends_it_while_it_waits_for_its_broker(bare_settings: StreamSettings, processes: ExitStack) -> None:
    process = worker(processes, replace(bare_settings, broker="127.0.0.1:1", startup=600.0))

    async def serving() -> bool:
        return process.get("/readyz")[0] == 503

    await until(serving, "the endpoint answers")
    assert process.get("/healthz")[0] == 200
    process.terminate()
    assert await asyncio.to_thread(process.wait) == 0


async def test_whatever_hangs_the_deadline_holds(bare_settings: StreamSettings, processes: ExitStack) -> None:
    with EmbeddedBroker(bare_settings) as broker:
        settings = replace(bare_settings, broker=broker.address, shutdown=3.0)
        process = worker(processes, settings)
        await process.ready()
        await publish(settings, 30)
        broker.set_up(False)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 60) in {0, 1, EXIT_STUCK}
        broker.set_up(True)
        again = worker(processes, settings)
        await caught_up(settings)
        again.terminate()
        assert again.wait() == 0
