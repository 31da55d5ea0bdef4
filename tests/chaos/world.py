"""What faults happen to: one Kafka, one Neo4j, workers as processes, and a proxy between each worker and each service."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from deploy.local import Service, start_kafka, start_neo4j
from deploy.local.service import free_ports
from stream import StreamSettings, create_topics
from stream.questions import ask

from .documents import QUESTIONS
from .proxy import HOST, Network, Proxy

WORKERS = 3
"""That are always wanted; one more comes and goes."""
SESSION = 6.0
"""Seconds; the least that a broker allows by default."""
SHUTDOWN = 15.0
PARTITIONS = 6


@dataclass(eq=False)
class Member:
    """One worker's place: its own ways to the services, its own folder; its process comes and goes."""

    name: str
    settings: StreamSettings
    graph: str
    password: str
    extractor: str
    folder: Path
    to_broker: Proxy
    to_graph: Proxy
    wanted: bool = False
    ends: list[int] = field(default_factory=list)  # exit codes of processes that ended though nobody ended them
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.alive else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.wanted = True
        told = json.dumps(asdict(self.settings) | {"security": None}, default=str)
        command = [sys.executable, "-m", "tests.chaos.worker_process", told, self.graph, self.password, self.extractor]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def send(self, number: signal.Signals) -> None:
        if self.alive and self._process is not None:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        """kill -9, and nobody starts it again before `start`."""
        self.wanted = False
        self.send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    async def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and the seconds until it was gone. Killed where it outlives its own deadline by ten seconds."""
        self.wanted = False
        began = time.monotonic()
        process = self._process
        if process is None:
            return 0, 0.0
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            code = await asyncio.to_thread(process.wait, SHUTDOWN + 10)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        return code, time.monotonic() - began

    def revive(self) -> None:
        """What a supervisor does: a wanted process that ended is started again."""
        if self.wanted and self._process is not None and (code := self._process.poll()) is not None:
            self.ends.append(code)
            self.start()


@dataclass
class World:
    """Everything that a run of rounds works on."""

    folder: Path
    kafka: Service
    neo4j: Service
    network: Network
    settings: StreamSettings  # of who looks and verifies: straight to the broker
    publisher: StreamSettings
    to_publisher: Proxy
    members: list[Member]

    @property
    def graph(self) -> tuple[str, str]:
        """The graph's address, without a proxy, and its password."""
        return self.neo4j.settings["url"], self.neo4j.settings["password"]

    @property
    def workers(self) -> list[Member]:
        return self.members[:WORKERS]

    @property
    def spare(self) -> Member:
        return self.members[WORKERS]

    def proxies(self) -> list[Proxy]:
        return [self.to_publisher, *(way for member in self.members for way in (member.to_broker, member.to_graph))]

    async def keep(self) -> None:
        """The supervisor of all members; run until cancelled."""
        while True:
            await asyncio.sleep(0.5)
            for member in self.members:
                member.revive()


async def _at_work(workers: list[Member], patience: float = 120.0) -> None:
    """Until each has its partitions; raises `RuntimeError` with the log's end where one is not at work in time."""
    deadline = time.monotonic() + patience
    for member in workers:
        while " at work on " not in member.said:
            if not member.alive or time.monotonic() > deadline:
                raise RuntimeError(f"{member.name} is not at work:\n{member.said[-3000:]}")
            await asyncio.sleep(0.2)


@asynccontextmanager
async def world(folder: Path, *, extractor: str = "numbered", metrics: bool = False) -> AsyncIterator[World]:
    """Services on free ports with their data in `folder`, topics, and the workers started. Everything ends with the block.

    `metrics`: each worker has an endpoint.
    """
    ways = WORKERS + 2  # the spare's and the publisher's too
    ports = free_ports(3 + 4 * ways)
    broker, controller, bolt = ports[:3]
    listeners, near, graphs, endpoints = (ports[3 + ways * part : 3 + ways * (part + 1)] for part in range(4))
    names = [f"WAY{number}" for number in range(ways)]
    inside = [f"{name}://{HOST}:{port}" for name, port in zip(names, listeners, strict=True)]
    outside = [f"{name}://{HOST}:{port}" for name, port in zip(names, near, strict=True)]
    extra = {
        # The broker tells a client where to go by the listener it came through: so every client stays on its own proxy.
        "listeners": ",".join([f"PLAINTEXT://{HOST}:{broker}", *inside, f"CONTROLLER://{HOST}:{controller}"]),
        "advertised.listeners": ",".join([f"PLAINTEXT://{HOST}:{broker}", *outside]),
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in ("CONTROLLER", "PLAINTEXT", *names)),
    }
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        kafka = await asyncio.to_thread(start_kafka, folder / "kafka", broker, controller_port=controller, memory="384m", extra=extra)
        stack.callback(kafka.kill)
        neo4j = await asyncio.to_thread(start_neo4j, folder / "neo4j", bolt, memory="768m", page_cache="64m")
        stack.callback(neo4j.kill)
        settings = StreamSettings(
            broker=kafka.address,
            prefix="chaos",
            partitions=PARTITIONS,
            data_dir=folder,
            metrics_port=0,
            software="test",
            session_timeout=SESSION,
            shutdown=SHUTDOWN,
            threads=1,
            batch=16,
            broker_timeout=60.0,
            worker="chaos",
        )
        await create_topics(settings)
        await ask(settings, QUESTIONS)
        to_broker = [network.proxy(port, target) for port, target in zip(near, listeners, strict=True)]
        to_graph = [network.proxy(port, bolt) for port in graphs[: ways - 1]]
        members = [
            Member(
                name=f"w{number}",
                settings=replace(
                    settings,
                    broker=f"{HOST}:{to_broker[number].port}",
                    data_dir=folder / f"w{number}",
                    metrics_port=endpoints[number] if metrics else 0,
                ),
                graph=f"bolt://{HOST}:{to_graph[number].port}",
                password=neo4j.settings["password"],
                extractor=extractor,
                folder=folder / f"w{number}",
                to_broker=to_broker[number],
                to_graph=to_graph[number],
            )
            for number in range(ways - 1)
        ]
        for member in members:
            stack.callback(member.kill)
        publisher = replace(settings, broker=f"{HOST}:{to_broker[-1].port}")
        made = World(folder, kafka, neo4j, network, settings, publisher, to_broker[-1], members)
        for member in made.workers:
            member.start()
        await _at_work(made.workers)
        keeping = asyncio.ensure_future(made.keep())
        try:
            yield made
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
