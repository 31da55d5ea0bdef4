"""The job of a sentence recipe: each fold trained, exported, and scored once on its test rows."""

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.guard import refuse_licences
from models.corpora.registry import corpus
from models.corpora.relations.render import Form
from models.evaluation.ledger import record, weights_of
from models.training.errors import RecipeError
from models.training.progress import Progress, ProgressEvent
from models.training.provenance import making, replace_folder
from models.training.sentences.folds import Fold, split
from models.training.sentences.measures import figures
from models.training.sentences.recipe import SentenceRecipe
from models.training.sentences.rows import Row, rows

SCHEMA = "biorelay.sentences/1"
PREDICTIONS = "predictions.jsonl"
MANIFEST = "manifest.json"
GRAPH = "sentences.onnx"
TIMED = 100  # sentences that the speed is taken from


def run(plan: SentenceRecipe, recipe: Path, data: Path, out: Path, *, resume: bool, progress: Progress) -> Path:
    """Train every fold and write `out/<name>/<version>`; see `models.training.run`.

    There: `fold-<n>/sentences.onnx` (int8), `predictions.jsonl` (a line for each test row, or carved row: its score by int8 and by
    fp32, above 0 where related) and `manifest.json`. A fold that is complete is not trained again. Raises also `RecipeError` where int8
    loses more than the recipe allows.
    """
    if plan.shipping:
        refuse_licences([corpus(plan.rows.name.partition("/")[0])])
    progress(ProgressEvent("prepare", f"reading {plan.rows.name}"))
    part = plan.rows
    folds = list(split(part.name, part.protocol, data, carved=part.carved, limit=part.limit))
    chosen = [fold for number, fold in enumerate(folds, start=1) if not part.only or number in part.only]
    if not chosen:
        raise RecipeError(f"{recipe}: rows.only names none of the {len(folds)} folds of {part.name}")
    work = out / plan.name / f"{plan.version}.run"
    done = [_fold(plan, fold, work / fold.name, out, resume=resume, progress=progress) for fold in chosen]
    folder = out / plan.name / plan.version
    _write(folder, plan, recipe, done, work)
    progress(ProgressEvent("done", f"{folder}", 1, 1))
    return folder


def _fold(plan: SentenceRecipe, fold: Fold, work: Path, out: Path, *, resume: bool, progress: Progress) -> dict[str, Any]:
    """One fold's facts and predictions: those of an earlier run, where it was complete and the same."""
    from models.training import checkpoint
    from models.training.engine import train
    from models.training.sentences.graph import Graph, export, quantise
    from models.training.sentences.task import SentenceTask
    from models.training.weights import merge

    form = Form(plan.network.form)
    learned, carved = rows(fold.train, form), rows(fold.carved, form)
    scored = carved if plan.rows.choosing else rows(fold.test, form)
    task = SentenceTask(plan, learned, carved, out)
    kept = work / "fold.json"
    if resume and kept.is_file():
        facts: dict[str, Any] = json.loads(kept.read_bytes())
        if facts["fingerprint"] == task.fingerprint:
            return facts
    history = train(
        task, plan, work, resume=resume, progress=lambda e: progress(ProgressEvent(e.phase, f"{fold.name}: {e.message}", *_rest(e)))
    )
    progress(ProgressEvent("export", f"{fold.name}: writing the graph"))
    sentences = [task.maker.make(row) for row in scored]
    exact = work / "exact.onnx"
    task.network.encoder.bert = merge(task.network.encoder.bert)
    export(task.network, [task.sentences[0], task.sentences[-1]], exact)
    quantise(exact, work / GRAPH)
    progress(ProgressEvent("evaluate", f"{fold.name}: scoring {len(scored)} rows"))
    by = {"fp32": Graph(exact), "int8": Graph(work / GRAPH)}
    found = {name: graph.logits(sentences) for name, graph in by.items()}
    facts = {
        "fingerprint": task.fingerprint,
        "fold": fold.name,
        "rows": {"train": len(learned), "carved": len(carved), "test": len(fold.test), "removed": fold.removed},
        "bytes": {"fp32": exact.stat().st_size, "int8": (work / GRAPH).stat().st_size},
        "sentences_per_second": {name: round(_speed(graph, sentences[:TIMED]), 1) for name, graph in by.items()},
        "run": history,
        "predictions": [_line(fold, row, found, at) for at, row in enumerate(scored)],
    }
    kept.write_text(json.dumps(facts), encoding="utf-8")
    for name in (exact.name, checkpoint.LAST, checkpoint.BEST):  # twelve times the model's size, and no longer needed
        (work / name).unlink(missing_ok=True)
    if not plan.rows.choosing:
        record(
            [f"{plan.rows.name}/{plan.rows.protocol}/{fold.name}"],
            system=f"{plan.name}@{plan.version}",
            weights=weights_of(work),
            recipe=plan.fingerprint(),
            command="biorelay train",
        )
    return facts


def _rest(event: ProgressEvent) -> tuple[int, int, float | None, float | None, Mapping[str, float]]:
    return event.done, event.total, event.tokens_per_second, event.remaining, event.values


def _line(fold: Fold, row: Row, found: Mapping[str, NDArray[np.float64]], at: int) -> dict[str, Any]:
    scores = {name: round(float(values[at]), 4) for name, values in found.items()}
    return {"fold": fold.name, "id": row.id, "document": row.document, "related": row.related, **scores}


def _speed(graph: Any, sentences: Sequence[Any]) -> float:
    started = time.process_time()
    graph.logits(sentences)
    return len(sentences) / max(time.process_time() - started, 1e-9)


def _write(folder: Path, plan: SentenceRecipe, recipe: Path, done: Sequence[dict[str, Any]], work: Path) -> None:
    """The folder, whole or not at all."""
    lines = [line for facts in done for line in facts["predictions"]]
    scores = {name: _scores(lines, name) for name in ("int8", "fp32")}
    lost = scores["fp32"]["F1"] - scores["int8"]["F1"]
    if lost > plan.int8_loss:
        raise RecipeError(
            f"{recipe}: int8 loses {lost:.2f} F1 against fp32, {plan.int8_loss} are allowed",
            remedy="Train with another seed or encoder, or allow more with int8_loss.",
        )
    manifest = {
        "schema": SCHEMA,
        "recipe": recipe.name,
        "settings": plan.model_dump(mode="json", by_alias=True),
        "licence": corpus(plan.rows.name.partition("/")[0]).licence,
        "scored_on": "carved rows" if plan.rows.choosing else "test rows",
        "metrics": scores,
        "folds": [{name: value for name, value in facts.items() if name != "predictions"} for facts in done],
    }
    with making(folder) as place:
        whole = place / "whole"
        for facts in done:
            (whole / facts["fold"]).mkdir(parents=True)
            shutil.copyfile(work / facts["fold"] / GRAPH, whole / facts["fold"] / GRAPH)
        (whole / PREDICTIONS).write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        (whole / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        replace_folder(folder, whole)


def _scores(lines: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    found = figures(np.array([line["related"] for line in lines]), np.array([line[name] for line in lines]))
    return {column: round(value, 2) for column, value in found.items()}
