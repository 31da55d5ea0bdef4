"""The command line as a user has it: no BIORELAY_ variables, an empty working folder."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from biorelay.cli.app import app
from biorelay.settings import load_settings
from processors.records import (
    Article,
    Evidence,
    Participant,
    Predicate,
    Provenance,
    Relation,
    Relations,
    Span,
)
from stream.embedded import EmbeddedBroker
from stream.settings import StreamSettings

Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("BIORELAY_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cli() -> Cli:
    """Run a command in this process: `cli("graph", "stats").stdout`."""

    def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin, prog_name="biorelay")

    return run


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamSettings]:
    """An embedded broker that the settings of the environment name; yields the stream's settings."""
    monkeypatch.setenv("BIORELAY_TOPICS_PARTITIONS", "2")
    monkeypatch.setenv("BIORELAY_WORKER_METRICS_PORT", "0")
    settings = load_settings().stream()
    with EmbeddedBroker(settings) as running:
        monkeypatch.setenv("BIORELAY_BROKER_BOOTSTRAP", running.address)
        yield replace(settings, broker=running.address)


@pytest.fixture(scope="session")
def made_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the graph whose every number is known (`tests.biorelay.graphs`)."""
    from tests.biorelay.graphs import fill, made

    folder = tmp_path_factory.mktemp("made")
    asyncio.run(fill(folder, made()))
    return folder


@pytest.fixture(scope="session")
def sampled_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a graph of what the shipped model finds in samples."""
    from tests.biorelay.graphs import fill, samples

    folder = tmp_path_factory.mktemp("sampled")
    asyncio.run(fill(folder, samples()))
    return folder


@pytest.fixture
def unused_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def relations(document: str, *edges: tuple[str, str, str], year: int | None = 2001) -> Relations:
    """A document's relations: `("mesh:D1 aspirin Chemical", "Bind", "mesh:D2 asthma Disease")`."""
    found = []
    for subject, predicate, object_ in edges:
        (a, a_name, a_type), (b, b_name, b_type) = subject.split(" "), object_.split(" ")
        text = f"{a_name} and {b_name}"
        spans = Span(start=0, end=len(a_name)), Span(start=len(text) - len(b_name), end=len(text))
        found.append(
            Relation(
                subject=Participant(id=a, name=a_name, type=a_type, spans=(spans[0],)),
                object=Participant(id=b, name=b_name, type=b_type, spans=(spans[1],)),
                predicate=Predicate(predicate),
                probability=0.9,
                evidence=Evidence(start=0, end=len(text), text=text, subject=spans[0], object=spans[1]),
            )
        )
    provenance = Provenance(software="1", model="test@1", generation=1)
    return Relations(id=document, article=Article(title=f"Title of {document}", year=year), relations=tuple(found), provenance=provenance)
