"""The corpora are listed with what may be done with them, and a folder is checked against the registry."""

import json
import subprocess
import sys
from pathlib import Path

from models.corpora.registry import CORPORA
from tests.biorelay.conftest import Cli
from tests.models.corpora.conftest import small_data


def test_every_corpus_is_listed(cli: Cli) -> None:
    entries = {entry["name"]: entry for entry in map(json.loads, cli("corpora", "list", "--json").stdout.splitlines())}
    assert entries.keys() == CORPORA.keys()
    assert entries["biored"]["ships"] is True
    assert entries["bc2gm"]["ships"] is False
    assert entries["biored"]["splits"]["dev"]["role"] == "dev"
    assert entries["biored"]["splits"]["dev"]["counts"]["documents"] == 100
    assert entries["jnlpba"]["unmapped"]["untyped"]
    rows = [line.split("\t") for line in cli("corpora", "list").stdout.splitlines()]
    assert [row[0] for row in rows] == list(CORPORA)
    assert rows[0][3:7] == ["yes", "train/dev", "400/100 documents", "13,351/3,533"]


def test_a_folder_of_other_versions_passes(cli: Cli, tmp_path: Path) -> None:
    data = small_data(tmp_path / "data")
    result = cli("corpora", "check", data, "biored", "bc2gm")
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[:3] for row in rows] == [
        ["biored", "train", "other version"],
        ["biored", "dev", "other version"],
        ["bc2gm", "train", "missing"],
        ["bc2gm", "dev", "other version"],
        ["bc2gm", "test", "other version"],
    ]
    assert "documents 4 for 400" in rows[0][4]
    assert "4 other version" in result.stderr


def test_a_broken_file_fails_and_is_named(cli: Cli, tmp_path: Path) -> None:
    data = small_data(tmp_path / "data")
    (data / "ner_bio/BC2GM/dev.tsv").unlink(missing_ok=True)
    (data / "ner_bio/BC2GM/devel.tsv").write_text("a\tO\nb\tGene\n", encoding="utf-8")
    result = cli("corpora", "check", data, "bc2gm", "--json")
    assert result.exit_code == 1
    (broken,) = [line for line in map(json.loads, result.stdout.splitlines()) if line["verdict"] == "broken"]
    assert (broken["corpus"], broken["split"], broken["found"]) == ("bc2gm", "dev", None)
    assert broken["why"].startswith("devel.tsv, line 2: ")


def test_bad_input_is_told_from_failure(cli: Cli, tmp_path: Path) -> None:
    assert cli("corpora", "check", tmp_path, "biored").exit_code == 1  # nothing there
    assert cli("corpora", "check", tmp_path / "none").exit_code == 2
    result = cli("corpora", "check", tmp_path, "bioreed")
    assert result.exit_code == 2
    assert "bioreed" in result.stderr


def test_names_are_completed() -> None:
    from biorelay.cli.completing import corpora

    assert corpora("") == list(CORPORA)
    assert corpora("bior") == ["biored"]


def test_the_registry_needs_no_training_library() -> None:
    heavy = "torch", "transformers", "sklearn", "pandas"
    program = f"import sys, models.corpora.check, models.corpora.columns; sys.exit(any(name in sys.modules for name in {heavy!r}))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
