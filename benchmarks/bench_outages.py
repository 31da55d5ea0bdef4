"""What a worker does while something it needs refuses: memory, dead letters, whether it goes on by itself, and how long it takes to end.

A real Kafka, a real Neo4j and the shipped worker, each started here. For each state: documents are published, the state is brought about,
more are published where the broker takes them, and it holds for `--seconds`. Then it is mended, and the worker has to catch up by itself:
the same process, every document in the graph, no dead letter. After that the state is brought about once more and the worker gets SIGTERM
in the midst of it.

`data-full` and `broker-full` are a quota on the size of files (RLIMIT_FSIZE), which makes writes fail as a full disk does.

python -m benchmarks.bench_outages [--seconds S] [--long S] [--documents N] [--only STATE ...] [--out JSON]

`--long`: seconds for `broker-away`, 600 for the ten minutes of the promise.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from neo4j import GraphDatabase

from benchmarks.machine import ROOT, describe
from benchmarks.scale_memory import memory
from deploy.local import Service, start_kafka, start_neo4j
from deploy.local.neo4j import USER
from deploy.local.service import free_ports
from graphstore import open_store
from processors.records import Abstract
from stream import Publisher, StreamSettings, create_topics, list_dead_letters
from stream.lag import LagReader
from tests.chaos.proxy import Network, Proxy
from tests.stream.hogs import memory_taken
from tests.stream.kit import abstract

RESULTS = Path(__file__).parent / "results" / "outages.json"
SHUTDOWN = 10.0
PATIENCE = 240.0
GRAPH_MEMORY, PAGES = "768m", "64m"


@dataclass
class World:
    """The services, the worker and what is known of it."""

    folder: Path
    kafka: Service
    neo4j: Service
    to_graph: Proxy
    settings: StreamSettings
    published: int = 0
    worker: "subprocess.Popen[bytes] | None" = None
    samples: list[tuple[float, int]] = field(default_factory=list)  # resident MB, open files

    @property
    def password_file(self) -> Path:
        return self.folder / "graph-password"

    @property
    def password(self) -> str:
        return self.password_file.read_text()

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        if self.worker is None:
            raise RuntimeError("no worker")
        return self.worker

    def start(self) -> None:
        """The worker, as operators run it; returns when it is at work."""
        own = {
            "BIORELAY_BROKER_BOOTSTRAP": self.kafka.address,
            "BIORELAY_TOPICS_PREFIX": self.settings.prefix,
            "BIORELAY_GRAPH_URL": f"bolt://127.0.0.1:{self.to_graph.port}",
            "BIORELAY_GRAPH_PASSWORD_FILE": str(self.password_file),
            "BIORELAY_DATA_DIR": str(self.folder / "data"),
            "BIORELAY_WORKER_METRICS_PORT": str(self.settings.metrics_port),
            "BIORELAY_WORKER_SESSION_TIMEOUT_S": "10",
            "BIORELAY_WORKER_SHUTDOWN_S": str(SHUTDOWN),
            "BIORELAY_WORKER_THREADS": "1",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")}
        with (self.folder / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "biorelay", "worker"]
            self.worker = subprocess.Popen(command, cwd=ROOT, env=kept | own, stdout=log, stderr=log)
        until(lambda: self.metric("biorelay_questions", -1) >= 0 and self.at_work(), "the worker is at work")

    def at_work(self) -> bool:
        return b" at work on " in (self.folder / "worker.log").read_bytes()

    def get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.settings.metrics_port}{path}", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError as error:
            return error.read().decode() if hasattr(error, "read") else ""

    def metric(self, name: str, default: float = 0.0) -> float:
        found = [float(line.rpartition(" ")[2]) for line in self.get("/metrics").splitlines() if line.startswith(name)]
        return sum(found) if found else default

    def waits(self) -> dict[str, str]:
        """The stages that wait, and why."""
        try:
            wrong = json.loads(self.get("/readyz")).get("wrong", {})
        except ValueError:
            return {}
        return {stage: str(why).removeprefix("waits: ") for stage, why in wrong.items() if str(why).startswith("waits: ")}

    def look(self) -> None:
        """One sample of the worker."""
        with suppress(OSError):
            files = sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())
            self.samples.append((memory(self.process.pid).get("resident_mb", 0.0), files))

    def more(self, count: int) -> None:
        """Publish so many documents more."""
        documents = [abstract(self.published + number) for number in range(count)]
        asyncio.run(_publish(replace(self.settings, broker_timeout=60.0), documents))
        self.published += count

    def articles(self) -> int:
        async def ask() -> int:
            async with open_store(self.neo4j.settings["url"], password=self.password, read_only=True) as store:
                return (await store.stats()).articles

        try:
            return asyncio.run(ask())
        except Exception:  # noqa: BLE001  it may not be back yet
            return -1

    def dead_letters(self) -> int:
        async def count() -> int:
            return len([letter async for letter in list_dead_letters(replace(self.settings, broker_timeout=60.0))])

        return asyncio.run(count())

    def behind(self) -> int:
        async def lag() -> int:
            async with LagReader(replace(self.settings, broker_timeout=5.0)) as reader:
                return sum(each.messages for each in await reader.read())

        try:
            return asyncio.run(lag())
        except Exception:  # noqa: BLE001  the broker may not be back yet
            return 1

    def restart_graph(self, extra: dict[str, str]) -> None:
        self.neo4j.stop()
        self.neo4j = start_neo4j(self.neo4j.folder, self.neo4j.port, memory=GRAPH_MEMORY, page_cache=PAGES, young=True, extra=extra)


async def _publish(settings: StreamSettings, documents: Sequence[Abstract]) -> None:
    async with Publisher(settings) as publisher:
        for document in documents:
            await publisher.publish(document)


def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
    """Seconds until it is so. Raises `RuntimeError`."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience:
            raise RuntimeError(f"waited {patience:.0f} s in vain until {what}")
        time.sleep(0.25)
    return time.monotonic() - began


# states


def _broker_away(it: World) -> Iterator[None]:
    it.kafka.stop()
    yield
    it.kafka.start()


def _broker_frozen(it: World) -> Iterator[None]:
    it.kafka.pause()
    yield
    it.kafka.resume()


def _broker_full(it: World) -> Iterator[None]:
    largest = max((file.stat().st_size for file in (it.kafka.folder / "data").glob(f"{it.settings.prefix}.*/*.log")), default=0)
    _quota(it.kafka.pid, largest + 1000)
    yield
    _quota(it.kafka.pid, resource.RLIM_INFINITY)
    it.kafka.kill()  # a broker that cannot write ends by itself; whoever made room starts it
    it.kafka.start()


def _graph_away(it: World) -> Iterator[None]:
    it.neo4j.kill()
    yield
    it.neo4j.start()


def _graph_frozen(it: World) -> Iterator[None]:
    it.neo4j.pause()
    yield
    it.neo4j.resume()


def _graph_slow(it: World) -> Iterator[None]:
    it.to_graph.slow(0.5)
    yield
    it.to_graph.heal()


def _graph_read_only(it: World) -> Iterator[None]:
    it.restart_graph({"server.databases.read_only": "neo4j"})
    yield
    it.restart_graph({})


def _graph_memory(it: World) -> Iterator[None]:
    it.restart_graph({"dbms.memory.transaction.total.max": "10m"})
    with memory_taken(it.neo4j.settings["url"], it.password):
        yield
    it.restart_graph({})


def _graph_password(it: World) -> Iterator[None]:
    old, new = it.password, f"new-{time.monotonic_ns()}"
    with (
        GraphDatabase.driver(it.neo4j.settings["url"], auth=(USER, old)) as driver,
        driver.session(database="system") as session,
    ):
        session.run("ALTER CURRENT USER SET PASSWORD FROM $old TO $new", old=old, new=new).consume()
    it.restart_graph({})
    yield
    it.password_file.write_text(new)


def _data_full(it: World) -> Iterator[None]:
    _quota(it.process.pid, 1)
    yield
    with suppress(ProcessLookupError):
        _quota(it.process.pid, resource.RLIM_INFINITY)


def _quota(pid: int | None, size: int) -> None:
    if pid is not None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


STATES: dict[str, Callable[[World], Iterator[None]]] = {
    "broker-away": _broker_away,
    "broker-frozen": _broker_frozen,
    "broker-full": _broker_full,
    "graph-away": _graph_away,
    "graph-frozen": _graph_frozen,
    "graph-slow": _graph_slow,
    "graph-read-only": _graph_read_only,
    "graph-memory": _graph_memory,
    "graph-password": _graph_password,
    "data-full": _data_full,
}


def measured(it: World, name: str, seconds: float, documents: int) -> dict[str, Any]:
    """One state: held, mended, and once more with SIGTERM in it."""
    state = contextmanager(STATES[name])
    pid = it.process.pid
    it.look()
    before, it.samples = it.samples[-1], []
    waited: dict[str, str] = {}
    it.more(documents)
    with state(it):
        if not name.startswith("broker"):
            it.more(documents)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            it.look()
            waited |= it.waits()
            time.sleep(1)
    back = until(lambda: it.behind() == 0 and it.behind() == 0, f"the worker has caught up after {name}")
    found = {
        "seconds": seconds,
        "waited_for": waited,
        "back_s": round(back, 1),
        "same_process": it.process.poll() is None and it.process.pid == pid,
        "missing": it.published - it.articles(),
        "dead_letters": it.dead_letters(),
        "rss_before_mb": round(before[0]),
        "rss_most_mb": round(max(rss for rss, _ in it.samples)),
        "files_before": before[1],
        "files_most": max(files for _, files in it.samples),
    }
    with state(it):
        if not name.startswith("broker"):
            it.more(documents // 4)
        time.sleep(4)
        began = time.monotonic()
        it.process.send_signal(signal.SIGTERM)
        try:
            found["exit_code"] = it.process.wait(SHUTDOWN + 20)
        except subprocess.TimeoutExpired:
            it.process.kill()
            found["exit_code"] = it.process.wait()
        found["ended_after_s"] = round(time.monotonic() - began, 1)
    (it.folder / "worker.log").rename(it.folder / f"worker-{name}.log")
    it.start()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--long", type=float, default=None)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--only", nargs="+", choices=sorted(STATES), default=list(STATES))
    parser.add_argument("--folder", type=Path, default=None, help="keeps the logs")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    result: dict[str, Any] = {
        "schema": "biorelay.benchmark/1",
        "name": "outages",
        "machine": describe(["aiokafka", "faust-streaming", "neo4j"]),
        "shutdown_s": SHUTDOWN,
        "documents": arguments.documents,
        "states": {},
    }
    with ExitStack() as stack:
        folder = arguments.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker, controller, bolt, way, metrics = free_ports(5)
        network = stack.enter_context(Network())
        kafka = start_kafka(folder / "kafka", broker, controller_port=controller, memory="384m")
        stack.callback(kafka.kill)
        neo4j = start_neo4j(folder / "neo4j", bolt, memory=GRAPH_MEMORY, page_cache=PAGES, young=True)
        settings = StreamSettings(broker=kafka.address, prefix="outages", partitions=3, data_dir=folder, metrics_port=metrics)
        asyncio.run(_topics(settings))
        it = World(folder, kafka, neo4j, network.proxy(way, bolt), settings)
        stack.callback(_ended, it)
        it.password_file.write_text(neo4j.settings["password"])
        it.start()
        it.more(arguments.documents)
        until(lambda: it.behind() == 0, "the first documents are through")
        for name in arguments.only:
            seconds = arguments.long if name == "broker-away" and arguments.long else arguments.seconds
            result["states"][name] = measured(it, name, seconds, arguments.documents)
            print(name, result["states"][name], flush=True)
            arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _ended(it: World) -> None:
    """Whatever runs by now: the graph's server is another one after each restart."""
    if it.worker is not None:
        it.worker.kill()
        it.worker.wait()
    it.neo4j.kill()


async def _topics(settings: StreamSettings) -> None:
    await create_topics(settings)


if __name__ == "__main__":
    main()
