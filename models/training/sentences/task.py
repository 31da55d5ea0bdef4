"""The training task of one fold."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from models.runtime.tokenizer import PieceTokenizer
from models.training.attention import reduced
from models.training.network import seed_dropout
from models.training.plan import halves, padded_pieces, plan
from models.training.sentences.measures import figures
from models.training.sentences.network import SentenceNetwork
from models.training.sentences.pieces import Sentence, SentenceMaker, arrays
from models.training.sentences.recipe import SentenceRecipe
from models.training.sentences.rows import Row
from models.training.weights import TOKENIZER, load_encoder, weights_folder

SCORED = 32  # rows a batch where scores are computed


class SentenceTask:
    """What `models.training.engine` runs. Raises `WeightsMissing`."""

    def __init__(self, recipe: SentenceRecipe, train: Sequence[Row], carved: Sequence[Row], out: Path) -> None:
        self.recipe = recipe
        self.maker = SentenceMaker(PieceTokenizer(weights_folder(recipe.encoder, out) / TOKENIZER), window=recipe.encoder.window)
        self.sentences = [self.maker.make(row) for row in train]
        self.carved = [self.maker.make(row) for row in carved]
        read = repr([(row.text, row.first, row.second, row.related) for row in (*train, *carved)])
        self.fingerprint = f"{recipe.fingerprint()} {hashlib.sha256(read.encode()).hexdigest()}"
        part = recipe.network
        bert = load_encoder(recipe.encoder, out, seed=recipe.seed)
        self.network = SentenceNetwork(bert, pooling=part.pooling, width=part.width, dropout=part.dropout)
        self.shapes = [sentence.shape for sentence in self.sentences]
        passes = [recipe.passes] * len(self.sentences)
        self.steps = plan(self.shapes, passes, tokens_per_step=recipe.optimiser.tokens_per_step, seed=recipe.seed)
        self.sizes = [padded_pieces(self.shapes, step) for step in self.steps]
        self._rows_per_step = sum(map(len, self.steps)) / max(len(self.steps), 1)
        related = sum(row.related for row in train)
        balanced = part.class_weights == "balanced" and 0 < related < len(train)
        self._positive = (len(train) - related) / related if balanced else 1.0

    def parts(self, step: int, n: int) -> Sequence[list[int]]:
        return halves(self.shapes, self.steps[step], n)

    def learn(self, part: Sequence[int], seed: int) -> Mapping[str, Tensor]:
        device = next(self.network.parameters()).device
        seed_dropout(seed, device)
        batch = tensors([self.sentences[i] for i in part], device)
        bf16 = self.recipe.optimiser.precision == "bf16"
        with reduced(device, bf16=bf16):
            hidden = self.network.hidden(batch["input_ids"], batch["attention_mask"])
        logits = self.network.classify(hidden, batch["attention_mask"], batch["places"])
        gold = torch.tensor([float(self.sentences[i].related) for i in part], device=device)
        weight = torch.tensor(self._positive, device=device)
        loss = binary_cross_entropy_with_logits(logits, gold, pos_weight=weight, reduction="sum") / self._rows_per_step
        loss.backward()  # type: ignore[no-untyped-call]
        return {"loss": loss.detach()}

    def score(self) -> Mapping[str, float] | None:
        if not self.carved:
            return None
        found = figures(np.array([s.related for s in self.carved]), logits(self.network, self.carved))
        return {"f1": found["F1"] / 100, "accuracy": found["accuracy"] / 100, "mean": (found["F1"] + found["accuracy"]) / 200}


def tensors(sentences: Sequence[Sentence], device: torch.device) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array).to(device) for name, array in arrays(sentences).items()}


@torch.no_grad()
def logits(network: SentenceNetwork, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
    """(N) logits in float32 arithmetic; rows of like length share a batch."""
    network.eval()
    device = next(network.parameters()).device
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i].ids))
    found = np.zeros(len(sentences))
    for at in range(0, len(order), SCORED):
        batch = order[at : at + SCORED]
        found[batch] = network(**tensors([sentences[i] for i in batch], device)).cpu().numpy()
    return found
