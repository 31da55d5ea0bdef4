"""The job of an assertion recipe: trained on one half of BioScope's abstracts, scored on the other."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.corpora.bioscope import GoldAbstract, read_bioscope
from models.corpora.licences import refuse_licences
from models.corpora.registry import corpus
from models.training.assertion.recipe import AssertionRecipe
from models.training.progress import Progress, ProgressEvent

SCHEMA = "biorelay.assertion/1"
MANIFEST = "manifest.json"
WEIGHTS = "tagger.pt"
CORPUS = "bioscope"


def run(plan: AssertionRecipe, recipe: Path, data: Path, out: Path, *, resume: bool, progress: Progress) -> Path:
    """Train, and write `out/<name>/<version>`: `tagger.pt` and `manifest.json` with the tagger's scores.

    Nothing is exported: BioScope states no licence, so what is learned from it does not ship. Raises as `models.training.run` does.
    """
    from models.evaluation.ledger import record, weights_of
    from models.evaluation.polarity import score_scopes
    from models.training.assertion.tagger import Finder
    from models.training.assertion.task import AssertionTask
    from models.training.checkpoint import save
    from models.training.engine import train
    from models.training.weights import weights_version

    source = corpus(CORPUS)
    if plan.shipping:
        refuse_licences([source])
    progress(ProgressEvent("prepare", f"reading {CORPUS}"))
    learned, carved, scored = _halves(read_bioscope(data), plan)
    task = AssertionTask(plan, learned, carved, out)
    history = train(task, plan, out / plan.name / f"{plan.version}.run", resume=resume, progress=progress)
    progress(ProgressEvent("evaluate", f"scoring {len(scored)} abstracts"))
    folder = out / plan.name / plan.version
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / WEIGHTS, task.network.state_dict())
    record(
        [f"{CORPUS}/held-out half"],
        system=f"{plan.name}@{plan.version}",
        weights=weights_of(folder),
        recipe=plan.fingerprint(),
        command="biorelay train",
    )
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "recipe": recipe.name,
        "settings": plan.model_dump(mode="json", by_alias=True),
        "weights": {"package": weights_version(plan.encoder), "licence": plan.encoder.licence},
        "corpus": {"name": source.name, "version": source.version, "licence": source.licence},
        "abstracts": {"learned": len(learned), "carved": len(carved), "scored": len(scored)},
        "run": history,
        "metrics": {"tagger": score_scopes(scored, Finder(task.network, task.maker), gold_cues=False)},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    progress(ProgressEvent("done", f"{folder}", 1, 1))
    return folder


def _halves(abstracts: Sequence[GoldAbstract], plan: AssertionRecipe) -> tuple[list[GoldAbstract], list[GoldAbstract], list[GoldAbstract]]:
    """Learned, carved and scored abstracts: the halves of docs/polarity.md, whose rules were written by the first."""
    order = sorted((a for a in abstracts if not a.held_out), key=lambda a: hashlib.sha256(f"carved {a.id}".encode()).digest())[: plan.limit]
    count = round(plan.carved * len(order))
    return order[count:], order[:count], [a for a in abstracts if a.held_out][: plan.limit]
