"""Encoders as ONNX graphs: through optimum in fp32, and quantised."""

import logging
import warnings
from pathlib import Path
from typing import Any

from torch import nn

log = logging.getLogger(__name__)

OPSET = 18
TOLERANCE = 1e-3  # largest difference of a hidden state between torch and the exported graph


def export_encoder(encoder: nn.Module, path: Path) -> None:
    """Write the fp32 graph: input_ids, attention_mask (int64) -> hidden, ner (float32). Checked against torch.

    The encoder has a `config`, and its `forward` answers with those two outputs.
    """
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
