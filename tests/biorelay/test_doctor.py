"""The doctor names what is missing and how to mend it, and comes to an end whatever is away."""

import asyncio
import json
import socket
from pathlib import Path

import pytest
from neo4j import GraphDatabase

from biorelay.asking import graph_of
from biorelay.doctor import Finding, Verdict, _bounded, examine, installation, machine, neighbours
from biorelay.settings import load_settings
from graphstore import Contribution
from models.runtime.device import within_reach
from processors.records import Revision
from stream.settings import StreamSettings
from tests.biorelay.conftest import Cli, relations
from tests.services import Neo4jAddress


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_BROKER_TIMEOUT_S", "1")


def findings(cli: Cli) -> tuple[int, dict[str, dict[str, str]]]:
    result = cli("doctor", "--json")
    return result.exit_code, {line["what"]: line for line in map(json.loads, result.stdout.splitlines())}


def test_it_looks_at_everything(cli: Cli) -> None:
    _, found = findings(cli)
    assert list(found) == [
        "Python",
        "settings",
        "libraries",
        "onnxruntime",
        "model",
        "vocabulary",
        "machine",
        "data folder",
        "broker",
        "graph",
        "real services",
        "training",
    ]
    assert found["Python"]["verdict"] == "ok"
    assert found["onnxruntime"]["verdict"] == "ok"
    assert all(finding["mend"] for finding in found.values() if finding["verdict"] in {"warning", "problem", "note"})


def test_a_broker_that_was_asked_for_and_a_model_that_is_not_there_are_problems(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_BROKER_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("BIORELAY_MODEL", "nothing")
    code, found = findings(cli)
    assert (code, found["broker"]["verdict"], found["model"]["verdict"]) == (1, "problem", "problem")
    assert "127.0.0.1:1 does not answer" in found["broker"]["says"]
    assert "'nothing'" in found["model"]["says"]


async def test_a_broker_that_nobody_asked_for_is_a_note(unused_port: int) -> None:
    settings = load_settings(options=[f"broker.bootstrap=127.0.0.1:{unused_port}"])
    assert (await neighbours.broker(settings, asked_for=False)).verdict is Verdict.NOTE


async def test_a_broker_that_answers(broker: StreamSettings) -> None:
    finding = await neighbours.broker(load_settings(), asked_for=True)
    said = f"{broker.broker} answers (1 broker); 7 topics as they should be, 2 partitions a stage"
    assert (finding.verdict, finding.says) == (Verdict.OK, said)


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize(
    ("option", "verdict", "says", "mend"),
    [
        ("topics.partitions=4", Verdict.WARNING, "biorelay.abstracts: partitions is 2, should be 4", "topics describe"),
        ("topics.replication=3", Verdict.PROBLEM, "(1 broker), too few for topics.replication 3", "topics.replication to 1"),
        ("topics.prefix=other", Verdict.PROBLEM, "has no topic other.abstracts", "topics create"),
    ],
)
async def test_topics_that_are_not_as_they_should_be(option: str, verdict: Verdict, says: str, mend: str) -> None:
    finding = await neighbours.broker(load_settings(options=[option]), asked_for=True)
    assert finding.verdict is verdict
    assert says in finding.says
    assert finding.mend
    assert mend in finding.mend


async def test_an_unknown_variable_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_BOOTSTRAP", "kafka:9092")
    finding = await anext(found async for found in examine(load_settings()) if found.what == "settings")
    assert (finding.verdict, finding.says) == (Verdict.WARNING, "no setting reads BIORELAY_BOOTSTRAP")
    assert finding.mend == "Did you mean BIORELAY_BROKER_BOOTSTRAP?"


def test_both_onnxruntimes_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "onnxruntime_gpu-1.23.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: onnxruntime-gpu\nVersion: 1.23.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    finding = installation.onnxruntime()
    assert finding.verdict is Verdict.PROBLEM
    assert finding.mend
    assert "uninstall both, then install one" in finding.mend


def test_more_threads_than_cores_are_a_warning() -> None:
    settings = load_settings(options=["worker.threads=1024"])
    finding = machine.processor(settings)
    assert finding.verdict is Verdict.WARNING
    assert finding.mend
    assert machine.processor(load_settings(options=["worker.threads=1"])).verdict is Verdict.OK


def test_threads_that_feed_a_gpu_may_be_more_than_the_cores() -> None:
    assert machine.processor(load_settings(options=["worker.threads=1024", "inference.provider=cuda"])).verdict is Verdict.OK


def test_what_the_model_runs_on_is_told() -> None:
    finding = installation.model(load_settings())
    assert finding.verdict is Verdict.OK
    assert finding.says.endswith(" ms on cpu")
    if within_reach("cuda"):
        pytest.skip("onnxruntime here was built for a GPU")
    asked = installation.model(load_settings(options=["inference.provider=cuda"]))
    assert asked.verdict is Verdict.WARNING
    assert " ms on cpu; inference.provider is cuda, but the installed onnxruntime has" in asked.says
    assert "biorelay[gpu]" in (asked.mend or "")


def test_it_writes_nothing(cli: Cli, tmp_path: Path) -> None:
    """Neither where there is nothing yet, nor into a graph that is there."""
    record = relations("pubmed:1", ("mesh:D1 aspirin Chemical", "Bind", "mesh:D2 asthma Disease"))
    assert cli("graph", "load", "-", stdin=record.to_bytes()).exit_code == 0

    def seen() -> dict[str, tuple[int, bytes]]:
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}

    before = seen()
    finding = findings(cli)[1]["graph"]
    assert (finding["verdict"], finding["says"].endswith("; 1 articles, 1 relations")) == ("ok", True)
    assert seen() == before


async def test_a_database_that_never_answers_does_not_hold_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "DATABASE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        finding = await neighbours.graph(load_settings(options=[f"graph.url=bolt://127.0.0.1:{silent.getsockname()[1]}"]))
    assert finding.verdict is Verdict.PROBLEM
    assert "no answer within" in finding.says
    assert finding.mend


async def test_a_look_has_a_limit_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biorelay.doctor.LIMIT_S", 0.05)

    async def forever() -> Finding:
        await asyncio.Event().wait()
        raise AssertionError

    finding = await _bounded("broker", forever)
    assert (finding.what, finding.verdict) == ("broker", Verdict.PROBLEM)


@pytest.mark.neo4j
async def test_a_real_neo4j(empty_neo4j: Neo4jAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"URL": empty_neo4j.url, "USER": empty_neo4j.user, "PASSWORD": empty_neo4j.password}.items():
        monkeypatch.setenv(f"BIORELAY_GRAPH_{name}", value)
    settings = load_settings()
    finding = await neighbours.graph(settings)
    assert finding.verdict is Verdict.OK
    assert "Neo4j 5." in finding.says
    assert "; empty; its constraints are made by" in finding.says

    async with graph_of(settings, read_only=False) as store:
        await store.apply([Contribution.of(relations("pubmed:1", ("mesh:D1 a Chemical", "Bind", "mesh:D2 b Disease")), Revision(0, 0))])
    finding = await neighbours.graph(settings)
    assert finding.verdict is Verdict.OK
    assert "; 1 articles, 1 relations; " in finding.says
    assert finding.says.endswith("constraints and indexes, can be written")

    with GraphDatabase.driver(empty_neo4j.url, auth=(empty_neo4j.user, empty_neo4j.password)) as driver:
        driver.execute_query("DROP CONSTRAINT relates_key")
    finding = await neighbours.graph(settings)
    assert (finding.verdict, "without relates_key" in finding.says) == (Verdict.WARNING, True)

    monkeypatch.setenv("BIORELAY_GRAPH_PASSWORD", "wrong-password")
    finding = await neighbours.graph(load_settings())
    assert finding.verdict is Verdict.PROBLEM
    assert "wrong-password" not in f"{finding}"


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    finding = machine.data_folder(load_settings(options=[f"data_dir={tmp_path / 'file'}"]))
    assert (finding.verdict, finding.says.endswith("is not a folder")) == (Verdict.PROBLEM, True)


async def test_a_graph_that_is_away() -> None:
    finding = await neighbours.graph(load_settings(options=["graph.url=bolt://127.0.0.1:1"]))
    assert finding.verdict is Verdict.PROBLEM
    assert finding.mend


def test_for_a_person_it_is_one_line_each_and_the_remedy_below(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_MODEL", "nothing")
    lines = cli("doctor").stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("problem model:"))
    assert lines[at + 1].startswith("        ")
