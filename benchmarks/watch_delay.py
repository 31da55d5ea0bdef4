"""How soon a standing question's answer is told: from the graph write to the message that can be read on the discoveries topic.

The graph stage of `biorelay worker` on a real Kafka and a real Neo4j that holds the same graph as the embedded one beside it, with as many
questions on their topic as the largest number measured there; half of them start from what everybody writes about, so that documents
answer them all the time (`hubs` in `benchmarks.bench_watch`). Relations come at random moments at a steady rate, and then all at once.
A message's delay is the moment at which a consumer has it, less its `ce_time`, which is taken just before the transaction commits: the
commit is in it. Everything is on one machine and shares its clock and its cores.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aiokafka import TopicPartition

from benchmarks.graph_documents import Drawn
from benchmarks.stream_latency import Graph, moments
from benchmarks.stream_process import Measured, worker_variables
from deploy.local import Service, start_kafka, start_neo4j
from deploy.local.service import free_ports
from graphstore import Contribution, GraphStore, open_store
from processors.records import Question, Relations, Revision
from stream import StreamSettings, create_topics, headers
from stream.connection import producer, reader, start
from stream.questions import ask
from stream.settings import Stage
from stream.topics import Topic, partitions_of

QUIET: Final = 1.0
"""Seconds that the last message has after the outbox was emptied."""
_PATIENCE: Final = 300.0
_PREFIX: Final = "watch-delay"
FRESH: Final = 10_000_000
"""The number of the first drawn document that is not in the graph."""
WARM: Final = 640
"""Documents before the first that is measured: Neo4j's compiler has seen the statements."""
HEAP, PAGES = "2g", "512m"
"""Neo4j's memory: heap and page cache."""


@dataclass(frozen=True)
class Services:
    """What the worker is given."""

    folder: Path
    kafka: Service
    neo4j: Service

    def store(self) -> GraphStore:
        graph = self.neo4j.settings
        return open_store(graph["url"], user=graph["user"], password=graph["password"], write_timeout=_PATIENCE)

    def graph(self) -> Graph:
        return Graph(**self.neo4j.settings)

    def settings(self) -> StreamSettings:
        return StreamSettings(broker=self.kafka.address, prefix=_PREFIX, broker_timeout=30.0)

    def variables(self, port: int) -> dict[str, str]:
        return worker_variables(self.kafka, self.neo4j, _PREFIX, self.folder / "worker", port)


@asynccontextmanager
async def services(folder: Path) -> AsyncIterator[Services]:
    """A Kafka and a Neo4j of this run's own; their data is thrown away."""
    broker, controller, bolt = free_ports(3)
    started: list[Service] = []
    try:
        started.append(start_kafka(folder / "kafka", broker, controller_port=controller))
        started.append(start_neo4j(folder / "neo4j", bolt, memory=HEAP, page_cache=PAGES))
        yield Services(folder, *started)
    finally:
        for service in started:
            service.kill()


class Ear:
    """Reads the discoveries topic from a run's beginning and keeps each message's delay, repeats left out; an async context manager."""

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._seen: set[str] = set()
        self.seconds: list[float] = []

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Ear"]:
        name = Topic.DISCOVERIES.named(self._settings.prefix)
        async with reader(self._settings) as consumer:
            places = [TopicPartition(name, number) for number in range(partitions_of(Topic.DISCOVERIES, self._settings))]
            consumer.assign(places)
            for place, end in (await consumer.end_offsets(places)).items():
                consumer.seek(place, end)
            task = asyncio.ensure_future(self._listen(consumer))
            try:
                yield self
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, consumer: Any) -> None:
        while True:
            batch = await consumer.getmany(timeout_ms=500)
            now = time.time()
            for record in (record for records in batch.values() for record in records):
                id_, written = (headers.get(record.headers, name) or "" for name in ("ce_id", "ce_time"))
                if id_ not in self._seen:
                    self._seen.add(id_)
                    self.seconds.append(now - datetime.fromisoformat(written).timestamp())


async def measured(drawn: Drawn, questions: Sequence[Question], folder: Path, *, rate: float, documents: int, burst: int) -> dict[str, Any]:
    """The delays at a steady rate (documents a second) and of a burst. The graph lies in `folder`/neo4j."""
    async with services(folder) as them:
        async with them.store() as store:
            stats = await store.stats()
        settings, port = them.settings(), free_ports(1)[0]
        await create_topics(settings)
        await ask(settings, questions)
        command = [sys.executable, "-m", "biorelay", "worker", "--stages", Stage.GRAPH]
        with Measured(command, them.variables(port), folder / "worker.log") as worker:
            await asyncio.to_thread(worker.ready, [port])
            await asyncio.to_thread(worker.says, f"{len(questions)} standing questions")
            found: dict[str, Any] = {"relations": stats.edges, "questions": len(questions)}
            first = FRESH
            for name, count, pace in (("warm", WARM, None), ("steady", documents, rate), ("burst", burst, None)):
                batch = relations_of(drawn.contributions(range(first, first + count)))
                async with Ear(settings).listening() as ear, them.graph() as graph, them.store() as store:
                    began = time.perf_counter()
                    await publish(settings, batch, first - FRESH, pace)
                    seconds = await graph.all_there([one.id for one in batch], 0.5) - began
                    while await store.outbox(1):  # noqa: ASYNC110  the worker empties it
                        await asyncio.sleep(0.2)
                    await asyncio.sleep(QUIET)
                worker.check()
                first += count
                if name != "warm":
                    found[name] = {"documents": count, "docs_per_s": round(count / seconds, 1)} | told(ear.seconds)
                    print(f"{name}: {found[name]}", flush=True)
            return found


def relations_of(contributions: Iterable[Contribution]) -> list[Relations]:
    return [one.relations for one in contributions if one.relations is not None]


async def publish(settings: StreamSettings, found: Sequence[Relations], first: int, rate: float | None) -> None:
    """Put relations on their topic, so many a second at random moments, or as fast as it goes."""
    client = producer(settings)
    await start(client, settings)
    name, began = Topic.RELATIONS.named(settings.prefix), time.perf_counter()
    try:
        due = moments(len(found), rate, 6) if rate else [0.0] * len(found)
        sent = []
        for place, (one, moment) in enumerate(zip(found, due, strict=True)):
            await asyncio.sleep(max(began + moment - time.perf_counter(), 0.0))
            told = headers.stamp(Revision(0, first + place), round(1000 * time.time()))
            sent.append(await client.send(name, one.to_bytes(), key=one.id.encode(), headers=list(told)))
        await asyncio.gather(*sent)
    finally:
        await client.stop()


def told(seconds: Sequence[float]) -> dict[str, Any]:
    """Nearest ranks of the delays, in milliseconds, and the share within a second. Raises `ValueError` for none."""
    if not seconds:
        raise ValueError("nothing was told")
    ordered = sorted(seconds)
    ranks = {f"p{rank}_ms": round(1000 * ordered[-(-rank * len(ordered) // 100) - 1], 1) for rank in (50, 95, 99)}
    within = round(100 * sum(one <= 1.0 for one in ordered) / len(ordered), 2)
    return {"messages": len(ordered), **ranks, "longest_ms": round(1000 * ordered[-1], 1), "within_a_second_percent": within}
