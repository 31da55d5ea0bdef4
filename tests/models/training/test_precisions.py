"""Graphs in every precision: first pieces apart, tables by row; the gate lets a good one pass and stops a bad one."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.evaluation.counts import Counts
from models.runtime.artefact import Artefact
from models.training.errors import PrecisionLost
from models.training.gate import losses, refuse_loss
from tests.models.corpora.conftest import small_data

WIDTH, PIECES, LABELS = 24, 90, 6
OUTLIER = 40.0


def documents(tp: int, fp: int, fn: int, n: int = 30) -> dict[str, list[Counts]]:
    return {"ner": [Counts(tp, fp, fn)] * n}


def test_a_precision_within_the_limit_passes() -> None:
    found = losses(documents(1000, 100, 100), documents(999, 100, 101))
    assert found["ner"].exact == pytest.approx(90.91)
    assert 0 < found["ner"].loss < 0.1
    assert found["ner"].low <= found["ner"].loss <= found["ner"].high
    refuse_loss(found, limit=0.5, precision="int8")


def test_a_precision_past_the_limit_is_refused() -> None:
    found = losses(documents(1000, 100, 100), documents(960, 110, 140))
    with pytest.raises(PrecisionLost, match=r"int8 loses more than 0\.5 F1 points .* ner 2\.\d+") as raised:
        refuse_loss(found, limit=0.5, precision="int8")
    assert raised.value.remedy
    refuse_loss(found, limit=5.0, precision="int8")


def test_chance_on_few_documents_stops_nothing_and_a_gain_never_does() -> None:
    better, worse = Counts(9, 1, 1), Counts(8, 2, 2)
    mixed = losses({"typed": [better, worse, better, worse, better]}, {"typed": [worse, better, worse, better, worse]})
    assert mixed["typed"].loss > 0.5
    assert mixed["typed"].low < 0
    refuse_loss(mixed, limit=0.5, precision="int8")
    refuse_loss(losses(documents(960, 110, 140), documents(1000, 100, 100)), limit=0.0, precision="int8")
    refuse_loss(losses({"ner": []}, {"ner": []}), limit=0.0, precision="int8")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Word and place vectors, a layer with a bias, one without, a classifier; the first piece's vector is one large number."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    draw = np.random.default_rng(1).normal
    words = draw(size=(PIECES, WIDTH)).astype(np.float32) * np.linspace(0.02, 1, PIECES, dtype=np.float32)[:, None]
    words[0, 0] = OUTLIER
    weights = {
        "words": words,
        "places": draw(size=(64, WIDTH)).astype(np.float32) * 0.02,
        "w1": draw(size=(WIDTH, WIDTH)).astype(np.float32),
        "b1": draw(size=WIDTH).astype(np.float32),
        "w2": draw(size=(WIDTH, WIDTH)).astype(np.float32),
        "w3": draw(size=(WIDTH, LABELS)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Gather", ["words", "input_ids"], ["x"], "/bert/words"),
        helper.make_node("Gather", ["places", "attention_mask"], ["p"], "/bert/places"),
        helper.make_node("Add", ["x", "p"], ["e"], "/bert/sum"),
        helper.make_node("MatMul", ["e", "w1"], ["m"], "/bert/layer/MatMul"),
        helper.make_node("Add", ["b1", "m"], ["a"], "/bert/layer/Add"),
        helper.make_node("MatMul", ["e", "w2"], ["n"], "/bert/other/MatMul"),
        helper.make_node("Add", ["a", "n"], ["hidden"], "/bert/last"),
        helper.make_node("MatMul", ["hidden", "w3"], ["ner"], "/ner/MatMul"),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", "tokens", w]) for n, w in (("hidden", WIDTH), ("ner", LABELS))]
    made = helper.make_graph(nodes, "toy", inputs, outputs, [numpy_helper.from_array(value, name) for name, value in weights.items()])
    path = tmp_path_factory.mktemp("graph") / "fp32.onnx"
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), str(path))
    return path


def answers(path: Path, width: int = 20, rows: int = 1) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    import onnxruntime

    ids = np.random.default_rng(2).integers(1, PIECES, size=(rows, width))
    ids[:, 0] = 0
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    hidden, ner = session.run(["hidden", "ner"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
    return hidden, ner


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(600)
def test_int8_keeps_what_one_large_first_piece_and_one_scale_for_all_rows_would_lose(graph: Path, tmp_path: Path) -> None:
    from models.training.precisions import plain_int8, write_precision

    exact, _ = answers(graph)
    distances = {}
    plain_int8(graph, tmp_path / "plain.onnx")
    write_precision(graph, tmp_path / "int8.onnx", "int8")
    for name in ("plain", "int8"):
        hidden, _ = answers(tmp_path / f"{name}.onnx")
        distances[name] = float(np.abs(hidden - exact)[:, 1:].max())
    assert distances["int8"] < distances["plain"] / 5
    assert distances["int8"] < 0.2
    for width, rows in ((2, 1), (1, 1), (20, 3)):
        hidden, ner = answers(tmp_path / "int8.onnx", width, rows)
        assert hidden.shape == (rows, width, WIDTH)
        assert ner.shape == (rows, width, LABELS)
        assert np.isfinite(hidden).all()


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(600)
def test_every_precision_is_the_same_to_the_byte_when_made_again(graph: Path, tmp_path: Path) -> None:
    from models.training.precisions import PRECISIONS, write_precision

    sizes = {}
    for precision in PRECISIONS:
        write_precision(graph, tmp_path / "one.onnx", precision)
        write_precision(graph, tmp_path / "two.onnx", precision)
        assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes(), precision
        sizes[precision] = (tmp_path / "one.onnx").stat().st_size
    assert sizes["table8"] < sizes["fp32"]
    assert sizes["fp16"] < sizes["fp32"]


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(600)
def test_a_planted_bad_quantisation_is_refused(tmp_path: Path) -> None:
    """The shipped model against itself with its weights rounded to three bits: caught; against itself as it is: nothing lost."""
    from models.corpora.registry import corpus
    from models.evaluation.served import Served
    from models.runtime.artefact import load_artefact
    from models.training.joint.held_out import held_out_counts

    documents = corpus("biored").read("train", small_data(tmp_path / "data"))
    whole = load_artefact()
    counts = held_out_counts(Served(whole), documents)
    refuse_loss(losses(counts, held_out_counts(Served(whole), documents)), limit=0.0, precision="int8")
    with pytest.raises(PrecisionLost, match="ner"):
        refuse_loss(losses(counts, held_out_counts(Served(damaged(whole, tmp_path / "bad")), documents)), limit=0.5, precision="int8")


def damaged(artefact: Artefact, folder: Path) -> Artefact:
    import onnx
    from onnx import numpy_helper

    from models.runtime.artefact import ENCODER, MANIFEST, load_artefact
    from models.training.provenance import file_entry

    shutil.copytree(artefact.folder, folder)
    model = onnx.load(str(folder / ENCODER))
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) == 2:
            rounded = (numpy_helper.to_array(tensor).astype(np.int64) // 32 * 32).astype(np.int8)
            tensor.CopyFrom(numpy_helper.from_array(rounded, tensor.name))
    onnx.save(model, str(folder / ENCODER))
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"][ENCODER] = file_entry(folder / ENCODER)
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return load_artefact(folder)
