"""The network as ONNX graphs: the encoder through optimum, in fp32 and int8, and the pair head in fp32."""

import logging
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.corpora.documents import LABELS
from models.runtime.pairs import MentionTokens, build_pairs
from models.training.network import Encoder, PairHead, Relay

log = logging.getLogger(__name__)

OPSET = 18
TOLERANCE = 1e-3  # largest difference of a hidden state between torch and the exported graph


def export_encoder(encoder: Encoder, path: Path) -> None:
    """Write the fp32 graph: input_ids, attention_mask (int64) -> hidden, ner (float32). Checked against torch."""
    from optimum.exporters.onnx import export, validate_model_outputs
    from optimum.exporters.onnx.model_configs import BertOnnxConfig

    class RelayOnnxConfig(BertOnnxConfig):  # type: ignore[misc]  # optimum has no types
        @property
        def inputs(self) -> dict[str, dict[int, str]]:
            return {name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask")}

        @property
        def outputs(self) -> dict[str, dict[int, str]]:
            return {name: {0: "batch", 1: "tokens"} for name in ("hidden", "ner")}

    config = RelayOnnxConfig(encoder.config, task="feature-extraction")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, outputs = export(encoder, config, path, opset=OPSET, device="cpu")
        validate_model_outputs(config, encoder, path, outputs, atol=TOLERANCE, use_subprocess=False)


def quantise_encoder(path: Path, out: Path) -> None:
    """Dynamic int8, per channel, the NER classifier left in floating point."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(str(path)).graph
    logging.getLogger().addFilter(_no_preprocessing)
    quantize_dynamic(
        str(path),
        str(out),
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[_classifier(graph)],
        use_external_data_format=False,
    )
    logging.getLogger().removeFilter(_no_preprocessing)


def _no_preprocessing(record: logging.LogRecord) -> bool:
    return "pre-processing" not in record.getMessage()


def _classifier(graph: Any) -> str:
    """The name of the product that makes the NER logits."""
    made_by = {name: node for node in graph.node for name in node.output}
    node = made_by["ner"]
    while node.op_type not in ("MatMul", "Gemm"):
        node = next(made_by[name] for name in node.input if name in made_by)
    name: str = node.name
    return name


class _Labels(nn.Module):
    """The pair head without the side task's logit."""

    def __init__(self, head: PairHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, *inputs: Tensor) -> Tensor:
        logits: Tensor = self.head(*inputs)
        return logits[:, : len(LABELS)]


def export_pairs(network: Relay, type_pairs: list[tuple[int, int]], path: Path) -> None:
    """Write the pair head: the arrays of `PairInputs` -> logits (P, labels), all float32."""
    import numpy as np

    hidden = np.random.default_rng(1).normal(size=(40, network.encoder.config.hidden_size)).astype(np.float32)
    a, b = type_pairs[0]
    columns = np.array([[1, 2, 0, a, 0], [9, 12, 1, b, 1], [20, 21, 0, a, 2], [30, 33, 2, a, 2], [35, 36, 3, b, 2]], dtype=np.int64).T
    sample = build_pairs(hidden, MentionTokens(*(np.ascontiguousarray(c) for c in columns)), type_pairs)
    arrays = sample.arrays()
    free = {
        "hidden": {0: "tokens"},
        "mention_start": {0: "mentions"},
        "mention_end": {0: "mentions"},
        "entity_mentions": {0: "entities", 1: "mentions"},
        "entity_type": {0: "entities"},
        "pairs": {0: "pairs"},
        "closest": {0: "pairs"},
        "between": {0: "pairs"},
        "features": {0: "pairs"},
        "logits": {0: "pairs"},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Labels(network.pairs).eval(),
            tuple(torch.from_numpy(array) for array in arrays.values()),
            str(path),
            input_names=list(arrays),
            output_names=["logits"],
            dynamic_axes=free,
            opset_version=OPSET,
            dynamo=False,
        )
