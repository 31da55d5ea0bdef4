"""One step: a batch of documents through the network, and its loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from models.runtime.pairs import PairInputs
from models.training.examples import IGNORED, Example, pair_inputs, pair_labels
from models.training.network import Relay, random


@dataclass(frozen=True, slots=True)
class PairTask:
    """A document's pairs as tensors; `inputs` lacks the hidden states, which each step makes anew."""

    inputs: dict[str, Tensor]
    labels: Tensor  # (P)
    cid: Tensor  # (P)


def pair_task(example: Example, type_pairs: Sequence[tuple[int, int]]) -> PairTask | None:
    """The example's pair task, or None where its corpus has no relations or it has no candidate pair."""
    if example.entities is None:
        return None
    inputs = pair_inputs(example, np.zeros((len(example.ids), 0), dtype=np.float32), type_pairs)
    if not len(inputs.pairs):
        return None
    labels, cid = pair_labels(example, inputs.pairs)
    tensors = {name: torch.from_numpy(array) for name, array in inputs.arrays().items() if name != "hidden"}
    return PairTask(tensors, torch.from_numpy(labels), torch.from_numpy(cid))


class Batch:
    """Windows of several documents, padded to the widest."""

    def __init__(self, examples: Sequence[Example], first: int, last: int) -> None:
        self.examples = examples
        rows = [np.concatenate([[first], e.ids[w.start : w.end], [last]]) for e in examples for w in e.windows]
        width = max(len(row) for row in rows)
        self.input_ids = torch.zeros((len(rows), width), dtype=torch.int64)
        self.attention_mask = torch.zeros((len(rows), width), dtype=torch.int64)
        for i, row in enumerate(rows):
            self.input_ids[i, : len(row)] = torch.from_numpy(row)
            self.attention_mask[i, : len(row)] = 1

    def documents(self, hidden: Tensor) -> list[Tensor]:
        """(W, L, D) over windows -> one (T, D) a document: the kept parts of its windows."""
        out, row = [], 0
        for example in self.examples:
            parts = []
            for w in example.windows:
                parts.append(hidden[row, 1 + w.keep_start - w.start : 1 + w.keep_end - w.start])
                row += 1
            out.append(torch.cat(parts))
        return out


def forward(network: Relay, batch: Batch, *, bf16: bool) -> tuple[list[Tensor], list[Tensor]]:
    """Hidden states (T, H) and NER logits (T, 3 K) of each document, float32."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16, cache_enabled=False):  # threads would share the cache
        hidden = network.encoder.bert(input_ids=batch.input_ids, attention_mask=batch.attention_mask).last_hidden_state
    documents = batch.documents(hidden.float())
    ner = [network.encoder.ner(network.encoder.dropout(d)) for d in documents]
    return documents, ner


def learn(
    network: Relay,
    batch: Batch,
    tasks: Sequence[PairTask | None],
    *,
    mean: Mapping[str, float],
    weights: Mapping[str, float],
    seed: int,
) -> Tensor:
    """Add the gradients of a batch to the network's; its losses (3): NER, pairs, chemical-induced disease.

    Losses are sums, divided by what a step of this run holds on average (`mean`), so that every document counts alike
    and a step may be learned in parts. Parts may be learned on several threads at once: torch adds gradients under a
    lock, and with two parts their order does not matter.
    """
    random.generator = torch.Generator().manual_seed(seed)
    hidden, ner = forward(network, batch, bf16=True)
    gold = torch.from_numpy(np.concatenate([e.labels for e in batch.examples]))
    losses = {
        "ner": cross_entropy(torch.cat(ner).reshape(-1, 3), gold.reshape(-1), ignore_index=IGNORED, reduction="sum") / mean["ner"],
        "pairs": torch.zeros(()),
        "cid": torch.zeros(()),
    }
    for document, task in zip(hidden, tasks, strict=True):
        if task is None:
            continue
        scores = network.pairs(document, **task.inputs)
        if task.labels[0] == IGNORED:
            losses["cid"] = losses["cid"] + binary_cross_entropy_with_logits(scores[:, -1], task.cid.float(), reduction="sum") / mean["cid"]
        else:
            losses["pairs"] = losses["pairs"] + cross_entropy(scores[:, :-1], task.labels, reduction="sum") / mean["pairs"]
    sum((weights[name] * loss for name, loss in losses.items()), start=torch.zeros(())).backward()  # type: ignore[no-untyped-call]
    return torch.stack([loss.detach() for loss in losses.values()])


@torch.no_grad()
def predict(
    network: Relay, example: Example, type_pairs: Sequence[tuple[int, int]], *, first: int, last: int
) -> tuple[NDArray[Any], PairInputs | None, NDArray[Any]]:
    """NER logits (T, 3 K), the gold entities' pairs and their logits (P, labels) of one document, in float32."""
    network.eval()
    hidden, ner = forward(network, Batch([example], first, last), bf16=False)
    if example.entities is None:
        return ner[0].numpy(), None, np.zeros((0, 0), np.float32)
    inputs = pair_inputs(example, hidden[0].numpy(), type_pairs)
    if not len(inputs.pairs):
        return ner[0].numpy(), inputs, np.zeros((0, 0), np.float32)
    logits = network.pairs(**{name: torch.from_numpy(array) for name, array in inputs.arrays().items()})
    return ner[0].numpy(), inputs, logits[:, :-1].numpy()
