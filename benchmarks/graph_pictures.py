"""The picture of `bench_graph`. Needs matplotlib, which the training environment has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

DPI = 110
SIZE = (10.0, 4.6)  # inches
ENGINES = {"neo4j": ("Neo4j", "tab:blue", "o"), "embedded": ("embedded", "tab:orange", "s")}
QUESTIONS = {"neighbours": ("neighbours", "-"), "closed": ("closed discovery", "--"), "three_hop": ("three hops", ":")}


def draw(result: Mapping[str, Any], folder: Path) -> Path:
    """Draw `graph-speed.png`: documents a second, and how long questions take, over the graph's relations; its path.

    The same result gives the same pixels. Raises `ModuleNotFoundError` without matplotlib.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=SIZE, layout="constrained")
    upserts, questions = figure.subplots(1, 2)
    for engine, sizes in result["results"].items():
        name, colour, marker = ENGINES[engine]
        rows = sorted(sizes.items(), key=lambda row: int(row[0]))
        relations = [int(size) for size, _ in rows]
        for key, label, line in (("new", "new documents", "-"), ("replaced", "replaced", "--")):
            rates = [row[f"upsert_{key}_docs_per_s"] for _, row in rows]
            upserts.plot(relations, rates, line, color=colour, marker=marker, label=f"{name}, {label}")
        usual = [row["usual"]["docs_per_s"] for _, row in rows]
        upserts.plot(relations, usual, ":", color=colour, marker=marker, fillstyle="none", label=f"{name}, the usual way")
        for key, (label, line) in QUESTIONS.items():
            times = [row[f"{key}_p95_ms"] for _, row in rows]
            questions.plot(relations, times, line, color=colour, marker=marker, label=f"{name}, {label}")
    for axes in (upserts, questions):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("relations of the graph")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.grid(color="0.9")
        axes.set_axisbelow(True)
        axes.legend(fontsize=7, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False)
    upserts.set(ylabel="documents per second", title="Writing, one writer, batches of 64")
    questions.set(ylabel="95th percentile, ms", title="Asking, one question at a time")
    path = folder / "graph-speed.png"
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return path
