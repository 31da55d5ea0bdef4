"""Attention of a served graph as one operator, onnxruntime's `MultiHeadAttention`.

As exported, a layer writes its scores, one float for each head and two pieces, three times to memory: as products, with the mask
added, and as their softmax. The operator works through them block by block in the processor's cache (Dao et al. 2022,
arXiv:2205.14135), if there is no mask. A window is a call of its own on a CPU, unpadded, so there is nothing to mask:
the graph loses its input `attention_mask`, and with it the use of padded batches.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.runtime.device import IDS, MASK

DOMAIN = "com.microsoft"

_HEADS_OUT = [0, 2, 1, 3]  # (B, L, N, D) -> (B, N, L, D), and back
_KEYS_OUT = [0, 2, 3, 1]  # (B, L, N, D) -> (B, N, D, L)


def fuse_attention(model: Any) -> int:
    """Put one operator in the place of each attention whose shape is BERT's; how many there were.

    Changed in place where all of them are of that shape and the mask serves nothing else; otherwise nothing is: rotary positions or
    windows of attention are no business of the operator as it is called here.
    """
    from onnx import helper

    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    constants = _constants(graph)
    softmaxes = [node for node in graph.node if node.op_type == "Softmax"]
    found = [_attention(graph, node, made, constants) for node in softmaxes]
    if not found or any(attention is None for attention in found):
        return 0
    nodes = list(graph.node)
    for queries, keys, values, out, heads in (attention for attention in found if attention):
        place = next(i for i, node in enumerate(nodes) if out in node.output)
        nodes[place] = helper.make_node(
            "MultiHeadAttention", [queries, keys, values], [out], nodes[place].name, domain=DOMAIN, num_heads=heads
        )
    kept = _needed(nodes, [output.name for output in graph.output])
    if any(MASK in node.input and node.op_type != "Shape" for node in kept):
        return 0
    del graph.node[:]
    graph.node.extend(kept)
    _sizes_of_another_input(graph)
    if DOMAIN not in {opset.domain for opset in model.opset_import}:
        model.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    return len(found)


def _attention(graph: Any, softmax: Any, made: dict[str, Any], constants: dict[str, Any]) -> tuple[str, str, str, str, int] | None:
    """Names of queries, keys, values (B, L, N D) and of what comes out, and how many heads N; None for another shape."""
    scores = made.get(softmax.input[0])
    if scores is not None and scores.op_type == "Add":  # of the mask
        scores = next((made[name] for name in scores.input if name in made and made[name].op_type == "MatMul"), None)
    weighed = _reader(graph, softmax.output[0], "MatMul")
    if scores is None or scores.op_type != "MatMul" or weighed is None:
        return None
    queries = _cut(made, constants, scores.input[0], _HEADS_OUT)
    keys = _cut(made, constants, scores.input[1], _KEYS_OUT)
    values = _cut(made, constants, weighed.input[1], _HEADS_OUT)
    back = _reader(graph, weighed.output[0], "Transpose")
    joined = _reader(graph, back.output[0], "Reshape") if back is not None and _order(back) == _HEADS_OUT else None
    if queries is None or keys is None or values is None or joined is None or len({queries[1], keys[1], values[1]}) != 1:
        return None
    return queries[0], keys[0], values[0], joined.output[0], queries[1]


def _cut(made: dict[str, Any], constants: dict[str, Any], name: str, order: list[int]) -> tuple[str, int] | None:
    """What was cut into heads to make a value, and into how many: through a scale, a transpose and a reshape."""
    node = made.get(name)
    if node is not None and node.op_type == "Mul":
        node = next((made[part] for part in node.input if part in made and made[part].op_type == "Transpose"), None)
    if node is None or node.op_type != "Transpose" or _order(node) != order:
        return None
    reshape = made.get(node.input[0])
    if reshape is None or reshape.op_type != "Reshape":
        return None
    sizes = made.get(reshape.input[1])
    parts = [constants.get(part) for part in sizes.input] if sizes is not None and sizes.op_type == "Concat" else []
    if len(parts) == 4 and parts[2] is not None and parts[3] is not None:  # batch, pieces, heads, width of one
        return reshape.input[0], int(parts[2].item())
    whole = constants.get(reshape.input[1])
    return (reshape.input[0], int(whole[2])) if whole is not None and len(whole) == 4 else None


def _constants(graph: Any) -> dict[str, Any]:
    from onnx import numpy_helper

    values = {
        node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant" and node.attribute[0].name == "value"
    }
    small = {tensor.name: tensor for tensor in graph.initializer if np.prod(tensor.dims) <= 4}
    return {name: numpy_helper.to_array(tensor) for name, tensor in {**values, **small}.items()}


def _order(node: Any) -> list[int]:
    return [int(i) for attribute in node.attribute if attribute.name == "perm" for i in attribute.ints]


def _reader(graph: Any, name: str, kind: str) -> Any:
    """The one node that reads a value, if it is of this kind."""
    readers = [node for node in graph.node if name in node.input]
    return readers[0] if len(readers) == 1 and readers[0].op_type == kind else None


def _needed(nodes: Sequence[Any], outputs: Sequence[str]) -> list[Any]:
    """The nodes from which an output follows, in their order."""
    wanted = set(outputs)
    kept = []
    for node in reversed(nodes):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    return kept[::-1]


def _sizes_of_another_input(graph: Any) -> None:
    """Take the mask out of the graph's inputs; a size that was read off it is read off the pieces, which have the same."""
    for node in graph.node:
        for i, name in enumerate(node.input):
            if name == MASK:
                node.input[i] = IDS
    for given in [given for given in graph.input if given.name == MASK]:
        graph.input.remove(given)
