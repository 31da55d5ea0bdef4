"""A served int8 model becomes one for GPUs: whole, verified, and as near to fp32 as half precision is."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.runtime.artefact import ENCODER, MANIFEST, PREDICTIONS, RELATIONS, TOKENIZER, Artefact, find_artefact, load_artefact
from models.runtime.encoder import Encoder
from models.runtime.providers import Inference
from models.runtime.verify import verify, write_predictions
from models.training.errors import PrecisionLost, WeightsUnusable
from models.training.provenance import file_entry
from tests.models.corpora.conftest import small_data

pytestmark = [pytest.mark.torch, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

TEXTS = 6
HALF = 5e-3
"""Largest relative distance of hidden states in half precision, as `test_families` has it."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """An int8 model of one thin layer with random weights, behind the shipped model's tokeniser and pair head."""
    import torch
    from transformers import BertConfig, BertModel

    from models.training.graphs import export_encoder
    from models.training.joint.network import Encoder as Network
    from models.training.precisions import write_precision

    folder = tmp_path_factory.mktemp("convert") / "tiny" / "3"
    folder.mkdir(parents=True)
    shipped = find_artefact()
    for name in (RELATIONS, TOKENIZER):
        shutil.copyfile(shipped / name, folder / name)
    stated = json.loads((shipped / MANIFEST).read_bytes())
    pieces = max(json.loads((shipped / TOKENIZER).read_bytes())["model"]["vocab"].values()) + 1
    torch.manual_seed(1)
    sizes = {"hidden_size": stated["encoder"]["hidden"], "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 64}
    bert = BertModel(BertConfig(vocab_size=pieces, max_position_embeddings=64, type_vocab_size=4, **sizes), add_pooling_layer=False)
    network = Network(bert, heads=len(stated["ner"]["heads"]), dropout=0.1, case=True).eval()
    with torch.no_grad():
        for parameter in network.parameters():  # at first many are alike, and the exporter would keep one of them
            parameter.add_(torch.randn_like(parameter) * 0.02)
    export_encoder(network, folder / "exact.onnx")
    write_precision(folder / "exact.onnx", folder / ENCODER, "int8")
    (folder / "exact.onnx").unlink()
    stated |= {"name": "tiny", "version": "3", "encoder": stated["encoder"] | {"window": 64, "overlap": 16}}
    stated["training"]["corpora"] = [part for part in stated["training"]["corpora"] if part["name"] == "biored"]
    write_manifest(folder, stated)
    lines = map(json.loads, (shipped / PREDICTIONS).read_text(encoding="utf-8").splitlines()[:TEXTS])
    write_predictions(load_artefact(folder), [(line["text"], line["mentions"]) for line in lines], folder / PREDICTIONS)
    write_manifest(folder, stated)
    return load_artefact(folder)


@pytest.fixture(scope="module")
def made(source: Artefact) -> Artefact:
    from models.training.convert import convert

    return convert(source.folder, "fp16", source.folder.with_name("half"))[0]


def write_manifest(folder: Path, stated: dict[str, object]) -> None:
    stated["files"] = {path.name: file_entry(path) for path in folder.iterdir() if path.name != MANIFEST}
    (folder / MANIFEST).write_text(json.dumps(stated), encoding="utf-8")


def texts(artefact: Artefact) -> list[str]:
    return [json.loads(line)["text"] for line in artefact.path(PREDICTIONS).read_text(encoding="utf-8").splitlines()]


def test_the_folder_is_a_whole_artefact(source: Artefact, made: Artefact) -> None:
    assert made.reference == "tiny@3-fp16"
    assert made.manifest.encoder == source.manifest.encoder.model_copy(update={"precision": "fp16"})
    assert (made.manifest.ner, made.manifest.relations) == (source.manifest.ner, source.manifest.relations)
    assert made.manifest.generation == source.manifest.generation
    assert {ENCODER, RELATIONS, TOKENIZER, PREDICTIONS, "MODEL_CARD.md"} == made.manifest.files.keys()
    assert made.manifest.files[RELATIONS] == source.manifest.files[RELATIONS]
    found = verify(made)
    assert found.identical
    assert found.documents == TEXTS
    converted = made.manifest.training["converted"]
    assert (converted["from"], converted["precision"]) == ("tiny@3", "int8")
    assert converted["encoder"] == source.manifest.files[ENCODER].sha256
    assert converted["distance_to_fp32"]["documents"] == TEXTS
    assert made.manifest.metrics == {}  # it was not scored
    card = made.path("MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# tiny 3-fp16")
    assert "not scored anew" in card
    assert sorted(path.name for path in made.folder.parent.iterdir()) == ["3", "half"]


def test_weights_are_the_originals(source: Artefact, made: Artefact, tmp_path: Path) -> None:
    """fp16 beside fp32 of the same weights, and beside the int8 that they were read from."""
    from models.training.convert import convert

    exact, _ = convert(source.folder, "fp32", tmp_path / "exact")
    encoders = [Encoder(artefact, cache_bytes=0) for artefact in (exact, made, source)]
    for text in texts(source):
        wanted, half, served = (encoder.encode(text) for encoder in encoders)
        assert np.linalg.norm(half.hidden - wanted.hidden) < HALF * np.linalg.norm(wanted.hidden)
        assert np.abs(half.ner - wanted.ner).max() < 10 * HALF
        assert np.linalg.norm(served.hidden - wanted.hidden) < 0.05 * np.linalg.norm(wanted.hidden)


def test_fp32_makes_the_same_half_precision(source: Artefact, made: Artefact, tmp_path: Path) -> None:
    from models.training.convert import convert

    exact, _ = convert(source.folder, "fp32", tmp_path / "exact")
    again, _ = convert(exact.folder, "fp16", tmp_path / "again")
    assert again.path(ENCODER).read_bytes() == made.path(ENCODER).read_bytes()
    assert again.path(PREDICTIONS).read_bytes() == made.path(PREDICTIONS).read_bytes()


def test_half_precision_answers_alike_in_batches(made: Artefact) -> None:
    alone, batched = Encoder(made, cache_bytes=0), Encoder(made, cache_bytes=0, inference=Inference(batched=True, batch_pieces=512))
    given = texts(made) * 2
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(batched.encode, given))
    batched.close()
    for text, answer in zip(given, found, strict=True):
        wanted = alone.encode(text)
        assert np.linalg.norm(answer.hidden - wanted.hidden) < HALF * np.linalg.norm(wanted.hidden)
        assert np.abs(answer.ner - wanted.ner).max() < 10 * HALF
    assert verify(made, Inference(batched=True)).same_answers


def test_what_cannot_be_read_back_is_refused(made: Artefact, source: Artefact, tmp_path: Path) -> None:
    from models.training.convert import convert

    with pytest.raises(WeightsUnusable, match="tiny@3-fp16 is fp16, which is not read back"):
        convert(made.folder, "fp16", tmp_path / "out")
    shutil.copytree(source.folder, tmp_path / "bare")
    (tmp_path / "bare" / PREDICTIONS).unlink()
    write_manifest(tmp_path / "bare", json.loads((tmp_path / "bare" / MANIFEST).read_bytes()))
    with pytest.raises(WeightsUnusable, match="nothing says whether it answers as before"):
        convert(tmp_path / "bare", "fp16", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["bare"]


def test_a_precision_that_decides_otherwise_is_refused() -> None:
    from models.runtime.verify import Verification
    from models.training.convert import _refuse_others

    _refuse_others(Verification(spans=100, pairs=100, spans_missing=1, spans_new=1, labels_changed=2), "fp16")
    with pytest.raises(PrecisionLost, match="5 of 100 spans and 100 pairs are decided otherwise in fp16"):
        _refuse_others(Verification(spans=100, pairs=100, spans_missing=2, spans_new=1, labels_changed=2), "fp16")


def test_the_command_says_where_and_how_near(source: Artefact, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from biorelay.cli.app import app

    done = CliRunner().invoke(app, ["models", "convert", str(source.folder), "--precision", "fp16", "--output", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "tiny@3-fp16 in" in done.output
    assert "not found here" in done.output
    assert load_artefact(tmp_path / "out").manifest.encoder.precision == "fp16"


def test_a_release_is_scored_and_takes_the_originals_place(source: Artefact, tmp_path: Path) -> None:
    """The same int8 weights as graphs are written now, with scores of its own and a generation that outranks the original's."""
    from models.training.convert import Release, convert

    told: list[str] = []
    out = tmp_path / "tiny" / "4"
    released, _ = convert(source.folder, "int8", out, release=Release("4", small_data(tmp_path / "data")), tell=told.append)
    assert released.reference == "tiny@4"
    assert released.manifest.generation == source.manifest.generation + 1
    assert verify(released).identical
    assert {"int8", "fp32", "distance", "baselines", "scored"} == released.manifest.metrics.keys()
    assert "scoring int8" in told
    card = released.path("MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# tiny 4\n")
    assert "not scored anew" not in card
    for text in texts(source):
        before, after = (Encoder(artefact, cache_bytes=0).encode(text) for artefact in (source, released))
        assert np.linalg.norm(after.hidden - before.hidden) < 0.02 * np.linalg.norm(before.hidden)
