"""The whole job on a dozen documents: killed, resumed, exported, served."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import models.training
from models.corpora.documents import ENTITY_TYPES, LABELS
from models.corpora.errors import LeakedDocument, LicenceNotAllowed
from models.runtime.artefact import MANIFEST, load_artefact
from models.runtime.case import CASES
from models.training import ProgressEvent, export, read_recipe, run
from models.training.errors import OtherRun, RecipeError
from models.training.recipe import EncoderPart
from tests.models.corpora.conftest import blocks, lay, small_data

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

SHIPPED = Path(models.training.__file__).with_name("recipes") / "relay-mini.toml"
ROOT = Path(models.training.__file__).parents[2]
HELD_OUT = blocks("biored_small.pubtator")[0].partition("|")[0]
WAIT_S = 400.0


def tiny(place: Path, **changes: str) -> Path:
    """The shipped recipe, cut down to seconds."""
    head, _, _ = SHIPPED.read_text(encoding="utf-8").partition("[[corpora]]")
    before, _, rest = head.partition("held_out = [")
    text = f'{before}held_out = ["{HELD_OUT}"]{rest.partition("]")[2]}'
    wanted = {
        'name = "relay-mini"': 'name = "tiny"',
        'version = "2"': 'version = "1"',
        'start = "relay-base/1"\n': "",
        "checkpoints = 40": "checkpoints = 5",
        "score_from = 1.0": "score_from = 0.5",
        "scores = 1": "scores = 2",
        "window = 512": "window = 128",
        "overlap = 128": "overlap = 32",
        "tokens_per_step = 1024": "tokens_per_step = 640",
        **changes,
    }
    for old, new in wanted.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    for name, passes in (("biored", 4), ("bc5cdr", 2), ("ncbi-disease", 1)):
        text += f'[[corpora]]\nname = "{name}"\npasses = {passes}\n\n'
    path = place / "tiny.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Data, recipe, and the output of a run that was killed; hundreds of megabytes, so they do not stay."""
    folder = tmp_path_factory.mktemp("job")
    small_data(folder / "data")
    tiny(folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def killed(work: Path) -> Path:
    """The folder of a run that was killed with SIGKILL between its first and its last checkpoint."""
    code = (
        "import sys; from pathlib import Path; from models.training import run; "
        "run(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    job = subprocess.Popen([sys.executable, "-c", code, work / "tiny.toml", work / "data", work / "out"], cwd=ROOT)
    checkpoint = work / "out" / "tiny" / "1.run" / "checkpoint.pt"
    end = time.monotonic() + WAIT_S
    first = None
    try:
        while time.monotonic() < end and job.poll() is None:
            seen = checkpoint.stat().st_mtime_ns if checkpoint.exists() else None
            first = first or seen
            if seen != first:
                break
            time.sleep(0.02)
        assert job.poll() is None, "the run ended before it could be killed"
        os.kill(job.pid, signal.SIGKILL)
    finally:
        job.kill()
        job.wait()
    return checkpoint.parent


@pytest.fixture(scope="module")
def resumed(work: Path, killed: Path) -> tuple[Path, list[ProgressEvent]]:
    """The artefact that the same command makes after the kill, and what it told."""
    events: list[ProgressEvent] = []
    assert not (work / "out" / "tiny" / "1").exists()
    folder = run(work / "tiny.toml", work / "data", work / "out", progress=events.append)
    return folder, events


def test_a_killed_run_goes_on(resumed: tuple[Path, list[ProgressEvent]]) -> None:
    _, events = resumed
    begun = next(event for event in events if event.phase == "train")
    assert begun.message.startswith("resuming after step")
    assert 0 < begun.done < begun.total
    told = [event for event in events if event.tokens_per_second]
    assert told
    assert all(event.remaining is not None and event.values["ner"] > 0 for event in told)
    assert [event.phase for event in events][-1] == "done"


def test_a_killed_run_ends_like_one_that_was_not(work: Path, resumed: tuple[Path, list[ProgressEvent]]) -> None:
    import torch

    from models.training.engine import train
    from models.training.joint.data import load_data
    from models.training.joint.task import JointTask

    recipe = read_recipe(work / "tiny.toml")
    task = JointTask(recipe, load_data(recipe, work / "data", work), work)
    train(task, recipe, work / "whole", resume=True, progress=lambda event: None)
    one = torch.load(work / "whole" / "checkpoint.pt", weights_only=True)
    other = torch.load(work / "out" / "tiny" / "1.run" / "checkpoint.pt", weights_only=True)
    assert one["at"]["step"] == other["at"]["step"]
    for name, value in one["network"].items():
        assert torch.equal(value, other["network"][name]), name


def test_the_artefact_loads_and_answers(resumed: tuple[Path, list[ProgressEvent]]) -> None:
    from models.runtime.verify import verify

    artefact = load_artefact(resumed[0])
    assert artefact.reference == "tiny@1"
    assert artefact.manifest.ner.types == tuple(t.value for t in ENTITY_TYPES)
    assert artefact.manifest.relations.labels == LABELS
    assert artefact.manifest.relations.threshold is not None
    found = verify(artefact)
    assert found.documents == 1
    assert found.identical
    assert artefact.path("encoder.onnx").stat().st_size + artefact.path("relations.onnx").stat().st_size < 25_000_000


def test_the_manifest_says_where_the_weights_come_from(resumed: tuple[Path, list[ProgressEvent]]) -> None:
    manifest = json.loads((resumed[0] / "manifest.json").read_text(encoding="utf-8"))
    training = manifest["training"]
    assert training["held_out"] == [HELD_OUT]
    assert [c["name"] for c in training["corpora"]] == ["biored", "bc5cdr", "ncbi-disease"]
    assert training["corpora"][0]["documents"] == 3
    assert training["corpora"][0]["removed"]["held_out"] == 1
    assert all(len(c["sha256"]) == 64 for c in training["corpora"])
    assert training["run"]["held_out_scores"]
    for precision in ("int8", "fp32"):
        assert "biored/dev" in manifest["metrics"][precision]["ner"]
    card = (resumed[0] / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| biored | 2022 | US Government public domain | 3 |" in card


def test_an_artefact_is_scored(work: Path, resumed: tuple[Path, list[ProgressEvent]]) -> None:
    from models.evaluation import evaluate, table

    result = evaluate(resumed[0], work / "data")
    shown = table(result)
    for figure in ("scores ner biored/dev all", "relations_gold_entities biored/dev pair", "ner_dictionary biored/dev all"):
        assert figure in shown
    assert result["from_text"]["linking"]["biored/dev"]["all"]["tp"] >= 0


def test_export_alone_writes_the_same_graphs(work: Path, resumed: tuple[Path, list[ProgressEvent]]) -> None:
    before = {name: entry.sha256 for name, entry in load_artefact(resumed[0]).manifest.files.items() if name.endswith(".onnx")}
    export(work / "tiny.toml", work / "data", work / "out")
    after = load_artefact(resumed[0]).manifest.files
    assert {name: after[name].sha256 for name in before} == before


def test_another_recipe_does_not_go_on_with_this_run(work: Path, resumed: tuple[Path, list[ProgressEvent]], tmp_path: Path) -> None:
    with pytest.raises(OtherRun, match="another recipe"):
        run(tiny(tmp_path, **{"seed = 1": "seed = 2"}), work / "data", work / "out")


def test_another_recipe_starts_from_the_encoder_of_a_joint_model(resumed: tuple[Path, list[ProgressEvent]], work: Path) -> None:
    """Its weights, its pieces, and what it learned of letter case."""
    import torch

    from models.runtime.tokenizer import PieceTokenizer
    from models.training.joint.network import build
    from models.training.weights import TOKENIZER, TRAINED, refuse_start, weights_folder

    recipe = read_recipe(work / "tiny.toml")
    later = recipe.model_copy(update={"encoder": recipe.encoder.model_copy(update={"start": "tiny/1.run/encoder"})})
    state = torch.load(work / "out" / "tiny" / "1.run" / "best.pt", weights_only=True)["network"]
    found = build(later, [("biored", "Gene")], work / "out").encoder.bert.state_dict()
    for name, tensor in found.items():
        assert torch.equal(tensor, state[f"encoder.bert.{name}"]), name
    folder = weights_folder(later.encoder, work / "out")
    assert PieceTokenizer(folder / TOKENIZER).cut("BRCA1").ids.tolist() == PieceTokenizer(resumed[0] / TOKENIZER).cut("BRCA1").ids.tolist()
    refuse_start(later.encoder, work / "out")
    stated = json.loads((folder / TRAINED).read_bytes())
    stated["settings"]["shipping"] = False
    kept = (folder / TRAINED).read_bytes()
    (folder / TRAINED).write_text(json.dumps(stated), encoding="utf-8")
    with pytest.raises(LicenceNotAllowed, match="tiny"):
        refuse_start(later.encoder, work / "out")
    (folder / TRAINED).write_bytes(kept)


def test_another_recipe_starts_from_a_served_model(resumed: tuple[Path, list[ProgressEvent]], work: Path, tmp_path: Path) -> None:
    """The weights of its graph: in fp32 those that were trained, in int8 half a step of their channel beside them."""
    import torch

    from models.training.weights import TOKENIZER, load_encoder, refuse_start, weights_folder, weights_version

    state = torch.load(work / "out" / "tiny" / "1.run" / "best.pt", weights_only=True)["network"]
    exact, served = work / "out" / "tiny" / "1.run" / "fp32", resumed[0]
    for place, step in ((exact, 0.0), (served, 0.5)):
        part = EncoderPart(artefact=str(place), licence="MIT", window=64, overlap=16, case=True)
        found = load_encoder(part, tmp_path, seed=1).state_dict()
        assert found.keys() == {name.removeprefix("encoder.bert.") for name in state if name.startswith("encoder.bert.")}
        for name, tensor in found.items():
            trained = state[f"encoder.bert.{name}"]
            widest = trained.abs().amax(dim=-1, keepdim=True) if trained.ndim == 2 else torch.zeros(1)
            assert ((tensor - trained).abs() <= (step + 1e-3) * widest / 127 + 1e-6 * step).all(), name
        assert (weights_folder(part, tmp_path) / TOKENIZER).read_bytes() == (place / TOKENIZER).read_bytes()
        assert weights_version(part) == str(place)
        refuse_start(part, tmp_path)
    manifest = json.loads((exact / MANIFEST).read_bytes())
    manifest["training"]["settings"]["shipping"] = False
    shutil.copytree(exact, tmp_path / "research")
    (tmp_path / "research" / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(LicenceNotAllowed, match="research"):
        refuse_start(part.model_copy(update={"artefact": str(tmp_path / "research")}), tmp_path)


def test_adapters_train_and_merge(work: Path, tmp_path: Path) -> None:
    import numpy as np
    import onnxruntime
    import torch

    from models.training.engine import train
    from models.training.graphs import export_encoder
    from models.training.joint.data import load_data
    from models.training.joint.network import exportable
    from models.training.joint.task import JointTask

    recipe = read_recipe(tiny(tmp_path, **{"dropout = 0.1": 'dropout = 0.1\nadapter = "lora"', "scores = 2": "scores = 1"}))
    task = JointTask(recipe, load_data(recipe, work / "data", tmp_path), tmp_path)
    network = task.network
    start = {name: p.detach().clone() for name, p in network.named_parameters() if p.requires_grad}
    assert all("lora" in name or "token_type" in name for name in start if name.startswith("encoder.bert."))
    train(task, recipe, tmp_path, resume=True, progress=lambda event: None)
    assert any(not torch.equal(p, start[name]) for name, p in network.named_parameters() if "lora_B" in name)
    ids = torch.arange(1000, 1040).reshape(1, -1)
    cases = ids % CASES
    with torch.no_grad():
        before = network.encoder(ids, torch.ones_like(ids), cases)["hidden"].numpy()
    exportable(network)
    assert not any("lora" in name for name, _ in network.named_parameters())
    export_encoder(network.encoder, tmp_path / "encoder.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "encoder.onnx"), providers=["CPUExecutionProvider"])
    (after,) = session.run(
        ["hidden"], {"input_ids": ids.numpy(), "attention_mask": np.ones_like(ids.numpy()), "token_type_ids": cases.numpy()}
    )
    np.testing.assert_allclose(after, before, atol=1e-3)
    for path in tmp_path.glob("*.pt"):
        path.unlink()


def test_a_planted_leak_stops_the_job(work: Path, tmp_path: Path) -> None:
    """The removal step takes a leaked training document out; a held-out one is a fault of the recipe, and stops."""
    from models.training.joint.data import load_data

    data = small_data(tmp_path / "data")
    train, dev = blocks("biored_small.pubtator")[:4], blocks("biored_small.pubtator")[4:]
    lay(data, "biored/Train.PubTator", [*train, dev[0]])
    gathered = load_data(read_recipe(work / "tiny.toml"), data, tmp_path)
    assert gathered.summary[0]["removed"]["in_dev_or_test_sets"] == 1
    lay(data, "biored/Dev.PubTator", [*dev, train[0]])
    with pytest.raises(LeakedDocument, match=HELD_OUT):
        load_data(read_recipe(work / "tiny.toml"), data, tmp_path)
    lay(data, "biored/Train.PubTator", train[1:])
    with pytest.raises(RecipeError, match="held_out"):
        load_data(read_recipe(work / "tiny.toml"), data, tmp_path)
