"""Encoders as ONNX graphs in fp32, through optimum; `precisions` makes the others of them."""

import warnings
from collections.abc import Mapping
from pathlib import Path

from torch import nn

OPSET = 18
TOLERANCE = 1e-3  # largest difference of a hidden state between torch and the exported graph


Axes = Mapping[str, dict[int, str]]
"""Inputs or outputs by name, and the names of their axes that have any length."""


def export_encoder(encoder: nn.Module, path: Path) -> None:
    """Write the fp32 graph: input_ids, attention_mask, with `case` token_type_ids (int64) -> hidden, ner (float32); checked against torch.

    The encoder has a `config`, and its `forward` answers with those two outputs.
    """
    names = ("input_ids", "attention_mask", *(("token_type_ids",) if getattr(encoder, "case", False) else ()))
    tokens = {0: "batch", 1: "tokens"}
    export_text(encoder, path, inputs=dict.fromkeys(names, tokens), outputs=dict.fromkeys(("hidden", "ner"), tokens))


def export_text(network: nn.Module, path: Path, *, inputs: Axes, outputs: Axes) -> None:
    """Write the fp32 graph of a network that has a `config`, and whose `forward` answers with the outputs by name."""
    from optimum.exporters.onnx import export, validate_model_outputs
    from optimum.exporters.onnx.config import TextEncoderOnnxConfig
    from optimum.utils import NormalizedTextConfig

    given, answered = inputs, outputs

    class OnnxConfig(TextEncoderOnnxConfig):  # type: ignore[misc]  # optimum has no types
        NORMALIZED_CONFIG_CLASS = NormalizedTextConfig  # of the names that all families' configurations have

        @property
        def inputs(self) -> dict[str, dict[int, str]]:
            return dict(given)

        @property
        def outputs(self) -> dict[str, dict[int, str]]:
            return dict(answered)

    config = OnnxConfig(network.config, task="feature-extraction")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, names = export(network, config, path, opset=OPSET, device="cpu")
        validate_model_outputs(config, network, path, names, atol=TOLERANCE, use_subprocess=False)
