"""The `MODEL_CARD.md` of link scores, generated: its only source is the manifest."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.training.links.measure import FIGURES

DRAWN = {
    "any": "Beside any entity of the same type",
    "alike": "Beside entities of the same type drawn by degree to the power 0.75",
}


def write_card(manifest: Mapping[str, Any], path: Path) -> None:
    """Write the card of a manifest whose metrics and training are filled in."""
    path.write_text("\n".join(_card(manifest)) + "\n", encoding="utf-8")


def _card(m: Mapping[str, Any]) -> Iterator[str]:
    training, split = m["training"], m["split"]
    settings = training["settings"]
    yield f"# {m['name']} {m['version']}"
    yield ""
    yield "Generated from `manifest.json`; do not edit."
    yield ""
    yield (
        f"Scores of pairs of {m['nodes']:,} entities, learned from {m['edges']:,} edges by the method `{m['method']}`: how likely two are "
        "to be related. For ranking what nobody has written yet; a score is no probability and no evidence."
    )
    yield ""
    yield f"- Made by {m['software']}, recipe `{training['recipe']}`, seed {settings['seed']}" + (
        f", commit `{m['git_commit']}`" if m["git_commit"] else ""
    )
    if "hybrid" in training["runs"]:
        encoder = settings["encoder"]
        yield f"- Text: the mean hidden states of each name, by {encoder.get('artefact') or encoder.get('hub') or encoder['folder']}"
    sources = dict.fromkeys((name, part["licence"]) for part in settings["edges"] for name in part["files"])
    yield f"- Edges: {', '.join(f'{name} (licence: {licence})' for name, licence in sources)}"
    for method, run in training["runs"].items():
        yield f"- Training of `{method}`: {run['seconds']} s, kept step {run['kept_step']} of {settings['network']['steps']}"
    yield ""
    yield "## Split"
    yield ""
    yield f"{split['said'][0].upper()}{split['said'][1:]}."
    yield (
        f"Edges: {split['learned']:,} learned from, {split['carved']:,} carved to choose the kept step, {split['scored']:,} scored. The "
        "figures below are of trainings that saw none of the scored ones; what is kept learned from all."
    )
    yield ""
    yield (
        "Each end of a held-out edge is ranked for the other one among a hundred entities that no edge joins to it. MRR: mean reciprocal "
        "rank. hits@10: share among the first ten. AUC: share of those that stand below. 95 % intervals: percentile bootstrap over "
        "held-out edges, 1,000 draws. One seed: they say nothing of other trainings."
    )
    for name, groups in m["metrics"].items():
        yield ""
        yield f"## {DRAWN[name]}"
        for group, found in groups.items():
            yield ""
            yield f"{group[0].upper()}{group[1:]} ({found['edges']:,} held-out edges):"
            yield ""
            yield f"| method | {' | '.join(FIGURES)} | MRR of `{m['method']}` minus this |"
            yield f"| --- |{' --- |' * len(FIGURES)} --- |"
            for method, figures in found["methods"].items():
                gap = found["differences"].get(method)
                columns = [_interval(figures[name]) for name in FIGURES] + [_interval(gap["MRR"], sign=True) if gap else ""]
                yield f"| {method} | {' | '.join(columns)} |"


def _interval(figure: Sequence[float], *, sign: bool = False) -> str:
    value, low, high = figure
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})" if sign else f"{value:.3f} ({low:.3f} to {high:.3f})"
