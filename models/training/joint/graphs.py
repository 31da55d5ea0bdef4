"""The pair head as an ONNX graph, fp32."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from models.corpora.documents import LABELS
from models.runtime.pairs import MentionTokens, build_pairs
from models.training.graphs import OPSET
from models.training.joint.network import NOVEL, PairHead, Relay


class _Served(nn.Module):
    """The pair head without the side task: the labels' logits, and that of novelty."""

    def __init__(self, head: PairHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        logits: Tensor = self.head(*inputs)
        return logits[:, : len(LABELS)], logits[:, NOVEL]


def export_pairs(network: Relay, type_pairs: list[tuple[int, int]], path: Path) -> None:
    """Write the pair head: the arrays of `PairInputs` -> logits (P, labels) and novel (P), all float32."""
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
        "novel": {0: "pairs"},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Served(network.pairs).eval(),
            tuple(torch.from_numpy(array) for array in arrays.values()),
            str(path),
            input_names=list(arrays),
            output_names=["logits", "novel"],
            dynamic_axes=free,
            opset_version=OPSET,
            dynamo=False,
        )
