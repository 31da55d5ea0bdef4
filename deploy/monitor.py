"""``python -m deploy.monitor``: the overview of a worker at work, on this machine alone: a demonstration, the explorer's status page, and a
Prometheus with the shipped alerts where one is installed. Ctrl-C ends all of it.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from deploy.local.maven import LOCAL
from deploy.local.service import HOST, port_taken

ALERTS = Path(__file__).resolve().parent / "prometheus" / "alerts.yml"
PATIENCE_S = 240.0
EXAMPLES = """examples:
  python -m deploy.monitor                                  a demonstration, its status page and its Prometheus
  python -m deploy.monitor --documents 100
  python -m deploy.monitor --worker http://127.0.0.1:9464   a worker that runs already; the graph is the settings'
"""


class MonitorError(RuntimeError):
    """One of the programs could not be started, or ended."""


class Programs:
    """Child processes in order of their start; the last one ends first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> "Programs":
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self, name: str, command: Sequence[str], more: dict[str, str] | None = None, *, shown: bool = False) -> None:
        """Start a program; what it says goes to a file, or is ``shown``."""
        log = None if shown else self._stack.enter_context((self._folder / f"{name}.log").open("wb"))
        # A session of its own: Ctrl-C is this process's, which ends the others in their order.
        process = subprocess.Popen(
            command, env=os.environ | (more or {}), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        self._running.append((name, process))
        self._stack.callback(_end, process)

    def look(self) -> None:
        """Raises `MonitorError` where one has ended."""
        for name, process in self._running:
            if process.poll() is not None:
                log = self._folder / f"{name}.log"
                where = f"; see {log}" if log.is_file() else ""
                raise MonitorError(f"{name} ended with {process.returncode}{where}")

    def until(self, name: str, address: str) -> None:
        """Wait until an address answers. Raises `MonitorError`."""
        end = time.monotonic() + PATIENCE_S
        while not answers(address):
            self.look()
            if time.monotonic() > end:
                raise MonitorError(f"{name} does not answer at {address} after {PATIENCE_S:.0f} s")
            time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(25)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(address: str) -> bool:
    """Whether something answers there with success."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def configuration(worker: str, explorer_port: int) -> str:
    """Prometheus' own, in JSON, which is YAML: the jobs that alerts and dashboards ask for."""
    jobs = {"biorelay": worker.partition("://")[2].rstrip("/"), "biorelay-explorer": f"{HOST}:{explorer_port}"}
    scrapes = [
        {"job_name": job, "scheme": worker.partition("://")[0] if job == "biorelay" else "http", "static_configs": [{"targets": [target]}]}
        for job, target in jobs.items()
    ]
    told = {
        "global": {"scrape_interval": "2s", "evaluation_interval": "15s"},
        "rule_files": [str(ALERTS)],
        "scrape_configs": scrapes,
    }
    return json.dumps(told, indent=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C (0); 1 where something could not be started or ended, 2 for what was asked wrongly."""
    chosen = _parser().parse_args(arguments)
    try:
        _run(chosen)
    except KeyboardInterrupt:
        print("\nended", flush=True)
        return 0
    except MonitorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.monitor", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worker", metavar="URL", help="a worker that runs already, http://host:port (default: a demonstration's)")
    parser.add_argument(
        "--documents",
        type=int,
        choices=range(1, 501),
        default=500,
        metavar="N",
        help="of the demonstration, 1 to 500 (default: %(default)s)",
    )
    parser.add_argument("--port", type=int, default=8765, help="the explorer's (default: %(default)s)")
    parser.add_argument("--metrics-port", type=int, default=9464, help="the demonstration's worker's (default: %(default)s)")
    parser.add_argument("--prometheus-port", type=int, default=9090, help="(default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=LOCAL / "monitor", help="data and logs (default: .local/monitor)")
    return parser


def _run(chosen: argparse.Namespace) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell's background job is born with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    worker = chosen.worker or f"http://{HOST}:{chosen.metrics_port}"
    prometheus = shutil.which("prometheus")
    wanted = {"--port": chosen.port}
    if prometheus:
        wanted["--prometheus-port"] = chosen.prometheus_port
    if chosen.worker is None:
        wanted["--metrics-port"] = chosen.metrics_port
    elif not answers(f"{worker.rstrip('/')}/metrics"):
        raise MonitorError(f"no worker answers at {worker}/metrics. Start one with biorelay worker, or leave --worker out")
    for option, port in wanted.items():
        if port_taken(port):
            raise MonitorError(f"port {port} is taken by another program. Choose another one with {option}")
    folder = chosen.folder.resolve()
    data = {"BIORELAY_DATA_DIR": str(folder)}
    graph = data | {"BIORELAY_GRAPH_URL": f"ladybug:{folder / 'demo' / 'graph'}"} if chosen.worker is None else {}
    biorelay = [sys.executable, "-m", "biorelay"]
    with Programs(folder) as programs:
        programs.start("explorer", [*biorelay, "serve", "--port", str(chosen.port)], graph | {"BIORELAY_SERVE_WORKERS": worker})
        programs.until("the explorer", f"http://{HOST}:{chosen.port}/healthz")
        if prometheus:
            _prometheus(programs, prometheus, folder, worker, chosen)
        print(f"status     http://{HOST}:{chosen.port}/status   (the explorer at http://{HOST}:{chosen.port}/)")
        if prometheus:
            print(f"Prometheus http://{HOST}:{chosen.prometheus_port}/   (alerts at /alerts)")
        else:
            print("Prometheus is not installed (Debian: apt-get install prometheus); the status page does without")
        print("dashboards deploy/grafana/*.json, for a Grafana of yours\nCtrl-C ends all\n", flush=True)
        if chosen.worker is None:
            command = [*biorelay, "demo", "--keep", "--documents", str(chosen.documents)]
            programs.start("demonstration", command, data | {"BIORELAY_WORKER_METRICS_PORT": str(chosen.metrics_port)}, shown=True)
        while True:
            time.sleep(1.0)
            programs.look()


def _prometheus(programs: Programs, command: str, folder: Path, worker: str, chosen: argparse.Namespace) -> None:
    file = folder / "prometheus.yml"
    file.write_text(configuration(worker, chosen.port), encoding="utf-8")
    data, address = folder / "prometheus", f"{HOST}:{chosen.prometheus_port}"
    programs.start("prometheus", [command, f"--config.file={file}", f"--storage.tsdb.path={data}", f"--web.listen-address={address}"])
    programs.until("Prometheus", f"http://{address}/-/ready")


if __name__ == "__main__":
    raise SystemExit(main())
