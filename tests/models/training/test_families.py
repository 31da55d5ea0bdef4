"""Every family of encoders trains by the real loading code, is exported, and is served; the shipped recipes are tried so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import models.training
from models.training import read_recipe
from models.training.errors import RecipeError, WeightsMissing, WeightsUnusable
from models.training.precisions import Precision
from models.training.recipe import EncoderPart
from tests.models.corpora.conftest import blocks, small_data
from tests.models.training.checkpoints import WINDOW, WRITERS, as_hub, write_checkpoint

pytestmark = [pytest.mark.torch, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

RECIPES = Path(models.training.__file__).with_name("recipes")
TEXT = "Loss of BRCA1 and TP53 in patients with 5-hydroxytryptamine-induced na\u00efve T-cell disease."
BOUNDS: dict[Precision, float] = {"fp32": 1e-5, "fp16": 5e-3, "table8": 1e-2, "int8": 5e-2}
"""Largest relative distance of hidden states to torch, and a tenth of the largest difference of a logit."""

KIND_OF = {
    "relay-biobert": "bert-cased",
    "relay-scibert": "bert-uncased",
    "relay-pubmedbert": "bert-uncased",
    "relay-clinicalbert": "bert-cased",
    "relay-biolinkbert": "bert-fast",
    "relay-mbert": "bert-fast-cased",
    "relay-modernbert": "modernbert",
}


def part(folder: Path, **more: Any) -> EncoderPart:
    return EncoderPart(folder=str(folder), licence="MIT", window=64, overlap=16, **more)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of a hub that nothing answers for."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


@pytest.mark.parametrize("kind", WRITERS)
def test_an_encoder_of_every_family_learns_and_is_served(kind: str, tmp_path: Path) -> None:
    """Two steps through the engine, then its graph beside torch, in every precision."""
    import torch

    from models.runtime.artefact import TOKENIZER
    from models.runtime.tokenizer import PieceTokenizer
    from models.training.engine import train
    from models.training.graphs import export_encoder
    from models.training.joint.data import load_data
    from models.training.joint.task import JointTask
    from models.training.precisions import write_precision
    from models.training.weights import weights_folder

    recipe = tiny(read_recipe(RECIPES / "relay-mini.toml"), part(write_checkpoint(kind, tmp_path / "given"), **(casing(kind))))
    data = load_data(recipe, small_data(tmp_path / "data"), tmp_path)
    task = JointTask(recipe, replace(data, passes=[1] * len(data.examples)), tmp_path)
    task.steps = task.steps[:2]
    before = {name: p.detach().clone() for name, p in task.network.named_parameters()}
    history = train(task, recipe, tmp_path / "run", resume=False, progress=lambda event: None)
    assert history["steps"] == 2
    moved = [name for name, p in task.network.named_parameters() if not torch.equal(p, before[name])]
    assert sum(name.startswith("encoder.bert.") for name in moved) > 10

    export_encoder(task.network.encoder, tmp_path / "encoder.onnx")
    pieces = PieceTokenizer(weights_folder(recipe.encoder, tmp_path) / TOKENIZER).cut(TEXT * 3)
    covered = {TEXT[a:b] for a, b in pieces.offsets[pieces.offsets[:, 1] <= len(TEXT)].tolist()}
    assert {"T", "-", "5"} <= covered
    ids = np.array([[data.first, *pieces.ids[:62], data.last]])
    mask = np.ones_like(ids)
    with torch.no_grad():
        expected = task.network.encoder(torch.from_numpy(ids), torch.from_numpy(mask))
    exact = expected["hidden"].numpy()
    for precision, bound in BOUNDS.items():
        write_precision(tmp_path / "encoder.onnx", tmp_path / "served.onnx", precision)
        session = opened(tmp_path / "served.onnx")
        taken = {given.name for given in session.get_inputs()}
        assert ("attention_mask" in taken) is (precision != "int8" or kind in {"electra", "modernbert"}), precision
        read = {name: array for name, array in (("input_ids", ids), ("attention_mask", mask)) if name in taken}
        hidden, ner = session.run(["hidden", "ner"], read)
        assert hidden.dtype == ner.dtype == np.float32
        assert np.linalg.norm(hidden - exact) / np.linalg.norm(exact) < bound, precision
        assert np.abs(ner - expected["ner"].numpy()).max() < 10 * bound, precision


@pytest.mark.slow
@pytest.mark.parametrize("name", KIND_OF)
def test_a_shipped_recipe_makes_an_artefact(name: str, cache: Path, tmp_path: Path) -> None:
    """The recipe as it stands, but for its corpora and sizes: the checkpoint lies in the hub's cache, under the real one's name."""
    from models.runtime.artefact import load_artefact
    from models.runtime.encoder import Encoder
    from models.runtime.verify import verify
    from models.training.joint.job import run

    shipped = read_recipe(RECIPES / f"{name}.toml")
    as_hub(write_checkpoint(KIND_OF[name], tmp_path / "given"), cache, shipped.encoder.hub)
    recipe = tiny(shipped, shipped.encoder.model_copy(update={"window": 64, "overlap": 16}))
    data, out = small_data(tmp_path / "data"), tmp_path / "out"
    folder = run(recipe, RECIPES / f"{name}.toml", data, out, resume=False, progress=lambda event: None)
    artefact = load_artefact(folder)
    assert verify(artefact).identical
    assert artefact.manifest.training["weights"]["package"].startswith(f"{shipped.encoder.hub}@main")
    assert artefact.manifest.encoder.lowercase is ("cased" not in KIND_OF[name].split("-") and KIND_OF[name] != "modernbert")
    encoded = Encoder(artefact).encode(TEXT)
    assert encoded.hidden.shape == (len(encoded.offsets), 32)
    assert np.isfinite(encoded.hidden).all()


def test_what_is_missing_is_named(cache: Path, tmp_path: Path) -> None:
    from models.training.weights import load_encoder

    with pytest.raises(WeightsMissing, match="no/such is not in the local cache") as raised:
        load_encoder(EncoderPart(hub="no/such", licence="MIT"), tmp_path, seed=1)
    assert raised.value.remedy
    with pytest.raises(WeightsMissing, match="no pretrained encoder in"):
        load_encoder(part(tmp_path / "nowhere"), tmp_path, seed=1)
    with pytest.raises(WeightsMissing, match="not_a_package"):
        load_encoder(EncoderPart(package="not-a-package", folder="not_a_package/model", licence="MIT"), tmp_path, seed=1)


def test_a_hub_that_cannot_be_reached_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    from models.training.weights import load_encoder

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsMissing, match="org/name is not in the local cache, and the hub does not give it"):
        load_encoder(EncoderPart(hub="org/name", licence="MIT"), tmp_path, seed=1)


def test_broken_checkpoints_are_named(tmp_path: Path) -> None:
    from models.training.weights import load_encoder

    def refused(kind: str, file: str, content: str) -> pytest.ExceptionInfo[WeightsUnusable]:
        folder = write_checkpoint(kind, tmp_path / f"{kind}-{file}")
        (folder / file).write_text(content, encoding="utf-8")
        with pytest.raises(WeightsUnusable) as raised:
            load_encoder(part(folder, **casing(kind)), tmp_path, seed=1)
        return raised

    assert "family 'gpt2'" in str(refused("bert-fast", "config.json", '{"model_type": "gpt2"}').value)
    assert "no encoder that transformers loads" in str(refused("bert-fast", "model.safetensors", "not weights").value)
    assert "JSON" in str(refused("bert-fast", "tokenizer.json", "{").value)
    more = "".join(f"piece{number}\n" for number in range(1000))
    assert "vectors for" in str(refused("bert-uncased", "vocab.txt", "\n".join(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", more))).value)


def test_casing_is_never_guessed(tmp_path: Path) -> None:
    """BioBERT's folder does not say that it is cased, and a reader that lowers it would lose half of the vocabulary."""
    from models.training.weights import open_tokenizer, weights_folder

    folder = write_checkpoint("bert-cased", tmp_path / "given")
    with pytest.raises(WeightsUnusable, match="small letters") as raised:
        weights_folder(part(folder), tmp_path)
    assert "lowercase = false" in str(raised.value.remedy)
    cased = open_tokenizer(weights_folder(part(folder, lowercase=False), tmp_path))
    assert cased.encode("BRCA of", add_special_tokens=False).tokens == ["BRCA", "of"]
    again = weights_folder(part(folder, lowercase=False), tmp_path)
    assert again == weights_folder(part(folder, lowercase=False), tmp_path)
    assert (again / "pytorch_model.bin").samefile(folder / "pytorch_model.bin")


def test_a_window_that_the_encoder_cannot_read_is_refused(tmp_path: Path) -> None:
    from models.training.weights import load_encoder

    for kind, longest in (("bert-fast", WINDOW), ("roberta", WINDOW - 2)):
        folder = write_checkpoint(kind, tmp_path / kind)
        load_encoder(part(folder).model_copy(update={"window": longest}), tmp_path, seed=1)
        with pytest.raises(RecipeError, match=f"more than the {longest}"):
            load_encoder(part(folder).model_copy(update={"window": longest + 1}), tmp_path, seed=1)


@pytest.mark.parametrize("kind", ["bert-fast", "distilbert", "modernbert"])
def test_adapters_sit_on_each_familys_own_layers(kind: str, tmp_path: Path) -> None:
    from models.training.weights import load_encoder, merge

    folder = write_checkpoint(kind, tmp_path / "given")
    encoder = load_encoder(part(folder, adapter="lora"), tmp_path, seed=1)
    learned = sum(p.numel() for p in encoder.parameters() if p.requires_grad)
    assert 0 < learned < sum(p.numel() for p in encoder.parameters()) / 2
    assert not any("lora" in name for name, _ in merge(encoder).named_parameters())


def test_an_encoder_has_one_source() -> None:
    for wrong in (
        {},
        {"hub": "a/b", "folder": "x"},
        {"hub": "a/b", "package": "x"},
        {"hub": "a/b", "artefact": "x"},
        {"folder": "x", "revision": "1"},
    ):
        with pytest.raises(ValueError, match=r"either hub|revision"):
            EncoderPart(licence="MIT", **wrong)


def casing(kind: str) -> dict[str, bool]:
    return {"lowercase": False} if kind == "bert-cased" else {}


def tiny(recipe: Any, encoder: EncoderPart) -> Any:
    """A recipe over the small samples, with another encoder."""
    corpora = [part.model_copy(update={"passes": 1}) for part in recipe.corpora if part.name in {"biored", "bc5cdr", "ncbi-disease"}]
    held_out = [blocks("biored_small.pubtator")[0].partition("|")[0]]
    optimiser = recipe.optimiser.model_copy(update={"tokens_per_step": 640})
    small = {"checkpoints": 2, "scores": 1, "score_from": 1.0, "held_out": held_out, "corpora": corpora, "optimiser": optimiser}
    return recipe.model_copy(update={**small, "encoder": encoder})


def opened(path: Path) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
