"""The worker on a real Kafka and a real Neo4j: what it costs beside `biorelay extract`, and how soon a document can be asked for.

Each round runs the same real abstracts, on as many threads everywhere, through
- `extract`: file in, JSON lines out, no Kafka (`benchmarks.stream_extract`);
- `worker`: `biorelay worker` with all three stages, until the graph has every document;
- `worker_ner_relations`: the same without the graph stage, until the relations are on their topic;
- `peer`: those two stages as a plain aiokafka consumer, without Faust and without a delivery policy (`benchmarks.stream_peer`).
CPU seconds are the whole process's, from /proc, between a warm-up and the last commit. Both services are local processes of this run's
own on free ports, with their data in a folder that is removed; they share the machine with what is measured.

    python -m benchmarks.bench_stream [--documents N] [--rounds N] [--processes N] [--check]
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition

from benchmarks.machine import describe
from benchmarks.regression import compare
from benchmarks.stream_documents import documents, write
from benchmarks.stream_latency import Graph, at_rate, one_at_a_time, percentiles
from benchmarks.stream_process import Measured, cpu_seconds, peak_memory, worker_variables
from benchmarks.stream_table import table
from deploy.local import Service, start_kafka, start_neo4j
from deploy.local.service import free_ports
from processors.records import Abstract
from stream import Publisher, StreamSettings, create_topics
from stream.connection import reader
from stream.settings import Stage
from stream.topics import Topic

RESULTS = Path(__file__).parent / "results" / "stream.json"
PACKAGES = ("onnxruntime", "tokenizers", "numpy", "faust-streaming", "aiokafka", "neo4j")
WARM = 60
"""Documents of each warm-up, one by one: every thread has had its session, and Neo4j's compiler has seen its statements."""
YOUNG = 300
"""Documents before the first round of the worker. Most of a young Neo4j's CPU seconds are its optimising compiler's, still after 660
documents, and on two cores the worker waits for it. So this one has only the quick compiler, which is soon done."""
SETTLE = 0.6
"""Seconds after the last document in which its offset is committed."""
LIMITS = {"ratios.docs_per_s_vs_extract": 0.15, "ratios.docs_per_s_vs_peer": 0.15}
"""How far a ratio may fall below the stored one, as a share of it (`--check`)."""
RISES = {"ratios.cpu_vs_extract": 0.05, "ratios.cpu_vs_peer": 0.05, "ratios.idle_p50_vs_extract": 0.5}
"""How far one may rise."""


@dataclass(slots=True)
class Timing:
    """One contender's rounds: documents, CPU and wall seconds of each."""

    documents: list[int] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    beside: dict[str, list[float]] = field(default_factory=dict)  # CPU seconds of the services meanwhile

    def add(self, documents: int, cpu: float, wall: float, **beside: float) -> None:
        self.documents.append(documents)
        self.cpu.append(cpu)
        self.wall.append(wall)
        for name, seconds in beside.items():
            self.beside.setdefault(name, []).append(seconds)

    @property
    def cpu_per_document(self) -> float:
        return sum(self.cpu) / sum(self.documents)

    @property
    def rate(self) -> float:
        return sum(self.documents) / sum(self.wall)

    def summary(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "docs_per_s": round(self.rate, 2),
            "cpu_ms_per_document": round(1000 * self.cpu_per_document, 2),
            "rounds_cpu_s": [round(seconds, 2) for seconds in self.cpu],
            "rounds_wall_s": [round(seconds, 2) for seconds in self.wall],
        }
        return told | {f"{name}_cpu_ms_per_document": round(1000 * sum(s) / sum(self.documents), 2) for name, s in self.beside.items()}


@dataclass
class Bench:
    """The services, the settings, and what is measured with them."""

    folder: Path
    kafka: Service
    neo4j: Service
    threads: int
    processes: int
    contenders: dict[str, Timing] = field(default_factory=dict)
    starts: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    latencies: dict[str, dict[str, Any]] = field(default_factory=dict)

    def settings(self, prefix: str) -> StreamSettings:
        return StreamSettings(broker=self.kafka.address, prefix=prefix, broker_timeout=30.0)

    def variables(self, prefix: str, port: int) -> dict[str, str]:
        threads = {"BIORELAY_WORKER_THREADS": str(max(self.threads // self.processes, 1))}
        return worker_variables(self.kafka, self.neo4j, prefix, self.folder / prefix, port) | threads

    def timing(self, name: str) -> Timing:
        return self.contenders.setdefault(name, Timing())

    async def extract(self, warm: Sequence[Abstract], found: Sequence[Abstract]) -> None:
        files = [write(warm, self.folder / "warm.jsonl"), write(found, self.folder / "documents.jsonl"), self.folder / "out.jsonl"]
        command = [sys.executable, "-m", "benchmarks.stream_extract", *map(str, files), str(self.threads)]
        done = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        said, _ = await done.communicate()
        if done.returncode:
            raise RuntimeError(f"extract ended with {done.returncode}")
        seconds = json.loads(said)
        self.timing("extract").add(seconds["documents"], seconds["cpu_s"], seconds["wall_s"])

    @asynccontextmanager
    async def running(self, name: str, module: Sequence[str], turn: int) -> AsyncIterator[tuple[Measured, Publisher, StreamSettings]]:
        """A contender with topics of its own and one publisher."""
        settings = self.settings(f"{name.replace('_', '-')}-{turn}")
        await create_topics(settings)
        ports = _block(self.processes)
        command = [sys.executable, "-m", *module]
        with Measured(command, self.variables(settings.prefix, ports[0]), self.folder / f"{settings.prefix}.log") as process:
            if name == "peer":
                await asyncio.to_thread(process.says, "ready")
            else:
                seconds = await asyncio.to_thread(process.ready, ports)
                if name == "worker":
                    self.starts.append(seconds)
            async with Publisher(settings) as publisher:
                yield process, publisher, settings

    async def through_topics(
        self, name: str, module: Sequence[str], turn: int, warm: Sequence[Abstract], found: Sequence[Abstract]
    ) -> None:
        """A contender that ends with the relations' topic."""
        async with self.running(name, module, turn) as (process, publisher, settings), reader(settings) as consumer:
            consumer.assign([TopicPartition(Topic.RELATIONS.named(settings.prefix), n) for n in range(settings.partitions)])
            await _publish(publisher, warm)
            await _written(consumer, warm, process)
            await asyncio.sleep(SETTLE)
            cpu, kafka, began = process.cpu(), cpu_seconds(_pid(self.kafka)), time.perf_counter()
            await _publish(publisher, found)
            await _written(consumer, found, process)
            wall = time.perf_counter() - began
            await asyncio.sleep(SETTLE)
            self.timing(name).add(len(found), process.cpu() - cpu, wall, kafka=cpu_seconds(_pid(self.kafka)) - kafka)

    async def into_graph(self, turn: int, warm: Sequence[Abstract], found: Sequence[Abstract], later: "Later | None") -> None:
        """The whole worker, until the graph has every document; in the last round also how long single documents take."""
        graph_at = self.neo4j.settings
        module = ["biorelay", "worker", "--processes", str(self.processes)]
        async with (
            self.running("worker", module, turn) as (process, publisher, _),
            Graph(graph_at["url"], graph_at["user"], graph_at["password"]) as graph,
        ):
            await _publish(publisher, warm, 0.05)
            await graph.all_there([document.id for document in warm])
            await asyncio.sleep(SETTLE)
            cpu, began = process.cpu(), time.perf_counter()
            await asyncio.sleep(3)
            self.idle.append((process.cpu() - cpu) / (time.perf_counter() - began))
            cpu, kafka, neo4j = process.cpu(), cpu_seconds(_pid(self.kafka)), cpu_seconds(_pid(self.neo4j))
            began = time.perf_counter()
            await _publish(publisher, found)
            wall = await graph.all_there([document.id for document in found]) - began
            await asyncio.sleep(SETTLE)
            beside = {"kafka": cpu_seconds(_pid(self.kafka)) - kafka, "neo4j": cpu_seconds(_pid(self.neo4j)) - neo4j}
            self.timing("worker").add(len(found), process.cpu() - cpu, wall, **beside)
            if later is not None:
                await self._latencies(publisher, graph, later)
            self.memory.append(max(peak_memory(process.pid), default=0))

    async def _latencies(self, publisher: Publisher, graph: Graph, later: "Later") -> None:
        self.latencies["idle"] = percentiles(await one_at_a_time(publisher, graph, later.take(later.idle)))
        for name, share in (("half", 0.5), ("at_90_percent", 0.9)):
            rate = share * self.timing("worker").rate
            batch = later.take(max(int(rate * later.seconds), 1))
            found = percentiles(await at_rate(publisher, graph, batch, rate))
            self.latencies[name] = found | {"docs_per_s": round(rate, 2)}
            print(f"{name}: {self.latencies[name]}", flush=True)
            await asyncio.sleep(1)


@dataclass
class Later:
    """The documents of the last part, each handed out once."""

    documents: list[Abstract]
    idle: int
    seconds: float

    def take(self, count: int) -> list[Abstract]:
        """The next so many. Where the machine is faster than was thought, texts come again, under new ids."""
        taken, self.documents = self.documents[:count], self.documents[count:]
        self.documents += [document.model_copy(update={"id": f"{document.id}-again"}) for document in taken]
        return taken if len(taken) == count else [*taken, *self.take(count - len(taken))]


def _pid(service: Service) -> int:
    pid = service.pid
    if pid is None:
        raise RuntimeError(f"{service.name} is gone: {service.log}")
    return pid


def _block(count: int) -> list[int]:
    """A row of free ports."""
    while True:
        [first] = free_ports(1)
        if first + count <= 65536:
            return list(range(first, first + count))


async def _publish(publisher: Publisher, found: Sequence[Abstract], every: float = 0.0) -> None:
    for document in found:
        await publisher.publish(document)
        await asyncio.sleep(every)
    await publisher.flush()


async def _written(consumer: Any, found: Sequence[Abstract], process: Measured) -> None:
    """Until the relations' topic has an answer for each document; one that comes twice counts once."""
    left = {document.id.encode() for document in found}
    while left:
        process.check()
        for records in (await consumer.getmany(timeout_ms=200)).values():
            left -= {record.key for record in records}


@contextmanager
def _services(folder: Path) -> Iterator[tuple[Service, Service]]:
    broker, controller, bolt = free_ports(3)
    started: list[Service] = []
    try:
        started.append(start_kafka(folder / "kafka", broker, controller_port=controller, say=print))
        started.append(start_neo4j(folder / "neo4j", bolt, young=True, say=print))
        yield started[0], started[1]
    finally:
        for service in started:
            service.kill()  # its data is thrown away


async def measure(bench: Bench, options: argparse.Namespace, found: list[Abstract]) -> None:
    warm, found = found[:WARM], found[WARM:]
    # Texts come again, under ids of their own: what counts is how often a statement has run.
    young = [document.model_copy(update={"id": f"young:{n}"}) for n, document in enumerate(islice(cycle(found), options.young))]
    stages = f"{Stage.NER},{Stage.RELATIONS}"
    for turn in range(options.rounds):
        part, found = found[: options.documents], found[options.documents :]
        first = [document.model_copy(update={"id": f"warm:{turn}-{number}"}) for number, document in enumerate(warm)]
        later = Later(found, options.idle, options.seconds) if turn == options.rounds - 1 else None
        await bench.extract(first, part)
        await bench.into_graph(turn, [*first, *young] if turn == 0 else first, part, later)
        module = ["biorelay", "worker", "--processes", str(bench.processes), "--stages", stages]
        await bench.through_topics("worker_ner_relations", module, turn, first, part)
        await bench.through_topics("peer", ["benchmarks.stream_peer", str(bench.threads)], turn, first, part)
        print(f"round {turn + 1} of {options.rounds}", flush=True)


def result(bench: Bench, options: argparse.Namespace, about: dict[str, Any], machine: dict[str, Any]) -> dict[str, Any]:
    extract, worker, two, peer = (bench.contenders[name] for name in ("extract", "worker", "worker_ner_relations", "peer"))
    overhead = {
        name: round(t.cpu_per_document / extract.cpu_per_document - 1, 4) for name, t in bench.contenders.items() if t is not extract
    }
    return {
        "schema": "biorelay.benchmark/1",
        "name": "stream",
        "machine": machine,
        **about,
        "rounds": options.rounds,
        "threads": bench.threads,
        "processes": bench.processes,
        "docs_per_s": round(worker.rate, 2),
        "overhead_vs_extract": overhead["worker"],
        "overheads_vs_extract": overhead,
        "idle_cpu_s_per_s": round(statistics.median(bench.idle), 4),
        "publish_to_queryable_s": bench.latencies,
        "peak_memory_mb": round(max(bench.memory) / 1e6, 1),
        "ready_s": round(statistics.median(bench.starts), 2),
        "contenders": {name: timing.summary() for name, timing in bench.contenders.items()},
        "ratios": {
            "docs_per_s_vs_extract": round(worker.rate / extract.rate, 3),
            "docs_per_s_vs_peer": round(two.rate / peer.rate, 3),
            "cpu_vs_extract": round(worker.cpu_per_document / extract.cpu_per_document, 4),
            "cpu_vs_peer": round(two.cpu_per_document / peer.cpu_per_document, 4),
            "idle_p50_vs_extract": round(bench.latencies["idle"]["p50"] / extract.cpu_per_document, 3),
        },
    }


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if options.check and not options.out.is_file():
        print(f"nothing to compare with: {options.out} is not there", file=sys.stderr)
        return 2
    machine = describe(PACKAGES)
    # Enough for 90 % of what two hundred documents a second would be; on faster machines texts come again.
    later = options.idle + int(1.4 * options.seconds * 100)
    found = documents(options.data, WARM + options.documents * options.rounds + later)
    measured = found[WARM : WARM + options.documents * options.rounds]
    about = {"documents": options.documents, "mean_characters": round(statistics.mean(len(d.text) for d in measured))}
    with tempfile.TemporaryDirectory(prefix="bench-stream-") as folder, _services(Path(folder)) as (kafka, neo4j):
        bench = Bench(Path(folder), kafka, neo4j, options.threads, options.processes)
        asyncio.run(measure(bench, options, found))
        told = result(bench, options, about, machine)
    print(table(told))
    if options.check:
        lines = compare(json.loads(options.out.read_text(encoding="utf-8")), told, LIMITS, RISES)
        print("\n".join(lines) or f"no worse than {options.out} allows")
        return 1 if lines else 0
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"written: {options.out}")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_stream", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=300, help="of each round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--processes", type=int, default=1, help="worker processes; they share the threads")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="inference threads of each contender in all")
    parser.add_argument("--young", type=int, default=YOUNG, help="documents for Neo4j to get warm with (default: %(default)s)")
    parser.add_argument("--idle", type=int, default=40, help="documents that are published one at a time")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each run at a given rate")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--check", action="store_true", help="compare with the stored result, write nothing; 1 where a ratio is worse")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
