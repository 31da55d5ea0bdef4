"""The shipped model's weights as transformers knows them: two BERT models in torch fp32, and their tokeniser, as folders.

The int8 graph's weights are multiplied out, so both sides compute with the same numbers; only the rounding of activations, which
int8 needs, is left out. A classifier of marked texts is no part of the shipped model: its head has seeded random weights of the
right size, which costs as much as trained ones.
"""

import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor
from transformers import BertConfig, BertForSequenceClassification, BertForTokenClassification, PreTrainedTokenizerFast

from models.runtime.artefact import ENCODER, TOKENIZER, Artefact

HEAD_WIDTH = 32
"""Width of an attention head in MiniLM, which the weights alone do not show."""

SPECIAL = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}
TABLE = re.compile(r"(.+)/int8$")


def dequantised(artefact: Artefact) -> dict[str, Tensor]:
    """The encoder's weights in fp32 under the names that they had in torch: `bert.…` and `ner.…`."""
    graph = onnx.load(str(artefact.path(ENCODER))).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights: dict[str, Any] = {key: array for key, array in arrays.items() if key.startswith(("bert.", "ner.")) and "/" not in key}
    for key, array in arrays.items():
        if table := TABLE.match(key):
            weights[table[1]] = array.astype(np.float32) * arrays[f"{table[1]}/scales"]
    # A linear layer's weight has lost its name; the node that multiplies by it still says where it stood.
    for node in graph.node:
        if node.op_type in ("MatMul", "MatMulInteger") and node.input[1] in arrays:
            place = node.name.partition("/MatMul")[0].strip("/").replace("/", ".")
            weights[f"{place}.weight"] = _exact(arrays, node.input[1]).T
    return {key: torch.from_numpy(np.array(array, dtype=np.float32)) for key, array in weights.items()}


def _exact(arrays: Mapping[str, Any], name: str) -> Any:
    stem = name.removesuffix("_quantized")
    if stem == name:
        return arrays[name]
    return (arrays[name].astype(np.float32) - arrays[f"{stem}_zero_point"].astype(np.float32)) * arrays[f"{stem}_scale"]


def tagger(artefact: Artefact) -> BertForTokenClassification:
    """Encoder and NER head, by the guideline that is served by default: O, B and I of each type."""
    weights = dequantised(artefact)
    columns = list(artefact.manifest.ner.columns())
    config = _config(artefact, weights, [label for name in artefact.manifest.ner.types for label in ("O", f"B-{name}", f"I-{name}")])
    model = BertForTokenClassification(config).eval()
    head = {f"classifier.{part}": weights[f"ner.{part}"][columns] for part in ("weight", "bias")}
    model.load_state_dict({**_encoder(weights), **head}, strict=True)
    return model


def classifier(artefact: Artefact, *, seed: int = 1) -> BertForSequenceClassification:
    """The same encoder under a classifier of marked texts, with the relation labels."""
    weights = dequantised(artefact)
    torch.manual_seed(seed)
    model = BertForSequenceClassification(_config(artefact, weights, artefact.manifest.relations.labels)).eval()
    missing, unknown = model.load_state_dict(_encoder(weights), strict=False)
    if unknown or any(not key.startswith(("bert.pooler.", "classifier.")) for key in missing):
        raise ValueError(f"the encoder is not what BertForSequenceClassification takes: without {missing}, with {unknown}")
    return model


def tokenizer(artefact: Artefact) -> PreTrainedTokenizerFast:
    """The shipped tokeniser in transformers' hands."""
    return PreTrainedTokenizerFast(
        tokenizer_file=str(artefact.path(TOKENIZER)),
        model_max_length=artefact.manifest.encoder.window,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **SPECIAL,
    )


def write(artefact: Artefact, folder: Path) -> tuple[Path, Path]:
    """Folders of tagger and classifier, as `from_pretrained` reads them."""
    words = tokenizer(artefact)
    tag, classify = folder / "tagger", folder / "classifier"
    tagger(artefact).save_pretrained(tag)
    classifier(artefact).save_pretrained(classify)
    for place in (tag, classify):
        words.save_pretrained(place)
    return tag, classify


def _encoder(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: value for key, value in weights.items() if key.startswith("bert.")}


def _config(artefact: Artefact, weights: Mapping[str, Tensor], labels: Any) -> BertConfig:
    words, width = weights["bert.embeddings.word_embeddings.weight"].shape
    return BertConfig(
        vocab_size=words,
        hidden_size=width,
        num_hidden_layers=next(n for n in count() if f"bert.encoder.layer.{n}.output.dense.bias" not in weights),
        num_attention_heads=width // HEAD_WIDTH,
        intermediate_size=weights["bert.encoder.layer.0.intermediate.dense.bias"].shape[0],
        max_position_embeddings=weights["bert.embeddings.position_embeddings.weight"].shape[0],
        type_vocab_size=weights["bert.embeddings.token_type_embeddings.weight"].shape[0],
        id2label=dict(enumerate(labels)),
        num_labels=len(labels),
    )
