"""The doctor names what is missing and how to mend it, and comes to an end whatever is away."""

import json
from pathlib import Path

import pytest

from stream.settings import StreamSettings
from tests.biorelay.conftest import Cli


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
        "onnxruntime",
        "model",
        "vocabulary",
        "data folder",
        "broker",
        "graph",
        "real services",
        "training",
    ]
    assert found["Python"]["verdict"] == "ok"
    assert found["onnxruntime"]["verdict"] == "ok"
    assert all(finding["mend"] for finding in found.values() if finding["verdict"] in {"warning", "problem", "note"})


def test_a_broker_that_nobody_asked_for_is_a_note(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(cli)[1]["broker"]["verdict"] in {"note", "ok"}


def test_a_broker_that_was_asked_for_is_a_problem(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_BROKER_BOOTSTRAP", "127.0.0.1:1")
    code, found = findings(cli)
    assert (code, found["broker"]["verdict"]) == (1, "problem")
    assert "127.0.0.1:1 does not answer" in found["broker"]["says"]


def test_a_broker_that_answers(cli: Cli, broker: StreamSettings) -> None:
    finding = findings(cli)[1]["broker"]
    assert (finding["verdict"], finding["says"]) == ("ok", f"{broker.broker} answers; 7 topics, 2 partitions a stage")


def test_missing_topics(cli: Cli, broker: StreamSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "other")
    finding = findings(cli)[1]["broker"]
    assert finding["verdict"] == "problem"
    assert "topics create" in finding["mend"]


def test_a_model_that_is_not_there(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_MODEL", "nothing")
    code, found = findings(cli)
    assert (code, found["model"]["verdict"]) == (1, "problem")
    assert "'nothing'" in found["model"]["says"]


def test_an_unknown_variable_is_a_warning(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_BOOTSTRAP", "kafka:9092")
    finding = findings(cli)[1]["settings"]
    assert (finding["verdict"], "BIORELAY_BOOTSTRAP" in finding["says"]) == ("warning", True)


def test_a_data_folder_that_is_a_file(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("BIORELAY_DATA_DIR", str(tmp_path / "file"))
    code, found = findings(cli)
    assert (code, found["data folder"]["verdict"]) == (1, "problem")


def test_a_graph_that_is_away(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_GRAPH_URL", "bolt://127.0.0.1:1")
    code, found = findings(cli)
    assert (code, found["graph"]["verdict"]) == (1, "problem")


def test_for_a_person_it_is_one_line_each_and_the_remedy_below(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_MODEL", "nothing")
    lines = cli("doctor").stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("problem model:"))
    assert lines[at + 1].startswith("        ")
