"""A tiny encoder graph in fp32 that masks its padding, as the exported ones do: `python -m tests.models.runtime.tiny` writes it anew.

One layer of attention over a table of 97 vectors that all pieces share, so that any tokeniser will do. It lies among the data since the
serving environment cannot write graphs.
"""

from pathlib import Path

import numpy as np

GRAPH = Path(__file__).parents[2] / "data" / "tiny_encoder.onnx"
HIDDEN, HEADS, ROWS = 8, 6, 97
FIELDS = ("input_ids", "attention_mask", "token_type_ids")


def tiny_graph() -> bytes:
    """hidden (W, L, 8) and ner (W, L, 18) of (W, L) ids, mask and types."""
    from onnx import TensorProto, helper, numpy_helper

    draw = np.random.default_rng(1).normal
    weights = {
        "words": draw(size=(ROWS, HIDDEN)),
        "types": draw(size=(4, HIDDEN)),
        "queries": draw(size=(HIDDEN, HIDDEN)),
        "scale": np.ones(HIDDEN),
        "ner_weight": draw(size=(HIDDEN, 3 * HEADS)),
        "ner_bias": draw(size=3 * HEADS),
        "one": np.ones(1),
        "lowest": np.full(1, -1e4),
    }
    constants = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    constants += [numpy_helper.from_array(np.array([ROWS]), "rows"), numpy_helper.from_array(np.array([1]), "axis")]
    node = helper.make_node
    nodes = [
        node("Mod", ["input_ids", "rows"], ["row"]),
        node("Gather", ["words", "row"], ["word"]),
        node("Gather", ["types", "token_type_ids"], ["type"]),
        node("Add", ["word", "type"], ["x"]),
        node("MatMul", ["x", "queries"], ["q"]),
        node("Transpose", ["x"], ["keys"], perm=[0, 2, 1]),
        node("MatMul", ["q", "keys"], ["products"]),
        node("Cast", ["attention_mask"], ["kept"], to=TensorProto.FLOAT),
        node("Sub", ["one", "kept"], ["padding"]),
        node("Mul", ["padding", "lowest"], ["low"]),
        node("Unsqueeze", ["low", "axis"], ["bias"]),
        node("Add", ["products", "bias"], ["scores"]),
        node("Softmax", ["scores"], ["shares"], axis=-1),
        node("MatMul", ["shares", "x"], ["found"]),
        node("Add", ["x", "found"], ["sum"]),
        node("LayerNormalization", ["sum", "scale"], ["hidden"], axis=-1),
        node("MatMul", ["hidden", "ner_weight"], ["said"]),
        node("Add", ["said", "ner_bias"], ["ner"]),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in FIELDS]
    sizes = {"hidden": HIDDEN, "ner": 3 * HEADS}
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "tokens", size]) for name, size in sizes.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="biorelay")
    made: bytes = model.SerializeToString()
    return made


if __name__ == "__main__":
    GRAPH.write_bytes(tiny_graph())
