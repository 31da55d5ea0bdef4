"""An encoder's fp32 graph in the precisions that it may be served in.

- `int8`: the encoder's products in dynamic int8, weights per output channel, tables of vectors per row; heads in floating point.
- `fp16`: everything but inputs and outputs in half precision, for GPUs; a CPU runs it through casts.
- `table8`: only the tables of vectors in int8, one scale a row.

In int8, which is for CPUs, attention is one operator without a mask (`fused_attention`). Two things are done besides what
onnxruntime's quantiser does, since they are most of what plain dynamic int8 loses:

- The first piece is multiplied apart from the others. BERT-like encoders keep activations ten times as large as all others in
  [CLS] (Bondarenko et al. 2021, arXiv:2109.12948; Sun et al. 2024, arXiv:2402.17762); with one scale for all pieces, these
  would leave the others a tenth of the 256 steps.
- A row of the word table has a scale of its own; the quantiser gives the whole table one.
"""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.runtime.device import IDS, MASK
from models.training.fused_attention import fuse_attention

Precision = Literal["fp32", "int8", "fp16", "table8"]
PRECISIONS: tuple[Precision, ...] = ("fp32", "int8", "fp16", "table8")

ENCODER = "bert/"  # in the names of the encoder's nodes: every kind of network calls it `bert`; what lies outside are heads
LEAST_ROWS = 64  # a smaller table is not worth two more nodes
LARGEST_HALF = 1e4  # masks are the lowest float32, which half precision does not have
TOLERANCE = 1e-3  # of a graph's outputs, whatever way its sums are added up
TOKENS = 1  # the axis of pieces in (W, L, H)


def write_precision(exact: Path, out: Path, precision: Precision, *, fuse: bool = True) -> None:
    """Write the graph `exact` (fp32) to `out` in a precision, its attention fused in int8 unless `fuse` says no. Equal graphs give equal
    bytes."""
    import onnx

    model = onnx.load(str(exact))
    if precision == "int8":
        fused = fuse and _fuses(model)
        _first_apart(model)
        model = _int8_products(model)
        _tables(model)
        if fused:
            fuse_attention(model)
    elif precision == "fp16":
        model = _half(model)
    elif precision == "table8":
        _tables(model)
    onnx.save(model, str(out))


def _fuses(model: Any) -> bool:
    """Whether the graph says the same with its attention fused: to the last digits of float32, on pieces drawn at random."""
    import onnx
    import onnxruntime

    other = onnx.ModelProto()
    other.CopyFrom(model)
    if not fuse_attention(other):
        return False
    # So few pieces as every encoder has a place for; any row of any table will do.
    ids = np.random.default_rng(1).integers(0, LEAST_ROWS, size=(1, LEAST_ROWS // 2))
    feed = {given.name: ids if given.name == IDS else np.zeros_like(ids) for given in model.graph.input}
    feed[MASK] = np.ones_like(ids)
    answers = []
    for asked in (model, other):
        session = onnxruntime.InferenceSession(asked.SerializeToString(), providers=["CPUExecutionProvider"])
        answers.append(session.run(None, {given.name: feed[given.name] for given in session.get_inputs()}))
    return all(np.allclose(before, after, atol=TOLERANCE) for before, after in zip(*answers, strict=True))


def plain_int8(exact: Path, out: Path) -> None:
    """onnxruntime's own dynamic int8, per channel: what `int8` is compared with."""
    import onnx

    onnx.save(_int8_products(onnx.load(str(exact)), tables=True), str(out))


def _int8_products(model: Any, *, tables: bool = False) -> Any:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    root.addFilter(_no_preprocessing)
    try:
        with tempfile.TemporaryDirectory() as place:
            given, made = Path(place) / "fp32.onnx", Path(place) / "int8.onnx"
            onnx.save(model, str(given))
            quantize_dynamic(
                str(given),
                str(made),
                per_channel=True,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["MatMul", "Gather"] if tables else ["MatMul"],
                nodes_to_exclude=_heads(model.graph),
            )
            return onnx.load(str(made))
    finally:
        root.removeFilter(_no_preprocessing)


def _no_preprocessing(record: logging.LogRecord) -> bool:
    return "pre-processing" not in record.getMessage()


def _heads(graph: Any) -> list[str]:
    """The names of the products outside the encoder: small, last, and worth their floating point."""
    return [node.name for node in graph.node if node.op_type in ("MatMul", "Gemm") and ENCODER not in node.name]


def _first_apart(model: Any) -> None:
    """Cut the products with weights, and the sums with their bias, into that of the first piece and that of the others."""
    from onnx import helper, numpy_helper

    graph = model.graph
    weights = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 2}
    products = [node for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights and node.input[0] not in weights]
    products = [node for node in products if ENCODER in node.name]
    if not products:
        return
    for name, value in (("first_apart/0", 0), ("first_apart/1", 1), ("first_apart/end", 2**62)):
        graph.initializer.append(numpy_helper.from_array(np.array([value], dtype=np.int64), name))
    axis = np.array([TOKENS], dtype=np.int64)
    graph.initializer.append(numpy_helper.from_array(axis, "first_apart/axis"))
    ranges = {"first": ("first_apart/0", "first_apart/1"), "rest": ("first_apart/1", "first_apart/end")}
    replaced: dict[str, list[Any]] = {}
    dropped: set[str] = set()
    cut: set[str] = set()
    for node in products:
        read, made = node.input[0], node.output[0]
        bias = _only_sum(graph, made)
        nodes = []
        for part, (start, stop) in ranges.items():
            piece = f"{read}/cut/{part}"
            if read not in cut:
                nodes.append(helper.make_node("Slice", [read, start, stop, "first_apart/axis"], [piece], piece))
            product = f"{made}/{part}"
            nodes.append(helper.make_node("MatMul", [piece, node.input[1]], [product], f"{node.name}/{part}"))
            if bias is not None:
                other = next(name for name in bias.input if name != made)
                nodes.append(helper.make_node("Add", [product, other], [f"{bias.output[0]}/{part}"], f"{bias.name}/{part}"))
        cut.add(read)
        joined = bias.output[0] if bias is not None else made
        nodes.append(helper.make_node("Concat", [f"{joined}/{part}" for part in ranges], [joined], f"{node.name}/joined", axis=TOKENS))
        replaced[node.name] = nodes
        if bias is not None:
            dropped.add(bias.name)
    _rewrite(graph, replaced, dropped)


def _only_sum(graph: Any, made: str) -> Any:
    """The node that adds a constant vector to a value, where nothing else reads that value; else None."""
    readers = [node for node in graph.node if made in node.input]
    vectors = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 1}
    if len(readers) != 1 or readers[0].op_type != "Add" or made in {output.name for output in graph.output}:
        return None
    return readers[0] if vectors & set(readers[0].input) else None


def _tables(model: Any) -> None:
    """Tables of vectors in int8 with a scale a row: the rows read are multiplied out behind the table."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    tables = {tensor.name: tensor for tensor in graph.initializer if len(tensor.dims) == 2 and tensor.data_type == TensorProto.FLOAT}
    read_otherwise = {name for node in graph.node for name in node.input if node.op_type != "Gather"}
    replaced: dict[str, list[Any]] = {}
    written: set[str] = set()
    for node in [node for node in graph.node if node.op_type == "Gather" and node.input[0] in tables]:
        name, ids, out = node.input[0], node.input[1], node.output[0]
        axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)
        if axis != 0 or name in read_otherwise or tables[name].dims[0] < LEAST_ROWS:
            continue
        if name not in written:
            written.add(name)
            rows, scales = _rows_int8(numpy_helper.to_array(tables[name]))
            graph.initializer.remove(tables[name])
            graph.initializer.append(numpy_helper.from_array(rows, f"{name}/int8"))
            graph.initializer.append(numpy_helper.from_array(scales, f"{name}/scales"))
        replaced[node.name] = [
            helper.make_node("Gather", [f"{name}/int8", ids], [f"{out}/int8"], f"{node.name}/int8", axis=0),
            helper.make_node("Gather", [f"{name}/scales", ids], [f"{out}/scales"], f"{node.name}/scales", axis=0),
            helper.make_node("Cast", [f"{out}/int8"], [f"{out}/float"], f"{node.name}/float", to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{out}/float", f"{out}/scales"], [out], f"{node.name}/scaled"),
        ]
    _rewrite(graph, replaced, set())


def _rows_int8(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """(V, H) -> int8 rows (V, H) and scales (V, 1); the largest of a row becomes 127."""
    scales = (np.abs(table).max(axis=1, keepdims=True) / 127).astype(np.float32)
    scales[scales == 0] = 1
    return np.rint(table / scales).astype(np.int8), scales


def _rewrite(graph: Any, replaced: dict[str, list[Any]], dropped: set[str]) -> None:
    """Put other nodes in the place of some, so that the order stays one in which the graph can run.

    A sum that is dropped was merged into its product, which may stand before the sum's other inputs: those are constants.
    """

    def kept(nodes: Sequence[Any]) -> Iterator[Any]:
        for node in nodes:
            if node.name in replaced:
                yield from replaced[node.name]
            elif node.name not in dropped:
                yield node

    nodes = list(kept(list(graph.node)))
    del graph.node[:]
    graph.node.extend(nodes)


def _half(model: Any) -> Any:
    from onnxruntime.transformers.float16 import convert_float_to_float16

    return convert_float_to_float16(model, keep_io_types=True, max_finite_val=LARGEST_HALF)
