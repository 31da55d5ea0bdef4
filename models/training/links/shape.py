"""A network as the graph neural network passes messages over it: one sparse matrix, normalised by type of neighbour."""

import warnings
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphstore.networks import Network

warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")  # products alone are asked of it


class Messages(NamedTuple):
    """(N, N) sparse: row i weighs the messages that node i takes; weights of neighbours of one type add up to 1. And its transpose."""

    taken: Tensor
    given: Tensor


class Shape:
    """What is the same in every step: the edges by node, their weights as log(1 + papers)."""

    def __init__(self, network: Network) -> None:
        nodes = len(network.ids)
        starts, self._others, self._edges = network.adjacency
        self._rows = np.repeat(np.arange(nodes), np.diff(starts))
        self._weights = np.log1p(network.weights)[self._edges]
        kinds = len(network.kinds)
        self._taken = self._rows * kinds + network.kind[self._others]  # by node and type of its neighbour
        self._given = self._others * kinds + network.kind[self._rows]
        self._size = (nodes, kinds)

    def messages(self, kept: NDArray[np.bool_] | None, device: torch.device) -> Messages:
        """Along the edges that are `kept` (edges,), or along all."""
        nodes, kinds = self._size
        among = slice(None) if kept is None else np.flatnonzero(kept[self._edges])
        weights, taken, given = self._weights[among], self._taken[among], self._given[among]
        sums = np.bincount(taken, weights, minlength=nodes * kinds)
        starts = np.concatenate([[0], np.cumsum(np.bincount(self._rows[among], minlength=nodes))])
        rows, columns = torch.from_numpy(starts).to(device), torch.from_numpy(self._others[among]).to(device)
        # The pattern is symmetric, so that the transpose has the same rows and columns.
        both = (torch.from_numpy((weights / sums[keys]).astype(np.float32)).to(device) for keys in (taken, given))
        return Messages(*(torch.sparse_csr_tensor(rows, columns, values, size=(nodes, nodes), check_invariants=False) for values in both))


class Passing(torch.autograd.Function):
    """taken @ values, and the gradient by the transpose that is at hand."""

    @staticmethod
    def forward(ctx: Any, taken: Tensor, given: Tensor, values: Tensor) -> Tensor:
        ctx.given = given
        return taken @ values

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[None, None, Tensor]:
        return None, None, ctx.given @ grads[0]
