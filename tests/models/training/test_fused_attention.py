"""Attention as one operator: the same numbers, no mask; what is of another shape stays as it was."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.runtime.artefact import ENCODER, load_artefact

pytestmark = [pytest.mark.torch, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

HEADS, WIDTH = 2, 8


def run(model: Any, ids: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    known = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    found: list[np.ndarray[Any, Any]] = session.run(None, {given.name: known[given.name] for given in session.get_inputs()})
    return found


def layer(*, scale: float = WIDTH**-0.5, rotate: bool = False, mask_read_twice: bool = False) -> Any:
    """One layer of attention over word vectors, as torch exports it: cut into heads, scaled, masked, joined."""
    from onnx import TensorProto, helper, numpy_helper

    width = HEADS * WIDTH
    draw = np.random.default_rng(3).normal
    weights: dict[str, Any] = {"words": draw(size=(64, width)), **{name: draw(size=(width, width)) for name in "qkv"}}
    weights = {name: value.astype(np.float32) for name, value in weights.items()}
    weights |= {
        "shape": np.array([0, 0, HEADS, WIDTH]),
        "flat": np.array([0, 0, width]),
        "root": np.float32(scale**0.5),
        "one": np.float32(1),
        "low": np.float32(-1e9),
        "two": np.array([1, 2]),
        "axis": np.array([2]),
    }
    node = helper.make_node
    nodes = [node("Gather", ["words", "input_ids"], ["x"], "/bert/words")]
    for name, order in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
        nodes += [
            node("MatMul", ["x", name], [f"{name}0"], f"/bert/{name}/MatMul"),
            node("Reshape", [f"{name}0", "shape"], [f"{name}1"], f"/bert/{name}/cut"),
            node("Transpose", [f"{name}1"], [f"{name}2"], f"/bert/{name}/heads", perm=order),
            node("Mul", [f"{name}2", "root"], [f"{name}3"], f"/bert/{name}/scale"),
        ]
    nodes += [
        node("Neg", ["q3"], ["q4"], "/bert/rotate"),
        node("Cast", ["attention_mask"], ["m0"], "/bert/mask", to=TensorProto.FLOAT),
        node("Sub", ["one", "m0"], ["m1"], "/bert/mask/1"),
        node("Mul", ["m1", "low"], ["m2"], "/bert/mask/2"),
        node("Unsqueeze", ["m2", "two"], ["m3"], "/bert/mask/3"),
        node("MatMul", ["q4" if rotate else "q3", "k3"], ["s0"], "/bert/scores/MatMul"),
        node("Add", ["s0", "m3"], ["s1"], "/bert/masked"),
        node("Softmax", ["s1"], ["s2"], "/bert/softmax", axis=-1),
        node("MatMul", ["s2", "v2"], ["c0"], "/bert/context/MatMul"),
        node("Transpose", ["c0"], ["c1"], "/bert/context/back", perm=[0, 2, 1, 3]),
        node("Reshape", ["c1", "flat"], ["c2"], "/bert/context/join"),
        node("Unsqueeze", ["m0", "axis"], ["m4"], "/bert/mask/4"),
        node("Mul", ["c2", "m4"], ["c3"], "/bert/mask/5"),
        node("Identity", ["c3" if mask_read_twice else "c2"], ["hidden"], "/bert/last"),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", "tokens", width])]
    made = helper.make_graph(nodes, "layer", inputs, outputs, [numpy_helper.from_array(v, k) for k, v in weights.items()])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


@pytest.mark.parametrize("width", [1, 2, 33, 200])
def test_a_layer_answers_the_same_as_one_operator_without_a_mask(width: int) -> None:
    from models.training.fused_attention import fuse_attention

    model = layer()
    ids = np.random.default_rng(1).integers(0, 64, size=(2, width))
    before = run(model, ids)
    assert fuse_attention(model) == 1
    assert [given.name for given in model.graph.input] == ["input_ids"]
    assert [node.op_type for node in model.graph.node].count("MultiHeadAttention") == 1
    assert not {"Softmax", "Transpose"} & {node.op_type for node in model.graph.node}
    np.testing.assert_allclose(run(model, ids)[0], before[0], atol=1e-5)
    assert fuse_attention(model) == 0


@pytest.mark.parametrize("other", [{"rotate": True}, {"mask_read_twice": True}])
def test_what_is_of_another_shape_stays_as_it_was(other: dict[str, bool]) -> None:
    from models.training.fused_attention import fuse_attention

    model = layer(**other)
    before = model.SerializeToString()
    assert fuse_attention(model) == 0
    assert model.SerializeToString() == before


def test_a_scale_that_is_not_the_operators_is_noticed(tmp_path: Path) -> None:
    """The operator divides by the root of a head's width; a graph that does otherwise is served as it was exported."""
    import onnx

    from models.training.precisions import write_precision

    for scale, fused in ((WIDTH**-0.5, True), (0.1, False)):
        onnx.save(layer(scale=scale), str(tmp_path / "fp32.onnx"))
        write_precision(tmp_path / "fp32.onnx", tmp_path / "int8.onnx", "int8")
        kinds = {node.op_type for node in onnx.load(str(tmp_path / "int8.onnx")).graph.node}
        assert ("MultiHeadAttention" in kinds) is fused
        assert ("Softmax" in kinds) is not fused


def test_an_encoder_whose_attention_is_fused_is_read_back_like_any_other() -> None:
    import onnx

    from models.training.from_artefact import _heads
    from models.training.fused_attention import fuse_attention

    artefact = load_artefact()
    model = onnx.load(str(artefact.path(ENCODER)))
    fuse_attention(model)
    assert _heads(model.graph, width=artefact.manifest.encoder.hidden) == 12
