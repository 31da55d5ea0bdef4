"""The sibling's artefact: graphs, tokeniser, manifest and card, as `models.runtime.pairwise` reads them."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import ENTITY_TYPES
from models.corpora.relations.pair import Pair
from models.evaluation.counts import Counts
from models.evaluation.ledger import record, weights_of
from models.evaluation.pairwise import logits, score_sets, scored_sets
from models.runtime.artefact import MANIFEST, TOKENIZER
from models.runtime.pairwise import GRAPH, SCHEMA, PairwiseHead, load_pairwise
from models.training.gate import losses, refuse_loss
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
from models.training.provenance import commit, file_entry, making, replace_folder, software
from models.training.weights import merge, weights_folder

CARD = "MODEL_CARD.md"
EXACT = "fp32"


def write_artefact(
    recipe: PairwiseRecipe, network: Sibling, gathered: PairData, training: dict[str, Any], *, data: Path, out: Path, progress: Progress
) -> Path:
    """Write `out/<name>/<version>`, whole, in place of an older one; the folder.

    Raises `PrecisionLost` where the served precision loses more on the held-out documents than the recipe allows.
    """
    folder = out / recipe.name / recipe.version
    with making(folder) as place:
        work, exact = place / "served", place / "fp32"
        work.mkdir()
        exact.mkdir()
        network.encoder.bert = merge(network.encoder.bert)
        progress(ProgressEvent("export", "writing the graphs"))
        export_network(network, exact / GRAPH)
        precision = recipe.export.precision
        write_precision(exact / GRAPH, work / GRAPH, precision)
        write_tokenizer(weights_folder(recipe.encoder, out) / TOKENIZER, work / TOKENIZER)
        shutil.copyfile(work / TOKENIZER, exact / TOKENIZER)
        facts = _Facts(recipe, gathered, training)
        facts.write(work, precision)
        facts.write(exact, EXACT)
        progress(ProgressEvent("calibrate", "fitting temperatures on the held-out documents"))
        held_out = _HeldOut(work, gathered)
        facts.temperatures = held_out.temperatures()
        lost = losses(_HeldOut(exact, gathered).counts(), held_out.counts()) if precision != EXACT else {}
        refuse_loss(lost, limit=recipe.export.loss_limit, precision=precision)
        facts.write(work, precision)
        facts.write(exact, EXACT)
        facts.metrics = _metrics(work, exact, data, progress)
        facts.metrics["lost_on_held_out"] = {name: loss._asdict() for name, loss in lost.items()}
        write_card(facts.document(work, precision), work / CARD)
        facts.write(work, precision)
        load_pairwise(work)
        replace_folder(folder, work)
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


class _HeldOut:
    """The held-out documents' pairs by task, and what a precision says of them."""

    def __init__(self, folder: Path, gathered: PairData) -> None:
        artefact = load_pairwise(folder)
        self.labels: dict[str, tuple[str, ...]] = {}
        self.pairs: dict[str, list[Pair]] = {}
        self.scores: dict[str, NDArray[np.float64]] = {}
        for number, name in enumerate(gathered.labels.tasks):
            pairs = [example.pair for example in gathered.held_out if example.task == number]
            if pairs:
                head = PairwiseHead(artefact, name)
                self.labels[name], self.pairs[name], self.scores[name] = head.labels, pairs, logits(head, pairs)

    def temperatures(self) -> dict[str, float]:
        """By task, the least log loss of the labels (Guo et al. 2017)."""
        found = {}
        for name, labels in self.labels.items():
            gold = np.array([labels.index(pair.label) if pair.label in labels else 0 for pair in self.pairs[name]])
            tried = {_log_loss(self.scores[name] / t, gold): t for t in TEMPERATURES.tolist()}
            found[name] = round(tried[min(tried)], 4)
        return found

    def counts(self) -> dict[str, list[Counts]]:
        """By task and document, typed relations."""
        found = {}
        for name, labels in self.labels.items():
            tables: dict[str, Counts] = {}
            for pair, label in zip(self.pairs[name], self.scores[name].argmax(axis=1).tolist(), strict=True):
                own = Counts.of(set(pair.labels), {labels[label]} if label else set())
                tables[pair.document] = Counts.total((tables.get(pair.document, Counts()), own))
            found[name] = list(tables.values())
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
    precise = served.manifest.precision == EXACT
    scored = {served.reference: work} if precise else {served.reference: work, f"{served.reference} {EXACT}": exact}
    for system, folder in scored.items():
        record(sets, system=system, weights=weights_of(folder), recipe=served.manifest.training["fingerprint"], command="biorelay train")
    found, baseline = score_sets(served, data, sets, tell=tell)
    in_fp32 = found if precise else score_sets(load_pairwise(exact), data, sets, tell=tell)[0]
    return {"served": found, "fp32": in_fp32, "same_sentence": baseline}
