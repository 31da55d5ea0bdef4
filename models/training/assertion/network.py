"""The tagger: one pass over a sentence, O/B/I of each kind of cue, and for each cue the ends of its scope."""

from typing import Any

import torch
from torch import Tensor, nn

from models.training.assertion.examples import KINDS
from models.training.network import Dropout, Holder

FARTHEST = 40  # pieces; whatever stands farther from the cue is alike


class Tagger(nn.Module):
    """Cues as in Morante and Daelemans 2009, scopes as two pointers (Vinyals et al. 2015, arXiv:1506.03134) that know the cue."""

    def __init__(self, bert: Any, *, width: int, dropout: float) -> None:
        super().__init__()
        hidden = bert.config.hidden_size
        self.encoder = Holder(bert)
        self.dropout = Dropout(dropout)
        self.cue = nn.Linear(hidden, 3 * len(KINDS))
        self.piece = nn.Linear(hidden, width)
        self.known = nn.Linear(hidden, width)
        self.kind = nn.Embedding(len(KINDS), width)
        self.place = nn.Embedding(2 * FARTHEST + 1, width)
        self.ends = nn.Linear(width, 2)

    def hidden(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        states: Tensor = self.encoder.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states

    def cues(self, hidden: Tensor) -> Tensor:
        """(T, H) -> (T, kinds, 3)."""
        logits: Tensor = self.cue(self.dropout(hidden))
        return logits.reshape(len(hidden), len(KINDS), 3)

    def scope(self, hidden: Tensor, kind: int, first: int, stop: int) -> Tensor:
        """(T, H) and a cue's pieces -> (T, 2) logits of the scope's first and last piece; a scope holds its cue."""
        at = torch.arange(len(hidden), device=hidden.device)
        away = torch.clamp(at - first, -FARTHEST, 0) + torch.clamp(at - stop + 1, 0, FARTHEST) + FARTHEST
        cue = hidden[first:stop].mean(dim=0)
        read = self.piece(self.dropout(hidden)) + self.known(cue) + self.kind.weight[kind] + self.place(away)
        logits: Tensor = self.ends(torch.nn.functional.gelu(read))
        barred = torch.stack([at > first, at < stop - 1], dim=1)
        return logits.masked_fill(barred, -1e4)
