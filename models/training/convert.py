"""A served model in another precision, or exported anew as graphs are written now: the same weights, tokeniser, heads and thresholds.

An int8 encoder is read back into floating point, so what int8 rounded stays rounded; what is left out is the rounding of what flows
between the products. The answers on the stored texts are compared with those of the same weights in fp32, and told in the manifest.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from math import ceil
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from models.evaluation.artefact import metrics
from models.runtime.artefact import ENCODER, MANIFEST, PREDICTIONS, RELATIONS, TOKENIZER, Artefact, load_artefact
from models.runtime.verify import GroupedMention, Verification, verify, write_predictions
from models.training.errors import PrecisionLost, WeightsUnusable
from models.training.joint.card import write_card
from models.training.precisions import write_precision
from models.training.provenance import commit, file_entry, making, replace_folder, software

Precision = Literal["fp16", "fp32", "int8"]

CARD = "MODEL_CARD.md"
LIMITS: Mapping[Precision, float] = MappingProxyType({"fp32": 0.0, "fp16": 0.02, "int8": 0.05})
"""Share of the stored spans and pairs that may be decided otherwise than by the same weights in fp32."""

HEAD = "/ner/MatMul"
BIAS = "ner.bias"

NOTHING: Mapping[str, Any] = MappingProxyType({})


def _quiet(_: str) -> None:
    pass


class Release(NamedTuple):
    """A converted model that takes the original's place: scored anew, one generation higher."""

    version: str
    data: Path  # the corpora's folder


def convert(
    reference: str | Path | None, precision: Precision, out: Path, *, release: Release | None = None, tell: Callable[[str], None] = _quiet
) -> tuple[Artefact, Verification]:
    """Write the artefact in `precision` to the folder `out`, in place of an older one; it and its distance to fp32.

    Its version is the original's with the precision behind it, so records say which answered; its generation is the original's.
    `release` gives it a version of its own, has it scored, and its scores into manifest and card; `tell` hears of that.
    Raises `ArtefactMissing`, `ArtefactCorrupt`, `ArtefactError`; `WeightsUnusable` where the original's encoder cannot be read back;
    `PrecisionLost` where more than `LIMITS` allows of the answers are others.
    """
    source = load_artefact(reference)
    with making(out) as place:
        exact, work = place / "fp32", place / "served"
        for folder in (exact, work):
            folder.mkdir()
            shutil.copyfile(source.verified(TOKENIZER), folder / TOKENIZER)
            _write_pairs(source, folder / RELATIONS)
        write_exact(source, exact / ENCODER, place / "weights")
        write_precision(exact / ENCODER, work / ENCODER, precision)
        texts = list(_texts(source))
        _write_manifest(source, exact, "fp32", release)
        write_predictions(load_artefact(exact), texts, work / PREDICTIONS)
        _write_manifest(source, work, precision, release)
        found = verify(load_artefact(work))
        _refuse_others(found, precision)
        write_predictions(load_artefact(work), texts, work / PREDICTIONS)
        if release is None:
            _write_card(source, work / CARD, precision, found)
        stated = _write_manifest(source, work, precision, release, distance=asdict(found))
        if release is not None:
            scored = metrics(load_artefact(work), load_artefact(exact), release.data, tell=tell)
            write_card({**stated, "metrics": scored}, work / CARD)
            _write_manifest(source, work, precision, release, distance=asdict(found), scored=scored)
        load_artefact(work)
        replace_folder(out, work)
    return load_artefact(out), found


def write_exact(source: Artefact, path: Path, place: Path) -> None:
    """The encoder with its token heads in fp32."""
    precision = source.manifest.encoder.precision
    if precision == "fp32":
        shutil.copyfile(source.verified(ENCODER), path)
        return
    if precision not in {"int8", "table8"}:
        raise WeightsUnusable(
            f"the encoder of {source.reference} is {precision}, which is not read back", remedy="Name the int8 or fp32 model."
        )
    from models.training.graphs import export_encoder
    from models.training.joint.network import Encoder
    from models.training.recipe import EncoderPart
    from models.training.weights import load_encoder

    spec = source.manifest.encoder
    part = EncoderPart(
        artefact=str(source.folder), licence="-", window=spec.window, overlap=spec.overlap, lowercase=spec.lowercase, case=spec.case
    )
    heads = source.manifest.ner.heads or source.manifest.ner.types
    network = Encoder(load_encoder(part, place, seed=0), heads=len(heads), dropout=0.0, case=spec.case)
    weight, bias = _token_heads(source)
    network.ner.weight.data.copy_(weight)
    network.ner.bias.data.copy_(bias)
    export_encoder(network.eval(), path)


def _write_pairs(source: Artefact, path: Path) -> None:
    """The pair head, which every precision keeps in fp32."""
    from models.training.joint.graphs import export_pairs, read_pairs

    number = source.manifest.ner.types.index
    export_pairs(read_pairs(source.verified(RELATIONS)), [(number(a), number(b)) for a, b in source.manifest.relations.type_pairs], path)


def _token_heads(source: Artefact) -> tuple[Any, Any]:
    """Weights (3 heads, H) and biases (3 heads) of the token heads, which every precision keeps in floating point."""
    import onnx
    import torch
    from onnx import numpy_helper

    graph = onnx.load(str(source.verified(ENCODER))).graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    names = [node.input[1] for node in graph.node if node.name == HEAD]
    if len(names) != 1 or names[0] not in tensors or BIAS not in tensors:
        raise WeightsUnusable(f"the encoder of {source.reference} has no token heads that this version reads")
    weight, bias = (numpy_helper.to_array(tensors[name]).copy() for name in (names[0], BIAS))
    return torch.from_numpy(weight.T), torch.from_numpy(bias)


def _texts(source: Artefact) -> Iterator[tuple[str, list[GroupedMention]]]:
    """The stored texts with their mentions."""
    if PREDICTIONS not in source.manifest.files:
        raise WeightsUnusable(f"{source.reference} has no {PREDICTIONS}, so nothing says whether it answers as before")
    for line in source.verified(PREDICTIONS).read_text(encoding="utf-8").splitlines():
        stored = json.loads(line)
        yield stored["text"], [(int(s), int(e), str(t), int(n), int(q)) for s, e, t, n, q in stored["mentions"]]


def _refuse_others(found: Verification, precision: Precision) -> None:
    others = found.spans_missing + found.spans_new + found.labels_changed
    if others > ceil(LIMITS[precision] * (found.spans + found.pairs)):
        raise PrecisionLost(
            f"{others} of {found.spans} spans and {found.pairs} pairs are decided otherwise in {precision} than in fp32",
            remedy="Serve fp32.",
        )


def _write_manifest(
    source: Artefact,
    folder: Path,
    precision: str,
    release: Release | None,
    *,
    distance: Mapping[str, Any] = NOTHING,
    scored: Mapping[str, Any] = NOTHING,
) -> dict[str, Any]:
    """Write and return the original's manifest, with what is another here."""
    from models.training.graphs import OPSET

    stated: dict[str, Any] = json.loads((source.folder / MANIFEST).read_bytes())
    original = stated["encoder"]
    stated |= {
        "version": release.version if release else f"{source.manifest.version}-{precision}",
        "generation": source.manifest.generation + bool(release),
        "software": software(),
        "git_commit": commit(),
        "encoder": {**original, "precision": precision, "opset": original["opset"] if original["precision"] == "fp32" else OPSET},
        "files": {path.name: file_entry(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST},
        "metrics": dict(scored),
    }
    stated["training"]["converted"] = {
        "from": source.reference,
        "precision": original["precision"],
        "encoder": source.manifest.files[ENCODER].sha256,
        "distance_to_fp32": dict(distance),
    }
    (folder / MANIFEST).write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return stated


def _write_card(source: Artefact, path: Path, precision: str, found: Verification) -> None:
    """The original's card, with a head that says what this one is: it was not scored anew."""
    card = source.folder / CARD
    head = (
        f"# {source.manifest.name} {source.manifest.version}-{precision}\n\n"
        f"{source.reference} in {precision}: the same weights, heads and thresholds. Of {found.spans} spans and {found.pairs} pairs of its "
        f"stored texts, {found.spans_missing + found.spans_new} spans and {found.labels_changed} pairs are decided otherwise than by the "
        f"same weights in fp32. It was not scored anew; what follows is {source.reference}'s own card.\n\n"
    )
    path.write_text(head + (card.read_text(encoding="utf-8") if card.is_file() else ""), encoding="utf-8")
