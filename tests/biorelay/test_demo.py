"""The demonstration, as its user runs it, on fewer abstracts."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from biorelay.demo import Counts, Demo, samples
from biorelay.settings import BrokerSettings, RegistrySettings, Settings
from stream.client import RelationsMessage


def test_the_samples_are_five_hundred_real_abstracts() -> None:
    found = samples()
    assert len(found) == 500
    assert len({abstract.id for abstract in found}) == 500
    assert samples(3) == found[:3]


def test_settings_for_a_real_broker_do_not_reach_the_embedded_one(tmp_path: Path) -> None:
    broker = BrokerSettings(security="SASL_SSL", username="ada", password=SecretStr("x"))
    settings = Settings(broker=broker, registry=RegistrySettings(url="http://registry:8081"))
    assert settings.stream().registry is not None
    stream = Demo(settings, tmp_path / "demo").stream
    assert (stream.registry, stream.security.protocol) == (None, "PLAINTEXT")


class Late(Demo):
    """Its follower begins when all is in the graph, as it may on a busy machine."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        super().__init__(settings, folder)
        self.written = asyncio.Event()

    def count(self, counts: Counts) -> None:
        if counts.graph == counts.of:
            self.written.set()

    async def _follow(self, *arguments: Any) -> None:
        await self.written.wait()
        await super()._follow(*arguments)


async def test_the_last_relations_are_told_however_late_they_are_read(tmp_path: Path) -> None:
    abstracts = samples(3)
    told: list[RelationsMessage] = []
    async with Late(Settings(), tmp_path / "demo") as running:
        await running.publish(abstracts, running.count, told.append)
    assert sorted(message.document for message in told) == sorted(abstract.id for abstract in abstracts)


async def demo(*arguments: str) -> "asyncio.subprocess.Process":
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "biorelay",
        "demo",
        *arguments,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "BIORELAY_WORKER_METRICS_PORT": "0", "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_it_ends_by_itself_with_answers(tmp_path: Path) -> None:
    process = await demo("--documents", "60")
    told, said = (stream.decode() for stream in await process.communicate())
    assert process.returncode == 0, said
    assert said == ""
    assert "\x1b" not in told
    assert "60 of 60 documents in the graph" in told or "60 documents in" in told
    assert re.search(r"^  pubmed:\d+ +\S.* -\[\w+\]- .+  0\.\d\d$", told, re.MULTILINE)
    assert re.search(r"60 documents in [\d.]+ s: [\d.]+ documents/s", told)
    assert "What joins" in told
    assert re.search(r"\u201c.+\u201d  pubmed:\d+", told)
    assert re.search(r"^What does a paper deny\?.*\n   \S.* -\[\w+\]- .*\(\d+ papers?, \d+ negated", told, re.MULTILINE)
    assert re.search(r"\u201d  pubmed:\d+.*, negated", told)
    assert "Where to go next" in told
    command = re.search(r"BIORELAY_GRAPH_URL=(\S+) biorelay (graph discover closed \S+ \S+)", told)
    assert command
    asked = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "biorelay",
        *command[2].split(),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "BIORELAY_GRAPH_URL": command[1]},
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await asked.communicate()
    assert "pubmed:" in answer.decode()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_with_keep_it_stays_until_it_is_interrupted(tmp_path: Path) -> None:
    process = await demo("--documents", "5", "--keep")
    assert process.stderr
    assert process.stdout
    said = (await process.stderr.readuntil(b"Ctrl-C ...\n")).decode()
    assert "running until Ctrl-C" in said
    told = (await process.stdout.readuntil(b"biorelay doctor")).decode()
    address = re.search(r"BIORELAY_BROKER_BOOTSTRAP=(\S+) biorelay consume relations", told)
    assert address
    consumer = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "biorelay",
        "consume",
        "relations",
        "--limit",
        "5",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "BIORELAY_BROKER_BOOTSTRAP": address[1]},
        stdout=asyncio.subprocess.PIPE,
    )
    consumed, _ = await consumer.communicate()
    assert consumed.decode().count("relations:") == 5
    process.send_signal(signal.SIGINT)
    _, rest = await process.communicate()
    assert process.returncode == 130
    assert rest.decode() == "interrupted\n"
