"""The worker as a process: from published abstracts to a graph that answers, with the shipped model, and its end."""

import asyncio
import json
import os
import signal
import sys
import urllib.request
from pathlib import Path

import pytest

from processors.records import Abstract
from processors.sources import read
from stream.settings import StreamSettings
from tests.biorelay.conftest import Cli

SMALL = Path(__file__).parents[1] / "data" / "bc5cdr_small.pubtator"


async def run(*arguments: str, wait: bool = True) -> "asyncio.subprocess.Process":
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "biorelay",
        *arguments,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    if wait:
        await process.wait()
    return process


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_publish_work_ask_stop(broker: StreamSettings, unused_port: int) -> None:
    documents = [item.id for item in read(SMALL) if isinstance(item, Abstract)]
    worker = await run("worker", "--metrics-port", str(unused_port), wait=False)
    try:
        assert (await run("publish", str(SMALL))).returncode == 0
        found: set[str] = set()
        while found != set(documents):
            consumed = await run("consume", "relations", "--once", "--json")
            assert consumed.stdout
            found = {json.loads(line)["key"] for line in (await consumed.stdout.read()).splitlines()}
            assert worker.returncode is None
        stats: dict[str, int] = {}
        while stats.get("articles") != len(documents):  # another process reads while the worker writes
            asked = await run("graph", "stats", "--json")
            assert asked.stdout
            told = await asked.stdout.read()
            stats = json.loads(told) if told else {}
            assert worker.returncode is None
        again = await run("reextract", "--nice", "0", "--json")
        assert again.stdout
        told_again = json.loads(await again.stdout.read())
        assert (again.returncode, told_again["documents"], told_again["wanted"]) == (0, len(documents), len(documents))
        linked = await run("relink", "--again", "--nice", "0", "--json")
        assert linked.stdout
        told_linked = json.loads(await linked.stdout.read())
        assert (linked.returncode, told_linked["outcomes"], told_linked["written"]) == (0, {"unchanged": len(documents)}, 0)
        metrics = await asyncio.to_thread(lambda: urllib.request.urlopen(f"http://127.0.0.1:{unused_port}/metrics").read().decode())
        assert f'biorelay_documents_total{{outcome="ok",stage="ner"}} {len(documents)}.0' in metrics
    finally:
        if worker.returncode is None:
            worker.send_signal(signal.SIGTERM)
        _, said = await worker.communicate()
    assert worker.returncode == 0
    assert "at work on" in said.decode()


def test_a_stage_that_does_not_exist_is_bad_input(cli: Cli) -> None:
    result = cli("worker", "--stages", "ner,paint")
    assert result.exit_code == 2
    assert "error: --stages: should be 'ner', 'relations' or 'graph', not 'paint'" in result.stderr


def test_missing_topics_stop_it_with_the_remedy(cli: Cli, broker: StreamSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "other")
    result = cli("worker", "--stages", "graph")
    assert result.exit_code == 1
    assert "biorelay topics create" in result.stderr


def test_a_missing_model_stops_it(cli: Cli, broker: StreamSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_MODEL", "nothing")
    result = cli("worker", "--stages", "ner")
    assert result.exit_code == 1
    assert "error: no artefact 'nothing'" in result.stderr
