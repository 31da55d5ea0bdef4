"""The sibling as an ONNX graph in fp32; `models.training.precisions` makes the others of it."""

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from models.training.graphs import TOLERANCE, export_text
from models.training.pairwise.network import Sibling

SAMPLE = (2, 24)  # questions and pieces of the input that the graph is traced with


class _Named(nn.Module):
    """The network with its output by name, as optimum takes it."""

    def __init__(self, network: Sibling) -> None:
        super().__init__()
        self.network = network
        self.config = copy.copy(network.encoder.config)
        self.config.vocab_size = min(self.config.vocab_size, network.first)  # optimum tries any of these, and markers begin at `first`

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        return {"logits": self.network(input_ids, attention_mask)}


def export_network(network: Sibling, path: Path) -> None:
    """Write the fp32 graph: input_ids, attention_mask (N, L) int64 -> logits (N, R) float32. Checked against torch."""
    questions = {0: "batch", 1: "tokens"}
    inputs = {"input_ids": questions, "attention_mask": questions}
    export_text(_Named(network).eval(), path, inputs=inputs, outputs={"logits": {0: "batch"}})
    _compare(network, path)


def _compare(network: Sibling, path: Path) -> None:
    """Raise `ValueError` unless the graph answers a question with markers as torch does: optimum's own check draws words alone."""
    import numpy as np
    import onnxruntime

    ids = torch.randint(1000, 2000, SAMPLE, generator=torch.Generator().manual_seed(1))
    ids[:, 3], ids[:, 9] = network.first, network.first + 2
    mask = torch.ones_like(ids)
    mask[1, -4:] = 0
    with torch.no_grad():
        expected = network.eval()(ids, mask).numpy()
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (found,) = session.run(["logits"], {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
    gap = float(np.abs(found - expected).max())
    if gap > TOLERANCE:
        raise ValueError(f"{path.name} differs from torch by {gap:.2g} on a question with markers")
