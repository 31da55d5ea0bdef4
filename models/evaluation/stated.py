"""What training scored once and wrote into the manifest: a model's precisions side by side, without another scoring."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.corpora.registry import corpus
from models.evaluation.results import Figure, Kind, Row, Section, Table
from models.runtime.artefact import Artefact

_RELATIONS = {"pair": "pairs", "typed": "typed pairs"}


def is_research(model: Artefact) -> bool:
    """Whether the model's recipe says that it may not ship."""
    return not model.manifest.training.get("settings", {}).get("shipping", True)


def by_precision(model: Artefact) -> Table:
    """F1 of entities on every set, and of relations between gold entities, in the served precision and in fp32, beside the baselines."""
    metrics, served = model.manifest.metrics, model.manifest.encoder.precision
    rows = {precision: dict(_figures(metrics[precision])) for precision in dict.fromkeys((served, "fp32")) if precision in metrics}
    baselines = metrics["baselines"]
    simple = dict(_figures({"ner": baselines["ner_dictionary"], "relations_gold_entities": baselines["relations_same_sentence"]}))
    research = ("Research: it learned from corpora that may not ship.",) if is_research(model) else ()
    return Table(
        title=f"{model.reference} in {served}, beside fp32",
        section=Section.ENTITIES if is_research(model) else Section.ARTEFACTS,
        measured_on="each set's test or dev documents, none of them learned from; strict entities, relations between gold entities",
        documents=", ".join(metrics[served]["ner"]),
        seed=model.manifest.training.get("seed"),
        columns=tuple(simple),
        rows=(
            *(Row(system=f"{model.reference}, {precision}", figures=figures) for precision, figures in rows.items()),
            Row(system="dictionary of training names; all pairs of a sentence", kind=Kind.BASELINE, figures=simple),
        ),
        notes=("Scored once, by the training itself.", *research),
        command=f"biorelay train {model.manifest.name} --data DATA --output OUT; biorelay evaluate OUT/... --data DATA --results FOLDER",
    )


def _figures(scores: Mapping[str, Any]) -> Iterator[tuple[str, Figure]]:
    for place, types in scores["ner"].items():
        name, _, split = place.partition("/")
        told = [kind for kind in types if kind not in {"all", "calibration_error"}]
        for kind in (*(told if name == "bc5cdr" else ()), "all"):
            which = "" if kind == "all" and name != "bc5cdr" else f", {kind}"
            yield f"{corpus(name).title} {split}{which}", Figure.of(types[kind])
    for place, found in scores["relations_gold_entities"].items():
        name, _, split = place.partition("/")
        yield from ((f"{corpus(name).title} {split}, {told}", Figure.of(found[key])) for key, told in _RELATIONS.items())
