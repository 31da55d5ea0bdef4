"""The classifier as an ONNX graph, in fp32 and int8, and its scores out of it."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.graphs import OPSET
from models.training.sentences.network import SentenceNetwork
from models.training.sentences.pieces import Sentence, arrays
from models.training.sentences.task import tensors

INPUTS = ("input_ids", "attention_mask", "places")


def export(network: SentenceNetwork, sample: Sequence[Sentence], path: Path) -> None:
    """Write the fp32 graph: `INPUTS` -> logits (B). `sample` are sentences to trace it with, of unequal lengths."""
    free = {"input_ids": {0: "batch", 1: "pieces"}, "attention_mask": {0: "batch", 1: "pieces"}, "places": {0: "batch", 2: "pieces"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            tuple(tensors(sample, torch.device("cpu")).values()),
            str(path),
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes={**free, "logits": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )


def quantise(path: Path, out: Path) -> None:
    """Dynamic int8, per channel; the classifier's two products and the pooling stay in floating point."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(str(path)).graph
    kept = [node.name for node in graph.node if node.op_type in ("MatMul", "Gemm") and "/encoder/" not in node.name]
    quantize_dynamic(
        str(path),
        str(out),
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=kept,
        use_external_data_format=False,
    )


class Graph:
    """Scores by a graph, one sentence a call: int8 scales over a whole batch would make an answer depend on its neighbours."""

    def __init__(self, path: Path) -> None:
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def logits(self, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
        found = [self._session.run(["logits"], arrays([sentence]))[0][0] for sentence in sentences]
        return np.array(found, dtype=np.float64)
