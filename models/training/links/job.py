"""The job of a links recipe: methods trained and scored beside each other, and the chosen one trained anew on every edge and kept."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Network
from models.runtime.artefact import MANIFEST
from models.runtime.links import ARRAYS, NODES, SCHEMA
from models.training.links.baselines import BASELINES, Score
from models.training.links.edges import Stated, read_edges
from models.training.links.measure import DRAWN, Trial, difference, told
from models.training.links.recipe import LinksRecipe, Method
from models.training.links.split import Split, split
from models.training.progress import Progress, ProgressEvent
from models.training.provenance import commit, file_entry, making, replace_folder, software

Floats = NDArray[np.float64]

CARD = "MODEL_CARD.md"
GROUP = 30  # held-out edges that a group of its own needs
FEW = 3  # an end with fewer learned edges than this is a rare one


def run(plan: LinksRecipe, recipe: Path, data: Path, out: Path, *, resume: bool, progress: Progress) -> Path:
    """Train, and write `out/<name>/<version>`: what `models.runtime.links` reads, `manifest.json` and `MODEL_CARD.md`.

    The scores are of trainings that saw no held-out edge; what is kept learned from every edge, for as many steps as the scored training
    of its method kept. Raises `RecipeError` for edges that cannot be read or are too few, and as `models.training.job.run` does.
    """
    progress(ProgressEvent("prepare", "reading the edges"))
    stated = read_edges(plan.edges, plan.nodes, data)
    parted = split(stated, plan.split, seed=plan.seed)
    work = out / plan.name / f"{plan.version}.run"
    methods: list[Method] = [plan.method, *plan.compare]
    text = _text(plan, stated, out, work, progress) if "hybrid" in methods else None
    trials = {name: Trial.of(parted.learned, stated.network, parted.held_out, power, seed=plan.seed) for name, power in DRAWN.items()}
    runs: dict[str, Any] = {}
    figures: dict[str, dict[str, Floats]] = {name: {} for name in DRAWN}
    for method in methods:
        runs[method], score = _train(plan, method, parted, text, work / method, resume=resume, progress=progress)
        progress(ProgressEvent("evaluate", f"scoring {len(parted.held_out):,} held-out edges by {method}"))
        for name, trial in trials.items():
            figures[name][method] = trial.figures(score)
    for number, (method_name, baseline) in enumerate(BASELINES.items()):
        progress(ProgressEvent("evaluate", f"scoring by {method_name}", number, len(BASELINES)))
        for name, trial in trials.items():
            figures[name][method_name] = trial.figures(partial(baseline, parted.learned))
    arrays = _kept(plan, stated.network, text, runs[plan.method]["kept_step"], work / "kept", resume=resume, progress=progress)
    manifest = {
        "schema": SCHEMA,
        "name": plan.name,
        "version": plan.version,
        "software": software(),
        "git_commit": commit(),
        "method": plan.method,
        "nodes": len(stated.network.ids),
        "edges": len(stated.network.edges),
        "split": _counts(stated, parted),
        "training": {"recipe": recipe.name, "settings": plan.model_dump(mode="json", by_alias=True), "runs": runs},
        "metrics": {name: _metrics(found, parted, plan.method) for name, found in figures.items()},
    }
    folder = out / plan.name / plan.version
    _write(folder, manifest, stated.network, arrays)
    progress(ProgressEvent("done", f"{folder}", 1, 1))
    return folder


def _text(plan: LinksRecipe, stated: Stated, out: Path, work: Path, progress: Progress) -> NDArray[np.float32]:
    from models.training.links.texts import text_vectors

    names = [stated.names[node] for node in stated.network.ids]
    return text_vectors(names, plan.encoder, out, work, seed=plan.seed, progress=progress)


def _train(
    plan: LinksRecipe, method: Method, parted: Split, text: NDArray[np.float32] | None, work: Path, *, resume: bool, progress: Progress
) -> tuple[dict[str, Any], Score]:
    from models.training.engine import train
    from models.training.links.task import LinkTask

    def say(event: ProgressEvent) -> None:
        progress(ProgressEvent(event.phase, f"{method}: {event.message}", event.done, event.total, None, event.remaining, event.values))

    task = LinkTask(plan, method, parted.learned, parted.carved, text, steps=plan.network.steps)
    history = train(task, plan, work, resume=resume, progress=say)
    history.pop("pieces")  # edges here
    return history, task.scorer(parted.learned)


def _kept(
    plan: LinksRecipe, network: Network, text: NDArray[np.float32] | None, steps: int, work: Path, *, resume: bool, progress: Progress
) -> dict[str, NDArray[Any]]:
    """The chosen method's arrays, learned from every edge."""
    from models.training.engine import train
    from models.training.links.task import LinkTask

    task = LinkTask(plan, plan.method, network, np.zeros((0, 2), dtype=np.int64), text, steps=steps)
    train(task, plan, work, resume=resume, progress=progress)
    net = task.network
    arrays = {"vectors": task.vectors(network), "popularity": net.popularity, "relation": net.relation}
    return {name: value.detach().numpy() for name, value in (arrays | {"kind": net.kind, "classes": net.classes}).items()}


def _counts(stated: Stated, parted: Split) -> dict[str, Any]:
    counts = {"learned": len(parted.learned.edges), "carved": len(parted.carved), "scored": len(parted.held_out)}
    return {"said": parted.said, "documents": stated.documents, **counts}


def _metrics(figures: Mapping[str, Floats], parted: Split, method: Method) -> dict[str, Any]:
    """By group of held-out edges: each method's figures, and the kept method's difference to each other one."""
    network, edges = parted.learned, parted.held_out
    kinds = [" - ".join(sorted((network.types[a], network.types[b]))) for a, b in edges.tolist()]
    groups = {"all": np.ones(len(edges), dtype=np.bool_)}
    groups |= {kind: np.array([k == kind for k in kinds]) for kind in sorted(set(kinds))} if len(set(kinds)) > 1 else {}
    groups[f"an end with fewer than {FEW} learned edges"] = network.degrees[edges].min(axis=1) < FEW
    found: dict[str, Any] = {}
    for group, members in groups.items():
        if members.sum() >= GROUP or group == "all":
            part = {name: values[members] for name, values in figures.items()}
            found[group] = {
                "edges": int(members.sum()),
                "methods": {name: told(values) for name, values in part.items()},
                "differences": {name: difference(part[method], values) for name, values in part.items() if name != method},
            }
    return found


def _write(folder: Path, manifest: dict[str, Any], network: Network, arrays: Mapping[str, NDArray[Any]]) -> None:
    """The folder, whole or not at all."""
    from models.training.links.card import write_card

    with making(folder) as place:
        whole = place / "whole"
        whole.mkdir()
        np.savez(whole / ARRAYS, allow_pickle=False, **arrays)
        nodes = {"ids": network.ids, "types": network.types}
        (whole / NODES).write_text(json.dumps(nodes, ensure_ascii=False) + "\n", encoding="utf-8")
        manifest["files"] = {name: file_entry(whole / name) for name in (ARRAYS, NODES)}
        (whole / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_card(manifest, whole / CARD)
        replace_folder(folder, whole)
