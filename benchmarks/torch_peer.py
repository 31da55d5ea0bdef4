"""What a user would write with the same weights: transformers and torch in fp32, one pair at a time.

The int8 graph's weights are multiplied out into torch modules, so both sides compute with the same numbers;
only the rounding of activations, which int8 needs, is left out here.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import onnx
import torch
import transformers
from onnx import numpy_helper
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast, TokenClassificationPipeline

from models.runtime.artefact import ENCODER, RELATIONS, TOKENIZER, Artefact
from models.runtime.pairs import PairInputs
from models.runtime.windows import windows
from models.training.joint.network import PairHead

HEAD_WIDTH = 32
"""Width of an attention head in MiniLM, which the weights alone do not show."""


def dequantised(artefact: Artefact, name: str) -> dict[str, Tensor]:
    """A graph's weights in fp32 under the names that they had in torch."""
    graph = onnx.load(str(artefact.path(name))).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights: dict[str, Any] = {}
    for key, array in arrays.items():
        stem = key.removesuffix("_quantized")
        if stem != key:
            point = arrays[f"{stem}_zero_point"].astype(np.float32)
            weights[stem] = (array.astype(np.float32) - point) * arrays[f"{stem}_scale"]
        elif not key.endswith(("_scale", "_zero_point")):
            weights[key] = array
    # A linear layer's weight has lost its name; the node that multiplies by it still says where it stood.
    for node in graph.node:
        if node.op_type in ("MatMul", "MatMulInteger") and node.input[1] in arrays:
            place = node.name.removesuffix("_quant").removesuffix("/MatMul").strip("/").replace("/", ".")
            weights[f"{place}.weight"] = weights.pop(node.input[1].removesuffix("_quantized")).T
    return {key: torch.from_numpy(array.copy()) for key, array in weights.items() if array.dtype == np.float32}


@dataclass(slots=True)
class Peer:
    """NER as a transformers pipeline, relations by torch."""

    pipeline: TokenClassificationPipeline
    encoder: Any
    tokenizer: Any
    head: PairHead
    window: int
    overlap: int

    @classmethod
    def load(cls, artefact: Artefact) -> "Peer":
        spec, types = artefact.manifest.encoder, artefact.manifest.ner.types
        weights = dequantised(artefact, ENCODER)
        words, width = weights["bert.embeddings.word_embeddings.weight"].shape
        config = BertConfig(
            vocab_size=words,
            hidden_size=width,
            num_hidden_layers=next(n for n in count() if f"bert.encoder.layer.{n}.output.dense.bias" not in weights),
            num_attention_heads=width // HEAD_WIDTH,
            intermediate_size=weights["bert.encoder.layer.0.intermediate.dense.bias"].shape[0],
            max_position_embeddings=weights["bert.embeddings.position_embeddings.weight"].shape[0],
            id2label=dict(enumerate(label for name in types for label in ("O", f"B-{name}", f"I-{name}"))),
        )
        model = BertForTokenClassification(config).eval()
        renamed = {f"classifier.{key.removeprefix('ner.')}" if key.startswith("ner.") else key: value for key, value in weights.items()}
        model.load_state_dict(renamed, strict=True)
        special = {f"{name.lower()}_token": f"[{name}]" for name in ("CLS", "SEP", "PAD", "UNK")}
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(artefact.path(TOKENIZER)), model_max_length=spec.window, **special)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pipeline = transformers.pipeline(
                "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="simple", stride=spec.overlap, device="cpu"
            )
        plain = Tokenizer.from_file(str(artefact.path(TOKENIZER)))
        plain.no_truncation()
        plain.no_padding()
        return cls(pipeline, model.bert, plain, _head(artefact), spec.window - 2, spec.overlap)

    def mentions(self, text: str) -> list[dict[str, Any]]:
        """Entity groups of the pipeline."""
        found: list[dict[str, Any]] = self.pipeline(text)
        return found

    @torch.inference_mode()
    def encode(self, text: str) -> Tensor:
        """Hidden states (T, H) of a text."""
        ids = self.tokenizer.encode(text, add_special_tokens=False).ids
        first, last = self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")
        parts = []
        for w in windows(len(ids), self.window, self.overlap):
            framed = torch.tensor([[first, *ids[w.start : w.end], last]])
            hidden = self.encoder(input_ids=framed, attention_mask=torch.ones_like(framed)).last_hidden_state[0]
            parts.append(hidden[1 + w.keep_start - w.start : 1 + w.keep_end - w.start])
        return torch.cat(parts) if parts else torch.zeros(0, self.encoder.config.hidden_size)

    @torch.inference_mode()
    def judge(self, pairs: PairInputs, hidden: Tensor) -> Tensor:
        """Logits (P, labels) of pairs over a text's hidden states."""
        arrays = {name: torch.from_numpy(array) for name, array in pairs.arrays().items() if name != "hidden"}
        logits: Tensor = self.head(hidden=hidden, **arrays)
        return logits

    def relations(self, text: str, pairs: PairInputs) -> list[Tensor]:
        """Logits of each pair, one at a time, over one encoding of the text."""
        hidden = self.encode(text)
        return [self.judge(pair, hidden) for pair in pairs.chunks(1)]


def _head(artefact: Artefact) -> PairHead:
    weights = {key.removeprefix("head."): value for key, value in dequantised(artefact, RELATIONS).items() if key.startswith("head.")}
    head = PairHead(
        weights["mention.weight"].shape[1],
        width=weights["mention.weight"].shape[0],
        query=weights["key.weight"].shape[0],
        inner=weights["inner.weight"].shape[0],
        types=len(artefact.manifest.ner.types),
        labels=weights["out.weight"].shape[0],
        dropout=0.0,
    ).eval()
    head.load_state_dict(weights, strict=True)
    return head


def furthest(ours: Sequence[Any], theirs: Sequence[Tensor]) -> float:
    """The largest absolute difference between arrays of ours and of the peer."""
    pairs = zip(ours, theirs, strict=True)
    return max((float(np.abs(np.asarray(a) - b.numpy()).max()) for a, b in pairs if b.numel()), default=0.0)
