"""The sibling's network: the encoder over one pair's question and text, and a head over [CLS] and both entities' markers."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.runtime.questions import MARKERS, Questions
from models.training.network import Dropout


class Words(nn.Module):
    """The encoder with a table of its own for the pieces that its vocabulary lacks: markers and tasks."""

    def __init__(self, bert: Any, questions: Questions) -> None:
        super().__init__()
        self.bert = bert
        self.config = bert.config
        self.first: int = questions.first_marker
        words = bert.get_input_embeddings().weight.detach()
        self.own = nn.Embedding(questions.vocabulary - self.first, words.shape[1])
        with torch.no_grad():  # of the size of a word, or the encoder's first layers would hear nothing else
            self.own.weight.mul_(words.std()).add_(words.mean(dim=0))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(N, L) int64 -> hidden states (N, L, H)."""
        own = input_ids >= self.first
        word = self.bert.get_input_embeddings()(torch.where(own, 0, input_ids))
        marker = self.own(torch.where(own, input_ids - self.first, 0))
        embedded = torch.where(own.unsqueeze(-1), marker, word)
        hidden: Tensor = self.bert(inputs_embeds=embedded, attention_mask=attention_mask).last_hidden_state
        return hidden


class Sibling(nn.Module):
    """Scores (N, R) of each label for N pairs, no relation first."""

    def __init__(self, bert: Any, questions: Questions, *, types: int, coarser: Sequence[int | None], inner: int, dropout: float) -> None:
        """`coarser[i]` is the label that label i is a finer kind of, or None: what is learned of either counts for the finer one."""
        super().__init__()
        self.encoder = Words(bert, questions)
        width = bert.config.hidden_size
        self.inner = nn.Linear(4 * width, inner)
        self.out = nn.Linear(inner, len(coarser))
        self.dropout = Dropout(dropout)
        self.first = questions.first_marker
        self.markers = MARKERS * types
        self.counts: Tensor
        counts = torch.eye(len(coarser))
        for label, of in enumerate(coarser):
            if of is not None:
                counts[of, label] = 1.0
        self.register_buffer("counts", counts, persistent=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        hidden = self.encoder(input_ids, attention_mask).float()
        place = input_ids - self.first
        marker = (place >= 0) & (place < self.markers)
        first, second = (self._mean(hidden, marker & (place % MARKERS == opens)) for opens in (0, 2))
        pair = torch.cat([hidden[:, 0], first, second, first * second], dim=1)
        scores: Tensor = self.out(self.dropout(torch.nn.functional.gelu(self.inner(self.dropout(pair)))))
        return scores @ self.counts

    @staticmethod
    def _mean(hidden: Tensor, chosen: Tensor) -> Tensor:
        share = chosen.to(hidden.dtype)
        share = share / share.sum(dim=1, keepdim=True).clamp(min=1.0)
        return (share.unsqueeze(1) @ hidden).squeeze(1)
