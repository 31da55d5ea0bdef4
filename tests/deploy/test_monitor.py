"""`make dashboards`: a demonstration, its status page and its Prometheus come up together, and end together."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.service import free_ports, port_taken
from deploy.monitor import configuration, main
from tests.deploy.prometheus import Prometheus, until

ROOT = Path(__file__).resolve().parents[2]


def get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def test_the_configuration_has_the_shipped_one_s_jobs() -> None:
    shipped = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    made = yaml.safe_load(configuration("https://worker:9464/", 8765))
    jobs = {job["job_name"]: job for job in made["scrape_configs"]}
    assert jobs.keys() == {job["job_name"] for job in shipped["scrape_configs"]}
    assert jobs["biorelay"]["scheme"] == "https"
    assert jobs["biorelay"]["static_configs"][0]["targets"] == ["worker:9464"]
    assert [Path(file).name for file in made["rule_files"]] == shipped["rule_files"]


def test_what_is_not_there_or_taken_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (free,) = free_ports(1)
    assert main(["--worker", f"http://127.0.0.1:{free}", "--folder", str(tmp_path)]) == 1
    assert f"no worker answers at http://127.0.0.1:{free}/metrics" in capsys.readouterr().err
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--folder", str(tmp_path)]) == 1
    assert f"port {port} is taken by another program. Choose another one with --port" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["--documents", "0"])


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_all_of_it_comes_up_and_ends(tmp_path: Path) -> None:
    explorer, metrics, scraped = free_ports(3)
    ports = ["--port", str(explorer), "--metrics-port", str(metrics), "--prometheus-port", str(scraped)]
    command = [sys.executable, "-m", "deploy.monitor", "--documents", "12", "--folder", str(tmp_path / "monitor"), *ports]
    own = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")}
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=out, stderr=out)
    try:

        def done() -> bool:
            assert process.poll() is None, log.read_text()
            return port_taken(explorer) and get(f"http://127.0.0.1:{explorer}/api/v1/status")["abstracts"] >= 12

        until(done, 240, lambda: log.read_text()[-3000:])
        status = get(f"http://127.0.0.1:{explorer}/api/v1/status")
        assert [worker["answers"] for worker in status["workers"]] == [True]
        assert status["said"][0]["level"] == "good"
        assert sum(each["count"] for each in status["relations"]) > 0
        if shutil.which("prometheus"):
            server = Prometheus(scraped)
            until(
                lambda: server.query('up{job="biorelay"} == 1') and server.query('up{job="biorelay-explorer"} == 1'), 60, "both are scraped"
            )
            assert server.query("biorelay:unlinked_mentions:day") is not None
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, log.read_text()[-3000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert not any(map(port_taken, (explorer, metrics, scraped)))
