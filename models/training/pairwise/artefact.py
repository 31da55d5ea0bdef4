"""The sibling's artefact: graphs, tokeniser, manifest and card, as `models.runtime.pairwise` reads them."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from models.corpora.documents import ENTITY_TYPES
from models.evaluation.ledger import record, weights_of
from models.evaluation.pairwise import logits, score_sets, scored_sets
from models.runtime.artefact import MANIFEST, TOKENIZER
from models.runtime.pairwise import GRAPH, SCHEMA, PairwiseHead, load_pairwise
from models.training.graphs import OPSET
from models.training.joint.calibration import TEMPERATURES
from models.training.joint.manifest import write_tokenizer
from models.training.pairwise.card import write_card
from models.training.pairwise.data import PairData
from models.training.pairwise.graphs import export_network
from models.training.pairwise.network import Sibling
from models.training.pairwise.recipe import PairwiseRecipe
from models.training.precisions import write_precision
from models.training.progress import Progress, ProgressEvent
from models.training.provenance import commit, file_entry, software
from models.training.weights import merge, weights_folder

CARD = "MODEL_CARD.md"


def write_artefact(
    recipe: PairwiseRecipe, network: Sibling, gathered: PairData, training: dict[str, Any], *, data: Path, out: Path, progress: Progress
) -> Path:
    """Write `out/<name>/<version>`, whole, in place of an older one; the folder."""
    folder = out / recipe.name / recipe.version
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as place:
        work, exact = Path(place) / "int8", Path(place) / "fp32"
        work.mkdir()
        exact.mkdir()
        network.encoder.bert = merge(network.encoder.bert)
        progress(ProgressEvent("export", "writing the graphs"))
        export_network(network, exact / GRAPH)
        write_precision(exact / GRAPH, work / GRAPH, "int8")
        write_tokenizer(weights_folder(recipe.encoder, out) / TOKENIZER, work / TOKENIZER)
        shutil.copyfile(work / TOKENIZER, exact / TOKENIZER)
        facts = _Facts(recipe, gathered, training)
        facts.write(work, "int8")
        progress(ProgressEvent("calibrate", "fitting temperatures on the held-out documents"))
        facts.temperatures = _temperatures(work, gathered)
        facts.write(work, "int8")
        facts.write(exact, "fp32")
        facts.metrics = _metrics(work, exact, data, progress)
        write_card(facts.document(work, "int8"), work / CARD)
        facts.write(work, "int8")
        load_pairwise(work)
        if folder.exists():
            folder.rename(Path(place) / "old")
        work.rename(folder)
    return folder


class _Facts:
    """What the manifest states; temperatures and metrics are filled in as they become known."""

    def __init__(self, recipe: PairwiseRecipe, gathered: PairData, training: dict[str, Any]) -> None:
        self.recipe = recipe
        self.gathered = gathered
        self.training = training
        self.temperatures: dict[str, float] = {}
        self.metrics: dict[str, Any] = {}

    def document(self, folder: Path, precision: str) -> dict[str, Any]:
        """The manifest as JSON values; files are those of the folder now."""
        labels = self.gathered.labels
        return {
            "schema": SCHEMA,
            "name": self.recipe.name,
            "version": self.recipe.version,
            "generation": self.recipe.generation,
            "software": software(),
            "git_commit": commit(),
            "precision": precision,
            "opset": OPSET,
            "types": [kind.value for kind in ENTITY_TYPES],
            "labels": list(labels.names),
            "tasks": {
                name: {
                    "labels": {own: labels.names[number] for own, number in labels.tasks[name].items() if number},
                    "type_pairs": [[a.value, b.value] for a, b in self.gathered.type_pairs[name]],
                    "budget": self.gathered.contexts[name].budget,
                    "neighbours": self.gathered.contexts[name].neighbours,
                    "temperature": self.temperatures.get(name, 1.0),
                }
                for name in labels.tasks
            },
            "decision": "p = softmax(scores of the task's labels / temperature), None among them; the likeliest is the answer",
            "files": {path.name: file_entry(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST},
            "training": self.training,
            "metrics": self.metrics,
        }

    def write(self, folder: Path, precision: str) -> None:
        text = json.dumps(self.document(folder, precision), indent=1, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _temperatures(folder: Path, gathered: PairData) -> dict[str, float]:
    """By task, the least log loss of the labels of the held-out documents' pairs (Guo et al. 2017); 1 where nothing is held out."""
    artefact = load_pairwise(folder)
    found = {}
    for number, name in enumerate(gathered.labels.tasks):
        pairs = [example.pair for example in gathered.held_out if example.task == number]
        if not pairs:
            continue
        head = PairwiseHead(artefact, name)
        scores = logits(head, pairs)
        gold = np.array([head.labels.index(pair.label) if pair.label in head.labels else 0 for pair in pairs])
        losses = {t: _log_loss(scores / t, gold) for t in TEMPERATURES.tolist()}
        found[name] = round(min(losses, key=lambda t: losses[t]), 4)
    return found


def _log_loss(scores: Any, gold: Any) -> float:
    scores = scores - scores.max(axis=1, keepdims=True)
    chosen = scores[np.arange(len(gold)), gold] - np.log(np.exp(scores).sum(axis=1))
    return float(-chosen.mean())


def _metrics(work: Path, exact: Path, data: Path, progress: Progress) -> dict[str, Any]:
    """Scores of both precisions on the sets that training held apart, and of the baseline."""

    def tell(what: str) -> None:
        progress(ProgressEvent("evaluate", what))

    served = load_pairwise(work)
    sets = scored_sets(served)
    for folder, system in ((work, served.reference), (exact, f"{served.reference} fp32")):
        record(sets, system=system, weights=weights_of(folder), recipe=served.manifest.training["fingerprint"], command="biorelay train")
    int8, baseline = score_sets(served, data, sets, tell=tell)
    fp32, _ = score_sets(load_pairwise(exact), data, sets, tell=tell)
    return {"int8": int8, "fp32": fp32, "same_sentence": baseline}
