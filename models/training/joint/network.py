"""The network: one encoder over the text, an O/B/I head for each corpus and entity type, and the single-pass pair head.

The text is encoded once, before entities are known; entity types enter in the pair head.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.corpora.documents import ENTITY_TYPES, LABELS
from models.runtime.case import CASES
from models.runtime.pairs import FEATURES
from models.training.errors import RecipeError
from models.training.joint.recipe import JointRecipe
from models.training.network import Dropout
from models.training.weights import load_encoder, merge

CID = len(LABELS)
"""The pair head's output behind the labels: chemical-induced disease, a side task that is dropped at export."""

NOVEL = CID + 1
"""The one behind that: is the relation the article's own finding."""


class PairHead(nn.Module):
    """Every candidate pair of a document in one pass, over hidden states that the NER head has read too.

    A mention is the mean of its pieces, an entity the logsumexp of its mentions (Jia et al. 2019, arXiv:1904.02347),
    a pair both entities, their product, the product of their closest mentions, what stands between those, what the
    pair's query finds in the whole document, and the distances and counts of `pairs.v1`.
    Inputs are the arrays of `models.runtime.pairs.PairInputs`; the answer is (P, labels + extra) logits.
    """

    def __init__(self, hidden: int, *, width: int, query: int, inner: int, types: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.mention = nn.Linear(hidden, width)
        self.mention_norm = nn.LayerNorm(width)
        self.value = nn.Linear(hidden, width)
        self.key = nn.Linear(hidden, query)
        self.kind = nn.Embedding(types, width)
        self.query = nn.Linear(2 * width, query)
        self.inner = nn.Linear(7 * width + len(FEATURES), inner)
        self.out = nn.Linear(inner, labels)
        self.dropout = Dropout(dropout)
        self.scale = query**-0.5

    def forward(  # noqa: PLR0917  the graph's inputs, in their order
        self,
        hidden: Tensor,
        mention_start: Tensor,
        mention_end: Tensor,
        entity_mentions: Tensor,
        entity_type: Tensor,
        pairs: Tensor,
        closest: Tensor,
        between: Tensor,
        features: Tensor,
    ) -> Tensor:
        values = self.value(hidden)
        mentions = self.mentions(hidden, mention_start, mention_end)
        entities = self.entities(mentions, entity_mentions, entity_type)
        left, right = entities[pairs[:, 0]], entities[pairs[:, 1]]
        near_left, near_right = mentions[closest[:, 0]], mentions[closest[:, 1]]
        queries = self.query(torch.cat([left, right], dim=1)) * self.scale
        context = torch.softmax(queries @ self.key(hidden).T, dim=1) @ values
        middle = means(values, between[:, 0], between[:, 1])
        pair = torch.cat([left, right, left * right, near_left + near_right, near_left * near_right, context, middle, features], dim=1)
        logits: Tensor = self.out(self.dropout(torch.nn.functional.gelu(self.inner(self.dropout(pair)))))
        return logits

    def mentions(self, hidden: Tensor, start: Tensor, end: Tensor) -> Tensor:
        """(T, H), (M), (M) -> (M, width)."""
        found: Tensor = self.mention_norm(means(self.mention(hidden), start, end))
        return found

    def entities(self, mentions: Tensor, membership: Tensor, kind: Tensor) -> Tensor:
        """(M, width), (E, M), (E) -> (E, width)."""
        found: Tensor = torch.log(membership @ torch.exp(mentions)) + self.kind(kind)
        return found


def means(rows: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Means of rows start:end, zeros where that is empty. (T, D), (N), (N) -> (N, D)."""
    sums = torch.cat([torch.zeros_like(rows[:1]), torch.cumsum(rows, dim=0)])
    length = torch.clamp(end - start, min=1).to(rows.dtype)
    return (sums[end] - sums[start]) / length.unsqueeze(1)


class Encoder(nn.Module):
    """BERT and the NER heads: what `encoder.onnx` holds. With `case` it is told how each piece's word is written."""

    def __init__(self, bert: Any, *, heads: int, dropout: float, case: bool) -> None:
        super().__init__()
        self.bert = bert
        self.case = case
        self.dropout = Dropout(dropout)
        self.ner = nn.Linear(bert.config.hidden_size, 3 * heads)
        self.config = bert.config

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None) -> dict[str, Tensor]:
        """(W, L) int64 -> hidden (W, L, H) and ner (W, L, 3 heads), float32. Token types are `models.runtime.case.cases`."""
        hidden = self.read(input_ids, attention_mask, token_type_ids).float()
        return {"hidden": hidden, "ner": self.ner(self.dropout(hidden))}

    def read(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None) -> Tensor:
        """(W, L, H) hidden states."""
        more = {"token_type_ids": token_type_ids} if self.case else {}
        hidden: Tensor = self.bert(input_ids=input_ids, attention_mask=attention_mask, **more).last_hidden_state
        return hidden


class Relay(nn.Module):
    """Encoder and pair head together, as they are trained."""

    def __init__(self, encoder: Encoder, pairs: PairHead) -> None:
        super().__init__()
        self.encoder = encoder
        self.pairs = pairs


def build(recipe: JointRecipe, heads: Sequence[tuple[str, str]], out: Path) -> Relay:
    """The network at step 0, heads with seeded random weights. Equal recipes give equal weights. Raises `WeightsMissing`."""
    bert = load_encoder(recipe.encoder, out, seed=recipe.seed)
    if recipe.encoder.case:
        _tell_case(bert)
    part = recipe.relations
    return Relay(
        Encoder(bert, heads=len(heads), dropout=recipe.encoder.dropout, case=recipe.encoder.case),
        PairHead(
            bert.config.hidden_size,
            width=part.width,
            query=part.query,
            inner=part.inner,
            types=len(ENTITY_TYPES),
            labels=NOVEL + 1,
            dropout=part.dropout,
        ),
    )


def _tell_case(bert: Any) -> None:
    """One vector for each class of words in the place of the vectors of sentence pairs, all of them what the first of those was.

    An encoder that has as many was told before, and keeps what it learned.
    """
    types = getattr(getattr(bert, "embeddings", None), "token_type_embeddings", None)
    if types is None:
        raise RecipeError("encoder.case: only encoders of BERT's family can be told how words are written")
    if types.num_embeddings == CASES:
        return
    bert.embeddings.token_type_embeddings = nn.Embedding(CASES, types.embedding_dim, _weight=types.weight.data[:1].repeat(CASES, 1))
    bert.config.type_vocab_size = CASES


def exportable(network: Relay) -> Relay:
    """The same network with its adapters merged, where it has any."""
    network.encoder.bert = merge(network.encoder.bert)
    return network.eval()
