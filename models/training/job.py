"""The whole job: data, training, graphs, calibration, scores, manifest and card. One command makes the artefact."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.corpora.documents import Document
from models.training.progress import Progress, ProgressEvent, silent
from models.training.recipe import Recipe, read_recipe

log = logging.getLogger(__name__)


def run(recipe: Path, data: Path, out: Path, *, resume: bool = True, progress: Progress = silent) -> Path:
    """Train a recipe and write its artefact to `out/<name>/<version>`; the folder of the artefact.

    Checkpoints lie in `out/<name>/<version>.run`; a run that was killed goes on there, and one that is complete
    only exports. With `resume=False` it begins anew. Raises `RecipeError`, `CorpusMissing`, `LeakedDocument`,
    `LicenceNotAllowed`, `WeightsMissing`, `OtherRun`.
    """
    from models.training.data import load_data
    from models.training.loop import train

    plan = read_recipe(recipe)
    progress(ProgressEvent("prepare", f"reading the corpora of {plan.name} {plan.version}"))
    gathered = load_data(plan, data)
    run_folder = out / plan.name / f"{plan.version}.run"
    run_folder.mkdir(parents=True, exist_ok=True)
    network, history = train(plan, gathered, run_folder, resume=resume, progress=progress)
    folder = out / plan.name / plan.version
    training = _training(plan, recipe, network.encoder.config.hidden_size, gathered.summary, history)
    _export(plan, network, [e.document for e in gathered.held_out], data=data, folder=folder, training=training, progress=progress)
    return folder


def export(recipe: Path, data: Path, out: Path, *, progress: Progress = silent) -> Path:
    """Write the artefact of the best weights so far, of a run that is under way, stopped or complete.

    Raises `OtherRun` where there is no such run, and as `run` does.
    """
    from models.training import checkpoint
    from models.training.data import load_data
    from models.training.errors import OtherRun
    from models.training.weights import build

    plan = read_recipe(recipe)
    gathered = load_data(plan, data)
    run_folder = out / plan.name / f"{plan.version}.run"
    fingerprint = f"{plan.fingerprint()} {gathered.fingerprint}"
    state = checkpoint.load(run_folder / checkpoint.BEST, fingerprint) or checkpoint.load(run_folder / checkpoint.LAST, fingerprint)
    if state is None:
        raise OtherRun(f"{run_folder} holds no checkpoint", remedy="Train first.")
    network = build(plan)
    network.load_state_dict(state["network"])
    folder = out / plan.name / plan.version
    training = _training(plan, recipe, network.encoder.config.hidden_size, gathered.summary, {"kept_step": state["step"]})
    _export(plan, network, [e.document for e in gathered.held_out], data=data, folder=folder, training=training, progress=progress)
    return folder


def _training(plan: Recipe, path: Path, hidden: int, corpora: list[dict[str, Any]], history: dict[str, Any]) -> dict[str, Any]:
    """What the manifest says of where the weights come from."""
    from models.training.weights import weights_version

    return {
        "recipe": path.name,
        "settings": plan.model_dump(mode="json", by_alias=True),
        "hidden": hidden,
        "weights": {"package": weights_version(plan.encoder), "licence": plan.encoder.licence},
        "corpora": corpora,
        "seed": plan.seed,
        "held_out": plan.held_out,
        "run": history,
    }


def _export(
    plan: Recipe,
    network: Any,
    held_out: Sequence[Document],
    *,
    data: Path,
    folder: Path,
    training: dict[str, Any],
    progress: Progress,
) -> None:
    """Graphs, calibration, scores, stored predictions, manifest, card; the folder appears whole, in place of an older one."""
    import shutil
    import tempfile

    from models.evaluation.artefact import metrics
    from models.evaluation.served import Served
    from models.runtime.artefact import load_artefact
    from models.training import manifest
    from models.training.calibration import fit_ner, fit_pairs
    from models.training.card import write_card
    from models.training.examples import type_pair_indices
    from models.training.graphs import export_encoder, export_pairs, quantise_encoder
    from models.training.stored import write_stored
    from models.training.weights import merge, weights_folder

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as place:
        work, exact = Path(place) / "int8", Path(place) / "fp32"
        work.mkdir()
        exact.mkdir()
        merge(network)
        progress(ProgressEvent("export", "writing the graphs"))
        export_encoder(network.encoder, exact / "encoder.onnx")
        quantise_encoder(exact / "encoder.onnx", work / "encoder.onnx")
        export_pairs(network, type_pair_indices(plan.relations.type_pairs), work / "relations.onnx")
        manifest.write_tokenizer(weights_folder(plan.encoder) / "tokenizer.json", work / "tokenizer.json")
        for name in ("relations.onnx", "tokenizer.json"):
            shutil.copyfile(work / name, exact / name)
        progress(ProgressEvent("calibrate", "fitting temperatures and thresholds on the held-out documents"))
        facts = manifest.Facts(plan, training)
        manifest.write(facts, work, precision="int8")
        served = Served(load_artefact(work))
        facts.ner, facts.pairs = fit_ner(held_out, served), fit_pairs(held_out, served)
        manifest.write(facts, work, precision="int8")
        manifest.write(facts, exact, precision="fp32")
        progress(ProgressEvent("evaluate", "scoring the dev and test sets"))
        facts.metrics = metrics(
            load_artefact(work), load_artefact(exact), data, tell=lambda what: progress(ProgressEvent("evaluate", what))
        )
        write_stored(load_artefact(work), held_out, work / "predictions.jsonl")
        write_card(facts.document(work, precision="int8"), work / "MODEL_CARD.md")
        manifest.write(facts, work, precision="int8")
        load_artefact(work)
        _replace(folder, work)
    progress(ProgressEvent("done", f"{folder}", 1, 1))


def _replace(folder: Path, made: Path) -> None:
    """Move `made` to `folder`, and an older folder out of the way first."""
    import shutil

    old = made.parent / "old"
    if folder.exists():
        folder.rename(old)
    made.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
