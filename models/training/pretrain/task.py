"""Masked-language modelling as a training task."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu

from models.training.attention import reduced
from models.training.network import Holder, seed_dropout
from models.training.plan import halves, padded, padded_pieces, plan
from models.training.pretrain.data import Pieces, Texts, sequences
from models.training.pretrain.pieces import SPECIAL, learn_pieces, transferred
from models.training.pretrain.recipe import PretrainRecipe
from models.training.weights import load_encoder, open_tokenizer, weights_folder

SCORED = 256  # held-out sequences that a score reads
BATCH = 16  # of them at once


class Guesser(nn.Module):
    """The encoder, and the head that guesses masked pieces: dense, GELU, norm, and the tied word table (Devlin et al. 2019)."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.encoder = Holder(bert)
        size = bert.config.hidden_size
        self.dense = nn.Linear(size, size)
        self.norm = nn.LayerNorm(size)
        self.bias = nn.Parameter(torch.zeros(bert.config.vocab_size))

    def forward(self, ids: Tensor, mask: Tensor, places: Tensor) -> Tensor:
        """(B, L) pieces and mask, (M) flat places -> (M, pieces) logits."""
        hidden = self.encoder.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        chosen = self.norm(gelu(self.dense(hidden.reshape(-1, hidden.shape[-1])[places])))
        logits: Tensor = chosen @ self.encoder.bert.embeddings.word_embeddings.weight.T + self.bias
        return logits


class PretrainTask:
    """What `models.training.engine` runs. Raises `WeightsMissing`."""

    def __init__(self, recipe: PretrainRecipe, texts: Texts, out: Path) -> None:
        self.recipe = recipe
        self.fingerprint = f"{recipe.fingerprint()} {texts.fingerprint}"
        old = open_tokenizer(weights_folder(recipe.encoder, out))
        bert = load_encoder(recipe.encoder, out, seed=recipe.seed)
        part = recipe.vocabulary
        self.tokenizer = learn_pieces(texts.learned, old, size=part.size, least=part.least) if part else old
        if part:
            table = transferred(bert.embeddings.word_embeddings.weight.data, old.get_vocab(), self.tokenizer.get_vocab())
            bert.embeddings.word_embeddings = nn.Embedding(table.shape[0], table.shape[1], padding_idx=0, _weight=table)
            bert.config.vocab_size = len(table)
        self.network = Guesser(bert)
        window = recipe.encoder.window
        self.learned = sequences(texts.learned, self.tokenizer, window=window)
        self.held_out = sequences(texts.held_out, self.tokenizer, window=window)[:SCORED]
        self.shapes = [s.shape for s in self.learned]
        passes = [recipe.passes] * len(self.learned)
        self.steps = plan(self.shapes, passes, tokens_per_step=recipe.optimiser.tokens_per_step, seed=recipe.seed)
        self.sizes = [padded_pieces(self.shapes, step) for step in self.steps]
        self._mean = recipe.masking.share * sum(len(self.learned[i].ids) for step in self.steps for i in step) / max(len(self.steps), 1)
        number = self.tokenizer.token_to_id
        self._first, self._last, self._masked = number("[CLS]"), number("[SEP]"), number("[MASK]")
        special = {number(name) for name in SPECIAL}
        self._usual = np.array([i for i in range(self.tokenizer.get_vocab_size()) if i not in special])

    def parts(self, step: int, n: int) -> Sequence[list[int]]:
        return halves(self.shapes, self.steps[step], n)

    def learn(self, part: Sequence[int], seed: int) -> Mapping[str, Tensor]:
        logits, gold = self._guess([self.learned[i] for i in part], seed, bf16=self.recipe.optimiser.precision == "bf16")
        loss = cross_entropy(logits.float(), gold, reduction="sum") / self._mean
        loss.backward()  # type: ignore[no-untyped-call]
        return {"masked": loss.detach()}

    @torch.no_grad()
    def score(self) -> Mapping[str, float] | None:
        """`mean`, the share of masked pieces that are guessed right, and `loss`, nats a piece; masks are the same each time."""
        if not self.held_out:
            return None
        right, loss, guessed = 0, 0.0, 0
        for at in range(0, len(self.held_out), BATCH):
            logits, gold = self._guess(self.held_out[at : at + BATCH], at, bf16=False)
            right += int((logits.argmax(dim=1) == gold).sum())
            loss += float(cross_entropy(logits, gold, reduction="sum"))
            guessed += len(gold)
        return {"mean": right / max(guessed, 1), "loss": loss / max(guessed, 1)}

    def _guess(self, batch: Sequence[Pieces], seed: int, *, bf16: bool) -> tuple[Tensor, Tensor]:
        """(M, pieces) logits of the masked places, and what stood there."""
        device = self.network.bias.device
        seed_dropout(seed, device)
        rng = np.random.default_rng(seed)
        width = max(len(s.ids) for s in batch) + 2
        rows, places, gold = [], [], []
        for number, sequence in enumerate(batch):
            chosen = self._chosen(sequence.words, rng)
            read = sequence.ids.astype(np.int64)
            gold.append(read[chosen])
            places.append(number * width + 1 + chosen)
            rows.append(np.concatenate([[self._first], self._masked_out(read, chosen, rng), [self._last]]))
        ids, mask = padded(rows)
        inputs = (torch.from_numpy(a).to(device) for a in (ids, mask, np.concatenate(places)))
        with reduced(device, bf16=bf16):
            logits = self.network(*inputs)
        return logits, torch.from_numpy(np.concatenate(gold)).to(device)

    def _chosen(self, words: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int64]:
        """Places of the pieces of random whole words, until the share is reached; at least one word."""
        names, sizes = np.unique(words, return_counts=True)
        order = rng.permutation(len(names))
        reached = np.cumsum(sizes[order])
        count = 1 + int(np.searchsorted(reached, self.recipe.masking.share * len(words)))
        return np.flatnonzero(np.isin(words, names[order[:count]]))

    def _masked_out(self, ids: NDArray[np.int64], chosen: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        out = ids.copy()
        drawn = rng.random(len(chosen))
        out[chosen[drawn < 0.8]] = self._masked
        other = chosen[(drawn >= 0.8) & (drawn < 0.9)]
        out[other] = rng.choice(self._usual, len(other))
        return out
