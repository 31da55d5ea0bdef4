"""The main job on real parts: the command line, the shipped model, a real Kafka, a real Neo4j, and a worker that is killed.

The BioRED development documents are published; what the graph then holds equals what `extract` and `graph load` put into an
embedded graph, without Kafka and in another order.
"""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from graphstore import open_store
from stream import StreamSettings, list_dead_letters
from stream.settings import Stage
from tests.services import Neo4jAddress
from tests.stream.kit import caught_up, free_port, until

DOCUMENTS = Path(__file__).parent.parent / "data" / "biored_dev.jsonl"
COUNT = 100

pytestmark = [pytest.mark.kafka, pytest.mark.neo4j, pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Installation:
    """biorelay as a user has it: its settings as variables, its commands as processes."""

    stream: StreamSettings
    neo4j: Neo4jAddress
    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")}
        return kept | {
            "BIORELAY_BROKER_BOOTSTRAP": self.stream.broker,
            "BIORELAY_BROKER_TIMEOUT_S": "60",
            "BIORELAY_TOPICS_PREFIX": self.stream.prefix,
            "BIORELAY_TOPICS_PARTITIONS": "3",
            "BIORELAY_WORKER_BATCH": "16",
            "BIORELAY_WORKER_SESSION_TIMEOUT_S": "6",
            "BIORELAY_GRAPH_URL": self.neo4j.url,
            "BIORELAY_GRAPH_USER": self.neo4j.user,
            "BIORELAY_GRAPH_PASSWORD": self.neo4j.password,
            "BIORELAY_DATA_DIR": str(self.folder),
        }

    def run(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "biorelay", *arguments], env=self.variables, capture_output=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr.decode()

    def start_worker(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "biorelay", "worker", "--metrics-port", str(free_port())]
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(command, env=self.variables, stdout=log, stderr=log)

    async def articles(self) -> int:
        async with open_store(self.neo4j.url, user=self.neo4j.user, password=self.neo4j.password) as store:
            return (await store.stats()).articles

    async def snapshot(self) -> Any:
        async with open_store(self.neo4j.url, user=self.neo4j.user, password=self.neo4j.password) as store:
            return await store.snapshot()


@pytest.fixture
def installed(tmp_path: Path, kafka: str, empty_neo4j: Neo4jAddress, topic_prefix: str) -> Installation:
    settings = StreamSettings(broker=kafka, prefix=topic_prefix, broker_timeout=60.0)
    installation = Installation(settings, empty_neo4j, tmp_path)
    installation.run("topics", "create")
    return installation


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded graph that `extract` and `graph load` make of the same documents, backwards."""
    folder = tmp_path_factory.mktemp("batch")
    backwards = folder / "backwards.jsonl"
    backwards.write_text("".join(reversed(DOCUMENTS.read_text(encoding="utf-8").splitlines(keepends=True))), encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")}
    variables |= {"BIORELAY_DATA_DIR": str(folder), "BIORELAY_GRAPH_URL": f"ladybug:{folder / 'graph'}"}
    for arguments in (
        ["extract", str(backwards), "-o", str(folder / "relations.jsonl"), "--workers", "2"],
        ["graph", "load", str(folder / "relations.jsonl")],
    ):
        done = subprocess.run([sys.executable, "-m", "biorelay", *arguments], env=variables, capture_output=True, timeout=500, check=False)
        assert done.returncode == 0, done.stderr.decode()
    return folder / "graph"


async def batch_snapshot(folder: Path) -> Any:
    async with open_store(f"ladybug:{folder}", read_only=True) as store:
        return await store.snapshot()


async def test_the_graph_equals_the_batch(installed: Installation, batch: Path) -> None:
    worker = installed.start_worker()
    try:
        installed.run("publish", str(DOCUMENTS))
        await caught_up(installed.stream, patience=240)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    streamed, loaded = await installed.snapshot(), await batch_snapshot(batch)
    assert len(streamed.articles) == COUNT
    assert len(streamed.edges) > 100
    assert streamed == loaded
    assert [letter async for letter in list_dead_letters(installed.stream)] == []


async def test_killed_upon_the_first_write_and_restarted_it_is_equal_again(installed: Installation, batch: Path) -> None:
    installed.run("publish", str(DOCUMENTS))
    worker = installed.start_worker()

    async def written() -> bool:
        assert worker.poll() is None
        return await installed.articles() > 0

    try:
        await until(written, "the first documents are in the graph", 240)
    finally:
        worker.kill()
        worker.wait(60)
    worker = installed.start_worker()
    try:
        await caught_up(installed.stream, *Stage, patience=240)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    assert await installed.snapshot() == await batch_snapshot(batch)
    assert [letter async for letter in list_dead_letters(replace(installed.stream))] == []
