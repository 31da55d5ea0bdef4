"""Nothing listens beyond this machine unless it is told to: asked of the kernel, for every process that biorelay starts."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

import pytest

from benchmarks.stream_process import family
from deploy.local import Service
from stream import EmbeddedBroker, StreamSettings
from stream.topics import create_topics
from tests.stream.kit import free_port

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the kernel's own list of sockets is Linux's")
LISTEN = "0A"


def listening(pid: int) -> set[tuple[str, int]]:
    """Addresses and ports on which a process and its children listen: their sockets' inodes, looked up in /proc/net."""
    inodes = set()
    for one in family(pid):
        # What ends while it is read (a process, a handle) listens no more.
        with suppress(FileNotFoundError):
            for handle in Path(f"/proc/{one}/fd").iterdir():
                with suppress(FileNotFoundError):
                    target = str(handle.readlink())
                    if target.startswith("socket:["):
                        inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == LISTEN and words[9] in inodes:
                address, port = words[1].split(":")
                found.add((_address(address), int(port, 16)))
    return found


def _address(text: str) -> str:
    """The kernel writes each four bytes as a number of the machine's order."""
    data = b"".join(int(text[place : place + 8], 16).to_bytes(4, sys.byteorder) for place in range(0, len(text), 8))
    return str(ip_address(data))


def beyond(found: set[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted((address, port) for address, port in found if not (ip_address(address).is_loopback or _mapped_loopback(address)))


def _mapped_loopback(address: str) -> bool:
    """Java listens on ::ffff:127.0.0.1 where it means 127.0.0.1."""
    mapped = getattr(ip_address(address), "ipv4_mapped", None)
    return mapped is not None and mapped.is_loopback


def test_the_kernel_is_read_rightly() -> None:
    before = listening(os.getpid())
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("0.0.0.0", 0)) as two,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as three,
    ):
        ports = [server.getsockname()[1] for server in (one, two, three)]
        found = listening(os.getpid()) - before
    assert found == {("127.0.0.1", ports[0]), ("0.0.0.0", ports[1]), ("::1", ports[2])}
    assert beyond(found) == [("0.0.0.0", ports[1])]


def test_the_embedded_broker(bare_settings: StreamSettings) -> None:
    before = listening(os.getpid())
    with EmbeddedBroker(bare_settings) as broker:
        found = listening(os.getpid()) - before
        assert int(broker.address.rpartition(":")[2]) in {port for _, port in found}
        assert beyond(found) == []


@contextmanager
def command(*arguments: str, environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")}
    whole = kept | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "biorelay", *arguments], cwd=folder, env=whole, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def waited(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 50
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


async def test_a_worker_listens_for_its_metrics_only_and_on_loopback(embedded_settings: StreamSettings, tmp_path: Path) -> None:
    await create_topics_where_missing(embedded_settings)
    port = free_port()
    told = {
        "BIORELAY_BROKER_BOOTSTRAP": embedded_settings.broker,
        "BIORELAY_TOPICS_PREFIX": embedded_settings.prefix,
        "BIORELAY_WORKER_METRICS_PORT": str(port),
        "BIORELAY_WORKER_SESSION_TIMEOUT_S": "6",
    }
    folder = tmp_path / "default"
    folder.mkdir()
    with command("worker", environment=told, folder=folder) as process:
        waited(lambda: b" at work on " in (folder / "log").read_bytes(), process, folder / "log")
        assert listening(process.pid) == {("127.0.0.1", port)}
    folder = tmp_path / "asked"
    folder.mkdir()
    everywhere = told | {"BIORELAY_WORKER_METRICS_HOST": "0.0.0.0"}
    with command("worker", "--stages", "graph", environment=everywhere, folder=folder) as process:
        waited(lambda: b" at work on " in (folder / "log").read_bytes(), process, folder / "log")
        assert listening(process.pid) == {("0.0.0.0", port)}


async def create_topics_where_missing(settings: StreamSettings) -> None:
    """The embedded broker makes its topics itself and takes no request for them."""
    from stream.topics import describe_topics

    if not await describe_topics(settings):
        await create_topics(settings)


@pytest.mark.slow
def test_the_demo(tmp_path: Path) -> None:
    with command("demo", "--keep", "--documents", "20", environment={}, folder=tmp_path) as process:
        waited(lambda: len(listening(process.pid)) > 0, process, tmp_path / "log")
        seen = set()
        for _ in range(30):
            seen |= listening(process.pid)
            time.sleep(0.2)
        assert beyond(seen) == []


@pytest.mark.kafka
@pytest.mark.neo4j
def test_the_local_services(shared_kafka: Service, shared_neo4j: Service) -> None:
    for service in (shared_kafka, shared_neo4j):
        found = listening(service.pid or 0)
        assert service.port in {port for _, port in found}
        assert beyond(found) == []
