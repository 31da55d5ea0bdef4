"""A measured process: its CPU seconds and its memory with those of its children, from Linux's /proc, and when it is ready."""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.machine import ROOT
from benchmarks.scale_memory import memory
from deploy.local import Service

_TICK = os.sysconf("SC_CLK_TCK")
_PATIENCE = 60.0


def worker_variables(kafka: Service, neo4j: Service, prefix: str, folder: Path, port: int) -> dict[str, str]:
    """What a worker's environment says of its services, its topics, its folder and its metrics' port."""
    graph = neo4j.settings
    return {
        "BIORELAY_BROKER_BOOTSTRAP": kafka.address,
        "BIORELAY_TOPICS_PREFIX": prefix,
        "BIORELAY_GRAPH_URL": graph["url"],
        "BIORELAY_GRAPH_USER": graph["user"],
        "BIORELAY_GRAPH_PASSWORD": graph["password"],
        "BIORELAY_DATA_DIR": str(folder),
        "BIORELAY_WORKER_METRICS_PORT": str(port),
    }


def cpu_seconds(pid: int) -> float:
    """CPU seconds of the process, of its living descendants, and of children that ended; 0 where it is gone."""
    return sum(_cpu(Path(f"/proc/{number}/stat")) for number in family(pid))


def peak_memory(pid: int) -> list[int]:
    """The largest resident set, in bytes, of the process and of each of its descendants that is still there."""
    found = []
    for number in family(pid):
        with suppress(OSError):
            found.append(round(memory(number).get("peak_mb", 0.0) * 1e6))
    return found


def family(pid: int) -> list[int]:
    """The process and its living descendants."""
    found = [pid]
    for number in found:
        with suppress(OSError):
            for task in Path(f"/proc/{number}/task").iterdir():
                # A thread that ends between the listing and the reading has no children left to tell.
                with suppress(OSError):
                    found.extend(map(int, (task / "children").read_text(encoding="ascii").split()))
    return found


def _cpu(stat: Path) -> float:
    try:
        # The command's name, in parentheses, may hold anything; what follows it is numbers. Fields 14 to 17 of proc(5).
        fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICK


class Measured:
    """A Python module as a process, ended with the block; `log` holds what it writes."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self._command = arguments
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.began = 0.0

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self.began = time.perf_counter()
            self._process = subprocess.Popen(self._command, cwd=ROOT, env=os.environ | self._environment, stdout=log, stderr=log)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise RuntimeError("the process was not started")
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def cpu(self) -> float:
        return cpu_seconds(self.pid)

    def check(self) -> None:
        """Raises `RuntimeError`, with the log's end, where the process is gone."""
        if self.process.poll() is not None:
            raise RuntimeError(f"{' '.join(self._command)} ended with {self.process.returncode}:\n{self.log[-3000:]}")

    def ready(self, ports: Sequence[int]) -> float:
        """Seconds from the start until /readyz says so on every port."""
        for port in ports:
            self._until(partial(_ok, f"http://127.0.0.1:{port}/readyz"))
        return time.perf_counter() - self.began

    def says(self, word: str) -> None:
        """Until the log holds the word."""
        self._until(lambda: word in self.log)

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(self._command)} was not ready after {_PATIENCE:.0f} s:\n{self.log[-3000:]}")
            time.sleep(0.02)


def _ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  an address of our own
            return bool(answer.status == 200)
    except OSError:
        return False
