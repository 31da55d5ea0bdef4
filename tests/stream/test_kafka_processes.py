"""Several worker processes under one parent on a real Kafka and a real Neo4j: one is killed, and nothing is lost."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from processors.records import Abstract, Revision
from stream import StreamSettings, create_topics, list_dead_letters
from stream.lag import LagReader
from stream.settings import Stage
from tests.services import Neo4jAddress

from .contract import publish
from .kit import abstract, caught_up, graph_of, until
from .test_supervisor import alive

pytestmark = [pytest.mark.kafka, pytest.mark.neo4j, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
async def settings(bare_settings: StreamSettings, kafka: str) -> StreamSettings:
    settings = replace(bare_settings, broker=kafka, metrics_port=0, batch=8)
    await create_topics(settings)
    return settings


@pytest.fixture
def parent(settings: StreamSettings, empty_neo4j: Neo4jAddress) -> Iterator["subprocess.Popen[bytes]"]:
    told = json.dumps(asdict(settings) | {"security": None}, default=str)
    worker = [sys.executable, "-m", "tests.stream.worker_process", told, empty_neo4j.url, empty_neo4j.password]
    command = [sys.executable, "-m", "tests.stream.supervised", "20", json.dumps([worker, worker]), "1"]
    with (settings.data_dir / "log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def pids(settings: StreamSettings) -> list[int]:
    """Of every child that was ever started, in their order."""
    lines = (settings.data_dir / "log").read_text().splitlines()
    return [int(line.rpartition(" ")[2]) for line in lines if " has pid " in line]


async def test_a_killed_child_loses_nothing(
    settings: StreamSettings, parent: "subprocess.Popen[bytes]", empty_neo4j: Neo4jAddress, tmp_path: Path
) -> None:
    from graphstore import open_store

    documents: list[Abstract] = [
        abstract(n, f"Case {n}: aspirin caused seizures SLOW ly.") if n % 4 == 0 else abstract(n) for n in range(160)
    ]

    async def at_work() -> bool:
        assert parent.poll() is None, (settings.data_dir / "log").read_text()
        return (settings.data_dir / "log").read_text().count(" at work on ") == 2

    await until(at_work, "both are at work", 90)
    await publish(settings, *documents)

    async def begun() -> bool:
        async with LagReader(settings, (Stage.GRAPH,)) as lags:
            [lag] = await lags.read()
        return sum(max(offset, 0) for offset in lag.committed.values()) > 10

    await until(begun, "the graph has the first documents")
    victim, survivor = pids(settings)
    os.kill(victim, signal.SIGKILL)
    await caught_up(settings, patience=120)
    assert alive(survivor)
    assert len(pids(settings)) == 3
    assert "ended with SIGKILL" in (settings.data_dir / "log").read_text()
    parent.terminate()
    assert await asyncio.to_thread(parent.wait, 60) == 0
    assert not any(alive(pid) for pid in pids(settings))
    async with open_store(empty_neo4j.url, user=empty_neo4j.user, password=empty_neo4j.password) as store:
        streamed = await store.snapshot()
    assert len(streamed.articles) == len(documents)
    expected: dict[int, tuple[Revision, Abstract | None]] = {n: (Revision(0, n), document) for n, document in enumerate(documents)}
    assert streamed == await graph_of(tmp_path / "batch", expected)
    assert [letter async for letter in list_dead_letters(settings)] == []
