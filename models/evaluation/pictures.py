"""A result's confusion matrices and reliability curves as pictures. Needs matplotlib, which the training environment has."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.evaluation.reliability import AFTER, BEFORE

DPI = 150


def draw(result: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw `confusion-<what>.png` and `reliability-<what>.png` of a result that has `confusion` and `calibration`; their paths.

    The same result gives the same pixels. Raises `ModuleNotFoundError` without matplotlib.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for what, table in result["confusion"].items():
        drawn.append(confusion(table["names"], table["counts"], what, folder / f"confusion-{_name(what)}.png"))
    for what, curves in result["calibration"].items():
        drawn.append(reliability(curves, what, folder / f"reliability-{_name(what)}.png"))
    return drawn


def confusion(names: Sequence[str], counts: Sequence[Sequence[int]], title: str, path: Path) -> Path:
    """Shades are shares of the row (of a gold type); numbers are counts."""
    from matplotlib.figure import Figure

    size = max(4.5, 0.8 * len(names) + 1.5)
    figure = Figure(figsize=(size, size), layout="constrained")
    axes = figure.subplots()
    shares = [[n / max(sum(row), 1) for n in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    words = [name.replace("_", "\n") for name in names]
    axes.set_xticks(range(len(names)), words, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), words, fontsize=8)
    axes.set_xlabel("found")
    axes.set_ylabel("gold")
    axes.set_title(f"{title}: gold by row, found by column")
    for y, row in enumerate(counts):
        for x, n in enumerate(row):
            axes.text(x, y, f"{n:,}", ha="center", va="center", fontsize=7, color="white" if shares[y][x] > 0.6 else "black")
    _save(figure, path)
    return path


def reliability(curves: Mapping[str, Any], title: str, path: Path) -> Path:
    """How often what is said with a confidence is right, before and after calibration; points are bins of equal mass."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", linewidth=1, label="as it should be")
    for when, colour, marker in ((BEFORE, "tab:orange", "s"), (AFTER, "tab:blue", "o")):
        curve = curves[when]
        x, y = ([point[side] for point in curve["bins"]] for side in ("confidence", "right"))
        axes.plot(x, y, color=colour, marker=marker, markersize=4, clip_on=False, label=f"{when}: error {curve['error']:.1f} %")
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="confidence", ylabel="share that is right")
    axes.set_title(f"{title} (n = {curves[AFTER]['n']:,})")
    axes.legend(loc="upper left", fontsize=8)
    _save(figure, path)
    return path


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=DPI, metadata={"Software": None})


def _name(what: str) -> str:
    return "-".join(what.split())
