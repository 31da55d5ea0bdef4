"""What is installed, what is in it, and whether it answers as it should."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from models.runtime.artefact import find_artefact
from models.runtime.device import within_reach
from models.training.provenance import file_entry
from tests.biorelay.conftest import Cli


def test_the_shipped_artefacts_are_listed(cli: Cli) -> None:
    kinds = {line["kind"]: line for line in map(json.loads, cli("models", "list", "--json").stdout.splitlines())}
    assert set(kinds) == {"model", "vocabulary"}
    assert kinds["model"]["reference"].startswith("relay-mini@")
    assert "Gene, Disease, Chemical" in cli("models", "list").stdout


def test_a_model_shows_its_labels_and_card(cli: Cli) -> None:
    shown = cli("models", "show").stdout
    assert "Positive_Correlation" in shown
    assert "int8" in shown
    assert json.loads(cli("models", "show", "--json").stdout)["schema"] == "biorelay.artefact/1"


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_shipped_model_answers_as_stored(cli: Cli) -> None:
    result = cli("models", "verify", "--json")
    assert result.exit_code == 0, result.stdout
    found = json.loads(result.stdout)
    assert found["same_answers"]
    assert found["documents"] > 0


def test_other_answers_are_a_failure_that_counts_them(cli: Cli, tmp_path: Path) -> None:
    """A model whose stored predictions are another one's: the hashes are right, the answers are not."""
    import hashlib

    model = tmp_path / "model"
    shutil.copytree(find_artefact(), model)
    lines = (model / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    first["ner"] = [[0, 1, "Gene", 0.9]]
    (model / "predictions.jsonl").write_text("\n".join([json.dumps(first), lines[1]]) + "\n", encoding="utf-8")
    manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    content = (model / "predictions.jsonl").read_bytes()
    manifest["files"]["predictions.jsonl"] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (model / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    result = cli("models", "verify", model)
    assert result.exit_code == 1
    assert "every hash right" in result.stdout
    assert "2 stored documents replayed: some answers are not the stored ones" in result.stdout


@pytest.mark.parametrize("command", ["show", "verify"])
def test_a_model_that_is_not_there_is_one_line(cli: Cli, command: str) -> None:
    result = cli("models", command, "nothing")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: no artefact 'nothing'")


@pytest.mark.parametrize("arguments", [["train", "relay-mini", "--data", "."], ["evaluate", "--data", "."]], ids=" ".join)
def test_training_where_it_cannot_run_is_one_line(cli: Cli, arguments: list[str]) -> None:
    """Without torch the remedy is its installation, with it the corpora are not in the folder."""
    result = cli(*arguments)
    assert result.exit_code != 0
    assert result.stderr.splitlines()[-2].startswith("error: ")
    assert "unexpected" not in result.stderr


def test_what_replays_elsewhere_than_asked_says_so(cli: Cli, tmp_path: Path) -> None:
    if within_reach("cuda"):
        pytest.skip("onnxruntime here was built for a GPU")
    model = tmp_path / "model"
    shutil.copytree(find_artefact(), model)
    lines = (model / "predictions.jsonl").read_bytes().splitlines(keepends=True)[:2]
    (model / "predictions.jsonl").write_bytes(b"".join(lines))
    manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["predictions.jsonl"] = file_entry(model / "predictions.jsonl")
    (model / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    result = cli("--set", "inference.provider=cuda", "models", "verify", model, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["provider"] == "cpu"
    assert "replayed on cpu, not on cuda" in result.stderr


def test_converting_without_the_training_libraries_is_one_line(cli: Cli, tmp_path: Path) -> None:
    if find_spec("torch"):
        pytest.skip("the training environment")
    result = cli("models", "convert", "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "biorelay models convert needs torch" in result.stderr
    assert not (tmp_path / "out").exists()
