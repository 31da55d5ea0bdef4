"""All scores of an artefact, as a result to store and a table to read."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from models.corpora.documents import ENTITY_TYPES, Document
from models.corpora.guard import protected_documents, remove_leaks
from models.corpora.registry import CORPORA, corpus
from models.evaluation import gold
from models.evaluation.baselines.dictionary import Dictionary
from models.evaluation.baselines.pairs import same_sentence, usual_relations
from models.evaluation.distance import distance
from models.evaluation.from_text import extract, score_linking, score_relations
from models.evaluation.linking import evaluate_linking
from models.evaluation.scores import NER_SETS, RELATION_SET, reports, score_ner, served_ner, served_relations
from models.evaluation.served import Served
from models.runtime.artefact import Artefact, load_artefact
from processors.linking import Linker, load_linker
from processors.sources.annotated import read_annotated

SCHEMA = "biorelay.evaluation/1"

Tell = Callable[[str], None]


def _quiet(message: str) -> None:
    pass


def evaluate(
    artefact: str | Path | None, data: Path, *, vocabulary: str | Path | None = None, exact: Path | None = None, tell: Tell = _quiet
) -> dict[str, Any]:
    """Score an artefact (a folder, `name` or `name@version`; None: the shipped one) on BioRED dev, BC5CDR test and NCBI-disease test.

    Everything goes through the serving runtime. `exact` is the folder of the same model in fp32, where there is one: then
    the distance to it is measured. `tell` hears what is being done. Raises as `load_artefact`, `load_linker` and
    `Corpus.read` do.
    """
    model = load_artefact(artefact)
    served = Served(model)
    tell("NER and relations with gold entities")
    result: dict[str, Any] = {"schema": SCHEMA, "artefact": model.reference, "precision": model.manifest.encoder.precision}
    result["scores"] = scores(served, data)
    tell("linking and relations from raw text")
    result["from_text"] = from_text(served, load_linker(vocabulary), data)
    tell("baselines")
    result["baselines"] = baselines(model, served, data)
    if exact is not None:
        tell("distance to fp32")
        result["distance_to_fp32"] = distance(served, Served(load_artefact(exact)), _dev(data))
    return result


def scores(served: Served, data: Path) -> dict[str, Any]:
    """NER on the dev and test sets, relations between BioRED dev's gold entities."""
    name, split = RELATION_SET
    return {
        "ner": {f"{name}/{split}": served_ner(served, corpus(name).read(split, data)) for name, split in NER_SETS},
        "relations_gold_entities": {f"{name}/{split}": served_relations(served, _dev(data))},
    }


def from_text(served: Served, linker: Linker, data: Path) -> dict[str, Any]:
    """Linking and relations of BioRED dev from raw text, by database identifiers."""
    name, split = RELATION_SET
    path = corpus(name).path(split, data)
    extracted = list(extract(served, linker, path))
    return {
        "vocabulary": linker.version,
        "linking_gold_mentions": {f"{name}/{split}": evaluate_linking(linker, read_annotated(path))},
        "linking": {f"{name}/{split}": score_linking(extracted)},
        "relations": {f"{name}/{split}": score_relations(extracted)},
    }


def baselines(model: Artefact, served: Served, data: Path) -> dict[str, Any]:
    """The dictionary of training names, and every pair in a sentence with the usual relation of its types."""
    trained = model.manifest.training.get("corpora") or [{"name": "biored"}]
    documents = training_documents([part["name"] for part in trained], data)
    dictionary = Dictionary(documents)
    usual = usual_relations(d for d in documents if corpus(d.corpus.partition("/")[0]).relations == "biored")
    ner = {}
    for name, split in NER_SETS:
        read = corpus(name).read(split, data)
        ner[f"{name}/{split}"] = score_ner(read, {d.pmid: dictionary.find(d.text) for d in read})
    name, split = RELATION_SET
    pairs = reports(gold.relations(d, same_sentence(served.gold_pairs(d), ENTITY_TYPES, usual)) for d in _dev(data))
    return {"ner_dictionary": ner, "relations_same_sentence": {f"{name}/{split}": pairs}}


def training_documents(names: Sequence[str], data: Path) -> list[Document]:
    """The corpora's training documents, without those of any dev or test set."""
    protected = protected_documents(data, CORPORA.values())
    return [d for name in names for d in remove_leaks(corpus(name).read("train", data), protected)[0]]


def _dev(data: Path) -> list[Document]:
    name, split = RELATION_SET
    return corpus(name).read(split, data)


def metrics(quantised: Artefact, exact: Artefact, data: Path, *, tell: Tell = _quiet) -> dict[str, Any]:
    """What a manifest states: scores of both precisions, their distance, and the baselines."""
    int8, fp32 = Served(quantised), Served(exact)
    tell("scoring int8")
    found: dict[str, Any] = {"int8": scores(int8, data)}
    tell("scoring fp32")
    found["fp32"] = scores(fp32, data)
    tell("measuring the distance of int8 to fp32")
    found["distance"] = distance(int8, fp32, _dev(data))
    tell("scoring the baselines")
    found["baselines"] = baselines(quantised, int8, data)
    return found


def write(result: dict[str, Any], path: Path) -> None:
    """Store a result as JSON."""
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
