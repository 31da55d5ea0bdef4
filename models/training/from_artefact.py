"""A served model's encoder as transformers reads it, so that a recipe can start from what ships.

What int8 rounded stays rounded: training begins half a step of 1/127 of a channel's largest weight beside what was trained.
"""

import json
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.artefact import ENCODER, TOKENIZER, Artefact, load_artefact
from models.training.errors import WeightsUnusable

PREFIX = "bert."
PRODUCT = "/MatMul"  # behind a layer's path in the name of a node that multiplies by its weights
TABLES = ("embeddings.word_embeddings", "embeddings.position_embeddings", "embeddings.token_type_embeddings")
INNER = "encoder.layer.0.intermediate.dense"
CUT = "encoder/layer.0/attention/self/Reshape"  # in the name of the node that cuts queries into heads


def encoder_of(reference: str, out: Path) -> Path:
    """A folder in `out` with the weights, `config.json` and tokeniser of an artefact's encoder; `training.json` says how it was made.

    Raises `ArtefactMissing`, `ArtefactCorrupt`, `WeightsUnusable` where the encoder is not of BERT's family.
    """
    from models.training.weights import TRAINED

    artefact = load_artefact(reference)
    folder = out / ".artefacts" / f"{artefact.manifest.name}-{artefact.manifest.version}-{artefact.manifest.files[ENCODER].sha256[:16]}"
    if not (folder / TRAINED).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _bert(artefact).save_pretrained(folder)
        shutil.copyfile(artefact.verified(TOKENIZER), folder / TOKENIZER)
        stated = {name: artefact.manifest.training.get(name) for name in ("recipe", "settings", "weights")}
        stated["data"] = artefact.manifest.training.get("corpora", [])
        (folder / TRAINED).write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder


def _bert(artefact: Artefact) -> Any:
    import onnx
    import torch
    from transformers import BertConfig, BertModel

    graph = onnx.load(str(artefact.verified(ENCODER))).graph
    weights = {name: torch.from_numpy(value) for name, value in _weights(graph)}
    try:
        words, positions, types = (weights[f"{name}.weight"].shape for name in TABLES)
        config = BertConfig(
            vocab_size=words[0],
            hidden_size=words[1],
            max_position_embeddings=positions[0],
            type_vocab_size=types[0],
            intermediate_size=weights[f"{INNER}.weight"].shape[0],
            num_hidden_layers=1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer.")),
            num_attention_heads=_heads(graph, width=words[1]),
            layer_norm_eps=next(a.f for node in graph.node if node.op_type == "LayerNormalization" for a in node.attribute if a.f),
        )
        bert = BertModel(config, add_pooling_layer=False)
        bert.load_state_dict(weights)
    except (KeyError, RuntimeError, StopIteration) as error:
        raise WeightsUnusable(
            f"the encoder of {artefact.reference} is none of BERT's family: {str(error).partition(chr(10))[0]}"
        ) from error
    return bert


def _weights(graph: Any) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The encoder's parameters by transformers' names."""
    from onnx import numpy_helper

    tensors = {tensor.name: tensor for tensor in graph.initializer}

    def read(name: str) -> NDArray[Any]:
        values: NDArray[Any] = numpy_helper.to_array(tensors[name])
        return values

    for name in tensors:
        kept, _, kind = name.partition("/")
        if name.startswith(PREFIX) and kind in {"", "int8"}:
            scale = read(f"{kept}/scales") if kind else np.float32(1)
            yield kept.removeprefix(PREFIX), (read(name) * scale).astype(np.float32)
    done = set()
    for node in graph.node:
        path, found, _ = node.name.removeprefix("/").partition(PRODUCT)
        layer = path.replace("/", ".")
        known = layer in done or not layer.startswith(PREFIX)
        if known or not found or node.op_type not in {"MatMul", "MatMulInteger"} or node.input[1] not in tensors:
            continue
        done.add(layer)
        given = node.input[1]
        stem = given.removesuffix("_quantized")
        scale, zero = (read(f"{stem}_scale"), read(f"{stem}_zero_point").astype(np.int32)) if stem != given else (np.float32(1), 0)
        yield f"{layer.removeprefix(PREFIX)}.weight", np.ascontiguousarray(((read(given) - zero) * scale).astype(np.float32).T)


def _heads(graph: Any, *, width: int) -> int:
    """Into how many heads the first layer's queries are cut: the graph reshapes them to (batch, pieces, heads, width of one), or the
    operator that attention was fused to says so."""
    from onnx import numpy_helper

    fused = next((node for node in graph.node if node.op_type == "MultiHeadAttention"), None)
    if fused is not None:
        return next(int(attribute.i) for attribute in fused.attribute if attribute.name == "num_heads")
    made = {name: node for node in graph.node for name in node.output}
    cut = next(node for node in graph.node if CUT in node.name)
    parts = [made[name] for name in made[cut.input[1]].input]
    sizes = [int(numpy_helper.to_array(part.attribute[0].t).item()) for part in parts if part.op_type == "Constant"]
    return next(a for a, b in pairwise(sizes) if a * b == width)
