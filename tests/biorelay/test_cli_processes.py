"""`biorelay worker --processes N`: what it refuses, and what each process is started with."""

import os
import sys

import pytest

from biorelay.cli.state import State
from biorelay.cli.worker import _command
from biorelay.settings import changed, load_settings
from stream.settings import StreamSettings
from tests.biorelay.conftest import Cli


def test_the_embedded_graph_is_one_writers(cli: Cli) -> None:
    result = cli("worker", "--processes", "2")
    assert result.exit_code == 2
    assert "worker.processes is 2, and the embedded graph takes one writing process only" in result.stderr
    assert "--stages ner,relations" in result.stderr


def test_the_embedded_broker_is_one_workers(cli: Cli, broker: StreamSettings) -> None:
    result = cli("worker", "--processes", "2", "--stages", "ner,relations")
    assert result.exit_code == 1
    assert "the embedded broker serves one worker process only" in result.stderr
    assert "--processes 1" in result.stderr


def test_metrics_ports_must_exist(cli: Cli) -> None:
    result = cli("worker", "--processes", "3", "--stages", "ner", "--metrics-port", "65534")
    assert result.exit_code == 2
    assert "no 3 metrics ports from 65534 on" in result.stderr


def test_each_process_has_the_same_settings_a_port_of_its_own_and_its_share_of_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    state = State(options=("topics.prefix=mine", "worker.batch=8"))
    settings = changed(load_settings(options=state.options), "worker", "--processes", processes=3, metrics_port=9000)
    words = _command(settings, state, 2)
    assert words[:3] == [sys.executable, "-m", "biorelay"]
    assert words[3:9] == ["--set", "topics.prefix=mine", "--set", "worker.batch=8", "--set", "worker.threads=2"]
    assert words[9:] == ["worker", "--processes", "1", "--stages", "ner,relations,graph", "--metrics-port", "9002"]
    silent = changed(settings, "worker", "--metrics-port", metrics_port=0, threads=5)
    assert _command(silent, State(debug=True), 2)[3:] == [
        *("--debug", "worker", "--processes", "1", "--stages", "ner,relations,graph", "--metrics-port", "0")
    ]
