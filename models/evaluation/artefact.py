"""All scores of an artefact, as a result to store and a table to read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.corpora.documents import ENTITY_TYPES, Document
from models.corpora.registry import corpus
from models.evaluation import gold
from models.evaluation.baselines.dictionary import Dictionary
from models.evaluation.baselines.pairs import same_sentence, usual_relations
from models.evaluation.distance import distance
from models.evaluation.end_to_end.gold_file import read_gold
from models.evaluation.end_to_end.relation_mistakes import RAW_TEXT
from models.evaluation.end_to_end.report import AS_CUT, IDS_FROM_TEXT, IDS_OF_MENTIONS, evaluate_gold
from models.evaluation.ledger import record, weights_of
from models.evaluation.scores import RELATION_SET, ner_sets, reports, score_ner, served_ner, served_relations
from models.evaluation.served import Served
from models.evaluation.trained import training_documents
from models.runtime.artefact import Artefact, load_artefact
from processors.linking import Linker, load_linker
from processors.vocabulary import Vocabulary

SCHEMA = "biorelay.evaluation/1"
COMMAND = "biorelay evaluate"

Tell = Callable[[str], None]


def _quiet(message: str) -> None:
    pass


def evaluate(
    artefact: str | Path | None, data: Path, *, vocabulary: str | Path | None = None, exact: Path | None = None, tell: Tell = _quiet
) -> dict[str, Any]:
    """Score an artefact (a folder, `name` or `name@version`; None: the shipped one) on BioRED dev, BC5CDR test, NCBI-disease test,
    and the test sets of the other corpora that it has NER heads for.

    Everything goes through the serving runtime. `exact` is the folder of the same model in fp32, where there is one: then
    the distance to it is measured. `tell` hears what is being done. Raises as `load_artefact`, `load_linker` and
    `Corpus.read` do.
    """
    model = load_artefact(artefact)
    served = Served(model)
    sets = (f"{name}/{split}" for name, split in ner_sets(model))
    record(sets, system=model.reference, weights=weights_of(model.folder), command=COMMAND, data=data)
    tell("NER and relations with gold entities")
    result: dict[str, Any] = {"schema": SCHEMA, "artefact": model.reference, "precision": model.manifest.encoder.precision}
    result["scores"] = scores(served, data)
    tell("linking and relations from raw text")
    result |= from_text(served, load_linker(vocabulary), Vocabulary.open(vocabulary), data)
    tell("baselines")
    result["baselines"] = baselines(model, served, data)
    if exact is not None:
        tell("distance to fp32")
        result["distance_to_fp32"] = distance(served, Served(load_artefact(exact)), _dev(data))
    return result


def scores(served: Served, data: Path) -> dict[str, Any]:
    """NER on the dev and test sets, relations between BioRED dev's gold entities.

    `ner` follows each corpus's own guideline, where the artefact learned it; `ner_by_default` is without that choice.
    """
    name, split = RELATION_SET
    sets = {f"{name}/{split}": corpus(name).read(split, data) for name, split in ner_sets(served.artefact)}
    own = {place: served.following(place.partition("/")[0]) for place in sets}
    return {
        "ner": {place: served_ner(own[place], documents) for place, documents in sets.items()},
        "ner_by_default": {place: served_ner(served, documents) for place, documents in sets.items() if own[place] is not served},
        "relations_gold_entities": {f"{name}/{split}": served_relations(served, _dev(data))},
    }


def from_text(served: Served, linker: Linker, vocabulary: Vocabulary, data: Path) -> dict[str, Any]:
    """BioRED dev from raw text: `end_to_end` is all of it, `from_text` linking and relations as PubTator scorers cut identifiers."""
    name, split = RELATION_SET
    found = evaluate_gold(read_gold(corpus(name).path(split, data)), served, linker, vocabulary).result
    parts = {"linking_gold_mentions": IDS_OF_MENTIONS, "linking": IDS_FROM_TEXT, "relations": RAW_TEXT}
    cut = {key: {f"{name}/{split}": found["scores"][part + AS_CUT][found["model"]]} for key, part in parts.items()}
    return {"end_to_end": {f"{name}/{split}": found}, "from_text": {"vocabulary": linker.version, **cut}}


def baselines(model: Artefact, served: Served, data: Path) -> dict[str, Any]:
    """The dictionary of training names, and every pair in a sentence with the usual relation of its types."""
    trained = model.manifest.training.get("corpora") or [{"name": "biored"}]
    documents = training_documents([part["name"] for part in trained], data)
    dictionary = Dictionary(documents)
    usual = usual_relations(d for d in documents if corpus(d.corpus.partition("/")[0]).relations == "biored")
    ner = {}
    for name, split in ner_sets(model):
        read = corpus(name).read(split, data)
        ner[f"{name}/{split}"] = score_ner(read, {d.pmid: dictionary.find(d.text) for d in read})
    name, split = RELATION_SET
    pairs = reports(gold.relations(d, same_sentence(served.gold_pairs(d), ENTITY_TYPES, usual)) for d in _dev(data))
    return {"ner_dictionary": ner, "relations_same_sentence": {f"{name}/{split}": pairs}}


def _dev(data: Path) -> list[Document]:
    name, split = RELATION_SET
    return corpus(name).read(split, data)


def metrics(quantised: Artefact, exact: Artefact, data: Path, *, tell: Tell = _quiet) -> dict[str, Any]:
    """What a manifest states: scores of both precisions, their distance, and the baselines."""
    precision = quantised.manifest.encoder.precision
    served, fp32 = Served(quantised), Served(exact)
    sets = (f"{name}/{split}" for name, split in ner_sets(quantised))
    by = quantised.manifest.training.get("fingerprint", "")
    scored = record(sets, system=quantised.reference, weights=weights_of(quantised.folder), recipe=by, command="biorelay train", data=data)
    tell(f"scoring {precision}")
    found: dict[str, Any] = {precision: scores(served, data)}
    tell("scoring fp32")
    found["fp32"] = scores(fp32, data)
    tell(f"measuring the distance of {precision} to fp32")
    found["distance"] = distance(served, fp32, _dev(data))
    tell("scoring the baselines")
    found["baselines"] = baselines(quantised, served, data)
    found["scored"] = {scoring.set: scoring.count for scoring in scored}
    return found


def write(result: dict[str, Any], path: Path) -> None:
    """Store a result as JSON."""
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
