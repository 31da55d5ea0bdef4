"""Every scoring of a dev or test set is written down and counted, and nothing fails where that is not possible."""

import json
import logging
from pathlib import Path

import pytest

from models.evaluation import ledger
from models.evaluation.errors import ResultUnusable
from models.evaluation.ledger import default_ledger, read, record, tally, tally_table, weights_of
from models.evaluation.results import write_page

WHO = {"system": "relay-mini@1", "weights": "9c1d", "recipe": "a07f", "command": "biorelay train"}


def test_each_scoring_is_appended_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "models/scorings.jsonl"
    assert [s.count for s in record(["biored/dev", "bc5cdr/test"], **WHO, ledger=path)] == [1, 1]
    before = path.read_bytes()
    assert [s.count for s in record(["biored/dev"], **WHO, ledger=path)] == [2]
    assert path.read_bytes().startswith(before)
    assert record(["biored/dev"], **{**WHO, "weights": "other"}, ledger=path)[0].count == 1
    assert tally(read(path)) == {"bc5cdr/test": {"relay-mini@1": 1}, "biored/dev": {"relay-mini@1": 3}}
    assert json.loads(before.splitlines()[0]) == {"set": "biored/dev", **WHO, "count": 1}


def test_a_set_that_is_named_twice_is_one_scoring(tmp_path: Path) -> None:
    assert len(record(["a/test", "a/test"], **WHO, ledger=tmp_path / "l")) == 1


def test_samples_in_place_of_a_known_set_are_no_scoring(tmp_path: Path) -> None:
    path = tmp_path / "data/biored/Dev.PubTator"
    path.parent.mkdir(parents=True)
    path.write_text("1|t|A sample.\n1|a|\n")
    found = record(["biored/dev", "bc5cdr/test", "my own/test"], **WHO, data=tmp_path / "data", ledger=tmp_path / "l")
    assert [s.set for s in found] == ["my own/test"]


def test_the_table_shows_all_or_one_system(tmp_path: Path) -> None:
    path = tmp_path / "l"
    record(["a/test"], **WHO, ledger=path)
    record(["a/test"], system="crf@1", command="x", ledger=path)
    assert tally_table(read(path))[2:] == ["| a/test | crf@1 | 1 |", "| a/test | relay-mini@1 | 1 |"]
    assert tally_table(read(path), "crf@1")[2:] == ["| a/test | crf@1 | 1 |"]
    assert tally_table(read(path), "nobody") == []


def test_the_page_of_results_tells_the_counts(tmp_path: Path) -> None:
    record(["a/test"], **WHO, ledger=tmp_path / ledger.NAME)
    assert "| a/test | relay-mini@1 | 1 |" in write_page(tmp_path / "results").read_text(encoding="utf-8")
    (tmp_path / ledger.NAME).unlink()
    assert "scored" not in write_page(tmp_path / "results").read_text(encoding="utf-8").rpartition("means.")[2]


def test_the_setting_names_the_ledger_or_switches_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ledger.SETTING, str(tmp_path / "mine.jsonl"))
    record(["a/test"], **WHO)
    assert [s.set for s in read()] == ["a/test"]
    monkeypatch.setenv(ledger.SETTING, "OFF")
    assert default_ledger() is None
    assert record(["a/test"], **WHO)[0].count == 1
    assert list(read()) == []


def test_the_ledger_is_the_checkouts_own_and_an_installed_package_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ledger.SETTING, raising=False)
    monkeypatch.setattr(ledger, "_MODELS", tmp_path / "models")
    assert default_ledger() is None
    (tmp_path / ".git").mkdir()
    assert default_ledger() is None
    (tmp_path / "pyproject.toml").touch()
    assert default_ledger() == tmp_path / "models/scorings.jsonl"


def test_a_ledger_that_cannot_be_written_is_said_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        assert record(["a/test"], **WHO, ledger=tmp_path / "file/scorings.jsonl")[0].count == 1
    assert "not written down" in caplog.text


@pytest.mark.parametrize("line", ["nonsense", "[]", "{}", '{"set": "a/test"}', "[" * 100_000])
def test_a_line_that_is_no_scoring_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "scorings.jsonl"
    record(["a/test"], **WHO, ledger=path)
    path.write_text(f"{path.read_text()}\n{line}\n")
    with pytest.raises(ResultUnusable, match=r"scorings\.jsonl, line 3 "):
        list(read(path))


def test_weights_are_known_by_their_bytes(tmp_path: Path) -> None:
    assert weights_of(tmp_path) == ""
    (tmp_path / "encoder.onnx").write_bytes(b"one")
    first = weights_of(tmp_path)
    (tmp_path / "MODEL_CARD.md").write_text("changed")
    assert weights_of(tmp_path) == first
    assert len(first) == 16
    (tmp_path / "encoder.onnx").write_bytes(b"two")
    assert weights_of(tmp_path) != first


def test_the_committed_ledger_can_be_read() -> None:
    assert all(scoring.count > 0 and "/" in scoring.set for scoring in read(ledger._MODELS / ledger.NAME))
