"""The joint model's job: data, training, graphs, calibration, scores, manifest and card. One command makes the artefact."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.corpora.documents import Document
from models.training.joint.recipe import JointRecipe
from models.training.progress import Progress, ProgressEvent

if TYPE_CHECKING:
    from models.training.joint.data import TrainingData
    from models.training.joint.network import Relay


def run(plan: JointRecipe, recipe: Path, data: Path, out: Path, *, resume: bool, progress: Progress) -> Path:
    """Train and write the artefact to `out/<name>/<version>`; see `models.training.run`."""
    from models.training.engine import train
    from models.training.joint.data import load_data
    from models.training.joint.task import JointTask

    progress(ProgressEvent("prepare", f"reading the corpora of {plan.name} {plan.version}"))
    gathered = load_data(plan, data, out, beside=recipe.parent)
    task = JointTask(plan, gathered, out)
    parameters = list(task.network.parameters())
    sizes = {"all": sum(p.numel() for p in parameters), "trained": sum(p.numel() for p in parameters if p.requires_grad)}
    history = train(task, plan, out / plan.name / f"{plan.version}.run", resume=resume, progress=progress)
    history["parameters"] = sizes
    return _export(plan, recipe, task.network, gathered, history, data=data, out=out, progress=progress)


def export(plan: JointRecipe, recipe: Path, data: Path, out: Path, *, progress: Progress) -> Path:
    """Write the artefact of the best weights so far; see `models.training.export`."""
    from models.training.checkpoint import kept
    from models.training.joint.data import load_data
    from models.training.joint.network import build

    gathered = load_data(plan, data, out, beside=recipe.parent)
    weights, step = kept(out / plan.name / f"{plan.version}.run", f"{plan.fingerprint()} {gathered.fingerprint}")
    network = build(plan, gathered.heads, out)
    network.load_state_dict(weights)
    return _export(plan, recipe, network, gathered, {"kept_step": step}, data=data, out=out, progress=progress)


def _training(plan: JointRecipe, path: Path, hidden: int, data: "TrainingData", history: dict[str, Any], *, out: Path) -> dict[str, Any]:
    """What the manifest says of where the weights come from."""
    from models.training.weights import weights_digest, weights_folder, weights_version, writes_small

    folder = weights_folder(plan.encoder, out)
    return {
        "recipe": path.name,
        "fingerprint": plan.fingerprint(),
        "settings": plan.model_dump(mode="json", by_alias=True),
        "hidden": hidden,
        "lowercase": writes_small(folder),
        "weights": {"package": weights_version(plan.encoder), "licence": plan.encoder.licence, "sha256": weights_digest(folder)},
        "corpora": data.summary,
        "heads": data.heads,
        **({"teachers": data.targets.teachers} if data.targets else {}),
        "seed": plan.seed,
        "held_out": plan.held_out,
        "run": history,
    }


def _keep_encoder(plan: JointRecipe, recipe: Path, network: "Relay", gathered: "TrainingData", *, out: Path) -> None:
    """The encoder as transformers reads it, beside the checkpoints: other recipes, and other programs, can start from it."""
    import json
    import shutil

    from models.training.weights import TOKENIZER, TRAINED, weights_folder

    folder = out / plan.name / f"{plan.version}.run" / "encoder"
    folder.mkdir(parents=True, exist_ok=True)
    network.encoder.bert.save_pretrained(folder)
    shutil.copyfile(weights_folder(plan.encoder, out) / TOKENIZER, folder / TOKENIZER)
    stated = {"recipe": recipe.name, "settings": plan.model_dump(mode="json", by_alias=True), "data": gathered.summary}
    (folder / TRAINED).write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _export(
    plan: JointRecipe,
    recipe: Path,
    network: "Relay",
    gathered: "TrainingData",
    history: dict[str, Any],
    *,
    data: Path,
    out: Path,
    progress: Progress,
) -> Path:
    """Graphs, calibration, scores, stored predictions, manifest, card; the folder appears whole, in place of an older one."""
    import shutil

    from models.evaluation.artefact import metrics
    from models.evaluation.served import Served
    from models.runtime.artefact import load_artefact
    from models.training.gate import losses, refuse_loss
    from models.training.graphs import export_encoder
    from models.training.joint import manifest
    from models.training.joint.calibration import fit_ner, fit_novelty, fit_pairs
    from models.training.joint.card import write_card
    from models.training.joint.examples import type_pair_indices
    from models.training.joint.graphs import export_pairs
    from models.training.joint.held_out import held_out_counts
    from models.training.joint.network import exportable
    from models.training.joint.stored import write_stored
    from models.training.precisions import write_precision
    from models.training.provenance import making, replace_folder
    from models.training.weights import TOKENIZER, weights_folder

    folder = out / plan.name / plan.version
    training = _training(plan, recipe, network.encoder.config.hidden_size, gathered, history, out=out)
    held_out: Sequence[Document] = [e.document for e in gathered.held_out]
    with making(folder) as place:
        work, exact, precision = place / "served", place / "fp32", plan.export.precision
        work.mkdir()
        exact.mkdir()
        exportable(network)
        _keep_encoder(plan, recipe, network, gathered, out=out)
        progress(ProgressEvent("export", "writing the graphs"))
        export_encoder(network.encoder, exact / "encoder.onnx")
        write_precision(exact / "encoder.onnx", work / "encoder.onnx", precision)
        export_pairs(network.pairs, type_pair_indices(plan.relations.type_pairs), work / "relations.onnx")
        manifest.write_tokenizer(weights_folder(plan.encoder, out) / TOKENIZER, work / "tokenizer.json")
        for name in ("relations.onnx", "tokenizer.json"):
            shutil.copyfile(work / name, exact / name)
        progress(ProgressEvent("calibrate", "fitting temperatures and thresholds on the held-out documents"))
        facts = manifest.Facts(plan, training)
        manifest.write(facts, work, precision=precision)
        served = Served(load_artefact(work))
        facts.ner, facts.pairs = fit_ner(held_out, served), fit_pairs(held_out, served)
        facts.novelty = fit_novelty(held_out, served)
        manifest.write(facts, work, precision=precision)
        manifest.write(facts, exact, precision="fp32")
        found = losses(held_out_counts(Served(load_artefact(exact)), held_out), held_out_counts(Served(load_artefact(work)), held_out))
        refuse_loss(found, limit=plan.export.loss_limit, precision=precision)
        training["export"] = {**plan.export.model_dump(), "loss": {name: loss._asdict() for name, loss in found.items()}}
        progress(ProgressEvent("evaluate", "scoring the dev and test sets"))
        facts.metrics = metrics(
            load_artefact(work), load_artefact(exact), data, tell=lambda what: progress(ProgressEvent("evaluate", what))
        )
        write_stored(load_artefact(work), held_out, work / "predictions.jsonl")
        write_card(facts.document(work, precision=precision), work / "MODEL_CARD.md")
        manifest.write(facts, work, precision=precision)
        load_artefact(work)
        replace_folder(folder, work)
        replace_folder(folder.with_name(f"{folder.name}.run") / "fp32", exact)
    progress(ProgressEvent("done", f"{folder}", 1, 1))
    return folder
