"""The pictures of `bench_scale`. Needs matplotlib, which the training environment has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

DPI = 110
SIZE = (6.0, 3.8)  # inches
PARTS = {"encode_ms": "encoder pass", "relate_ms": "pairs, relation head, relations", "rest_ms": "the rest: entities and links"}


def draw(result: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw `scale-documents.png`, `scale-pieces.png`, `scale-entities.png` and `scale-workers.png`; their paths.

    The same result gives the same pixels. Raises `ModuleNotFoundError` without matplotlib.
    """
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, sketch in (("documents", _documents), ("pieces", _pieces), ("entities", _entities), ("workers", _workers)):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.subplots()
        sketch(result, axes)
        axes.grid(axis="y", color="0.9")
        axes.set_axisbelow(True)
        path = folder / f"scale-{name}.png"
        figure.savefig(path, dpi=DPI, metadata={"Software": None})
        drawn.append(path)
    return drawn


def _documents(result: Mapping[str, Any], axes: Any) -> None:
    rows = list(result["documents"].values())
    counts = [row["documents"] for row in rows]
    (time,) = axes.plot(counts, [row["cpu_ms_per_document"] for row in rows], color="tab:blue", marker="o", label="CPU time")
    beside = axes.twinx()
    (space,) = beside.plot(counts, [row["peak_mb"] for row in rows], color="tab:orange", marker="s", label="peak memory")
    beside.set_ylim(0, 1.25 * max(row["peak_mb"] for row in rows))
    beside.set_ylabel("peak memory of the process, MB")
    axes.set(ylim=(0, 1.25 * max(row["cpu_ms_per_document"] for row in rows)), xlabel="documents in one run")
    axes.set_xticks(counts)
    axes.set_ylabel("CPU time per document, ms")
    axes.set_title("Number of documents, one thread")
    axes.legend(handles=[time, space], loc="lower right", fontsize=8)


def _pieces(result: Mapping[str, Any], axes: Any) -> None:
    rows = list(result["pieces"].values())
    lengths = [row["pieces"] for row in rows]
    for key, label, colour, marker in (
        ("encoded_pieces_per_second", "encoder pass alone", "tab:orange", "s"),
        ("pieces_per_second", "entities and relations", "tab:blue", "o"),
    ):
        axes.plot(lengths, [row[key] / 1000 for row in rows], color=colour, marker=marker, label=label)
    axes.set_xscale("log", base=2)
    axes.set_xticks(lengths, [f"{length:.0f}" for length in lengths], fontsize=8)
    axes.minorticks_off()
    axes.set(ylim=(0, None), xlabel="pieces of the document", ylabel="thousand pieces per CPU second")
    axes.set_title("Length of the document, one thread")
    axes.legend(loc="lower right", fontsize=8)


def _entities(result: Mapping[str, Any], axes: Any) -> None:
    rows = list(result["entities"].values())
    below = [0.0] * len(rows)
    colours = ("tab:blue", "tab:orange", "0.6")
    for (key, label), colour in zip(PARTS.items(), colours, strict=True):
        heights = [row[key] for row in rows]
        axes.bar(range(len(rows)), heights, bottom=below, width=0.6, color=colour, label=label)
        below = [a + b for a, b in zip(below, heights, strict=True)]
    for place, (row, height) in enumerate(zip(rows, below, strict=True)):
        axes.text(place, height, f"{row['extract_ms']:.0f}", ha="center", va="bottom", fontsize=8)
    axes.set_xticks(range(len(rows)), [f"{row['entities']:.0f}\n{row['pairs']:,.0f}" for row in rows], fontsize=8)
    axes.set(ylim=(0, max(below) * 1.35), xlabel="entities of the document, and candidate pairs", ylabel="CPU time per document, ms")
    axes.set_title(f"Number of entities at {rows[0]['pieces']:.0f} pieces, one thread")
    axes.legend(loc="upper left", fontsize=8)


def _workers(result: Mapping[str, Any], axes: Any) -> None:
    workers = result["workers"]
    counts = sorted(int(count) for count in workers["threads"])
    one = workers["threads"]["1"]
    axes.plot(counts, [one * count for count in counts], color="0.7", linestyle="--", linewidth=1, label="as many times one")
    for kind, colour, marker in (("threads", "tab:blue", "o"), ("processes", "tab:orange", "s")):
        axes.plot(counts, [workers[kind][str(count)] for count in counts], color=colour, marker=marker, label=kind)
    axes.set_xticks(counts)
    axes.set(ylim=(0, None), xlabel="threads or processes", ylabel="documents per second")
    axes.set_title("Threads of one process, and processes of one thread")
    axes.legend(loc="lower right", fontsize=8)
