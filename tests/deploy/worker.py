"""A worker as operators run it: its own process, settings from variables, looked at through its endpoint."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.service import free_ports
from tests.deploy.prometheus import until

ROOT = Path(__file__).resolve().parents[2]


def settings(folder: Path, kafka: str, prefix: str, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of every biorelay command of a test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_") or name == "BIORELAY_MODEL"}
    own = {
        "BIORELAY_BROKER_BOOTSTRAP": kafka,
        "BIORELAY_TOPICS_PREFIX": prefix,
        "BIORELAY_TOPICS_PARTITIONS": "3",
        "BIORELAY_DATA_DIR": str(folder / "data"),
        "BIORELAY_WORKER_METRICS_PORT": str(free_ports(1)[0]),
        "BIORELAY_WORKER_SESSION_TIMEOUT_S": "10",
        "NO_COLOR": "1",
    }
    return kept | own | dict(more)


def biorelay(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "biorelay", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def answers(port: str, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def working(folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Topics made, a worker ready; on the way out it gets SIGTERM and has to go in good order."""
    made = biorelay(environment, "topics", "create")
    assert made.returncode == 0, made.stderr
    log = folder / "worker.log"
    with log.open("wb") as out:
        worker = subprocess.Popen([sys.executable, "-m", "biorelay", "worker"], cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:

        def ready() -> bool:
            assert worker.poll() is None, f"the worker ended with {worker.returncode}: {log.read_text()[-4000:]}"
            return answers(environment["BIORELAY_WORKER_METRICS_PORT"], "/readyz")

        until(ready, 180, f"the worker ready (log: {log})")
        yield worker
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0, log.read_text()[-4000:]
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.wait()
