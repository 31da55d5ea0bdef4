"""One step: a batch of documents through the network, and its loss."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from models.corpora.documents import LABELS
from models.runtime.pairs import PairInputs
from models.training.attention import reduced
from models.training.joint.examples import IGNORED, Example, pair_inputs, pair_labels
from models.training.joint.network import CID, NOVEL, Relay
from models.training.network import seed_dropout
from models.training.pairwise.targets import Targets
from models.training.plan import padded


@dataclass(frozen=True, slots=True)
class PairTask:
    """A document's pairs as tensors; `inputs` lacks the hidden states, which each step makes anew."""

    inputs: dict[str, Tensor]
    labels: Tensor  # (P)
    cid: Tensor  # (P)
    novel: Tensor  # (P)
    soft: Tensor | None = None  # (P, labels) of a teacher, NaN in rows that none judged


def pair_task(
    example: Example, type_pairs: Sequence[tuple[int, int]], targets: Targets | None = None, *, temperature: float = 1.0
) -> PairTask | None:
    """The example's pair task, or None where its corpus has no relations or it has no candidate pair."""
    if example.entities is None:
        return None
    inputs = pair_inputs(example, np.zeros((len(example.ids), 0), dtype=np.float32), type_pairs)
    if not len(inputs.pairs):
        return None
    gold = pair_labels(example, inputs.pairs)
    tensors = {name: torch.from_numpy(array) for name, array in inputs.arrays().items() if name != "hidden"}
    soft = None
    if targets is not None:
        found = targets.of(example.document.text, example.entities.ids, inputs.pairs, temperature=temperature)
        soft = torch.from_numpy(found) if np.isfinite(found).any() else None
    labels, cid, novel = (torch.from_numpy(known) for known in gold)
    return PairTask(tensors, labels, cid, novel, soft)


def with_soft(task: PairTask | None, original: PairTask | None) -> PairTask | None:
    """The task of a renamed document with the soft labels of the original, where its pairs are the same ones, in the same order."""
    if task is None or original is None or len(task.labels) != len(original.labels):
        return task
    return replace(task, soft=original.soft)


class Batch:
    """Windows of several documents, padded to the widest."""

    def __init__(self, examples: Sequence[Example], first: int, last: int) -> None:
        self.examples = examples
        rows = [np.concatenate([[first], e.ids[w.start : w.end], [last]]) for e in examples for w in e.windows]
        cases = [np.pad(e.cases[w.start : w.end], 1) for e in examples for w in e.windows]
        self.input_ids, self.attention_mask = map(torch.from_numpy, padded(rows))
        self.token_type_ids = torch.from_numpy(padded(cases)[0])

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
    """Hidden states (T, H) and NER logits (T, 3 heads) of each document, float32, where the network is."""
    device = network.encoder.ner.weight.device
    read = [tensor.to(device) for tensor in (batch.input_ids, batch.attention_mask, batch.token_type_ids)]
    with reduced(device, bf16=bf16):
        hidden = network.encoder.read(*read)
    documents = batch.documents(hidden.float())
    ner = [network.encoder.ner(network.encoder.dropout(d)) for d in documents]
    return documents, ner


NerLoss = Callable[[Sequence[Tensor], Sequence[Example]], Tensor]
"""NER logits (T, 3 heads) of each document, and the documents -> the sum of what each piece of each head loses."""


def by_pieces(ner: Sequence[Tensor], examples: Sequence[Example]) -> Tensor:
    """Cross entropy, every piece for itself."""
    gold = torch.from_numpy(np.concatenate([e.labels for e in examples])).to(ner[0].device)
    return cross_entropy(torch.cat(list(ner)).reshape(-1, 3), gold.reshape(-1), ignore_index=IGNORED, reduction="sum")


def learn(
    network: Relay,
    batch: Batch,
    tasks: Sequence[PairTask | None],
    *,
    mean: Mapping[str, float],
    weights: Mapping[str, float],
    seed: int,
    bf16: bool,
    temperature: float = 1.0,
    ner_loss: NerLoss = by_pieces,
) -> dict[str, Tensor]:
    """Add the gradients of a batch to the network's; its losses: NER, pairs, chemical-induced disease, novelty, soft labels of pairs.

    `temperature` softens the pairs' probabilities before they are compared with soft labels.

    Losses are sums, divided by what a step of this run holds on average (`mean`), so that every document counts alike
    and a step may be learned in parts.
    """
    device = network.encoder.ner.weight.device
    seed_dropout(seed, device)
    hidden, ner = forward(network, batch, bf16=bf16)
    losses = {
        "ner": ner_loss(ner, batch.examples) / mean["ner"],
        "pairs": torch.zeros((), device=device),
        "cid": torch.zeros((), device=device),
        "novel": torch.zeros((), device=device),
        "soft": torch.zeros((), device=device),
    }
    for document, task in zip(hidden, tasks, strict=True):
        if task is None:
            continue
        scores = network.pairs(document, **{name: value.to(device) for name, value in task.inputs.items()})
        if task.soft is not None:
            soft = task.soft.to(device)
            judged = torch.isfinite(soft[:, 0])
            loss = cross_entropy(scores[judged, : len(LABELS)] / temperature, soft[judged], reduction="sum")
            losses["soft"] = losses["soft"] + temperature**2 * loss / mean["soft"]
        if task.labels[0] == IGNORED:
            cid = task.cid.float().to(device)
            losses["cid"] = losses["cid"] + binary_cross_entropy_with_logits(scores[:, CID], cid, reduction="sum") / mean["cid"]
            continue
        labels, novel = task.labels.to(device), task.novel.to(device)
        losses["pairs"] = losses["pairs"] + cross_entropy(scores[:, : len(LABELS)], labels, reduction="sum") / mean["pairs"]
        stated = torch.nonzero(novel != IGNORED).squeeze(1)
        loss = binary_cross_entropy_with_logits(scores[stated, NOVEL], novel[stated].float(), reduction="sum")
        losses["novel"] = losses["novel"] + loss / mean["novel"]
    total = sum((weights[name] * loss for name, loss in losses.items()), start=torch.zeros((), device=device))
    total.backward()  # type: ignore[no-untyped-call]
    return {name: loss.detach() for name, loss in losses.items()}


@torch.no_grad()
def predict(
    network: Relay, example: Example, type_pairs: Sequence[tuple[int, int]], *, first: int, last: int
) -> tuple[NDArray[Any], PairInputs | None, NDArray[Any]]:
    """NER logits (T, 3 heads), the gold entities' pairs and their logits (P, labels) of one document, in float32."""
    network.eval()
    device = network.encoder.ner.weight.device
    hidden, ner = forward(network, Batch([example], first, last), bf16=False)
    if example.entities is None:
        return ner[0].cpu().numpy(), None, np.zeros((0, 0), np.float32)
    inputs = pair_inputs(example, hidden[0].cpu().numpy(), type_pairs)
    if not len(inputs.pairs):
        return ner[0].cpu().numpy(), inputs, np.zeros((0, 0), np.float32)
    logits = network.pairs(**{name: torch.from_numpy(array).to(device) for name, array in inputs.arrays().items()})
    return ner[0].cpu().numpy(), inputs, logits[:, : len(LABELS)].cpu().numpy()
