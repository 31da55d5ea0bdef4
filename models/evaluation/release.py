"""What a released model scores, as tables of `models/RESULTS.md`: one command evaluates, stores and draws them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from models.corpora.documents import ENTITY_TYPES
from models.corpora.registry import corpus
from models.evaluation import artefact, linking_report
from models.evaluation.end_to_end import relations
from models.evaluation.end_to_end.relation_mistakes import GOLD_ENTITIES, RAW_TEXT
from models.evaluation.end_to_end.report import AS_CUT, OF_DOCUMENT, OF_SENTENCE
from models.evaluation.linking_report import EXACT, LINKED, MENTIONS, OWN, RAW
from models.evaluation.reliability import AFTER, BEFORE, reliability
from models.evaluation.results import Figure, Kind, Row, Section, Table, store, write_page
from models.evaluation.scores import RELATION_SET, ner_sets
from models.evaluation.served import Served
from models.evaluation.stated import by_precision, is_research
from models.runtime.artefact import Artefact, load_artefact

COMMAND = "biorelay evaluate --data DATA --results models/results"
CARVED, DEV = "carved from train", "/".join(RELATION_SET)

_ENTITIES = (
    ("BC5CDR test, chemicals", "bc5cdr/test", "Chemical"),
    ("BC5CDR test, diseases", "bc5cdr/test", "Disease"),
    ("NCBI-disease test", "ncbi-disease/test", "all"),
    ("BioRED dev, six types", "biored/dev", "all"),
)
_LINKING = (
    ("BC5CDR test, chemicals", "bc5cdr/test", "Chemical"),
    ("BC5CDR test, diseases", "bc5cdr/test", "Disease"),
    ("NCBI-disease test", "ncbi-disease/test", "Disease"),
    ("NLM-Gene test", "nlm-gene/test", "Gene"),
    ("BioRED dev", "biored/dev", "all"),
)


def release(
    model: str | Path | None, vocabulary: str | Path | None, data: Path, folder: Path, *, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Evaluate a model on every set, store its tables in `folder` and draw the page beside it; the result behind them.

    Of a research model one table is stored, of what its training scored: it is not scored again. Raises as `artefact.evaluate` and
    `linking_report.evaluate_sets` do.
    """
    loaded = load_artefact(model)
    store(f"{loaded.manifest.name}-precisions", by_precision(loaded), folder)
    if is_research(loaded):
        tell(f"drew {write_page(folder)}")
        return {"scores": loaded.manifest.metrics[loaded.manifest.encoder.precision]}
    result = artefact.evaluate(model, data, vocabulary=vocabulary, tell=tell)
    tell("calibration")
    result["calibration"] = calibration(loaded, data)
    result["linking"] = linking_report.evaluate_sets(model, vocabulary, data, tell=tell)
    result["documents"] = {f"{name}/{split}": len(corpus(name).read(split, data)) for name, split in ner_sets(loaded)}
    for name, table in tables(loaded, result):
        store(f"{loaded.manifest.name}-{name}", table, folder)
    tell(f"drew {write_page(folder)}")
    return result


def calibration(model: Artefact, data: Path) -> dict[str, Any]:
    """Reliability on the documents that the fit was made on, and on BioRED dev; both have every type and relations."""
    served, (name, split) = Served(model), RELATION_SET
    held_out = set(model.manifest.training.get("held_out") or ())
    sets = {CARVED: [d for d in corpus(name).read("train", data) if d.pmid in held_out], DEV: corpus(name).read(split, data)}
    return {place: {"documents": len(d), "curves": reliability(served, d, ENTITY_TYPES)} for place, d in sets.items() if d}


def tables(model: Artefact, result: Mapping[str, Any]) -> Iterator[tuple[str, Table]]:
    """The tables of a result, each with its name."""
    yield "entities", _entities(model, result)
    yield "entities-by-type", _by_type(model, result)
    dev = result["end_to_end"][DEV]
    yield "relations-gold-entities", _relations(model, "Relations between gold entities", GOLD_ENTITIES, dev)
    yield "relations-raw-text", _relations(model, "Relations end to end, from raw text", RAW_TEXT, dev)
    yield "pair-labels", _labels(model, dev)
    yield "linking", _linking(model, result["linking"])
    yield "calibration", _calibration(model, result["calibration"])
    yield "mistakes", _mistakes(model, dev)


def _seed(model: Artefact) -> int | None:
    seed = model.manifest.training.get("seed")
    return seed if isinstance(seed, int) else None


def _entities(model: Artefact, result: Mapping[str, Any]) -> Table:
    ours, baseline = result["scores"]["ner"], result["baselines"]["ner_dictionary"]
    sizes = result["documents"]
    return Table(
        title="Named entities, strict spans, F1",
        section=Section.SHIPPED,
        measured_on="each set's test or dev documents, none of them learned from",
        documents=", ".join(f"{name} {n}" for name, n in sizes.items()) + " documents",
        seed=_seed(model),
        columns=tuple(column for column, *_ in _ENTITIES),
        rows=(
            Row(system=_system(model), figures={column: Figure.of(ours[set_][kind]) for column, set_, kind in _ENTITIES}),
            Row(
                system="dictionary of training names",
                kind=Kind.BASELINE,
                figures={column: Figure.of(baseline[set_][kind]) for column, set_, kind in _ENTITIES},
            ),
        ),
        command=COMMAND,
    )


def _by_type(model: Artefact, result: Mapping[str, Any]) -> Table:
    ours, baseline = result["scores"]["ner"][DEV], result["baselines"]["ner_dictionary"][DEV]
    return Table(
        title="Named entities by type",
        section=Section.SHIPPED,
        measured_on=DEV,
        documents=f"{result['documents'][DEV]} documents",
        seed=_seed(model),
        columns=("precision", "recall", "F1", "dictionary F1", "gold"),
        rows=tuple(
            Row(
                system=kind.value,
                figures={
                    "precision": ours[kind]["precision"],
                    "recall": ours[kind]["recall"],
                    "F1": Figure.of(ours[kind]),
                    "dictionary F1": baseline[kind]["f1"],
                    "gold": ours[kind]["tp"] + ours[kind]["fn"],
                },
            )
            for kind in ENTITY_TYPES
        ),
        command=COMMAND,
    )


def _relations(model: Artefact, title: str, part: str, dev: Mapping[str, Any]) -> Table:
    columns = (relations.PAIR, relations.TYPED, relations.NOVELTY, relations.ALL)
    systems, cut = dev["scores"][part], dev["scores"].get(part + AS_CUT, {})

    def row(name: str, kind: Kind, figures: Mapping[str, Any]) -> Row:
        return Row(system=name, kind=kind, figures={column: Figure.of(figures[column]) for column in columns if column in figures})

    rows = [row(_system(model), Kind.OURS, systems[dev["model"]])]
    if cut:
        rows.append(row(f"{_system(model)}, identifiers cut as scorers of PubTator files do", Kind.OURS, cut[dev["model"]]))
    rows += [row(name, Kind.BASELINE, systems[name]) for name in (OF_SENTENCE, OF_DOCUMENT)]
    return Table(
        title=f"{title}, F1",
        section=Section.SHIPPED,
        measured_on=DEV,
        documents=f"{dev['documents']} documents",
        seed=_seed(model),
        columns=columns,
        rows=tuple(rows),
        notes=("The baselines give each pair the usual type of its two entity types, and call it novel.",),
        command=COMMAND,
    )


def _labels(model: Artefact, dev: Mapping[str, Any]) -> Table:
    labels = dev["labels_of_pairs"]
    columns = {"accuracy": "accuracy", "MCC": "mcc", "AUC of any relation": "auc"}
    return Table(
        title="Labels of candidate pairs between gold entities",
        section=Section.SHIPPED,
        measured_on=DEV,
        documents=f"{dev['documents']} documents, {labels['pairs']:,} pairs, of which {labels['related']:,} are related",
        seed=_seed(model),
        columns=tuple(columns),
        rows=tuple(
            Row(
                system=_system(model) if system == dev["model"] else system,
                kind=Kind.OURS if system == dev["model"] else Kind.BASELINE,
                figures={column: figures[key] for column, key in columns.items()},
            )
            for system, figures in labels["systems"].items()
        ),
        notes=("Most pairs are not related, so that saying nothing has a high accuracy.",),
        command=COMMAND,
    )


def _linking(model: Artefact, linking: Mapping[str, Any]) -> Table:
    rows = []
    for way in (RAW, OWN, MENTIONS):
        for system, name, kind in ((LINKED, linking["vocabulary"], Kind.OURS), (EXACT, "exact names", Kind.BASELINE)):
            places = [(column, linking["sets"][set_].get(way), type_) for column, set_, type_ in _LINKING]
            figures = {column: Figure.of(found[system]["plain"][type_]) for column, found, type_ in places if found}
            if not figures:
                continue
            rows.append(Row(system=f"{name}, from {way}", kind=kind, figures=figures))
    return Table(
        title="Linking, document id sets, F1",
        section=Section.SHIPPED,
        measured_on="each set's test or dev documents; from raw text without those that the model learned from",
        documents=", ".join(f"{name} {ways[RAW]['documents']}" for name, ways in linking["sets"].items()) + " documents",
        seed=_seed(model),
        columns=tuple(column for column, *_ in _LINKING),
        rows=tuple(rows),
        command=COMMAND,
    )


def _calibration(model: Artefact, places: Mapping[str, Any]) -> Table:
    columns = tuple(f"{place}, {when.split()[0]}" for place in places for when in (BEFORE, AFTER))
    what = dict.fromkeys(what for place in places.values() for what in place["curves"])
    return Table(
        title="Calibration error, percent",
        section=Section.SHIPPED,
        measured_on=" and ".join(places),
        documents=" and ".join(f"{place['documents']}" for place in places.values()) + " documents",
        seed=_seed(model),
        columns=columns,
        rows=tuple(
            Row(
                system=f"{_system(model)}: {name}",
                figures={
                    f"{place}, {when.split()[0]}": Figure.of(found["curves"][name][when], "error")
                    for place, found in places.items()
                    for when in (BEFORE, AFTER)
                },
            )
            for name in what
        ),
        notes=(
            (
                "Ten bins of equal mass: every mention that the logits give, the probability that a pair of gold entities is related, "
                "and the types that are stated. Before: temperature 1, no bias. The fit was made on the carved documents."
            ),
        ),
        command=COMMAND,
    )


def _mistakes(model: Artefact, dev: Mapping[str, Any]) -> Table:
    rows = [
        Row(system=f"{part}: {category}", figures={"missed": those["missed"], "false": those["false"]})
        for part, categories in dev["mistakes"].items()
        for category, those in categories.items()
    ]
    return Table(
        title="What goes wrong, by category",
        section=Section.SHIPPED,
        measured_on=DEV,
        documents=f"{dev['documents']} documents, {_system(model)}",
        seed=_seed(model),
        columns=("missed", "false"),
        rows=tuple(rows),
        notes=(
            (
                "Each false negative (missed) and each false positive (false) once, under the first category that holds. "
                "`biorelay evaluate --end-to-end GOLD --errors FILE` writes every one of them with its words."
            ),
        ),
        command=COMMAND,
    )


def _system(model: Artefact) -> str:
    return f"{model.reference}, {model.manifest.encoder.precision}"
