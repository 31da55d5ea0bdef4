"""The pictures of `bench_discovery`. Needs matplotlib, which the training environment has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

DPI = 110
COLOURS = {"2": "tab:blue", "3": "tab:green", "4": "tab:orange"}


def draw(result: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw `discovery-growth.png` and `discovery-trials.png`; their paths.

    The same result gives the same pixels. Raises `ModuleNotFoundError` without matplotlib.
    """
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    count = len(result["trials"])
    for name, size, columns, sketch in (("growth", (6.4, 4.2), 1, _growth), ("trials", (3.2 * count, 4.4), count, _trials)):
        figure = Figure(figsize=size, layout="constrained")
        sketch(result, figure.subplots(1, columns, squeeze=False, sharey=True)[0])
        path = folder / f"discovery-{name}.png"
        figure.savefig(path, dpi=DPI, metadata={"Software": None})
        drawn.append(path)
    return drawn


def _growth(result: Mapping[str, Any], panels: Any) -> None:
    from benchmarks.discovery_page import PUBLISHED

    (axes,) = panels
    name, points = next(iter(result["growth"]["constructions"].items()))
    rows = [point["rows"] for point in points]
    for hops, colour in COLOURS.items():
        found = [point["hops"][hops]["percent_of_rows"] for point in points]
        axes.plot(rows, [row["mean"] for row in found], color=colour, marker="o", markersize=4, label=f"within {hops} steps")
        axes.fill_between(rows, [row["low"] for row in found], [row["high"] for row in found], color=colour, alpha=0.15, linewidth=0)
        if hops in PUBLISHED:
            ends = (rows[0], rows[-1])
            axes.plot(ends, PUBLISHED[hops], color=colour, marker="x", markersize=9, linestyle="none", label=f"published, {hops} hops")
    axes.set(xlabel="rows drawn", ylabel="new pairs, % of the rows drawn", xlim=(0, None), ylim=(0, None))
    axes.set_title(f"EU-ADR, {name}; bands hold 90 % of the draws", fontsize=9)
    axes.grid(color="0.9")
    axes.legend(fontsize=8)


def _trials(result: Mapping[str, Any], panels: Any) -> None:
    from benchmarks.discovery_sections import MEASURES

    names = list(dict.fromkeys(scorer for trial in result["trials"].values() for scorer in trial["scorers"]))[::-1]
    for axes, (title, trial) in zip(panels, result["trials"].items(), strict=True):
        for place, name in enumerate(names):
            if name in trial["scorers"]:
                value, low, high = trial["scorers"][name]["auc"]
                colour = "tab:blue" if name in MEASURES else "tab:orange"
                axes.plot([low, high], [place, place], color=colour, linewidth=1.5)
                axes.plot([value], [place], color=colour, marker="o", markersize=4)
        axes.axvline(0.5, color="0.7", linestyle="--", linewidth=1)
        axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=8)
        axes.set(xlabel="ROC-AUC", xlim=(0.4, 1.0))
        axes.set_title(f"{title}\n{trial['came_true']:,} of {trial['candidates']:,}", fontsize=9)
        axes.grid(axis="x", color="0.9")
