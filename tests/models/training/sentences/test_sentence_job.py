"""The whole job on a tiny encoder: two folds trained, exported, scored, and gone on with."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.training import ProgressEvent, read_recipe, run
from models.training.errors import RecipeError
from tests.models.training.checkpoints import write_checkpoint

pytestmark = [pytest.mark.torch, pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore")]

RECIPE = """
schema = "biorelay.recipe/1"
kind = "sentence"
name = "tiny"
version = "1"
passes = 8
checkpoints = 2
int8_loss = 100.0
[encoder]
folder = "{folder}"
licence = "MIT"
window = 64
[rows]
name = "gad"
protocol = "published"
only = [1, 2]
{more}
[network]
form = "marked"
pooling = ["cls", "mean", "ends", "between"]
width = 16
class_weights = "balanced"
[optimiser]
encoder_rate = 1e-3
tokens_per_step = 512
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.models.training.sentences.conftest import write_folds

    folder = tmp_path_factory.mktemp("sentences")
    write_folds(folder / "data" / "gad")
    write_checkpoint("bert-uncased", folder / "given")
    return folder


def written(work: Path, name: str, more: str = "") -> Path:
    path = work / f"{name}.toml"
    path.write_text(RECIPE.format(folder=work / "given", more=more).replace('"tiny"', f'"{name}"'), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(work: Path) -> Path:
    return run(written(work, "tiny"), work / "data", work / "out")


def test_every_fold_is_trained_and_scored_once(work: Path, made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_bytes())
    assert manifest["schema"] == "biorelay.sentences/1"
    assert [fold["fold"] for fold in manifest["folds"]] == ["fold-1", "fold-2"]
    assert {fold["rows"]["test"] for fold in manifest["folds"]} == {4}
    lines = [json.loads(line) for line in (made / "predictions.jsonl").read_text().splitlines()]
    assert [line["fold"] for line in lines] == ["fold-1"] * 4 + ["fold-2"] * 4
    assert max(abs(line["int8"] - line["fp32"]) for line in lines) < 0.5
    assert not list((work / "out" / "tiny" / "1.run").rglob("*.pt")), "checkpoints of a complete fold are gone"


def test_the_graphs_answer_as_torch_does(work: Path, made: Path) -> None:
    from models.corpora.relations.render import Form
    from models.training.sentences.folds import split
    from models.training.sentences.graph import Graph, export
    from models.training.sentences.rows import rows
    from models.training.sentences.task import SentenceTask, logits

    recipe = read_recipe(work / "tiny.toml")
    fold = next(iter(split("gad", "published", work / "data")))
    task = SentenceTask(recipe, rows(fold.train, Form.MARKED), (), work / "out")
    export(task.network, [task.sentences[0], task.sentences[-1]], work / "exact.onnx")
    wanted = logits(task.network, task.sentences)
    np.testing.assert_allclose(Graph(work / "exact.onnx").logits(task.sentences), wanted, atol=1e-4)
    kept = Graph(made / "fold-1" / "sentences.onnx")
    test = [task.maker.make(row) for row in rows(fold.test, Form.MARKED)]
    stored = [json.loads(line)["int8"] for line in (made / "predictions.jsonl").read_text().splitlines()][:4]
    np.testing.assert_allclose(kept.logits(test), stored, atol=1e-3)
    assert (kept.logits(test[2:]) == kept.logits(test)[2:]).all(), "no answer depends on its neighbours"


def test_a_complete_fold_is_not_trained_again(work: Path, made: Path) -> None:
    before = (made / "predictions.jsonl").read_bytes()
    (work / "out" / "tiny" / "1.run" / "fold-2" / "fold.json").unlink()
    events: list[ProgressEvent] = []
    assert run(work / "tiny.toml", work / "data", work / "out", progress=events.append) == made
    trained = {event.message.partition(":")[0] for event in events if event.phase == "train"}
    assert trained == {"fold-2"}
    assert (made / "predictions.jsonl").read_bytes() == before, "one recipe, one result"


def test_choices_are_made_on_carved_rows(work: Path) -> None:
    events: list[ProgressEvent] = []
    more = "carved = 0.25\nchoosing = true"
    path = written(work, "choosing", more)
    path.write_text(path.read_text().replace("only = [1, 2]", "only = [1]").replace("passes = 8", "passes = 1"))
    folder = run(path, work / "data", work / "out", progress=events.append)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["scored_on"] == "carved rows"
    assert len((folder / "predictions.jsonl").read_text().splitlines()) == manifest["folds"][0]["rows"]["carved"] == 9
    assert any(event.phase == "score" and {"f1", "accuracy"} <= set(event.values) for event in events)


def test_folds_that_are_not_there_are_refused(work: Path) -> None:
    path = written(work, "beyond")
    path.write_text(path.read_text().replace("only = [1, 2]", "only = [11]"))
    with pytest.raises(RecipeError, match="none of the 10 folds"):
        run(path, work / "data", work / "out")


def test_a_frozen_encoder_gives_each_row_its_own_vectors(work: Path) -> None:
    from models.training.recipe import EncoderPart
    from models.training.sentences.baselines.encoder import encode
    from models.training.sentences.folds import split
    from models.training.sentences.rows import rows

    part = EncoderPart(folder=str(work / "given"), licence="MIT", window=64)
    read = rows(next(iter(split("gad", "published", work / "data"))).train)
    found = encode(part, work, read)
    assert found.shape[0] == 36
    assert np.isfinite(found).all()
    width = found.shape[1] // 3
    assert np.abs(found[:, width : 2 * width] - found[:, 2 * width :]).max() > 0.01, "the two mentions differ"
    np.testing.assert_allclose(encode(part, work, read[:5]), found[:5], atol=0.05)  # bf16, padded otherwise
