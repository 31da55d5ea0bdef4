"""`config show`: what holds, where it was written, and nothing secret."""

import json
from pathlib import Path

import pytest

from biorelay.settings import load_settings
from tests.biorelay.conftest import Cli


def test_each_setting_with_where_it_was_written(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "biorelay.toml").write_text("[topics]\npartitions = 3\n")
    monkeypatch.setenv("BIORELAY_WORKER_STAGES", "ner")
    lines = cli("config", "show").stdout.splitlines()
    assert "topics.partitions\t3\tbiorelay.toml" in lines
    assert "worker.stages\tner\tBIORELAY_WORKER_STAGES" in lines
    assert "topics.prefix\tbiorelay\tdefault" in lines


@pytest.mark.parametrize("option", ["--json", "--toml", None])
def test_secrets_are_masked(cli: Cli, monkeypatch: pytest.MonkeyPatch, option: str | None) -> None:
    monkeypatch.setenv("BIORELAY_GRAPH_PASSWORD", "geheim")
    result = cli("config", "show", *([option] if option else []))
    assert result.exit_code == 0
    assert "geheim" not in result.output


def test_the_whole_file_that_it_prints_is_read_back_as_the_same_settings(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "pre.fix")
    monkeypatch.setenv("BIORELAY_WORKER_BATCH", "17")
    expected = load_settings()
    (tmp_path / "whole.toml").write_text(cli("config", "show", "--toml").stdout)
    monkeypatch.delenv("BIORELAY_TOPICS_PREFIX")
    monkeypatch.delenv("BIORELAY_WORKER_BATCH")
    assert load_settings(tmp_path / "whole.toml") == expected


def test_json_holds_every_setting(cli: Cli) -> None:
    shown = json.loads(cli("config", "show", "--json").stdout)
    assert shown == json.loads(load_settings().model_dump_json())
