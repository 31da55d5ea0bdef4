"""`biorelay serve` as a process of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

STARTED_S = 60.0


@contextlib.contextmanager
def served(graph: Path, **settings: str) -> Iterator[str]:
    """`biorelay serve` over that graph as a process of its own; yields its address. `settings` are BIORELAY_ variables.

    Raises `RuntimeError`, with what it said, where it does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    own = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")}
    own |= {"BIORELAY_GRAPH_URL": f"ladybug:{graph}", "BIORELAY_DATA_DIR": str(graph.parent / "data")}
    own |= {"BIORELAY_SERVE_REQUESTS_PER_S": "1000"} | settings  # many pages at once are one client here
    log = graph.parent / f"serve-{port}.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "biorelay", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=own, cwd=graph.parent, stdout=output, stderr=subprocess.STDOUT)
        address = f"http://127.0.0.1:{port}/"
        try:
            _await(address, process, log)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTED_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{address}healthz", timeout=2, trust_env=False).raise_for_status()
            return
        time.sleep(0.1)
    raise RuntimeError(f"biorelay serve did not start:\n{log.read_text(errors='replace')[-2000:]}")
