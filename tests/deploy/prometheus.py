"""A real Prometheus for tests: Debian's binary with a data folder of its own, asked through its HTTP API."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.local.service import free_ports
from tests.services import IN_CI


def need(*programs: str) -> None:
    """Skip by name where a program is missing; fail in CI."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    sentence = f"{', '.join(missing)}: not installed (as root on Debian: bash deploy/ci-packages.sh)"
    if IN_CI:
        pytest.fail(f"CI never skips: {sentence}")
    pytest.skip(sentence)


def until(question: Callable[[], Any], seconds: float, what: str | Callable[[], str]) -> Any:
    """The first answer that is true; a failure that names ``what`` when there is none within ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.2)
    pytest.fail(f"after {seconds:.0f} s still not: {what if isinstance(what, str) else what()}")


class Prometheus:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The instant vector now; urllib's HTTPError for an expression that does not parse."""
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}", timeout=10) as answer:
            body = json.load(answer)
        assert body["status"] == "success", body
        return list(body["data"]["result"])

    def alerts(self) -> dict[str, dict[str, str]]:
        """The labels of what fires now, by the alerts' names."""
        firing = self.query('ALERTS{alertstate="firing"}')
        return {row["metric"]["alertname"]: row["metric"] for row in firing}


@contextmanager
def scraping(target: str, folder: Path, *, rules: Path | None = None, explorer: str | None = None) -> Iterator[Prometheus]:
    """A Prometheus, ready and with its first scrape done, that scrapes ``target`` (host:port), and an ``explorer`` where there is one, and
    looks at the ``rules``, every second.
    """
    need("prometheus", "promtool")
    (port,) = free_ports(1)
    config = folder / "prometheus.yml"
    config.write_text(
        f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{rules or ''}]\n"
        f"scrape_configs: [{{job_name: biorelay, static_configs: [{{targets: ['{target}']}}]}},"
        f" {{job_name: biorelay-explorer, static_configs: [{{targets: [{explorer or ''}]}}]}}]\n",
        encoding="utf-8",
    )
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=os.environ | {"GOMAXPROCS": "1"})
    try:
        server = Prometheus(port)
        until(server.ready, 60, f"Prometheus ready (log: {folder / 'prometheus.log'})")
        until(lambda: any(float(row["value"][1]) == 1 for row in server.query('up{job="biorelay"}')), 60, f"{target} scraped")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
