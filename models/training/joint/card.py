"""`MODEL_CARD.md`, generated: its only source is the manifest."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def write_card(manifest: Mapping[str, Any], path: Path) -> None:
    """Write the card of a manifest whose metrics and training are filled in."""
    path.write_text("\n".join(_card(manifest)) + "\n", encoding="utf-8")


def _card(m: Mapping[str, Any]) -> Iterator[str]:
    training, metrics = m["training"], m["metrics"]
    precision = m["encoder"]["precision"]
    scores = metrics[precision]
    yield f"# {m['name']} {m['version']}"
    yield ""
    yield "Generated from `manifest.json`; do not edit."
    yield ""
    yield (
        f"Named entities ({', '.join(m['ner']['types'])}) in English biomedical abstracts, and relations between them "
        f"({', '.join(m['relations']['labels'][1:])}). One encoder reads the text once; "
        "the NER head and the single-pass pair head read its hidden states."
    )
    yield ""
    yield f"- Made by {m['software']}, recipe `{training['recipe']}`, seed {training['seed']}" + (
        f", commit `{m['git_commit']}`" if m["git_commit"] else ""
    )
    yield f"- Encoder: {training['weights']['package']} ({training['weights']['licence']}), hidden {m['encoder']['hidden']}"
    if training.get("settings", {}).get("shipping", True):
        yield "- Made to ship: every corpus below has a licence on the allow-list"
    else:
        yield "- **Research only**: not made to ship, whatever the licences below say"
    yield f"- Served as {m['encoder']['precision']}; windows of {m['encoder']['window']} pieces that overlap by {m['encoder']['overlap']}"
    yield f"- Size: {sum(f['bytes'] for f in m['files'].values()) / 1e6:.1f} MB"
    run = training["run"]
    if "seconds" in run:
        size = f"{run['steps']} steps, {run['pieces'] / 1e6:.1f} million pieces, {run['seconds'] / 60:.0f} minutes"
        yield f"- Training: {size}; weights of step {run['kept_step']}"
    yield ""
    yield "## Training data"
    yield ""
    yield "| corpus | version | licence | documents | passes | taken out: in dev or test sets, held out, in an earlier corpus |"
    yield "| --- | --- | --- | ---: | ---: | --- |"
    for c in training["corpora"]:
        removed = c["removed"]
        yield (
            f"| {c['name']} | {c['version']} | {c['licence']} | {c['documents']} | {c['passes']} "
            f"| {removed['in_dev_or_test_sets']}, {removed['held_out']}, {removed['in_earlier_corpora']} |"
        )
    yield ""
    yield (
        "No document was learned from that a protected dev or test set holds, by PMID, by text or as a near-duplicate. "
        f"{len(training['held_out'])} BioRED training documents were held out for thresholds and calibration, "
        "and for the choice of the step where the recipe scores several. "
        "Tables with baselines and published figures: `models/RESULTS.md` in the source."
    )
    yield ""
    yield "## Named entities, strict spans"
    yield ""
    yield "| set | type | precision | recall | F1 | 95 % interval | dictionary F1 | F1 in fp32 |"
    yield "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: |"
    for place, by_type in scores["ner"].items():
        for kind, r in by_type.items():
            if isinstance(r, Mapping) and r["tp"] + r["fn"]:
                dictionary = metrics["baselines"]["ner_dictionary"][place][kind]["f1"]
                exact = metrics["fp32"]["ner"][place][kind]["f1"]
                yield f"| {place} | {kind} | {_prf(r)} | {dictionary:.2f} | {exact:.2f} |"
    yield ""
    if other := scores.get("ner_by_default"):
        said = ", ".join(f"{place} {by_type['all']['f1']:.2f}" for place, by_type in other.items())
        yield f"Each set is marked by its own corpus's guideline. By {m['ner']['guideline']}'s, the default, F1 over all types: {said}."
        yield ""
    yield "## Relations between gold entities"
    yield ""
    yield "| set | what | precision | recall | F1 | 95 % interval | all pairs in a sentence, F1 | F1 in fp32 |"
    yield "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: |"
    for place, by_type in scores["relations_gold_entities"].items():
        for kind, r in by_type.items():
            if isinstance(r, Mapping) and r["tp"] + r["fn"]:
                baseline = metrics["baselines"]["relations_same_sentence"][place][kind]["f1"]
                exact = metrics["fp32"]["relations_gold_entities"][place][kind]["f1"]
                yield f"| {place} | {kind} | {_prf(r)} | {baseline:.2f} | {exact:.2f} |"
    yield ""
    yield "Intervals: percentile bootstrap over documents, 1,000 draws. One seed."
    if scored := metrics.get("scored"):
        times = ", ".join(f"{place} {count}" for place, count in scored.items())
        yield f"How often these weights have been scored on each set, these scores included: {times}."
    yield ""
    yield "## Calibration"
    yield ""
    yield "Expected calibration error, ten bins of equal mass, 0 to 1:"
    yield ""
    for place, by_type in scores["ner"].items():
        yield f"- span scores on {place}: {by_type['calibration_error']:.3f}"
    for place, by_type in scores["relations_gold_entities"].items():
        yield f"- probabilities of the stated relations on {place}: {by_type['calibration_error']:.3f}"
        yield f"- probability of any relation, all candidate pairs of {place}: {by_type['calibration_error_any']:.3f}"
    yield ""
    yield f"## {precision} against fp32"
    yield ""
    for name, loss in training.get("export", {}).get("loss", {}).items():
        yield (
            f"- {name} F1 on the held-out documents: {loss['exact']:.2f} in fp32, {loss['served']:.2f} in {precision}; "
            f"loss {loss['loss']:.2f} ({loss['low']:.2f} to {loss['high']:.2f}), allowed {training['export']['loss_limit']}"
        )
    for name, value in metrics["distance"].items():
        yield f"- {name.replace('_', ' ')}: {value}"
    yield ""
    yield "## Limits"
    yield ""
    yield "- English abstracts; direction, negation and speculation of relations are not judged."
    yield "- Relation types with few training examples (Bind, Comparison, Conversion, Cotreatment, Drug_Interaction) are hardly ever found."
    yield "- Not for decisions about patients."


def _prf(r: Mapping[str, Any]) -> str:
    return f"{r['precision']:.2f} | {r['recall']:.2f} | {r['f1']:.2f} | {r['f1_95'][0]:.2f} to {r['f1_95'][1]:.2f}"
