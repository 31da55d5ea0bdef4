"""The sibling's `MODEL_CARD.md`, generated: its only source is the manifest."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def write_card(manifest: Mapping[str, Any], path: Path) -> None:
    """Write the card of a manifest whose metrics and training are filled in."""
    path.write_text("\n".join(_card(manifest)) + "\n", encoding="utf-8")


def _card(m: Mapping[str, Any]) -> Iterator[str]:
    training, metrics = m["training"], m["metrics"]
    yield f"# {m['name']} {m['version']}"
    yield ""
    yield "Generated from `manifest.json`; do not edit."
    yield ""
    yield (
        "Relations between two entities of an English biomedical text, whose mentions are given: one pass of the encoder over a "
        "question that names both and the text around their mentions, for each candidate pair. More accurate than the joint model's "
        "pair head, which reads a document once, and far dearer. No relation is a label of its own, learned by a ranking loss; no "
        "threshold is set."
    )
    yield ""
    yield f"- Made by {m['software']}, recipe `{training['recipe']}`, seed {training['seed']}" + (
        f", commit `{m['git_commit']}`" if m["git_commit"] else ""
    )
    yield f"- Encoder: {training['weights']['package']} ({training['weights']['licence']})"
    yield f"- Served as {m['precision']}; size: {sum(f['bytes'] for f in m['files'].values()) / 1e6:.1f} MB"
    run = training["run"]
    if "seconds" in run:
        size = f"{run['steps']} steps, {run['pieces'] / 1e6:.1f} million pieces, {run['seconds'] / 60:.0f} minutes"
        yield f"- Training: {size}; weights of step {run['kept_step']}"
    if not training["shipping"]:
        yield "- **Research only**: not every corpus below has a licence that lets a model ship."
    yield ""
    yield "## Training data"
    yield ""
    yield "| corpus | licence | documents | pairs | pairs read | passes | out: scored, held out, in an earlier corpus, left-out fold |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
    for c in training["corpora"]:
        yield (
            f"| {c['name']} | {c['licence']} | {c['documents']:,} | {c['pairs']:,} | {c['pairs_read']:,} | {c['passes']} "
            f"| {', '.join(str(number) for number in c['removed'].values())} |"
        )
    yield ""
    yield f"Nothing of {', '.join(training['scored'])} was learned from, by PMID, by text and by near-duplicate."
    yield ""
    yield "## Relations between gold entities"
    yield ""
    yield "| set | what | precision | recall | F1 | 95 % interval | all pairs in a sentence, F1 | F1 in fp32 |"
    yield "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: |"
    for place, by_label in metrics["served"].items():
        for label, r in by_label.items():
            if isinstance(r, Mapping) and r["tp"] + r["fn"]:
                others = [metrics[name][place].get(label, {}).get("f1", 0.0) for name in ("same_sentence", "fp32")]
                figures = f"{r['precision']:.2f} | {r['recall']:.2f} | {r['f1']:.2f} | {r['f1_95'][0]:.2f} to {r['f1_95'][1]:.2f}"
                yield f"| {place} | {label} | {figures} | {others[0]:.2f} | {others[1]:.2f} |"
    yield ""
    yield "Intervals: percentile bootstrap over documents, 1,000 draws. One seed."
    yield ""
    for place, by_label in metrics["served"].items():
        yield f"- Calibration error of the stated relations of {place}: {by_label['calibration_error']:.3f}"
    for name, lost in metrics["lost_on_held_out"].items():
        yield f"- {m['precision']} against fp32, held-out documents of {name}, typed F1: {lost['served']:.2f} against {lost['exact']:.2f}"
