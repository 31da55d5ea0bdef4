"""The sibling's training task: batches of questions about pairs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.corpora.documents import ENTITY_TYPES
from models.training.attention import reduced
from models.training.network import seed_dropout
from models.training.pairwise.data import PairData
from models.training.pairwise.examples import NONE, Example, gold_matrix
from models.training.pairwise.loss import FORBIDDEN, pair_losses
from models.training.pairwise.network import Sibling
from models.training.pairwise.recipe import PairwiseRecipe
from models.training.pairwise.scores import score_pairs
from models.training.plan import halves, padded, padded_pieces, plan
from models.training.weights import load_encoder

SCORED_AT_ONCE = 8192  # pieces of a batch that is only scored


class PairwiseTask:
    """What `models.training.engine` runs. Raises `WeightsMissing`."""

    def __init__(self, recipe: PairwiseRecipe, data: PairData, out: Path) -> None:
        self.recipe = recipe
        self.data = data
        self.fingerprint = fingerprint(recipe, data)
        self.network = build(recipe, data, out)
        self.shapes = [example.shape for example in data.examples]
        self.steps = plan(self.shapes, data.passes, tokens_per_step=recipe.optimiser.tokens_per_step, seed=recipe.seed)
        self.sizes = [padded_pieces(self.shapes, step) for step in self.steps]
        read = sum(data.examples[i].weight for step in self.steps for i in step)
        self._mean = max(read / max(len(self.steps), 1), 1.0)
        self._allowed = allowed(data)

    def parts(self, step: int, n: int) -> Sequence[list[int]]:
        return halves(self.shapes, self.steps[step], n)

    def learn(self, part: Sequence[int], seed: int) -> Mapping[str, Tensor]:
        examples = [self.data.examples[i] for i in part]
        device = next(self.network.parameters()).device
        seed_dropout(seed, device)
        scores = run(self.network, examples, bf16=self.recipe.optimiser.precision == "bf16")
        gold = torch.from_numpy(gold_matrix(examples, scores.shape[1])).to(device)
        may = torch.from_numpy(self._allowed[[e.task for e in examples]]).to(device)
        weight = torch.tensor([e.weight for e in examples], device=device) / self._mean
        loss = self.recipe.loss
        parts = dict(zip(("cross_entropy", "ranking"), pair_losses(scores, gold, may, margin=loss.margin), strict=True))
        losses = {name: (weight * values).sum() for name, values in parts.items()}
        (loss.cross_entropy * losses["cross_entropy"] + loss.ranking * losses["ranking"]).backward()  # type: ignore[no-untyped-call]
        return {f"loss_{name}": value.detach() for name, value in losses.items()}

    def score(self) -> Mapping[str, float] | None:
        """F1 of the relations of each corpus's held-out documents, typed, and their mean."""
        if not self.data.held_out:
            return None
        answers = answer(self.network, self.data.held_out, self._allowed)
        found = {}
        for number, name in enumerate(self.data.labels.tasks):
            rows = [i for i, e in enumerate(self.data.held_out) if e.task == number]
            if rows:
                found[name] = score_pairs([self.data.held_out[i] for i in rows], answers[rows].argmax(axis=1)).f1
        return {**found, "mean": sum(found.values()) / len(found)}


def fingerprint(recipe: PairwiseRecipe, data: PairData) -> str:
    """What a checkpoint belongs to."""
    return f"{recipe.fingerprint()} {data.fingerprint}"


def build(recipe: PairwiseRecipe, data: PairData, out: Path) -> Sibling:
    """The network at step 0. Equal recipes give equal weights."""
    bert = load_encoder(recipe.encoder, out, seed=recipe.seed)
    head = recipe.head
    return Sibling(bert, data.questions, types=len(ENTITY_TYPES), coarser=data.labels.coarser, inner=head.inner, dropout=head.dropout)


def allowed(data: PairData) -> NDArray[np.bool_]:
    """(tasks, labels): True for no relation and for what the task's corpus annotates."""
    table = np.zeros((len(data.labels.tasks), len(data.labels.names)), dtype=bool)
    for row, numbers in enumerate(data.labels.tasks.values()):
        table[row, [NONE, *numbers.values()]] = True
    return table


def run(network: Sibling, examples: Sequence[Example], *, bf16: bool) -> Tensor:
    """Scores (N, R), float32, on the network's device."""
    device = next(network.parameters()).device
    ids, mask = (torch.from_numpy(array).to(device) for array in padded([example.ids for example in examples]))
    with reduced(device, bf16=bf16):
        scores: Tensor = network(ids, mask)
    return scores.float()


@torch.no_grad()
def answer(network: Sibling, examples: Sequence[Example], may: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Scores (N, R) of the task's labels; `FORBIDDEN` where the corpus does not annotate the label."""
    network.eval()
    order = sorted(range(len(examples)), key=lambda i: (len(examples[i].ids), i))
    scores = np.zeros((len(examples), may.shape[1]))
    at = 0
    while at < len(order):
        width = len(examples[order[at]].ids)
        rows = order[at : at + max(1, SCORED_AT_ONCE // width)]
        scores[rows] = run(network, [examples[i] for i in rows], bf16=True).cpu().numpy()
        at += len(rows)
    return np.where(may[[e.task for e in examples]], scores, FORBIDDEN)
