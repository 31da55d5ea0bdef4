"""Encoders as ONNX graphs in fp32, through optimum; `precisions` makes the others of them."""

import warnings
from pathlib import Path

from torch import nn

OPSET = 18
TOLERANCE = 1e-3  # largest difference of a hidden state between torch and the exported graph


def export_encoder(encoder: nn.Module, path: Path) -> None:
    """Write the fp32 graph: input_ids, attention_mask, with `case` token_type_ids (int64) -> hidden, ner (float32); checked against torch.

    The encoder has a `config`, and its `forward` answers with those two outputs.
    """
    from optimum.exporters.onnx import export, validate_model_outputs
    from optimum.exporters.onnx.config import TextEncoderOnnxConfig
    from optimum.utils import NormalizedTextConfig

    class RelayOnnxConfig(TextEncoderOnnxConfig):  # type: ignore[misc]  # optimum has no types
        NORMALIZED_CONFIG_CLASS = NormalizedTextConfig  # of the names that all families' configurations have

        @property
        def inputs(self) -> dict[str, dict[int, str]]:
            names = ("input_ids", "attention_mask", *(("token_type_ids",) if getattr(encoder, "case", False) else ()))
            return {name: {0: "batch", 1: "tokens"} for name in names}

        @property
        def outputs(self) -> dict[str, dict[int, str]]:
            return {name: {0: "batch", 1: "tokens"} for name in ("hidden", "ner")}

    config = RelayOnnxConfig(encoder.config, task="feature-extraction")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, outputs = export(encoder, config, path, opset=OPSET, device="cpu")
        validate_model_outputs(config, encoder, path, outputs, atol=TOLERANCE, use_subprocess=False)
