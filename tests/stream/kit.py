"""What the stream's tests share: documents, a worker in this process or in one of its own, and ways to look at topics."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from graphstore import GraphStore, open_store
from graphstore.contribution import Contribution
from processors.records import Abstract, Revision, Section
from stream import StreamSettings
from stream.connection import producer, reader, start
from stream.lag import LagReader
from stream.settings import Stage
from stream.steps import Extractor
from stream.topics import Topic, describe_topics
from stream.worker import Worker

from .dictionary import WORDS, DictionaryExtractor

PATIENCE = 40.0
"""Seconds that a test waits for what must come; how long it really takes is never asserted."""


def abstract(number: int, text: str = "", *, title: str = "A case report") -> Abstract:
    """A document whose text depends on its number, so that no two documents state the same."""
    words = list(WORDS)
    said = text or f"Case {number}: {words[number % 3]} caused {words[3 + number % 2]}. The patient had nausea after lithium."
    return Abstract(id=f"pubmed:{number}", title=title, sections=(Section(text=said),), published="2020")


@asynccontextmanager
async def at_work(
    settings: StreamSettings, *, extractor: Callable[[], Extractor] = DictionaryExtractor, graph: str | None = None
) -> AsyncIterator[Worker]:
    """A worker in this event loop; leaving the block stops it and raises what ended it."""
    address = graph or f"ladybug:{settings.data_dir / 'graph'}"
    worker = Worker(settings, extractor, lambda: open_store(address))
    stop = asyncio.Event()
    running = asyncio.ensure_future(worker.run(stop))
    began = asyncio.ensure_future(worker.started.wait())
    try:
        await asyncio.wait([running, began], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()

        async def assigned() -> bool:
            return all(worker._assigned(stage) for stage in settings.stages)

        await until(assigned, "every stage has partitions")  # a client that is stopped while it joins leaves its connection open
        yield worker
    finally:
        began.cancel()
        stop.set()
        await running


class WorkerProcess:
    """A worker in a process of its own, to be killed; a context manager."""

    def __init__(self, settings: StreamSettings, graph: str, *, log: Path, arguments: Sequence[str] = ()) -> None:
        self.settings = replace(settings, metrics_port=free_port())
        self._graph = graph
        self._log = log
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "WorkerProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def start(self) -> None:
        told = json.dumps(asdict(self.settings) | {"security": None}, default=str)
        command = [sys.executable, "-m", "tests.stream.worker_process", told, self._graph, *self._arguments]
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, timeout: float = PATIENCE) -> int:
        """The exit code."""
        assert self._process is not None
        return self._process.wait(timeout)

    def dead(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of the worker's own endpoint; status 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.settings.metrics_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, series: str) -> float:
        """The value of a series, 0 where it is not told."""
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(f"{series} "):
                return float(line.rpartition(" ")[2])
        return 0.0

    async def ready(self) -> None:
        """Until the stages have their partitions; raises with the log where the process ends before."""

        async def at_work() -> bool:
            if self.dead():
                raise AssertionError(f"the worker ended with {self.wait()}:\n{self.log}")
            return " at work on " in self.log

        await until(at_work, "the worker is at work")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until(condition: Callable[[], Awaitable[bool]], what: str, patience: float = PATIENCE) -> None:
    """Wait until it is so; fail with `what` where it does not become so."""
    deadline = time.monotonic() + patience
    while not await condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s in vain until {what}")
        await asyncio.sleep(0.1)


async def caught_up(settings: StreamSettings, *stages: Stage, patience: float = PATIENCE) -> None:
    """Wait until the stages (all by default) have committed everything that their topics hold."""
    wanted = stages or tuple(Stage)
    quiet = 0
    deadline = time.monotonic() + patience
    async with LagReader(settings, wanted) as lags:
        # A stage may be at zero a moment before its predecessor's last answer arrives; all must be at zero twice.
        while quiet < 2:
            found = await lags.read()
            quiet = quiet + 1 if sum(lag.messages for lag in found) == 0 else 0
            if time.monotonic() > deadline:
                raise AssertionError(f"still behind after {patience:.0f} s: {found}")
            await asyncio.sleep(0.15)


async def contents(settings: StreamSettings, topic: Topic) -> list[ConsumerRecord]:
    """Everything that a topic holds, by partition and offset."""
    name = topic.named(settings.prefix)
    count = next(state.partitions for state in await describe_topics(settings) if state.name == name)
    places = [TopicPartition(name, number) for number in range(count)]
    found: list[ConsumerRecord] = []
    async with reader(settings, max_partition_fetch_bytes=8 << 20) as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while behind := [place for place in places if await consumer.position(place) < ends[place]]:
            for records in (await consumer.getmany(*behind, timeout_ms=500)).values():
                found += records
    return sorted(found, key=lambda record: (record.partition, record.offset))


def newest(records: Sequence[ConsumerRecord]) -> dict[str, ConsumerRecord]:
    """The last message of each key, as compaction would leave it."""
    return {record.key.decode(): record for record in records}


async def send_raw(settings: StreamSettings, topic: Topic, *messages: dict[str, Any]) -> None:
    """Put messages on a topic as a foreign client would: `key`, `value`, `headers`, `partition`."""
    client = producer(settings, max_request_size=64 << 20, **({"compression_type": "gzip"} if len(messages) == 1 else {}))
    await start(client, settings)
    try:
        for message in messages:
            await client.send_and_wait(topic.named(settings.prefix), **message)
    finally:
        await client.stop()


async def graph_of(folder: Path, documents: dict[int, tuple[Revision, Abstract | None]], extractor: Extractor | None = None) -> Any:
    """The snapshot of a fresh graph loaded without Kafka from the documents' newest states."""
    extractor = extractor or DictionaryExtractor()
    async with open_store(f"ladybug:{folder}") as store:
        stated = [(revision, extractor.relations(extractor.entities(found))) for revision, found in documents.values() if found is not None]
        contributions = [Contribution.of(relations, revision) for revision, relations in stated]
        for first in range(0, len(contributions), 100):
            await store.apply(contributions[first : first + 100])
        return await store.snapshot()


async def snapshot_of(address: str) -> Any:
    store: GraphStore = open_store(address)
    async with store:
        return await store.snapshot()
