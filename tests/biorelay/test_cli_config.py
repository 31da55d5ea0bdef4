"""`config show`: what holds, where it was written, and nothing secret."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from biorelay.settings import load_settings
from biorelay.settings.keys import keys
from tests.biorelay.conftest import Cli


def test_each_setting_with_where_it_was_written(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "biorelay.toml").write_text("[topics]\npartitions = 3\n")
    monkeypatch.setenv("BIORELAY_WORKER_STAGES", "ner")
    lines = cli("--set", "worker.batch=8", "config", "show").stdout.splitlines()
    assert "topics.partitions\t3\tbiorelay.toml:2" in lines
    assert "worker.stages\tner\tBIORELAY_WORKER_STAGES" in lines
    assert "worker.batch\t8\t--set" in lines
    assert "topics.prefix\tbiorelay\tdefault" in lines
    assert "graph.url\t-\tdefault" in lines


def secret_settings() -> list[str]:
    return [key.variable for key in keys().values() if key.secret]


@pytest.mark.parametrize("option", ["--json", "--toml", None])
def test_secrets_are_masked(cli: Cli, monkeypatch: pytest.MonkeyPatch, option: str | None) -> None:
    assert len(secret_settings()) >= 2
    for name in secret_settings():
        monkeypatch.setenv(name, "geheim")
    result = cli("config", "show", *([option] if option else []))
    assert result.exit_code == 0
    assert "geheim" not in result.output
    assert result.output.count("not shown" if option == "--toml" else "**********") == len(secret_settings())


def test_a_name_that_promises_a_secret_is_one() -> None:
    named = [key.name for key in keys().values() if re.search("(password|secret|token|credential|api_key)$", key.name)]
    assert named == [key.name for key in keys().values() if key.secret]


def test_the_whole_file_that_it_prints_is_read_back_as_the_same_settings(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "pre.fix")
    monkeypatch.setenv("BIORELAY_WORKER_BATCH", "17")
    expected = load_settings()
    (tmp_path / "whole.toml").write_text(cli("config", "show", "--toml").stdout)
    monkeypatch.delenv("BIORELAY_TOPICS_PREFIX")
    monkeypatch.delenv("BIORELAY_WORKER_BATCH")
    assert load_settings(tmp_path / "whole.toml") == expected


def test_the_whole_file_holds_every_key_and_no_other(cli: Cli) -> None:
    text = re.sub(r"^# (\w+ = )", r"\1", cli("config", "show", "--toml").stdout, flags=re.MULTILINE)
    written = tomllib.loads(text)
    names = [f"{name}.{key}" for name, value in written.items() if isinstance(value, dict) for key in value]
    assert {*names, *(name for name, value in written.items() if not isinstance(value, dict))} == set(keys())


def test_json_holds_every_setting(cli: Cli) -> None:
    shown = [json.loads(line) for line in cli("config", "show", "--json").stdout.splitlines()]
    assert [line["setting"] for line in shown] == list(keys())
    (batch,) = [line for line in shown if line["setting"] == "worker.batch"]
    assert batch == {"setting": "worker.batch", "value": 64, "from": "default", "variable": "BIORELAY_WORKER_BATCH", "secret": False}


def test_a_variable_that_nothing_reads_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_BOOTSTRAP", "kafka:9092")
    assert "no setting reads BIORELAY_BOOTSTRAP" in cli("config", "show").stderr


def test_every_setting_says_what_it_means_and_accepts() -> None:
    for key in keys().values():
        assert len(key.meaning) > 5, key.name
        assert key.accepts, key.name
