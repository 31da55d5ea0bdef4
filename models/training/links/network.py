"""The networks: a vector for each entity, learned or passed on by its neighbours, and a score for each pair of vectors.

The hybrid joins a language model's vectors with a graph neural network over the extracted relations: text says what an entity is,
edges say what it does. Messages are means over the neighbours of each type with weights of that type (Hamilton, Ying, Leskovec 2017,
arXiv:1706.02216; Schlichtkrull et al. 2018, arXiv:1703.06103). Pairs are scored by a weighted product with weights for each pair of
types, which makes DistMult (Yang et al. 2015, arXiv:1412.6575) of the learned vectors alone.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import relu

from graphstore.networks import Network
from models.training.links.recipe import Method, NetworkPart
from models.training.links.shape import Messages, Passing
from models.training.network import Dropout

START = 0.1  # deviation of the learned vectors at step 0


class ByKind(nn.Module):
    """A linear layer with weights for each type of node: (N, D) -> (N, D)."""

    def __init__(self, kind: NDArray[np.int64], width: int) -> None:
        super().__init__()
        order = np.argsort(kind, kind="stable")
        self.sizes = np.bincount(kind).tolist()
        self.register_buffer("order", torch.from_numpy(order), persistent=False)
        self.register_buffer("back", torch.from_numpy(np.argsort(order)), persistent=False)
        self.order: Tensor
        self.back: Tensor
        self.layers = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in self.sizes)

    def forward(self, values: Tensor) -> Tensor:
        parts = torch.split(values[self.order], self.sizes)
        return torch.cat([layer(part) for layer, part in zip(self.layers, parts, strict=True)])[self.back]


class Layer(nn.Module):
    """An entity's own vector and the means of its neighbours', by their type."""

    def __init__(self, kind: NDArray[np.int64], width: int) -> None:
        super().__init__()
        self.own = nn.Linear(width, width)
        self.sent = ByKind(kind, width)

    def forward(self, values: Tensor, messages: Messages) -> Tensor:
        passed: Tensor = Passing.apply(messages.taken, messages.given, self.sent(values))  # type: ignore[no-untyped-call]
        own: Tensor = self.own(values)
        return own + passed


class LinkNetwork(nn.Module):
    """N nodes as `network` has them; `text` (N, H) for the hybrid. An entity's popularity begins as the logarithm of its degree, so that
    at step 0 pairs are scored by the product of both degrees. Raises `ValueError` for a hybrid without texts."""

    def __init__(
        self,
        method: Method,
        part: NetworkPart,
        network: Network,
        text: NDArray[np.float32] | None,
    ) -> None:
        super().__init__()
        kind, degrees, nodes, width = network.kind, network.degrees, len(network.ids), part.width
        classes = pair_classes(len(network.kinds))
        self.learned = nn.Embedding(nodes, width)
        nn.init.normal_(self.learned.weight, std=START)
        self.popularity = nn.Parameter(torch.from_numpy(np.log(np.maximum(degrees, 1)).astype(np.float32)))
        self.relation = nn.Parameter(torch.ones(int(classes.max()) + 1, width))
        self.dropout = Dropout(part.dropout)
        self.layers: Sequence[Layer] = nn.ModuleList(Layer(kind, width) for _ in range(part.layers if method != "embedding" else 0))  # type: ignore[assignment]
        self.join: nn.Linear | None = None
        if method == "hybrid":
            if text is None:
                raise ValueError("the hybrid reads texts, and there are none")
            self.join = nn.Linear(text.shape[1], width)
            nn.init.zeros_(self.join.weight)  # at step 0 it is the graph's network, and text comes in as far as it helps
            nn.init.zeros_(self.join.bias)
            self.register_buffer("text", torch.from_numpy(text), persistent=False)
            self.text: Tensor
        self.register_buffer("kind", torch.from_numpy(kind), persistent=False)
        self.register_buffer("classes", torch.from_numpy(classes), persistent=False)
        self.kind: Tensor
        self.classes: Tensor

    def vectors(self, messages: Messages | None) -> Tensor:
        """(N, D)."""
        values = self.learned.weight
        if self.join is not None:
            values = values + self.join(self.dropout(self.text))
        if self.layers and messages is None:
            raise ValueError("a graph neural network needs a graph")
        for number, layer in enumerate(self.layers):
            values = layer(self.dropout(values if number == 0 else relu(values)), messages)
        return values if self.layers else self.dropout(values)

    def score(self, vectors: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """Logits (P) of pairs of node numbers `a` (P) and `b` (P); the same whichever end is named first."""
        weights = self.relation[self.classes[self.kind[a], self.kind[b]]]
        products = vectors.index_select(0, a) * weights * vectors.index_select(0, b)
        return products.sum(-1) + self.popularity[a] + self.popularity[b]

    def score_all(self, vectors: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """Logits (A, B) of every `a` (A) with every `b` (B), which are of one type."""
        weights = self.relation[self.classes[self.kind[a], self.kind[b[0]]]]
        products = (vectors.index_select(0, a) * weights) @ vectors.index_select(0, b).T
        return products + self.popularity[a][:, None] + self.popularity[b]


def pair_classes(kinds: int) -> NDArray[np.int64]:
    """(K, K): the number of each unordered pair of types."""
    table = np.zeros((kinds, kinds), dtype=np.int64)
    upper = np.triu_indices(kinds)
    table[upper] = np.arange(len(upper[0]))
    return np.maximum(table, table.T)
