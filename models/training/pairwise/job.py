"""The sibling's job: data, training, graphs, calibration, scores, manifest and card. One command makes the artefact."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.training.pairwise.recipe import PairwiseRecipe
from models.training.progress import Progress, ProgressEvent

if TYPE_CHECKING:
    from models.training.pairwise.data import PairData


def run(plan: PairwiseRecipe, recipe: Path, data: Path, out: Path, *, resume: bool, progress: Progress) -> Path:
    """Train and write the artefact to `out/<name>/<version>`; see `models.training.run`."""
    from models.training.engine import train
    from models.training.pairwise.artefact import write_artefact
    from models.training.pairwise.task import PairwiseTask

    gathered = _gather(plan, data, out, progress)
    task = PairwiseTask(plan, gathered, out)
    history = train(task, plan, out / plan.name / f"{plan.version}.run", resume=resume, progress=progress)
    training = _training(plan, recipe, gathered, history)
    folder = write_artefact(plan, task.network, gathered, training, data=data, out=out, progress=progress)
    progress(ProgressEvent("done", f"{folder}", 1, 1))
    return folder


def export(plan: PairwiseRecipe, recipe: Path, data: Path, out: Path, *, progress: Progress) -> Path:
    """Write the artefact of the best weights so far; see `models.training.export`."""
    from models.training.checkpoint import kept
    from models.training.pairwise.artefact import write_artefact
    from models.training.pairwise.task import build, fingerprint

    gathered = _gather(plan, data, out, progress)
    weights, step = kept(out / plan.name / f"{plan.version}.run", fingerprint(plan, gathered))
    network = build(plan, gathered, out)
    network.load_state_dict(weights)
    training = _training(plan, recipe, gathered, {"kept_step": step})
    return write_artefact(plan, network, gathered, training, data=data, out=out, progress=progress)


def _gather(plan: PairwiseRecipe, data: Path, out: Path, progress: Progress) -> "PairData":
    from models.training.pairwise.data import load_data

    progress(ProgressEvent("prepare", f"reading the corpora of {plan.name} {plan.version}"))
    gathered = load_data(plan, data, out)
    pieces = {part["name"]: part["pieces_read"] for part in gathered.summary}
    told = ", ".join(f"{name} {count / 1e6:.2f}" for name, count in pieces.items())
    progress(ProgressEvent("prepare", f"million pieces to read: {told}"))
    return gathered


def _training(plan: PairwiseRecipe, path: Path, gathered: "PairData", history: dict[str, Any]) -> dict[str, Any]:
    """What the manifest says of where the weights come from."""
    from models.training.weights import weights_version

    return {
        "recipe": path.name,
        "settings": plan.model_dump(mode="json", by_alias=True),
        "fingerprint": plan.fingerprint(),
        "shipping": plan.shipping,
        "weights": {"package": weights_version(plan.encoder), "licence": plan.encoder.licence},
        "corpora": gathered.summary,
        "scored": plan.scored,
        "seed": plan.seed,
        "run": history,
    }
