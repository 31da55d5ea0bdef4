"""The network: an encoder, and a classifier over what is pooled of its last layer."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.training.network import Dropout, Holder

PLACES = ("first", "second", "between")
"""What the rows of a batch's `places` weigh."""


class SentenceNetwork(nn.Module):
    """One logit a row: positive where the sentence relates its mentions."""

    def __init__(self, bert: Any, *, pooling: Sequence[str], width: int, dropout: float) -> None:
        super().__init__()
        self.encoder = Holder(bert)
        self.pooling = tuple(pooling)
        vectors = sum(2 if name == "ends" else 1 for name in self.pooling)
        self.dropout = Dropout(dropout)
        self.inner = nn.Linear(vectors * bert.config.hidden_size, width)
        self.out = nn.Linear(width, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, places: Tensor) -> Tensor:
        """(B, L) int64, (B, L) int64, (B, 3, L) float32 whose rows are the weights of `PLACES` -> (B) float32."""
        return self.classify(self.hidden(input_ids, attention_mask), attention_mask, places)

    def hidden(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        hidden: Tensor = self.encoder.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return hidden.float()

    def classify(self, hidden: Tensor, attention_mask: Tensor, places: Tensor) -> Tensor:
        logits: Tensor = self.out(self.dropout(torch.tanh(self.inner(self.dropout(pooled(hidden, attention_mask, places, self.pooling))))))
        return logits.squeeze(-1)


def pooled(hidden: Tensor, attention_mask: Tensor, places: Tensor, pooling: Sequence[str]) -> Tensor:
    """(B, L, H) -> (B, vectors H): the named parts side by side."""
    at = places @ hidden
    weights = attention_mask.to(hidden.dtype).unsqueeze(1)
    found = {
        "cls": hidden[:, 0],
        "mean": ((weights @ hidden) / weights.sum(dim=2, keepdim=True)).squeeze(1),
        "ends": torch.cat([at[:, 0], at[:, 1]], dim=1),
        "between": at[:, 2],
    }
    return torch.cat([found[name] for name in pooling], dim=1)
