"""How much of the processor's int8 arithmetic the encoder uses, on one thread.

The peak is what onnxruntime itself reaches in one large product, `MatMulInteger` of unsigned by signed bytes. The encoder's work is
counted from its graph: two operations for each multiplication of the linear layers and of attention's two products; all else (softmax,
GELU, normalisation, quantising, transposes) counts as no work and takes its time.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper

from models.runtime.artefact import ENCODER, TOKENIZER, Artefact
from models.runtime.session import Graph
from models.runtime.tokenizer import PieceTokenizer
from models.runtime.windows import windows

SIZE = 1024
PRODUCTS = 40
"""So many products a round; the fastest is the peak."""

SHORT = 128
"""Pieces of a window, special ones included."""

REPEATS = 25

Feed = dict[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Work:
    """Operations of one window: so many a piece, and so many for each two pieces (attention's products)."""

    linear: float
    attention: float

    def of(self, pieces: int) -> float:
        return self.linear * pieces + self.attention * pieces**2


def encoder_work(artefact: Artefact) -> Work:
    """Counted from the shapes that two windows of different length have in the graph. Raises `ValueError` for an unknown product."""
    short, long = 64, 128
    a, b = (_operations(artefact, pieces) for pieces in (short, long))
    attention = (b / long - a / short) / (long - short)
    return Work(a / short - attention * short, attention)


def peak_share(artefact: Artefact, texts: Sequence[str], *, rounds: int = 3) -> dict[str, Any]:
    """The encoder's operations a second as a share of the product's, at 128 pieces and over the texts, and what it was made of.

    Each share is the median of rounds, in which product and encoder take turns; seconds are the thread's processor time.
    """
    work, graph, product = encoder_work(artefact), Graph(artefact, ENCODER), _product()
    natural = _windows(artefact, graph, texts)
    ids = np.concatenate([feed["input_ids"][0, 1:-1] for feed in natural])
    short = [_feed(graph, np.resize(ids, SHORT - 2), (int(natural[0]["input_ids"][0, 0]), int(natural[0]["input_ids"][0, -1])))] * REPEATS
    for feed in (*short[:2], *natural[:2]):
        graph.run(("hidden", "ner"), feed)
    peaks: list[float] = []
    rates: dict[str, list[float]] = {str(SHORT): [], "natural": []}
    for _ in range(rounds):
        peaks.append(2 * SIZE**3 / min(_seconds(product) for _ in range(PRODUCTS)))
        for name, feeds in ((str(SHORT), short), ("natural", natural)):
            took = _seconds(lambda feeds=feeds: [graph.run(("hidden", "ner"), feed) for feed in feeds])  # type: ignore[misc]
            rates[name].append(sum(work.of(feed["input_ids"].shape[1]) for feed in feeds) / took)
    return {
        "share": {
            name: round(statistics.median(r / p for r, p in zip(measured, peaks, strict=True)), 3) for name, measured in rates.items()
        },
        "tops_one_thread": round(statistics.median(peaks) / 1e12, 4),
        "encoder_tops_one_thread": {name: round(statistics.median(measured) / 1e12, 4) for name, measured in rates.items()},
        "natural_pieces_a_window": round(statistics.mean(feed["input_ids"].shape[1] for feed in natural), 1),
        "megaflop_a_piece": {"linear": round(work.linear / 1e6, 3), "attention_by_pieces": round(work.attention / 1e6, 6)},
    }


def _seconds(do: Callable[[], object]) -> float:
    started = time.thread_time()
    do()
    return time.thread_time() - started


def _product() -> Callable[[], object]:
    """One product of (1024, 1024) bytes by (1024, 1024), whose second side is a weight, as in the encoder."""
    rng = np.random.default_rng(1)
    weight = helper.make_tensor(
        "b", TensorProto.INT8, (SIZE, SIZE), rng.integers(-127, 128, (SIZE, SIZE), dtype=np.int8).tobytes(), raw=True
    )
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, (SIZE, SIZE))],
        [helper.make_tensor_value_info("c", TensorProto.INT32, (SIZE, SIZE))],
        [weight],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), _options(), providers=["CPUExecutionProvider"])
    feed = {"a": rng.integers(0, 256, (SIZE, SIZE), dtype=np.uint8)}
    session.run(None, feed)
    return lambda: session.run(None, feed)


def _options() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


def _windows(artefact: Artefact, graph: Graph, texts: Sequence[str]) -> list[Feed]:
    spec, words = artefact.manifest.encoder, PieceTokenizer(artefact.path(TOKENIZER))
    cut = [words.cut(text).ids for text in texts]
    return [
        _feed(graph, ids[w.start : w.end], (words.first, words.last))
        for ids in cut
        for w in windows(len(ids), spec.window - 2, spec.overlap)
    ]


def _feed(graph: Graph, ids: NDArray[np.int64], frame: tuple[int, int]) -> Feed:
    framed = np.concatenate([frame[:1], ids, frame[1:]]).astype(np.int64)[None]
    every = {"input_ids": framed, "attention_mask": np.ones_like(framed), "token_type_ids": np.zeros_like(framed)}
    return {name: every[name] for name in graph.inputs}


def _operations(artefact: Artefact, pieces: int) -> float:
    """Of one window, from the shapes of the graph as it is stored: onnxruntime's profile names them, unfused."""
    with tempfile.TemporaryDirectory() as place:
        options = _options()
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(place) / "profile")
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(str(artefact.path(ENCODER)), options, providers=["CPUExecutionProvider"])
        ids = np.full((1, pieces), 100, dtype=np.int64)
        every = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        session.run(None, {node.name: every[node.name] for node in session.get_inputs()})
        events = json.loads(Path(session.end_profiling()).read_bytes())
    return sum(_of_node(event["args"]) for event in events if event.get("cat") == "Node" and "op_name" in event["args"])


def _of_node(node: dict[str, Any]) -> float:
    kind = node["op_name"]
    if kind == "MultiHeadAttention":
        (batch, queries, width), (_, keys, _), *_ = _shapes(node["input_type_shape"])
        return float(4 * batch * queries * keys * width)
    if kind in ("MatMul", "MatMulInteger", "Gemm"):
        return float(2 * prod(_shapes(node["output_type_shape"])[0]) * _shapes(node["input_type_shape"])[0][-1])
    if "MatMul" in kind or "Attention" in kind or "Conv" in kind:
        raise ValueError(f"the operations of {kind} are not counted here")
    return 0.0


def _shapes(listed: list[dict[str, list[int]]]) -> list[list[int]]:
    return [shape for entry in listed for shape in entry.values()]
