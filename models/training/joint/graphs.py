"""The pair head as an ONNX graph, fp32."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from models.corpora.documents import LABELS
from models.runtime.pairs import MentionTokens, build_pairs
from models.training.errors import WeightsUnusable
from models.training.graphs import OPSET
from models.training.joint.network import NOVEL, PairHead, means


class _Served(nn.Module):
    """The pair head without the side task: the labels' logits, and that of novelty.

    The products of the head's last layers are taken of entities, mentions and pieces before these are put together to pairs, since
    a pair's product with a matrix is the sum of its parts' products: what is left of each pair is two products of vectors and its
    attention. It is `PairHead.forward` but for rounding; `benchmarks.bench_scale` has what a text with many pairs costs.
    """

    HEAD = "head"
    """What its weights' names begin with."""

    def __init__(self, head: PairHead) -> None:
        super().__init__()
        self.head = head

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
    ) -> tuple[Tensor, Tensor]:
        head = self.head
        width = head.mention.out_features
        of_left, of_right, of_both, of_near, of_near_both, of_context, of_middle, of_features = torch.split(
            head.inner.weight.T, [width] * 7 + [features.shape[1]]
        )
        ask_left, ask_right = torch.split(head.query.weight.T * head.scale, width)
        left, right, near_left, near_right = pairs[:, 0], pairs[:, 1], closest[:, 0], closest[:, 1]

        values = head.value(hidden)
        mentions = head.mentions(hidden, mention_start, mention_end)
        entities = head.entities(mentions, entity_mentions, entity_type)
        queries = (entities @ ask_left + head.query.bias * head.scale)[left] + (entities @ ask_right)[right]
        context = torch.softmax(queries @ head.key(hidden).T, dim=1) @ values
        near = mentions @ of_near
        inner = (entities @ of_left + head.inner.bias)[left] + (entities @ of_right)[right] + near[near_left] + near[near_right]
        inner = inner + means(values @ of_middle, between[:, 0], between[:, 1])
        inner = inner + torch.cat(
            [entities[left] * entities[right], mentions[near_left] * mentions[near_right], context, features], dim=1
        ) @ torch.cat([of_both, of_near_both, of_context, of_features])
        logits: Tensor = head.out(torch.nn.functional.gelu(inner))
        return logits[:, : len(LABELS)], logits[:, NOVEL]


def read_pairs(path: Path) -> PairHead:
    """The pair head of a graph that `export_pairs` wrote. Raises `WeightsUnusable` where it is none."""
    import onnx
    from onnx import numpy_helper

    of = f"{_Served.HEAD}."
    graph = onnx.load(str(path)).graph
    found = {t.name.removeprefix(of): torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer if t.name.startswith(of)}
    try:
        labels, inner = found["out.weight"].shape
        width, hidden = found["mention.weight"].shape
        query, types = len(found["key.weight"]), len(found["kind.weight"])
        head = PairHead(hidden, width=width, query=query, inner=inner, types=types, labels=labels, dropout=0.0)
        head.load_state_dict(found)
    except (KeyError, ValueError, RuntimeError) as error:
        raise WeightsUnusable(f"{path} is no pair head that this version reads: {error}") from error
    return head


def export_pairs(head: PairHead, type_pairs: Sequence[tuple[int, int]], path: Path) -> None:
    """Write the pair head: the arrays of `PairInputs` -> logits (P, labels) and novel (P), all float32.

    Its weights stand in the graph by their own names, so that `read_pairs` finds them; onnxruntime takes them apart when it loads.
    """
    import numpy as np

    hidden = np.random.default_rng(1).normal(size=(40, head.key.in_features)).astype(np.float32)
    a, b = type_pairs[0]
    columns = np.array([[1, 2, 0, a, 0], [9, 12, 1, b, 1], [20, 21, 0, a, 2], [30, 33, 2, a, 2], [35, 36, 3, b, 2]], dtype=np.int64).T
    sample = build_pairs(hidden, MentionTokens(*(np.ascontiguousarray(c) for c in columns)), type_pairs)
    arrays = sample.arrays()
    free = {
        "hidden": {0: "tokens"},
        "mention_start": {0: "mentions"},
        "mention_end": {0: "mentions"},
        "entity_mentions": {0: "entities", 1: "mentions"},
        "entity_type": {0: "entities"},
        "pairs": {0: "pairs"},
        "closest": {0: "pairs"},
        "between": {0: "pairs"},
        "features": {0: "pairs"},
        "logits": {0: "pairs"},
        "novel": {0: "pairs"},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Served(head).eval(),
            tuple(torch.from_numpy(array) for array in arrays.values()),
            str(path),
            input_names=list(arrays),
            output_names=["logits", "novel"],
            dynamic_axes=free,
            opset_version=OPSET,
            do_constant_folding=False,
            dynamo=False,
        )
