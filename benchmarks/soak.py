"""A steady load under faults, for long: memory, handles, threads, lag and latency of the workers, and a proof at the end.

Services, workers and faults are those of `python -m benchmarks.chaos`, with the shipped model. First the rate is measured at which three
workers settle documents; then so large a share of it is published for so long, while faults happen one after the other. One worker is
never killed: its slopes an hour are what must stay flat. `--store` writes benchmarks/results/soak.json and docs/img/soak.png (matplotlib,
which the training environment has).

    python -m benchmarks.soak --minutes 60 [--share 0.8] [--apart 60] [--seed 1] [--extractor numbered] [--store]
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, describe
from deploy.local import LocalServiceError
from stream.quiet import quiet
from tests.chaos.rounds import percentile
from tests.chaos.sampling import Sample
from tests.chaos.soaking import Soak, soak

from .chaos import PACKAGES, code_digest

RESULT = Path(__file__).parent / "results" / "soak.json"
PICTURE = ROOT / "docs" / "img" / "soak.png"
WINDOW = 60.0
"""Seconds of samples that make one point of the stored series."""
LIMITS = {"resident_mb": 30.0, "handles": 5.0, "threads": 2.0}
"""What may be added in an hour before something counts as a leak."""


def result(found: Soak, chosen: Mapping[str, Any], machine: Mapping[str, Any]) -> dict[str, Any]:
    """A run as it is stored: totals, slopes an hour, and a series with a point for each minute."""
    calm = [s for s in found.samples if s.calm]
    faulty = [s for s in found.samples if not s.calm]
    slopes = found.slopes()
    return {
        "name": "soak",
        **chosen,
        "minutes": round(found.seconds / 60, 1),
        "measured_documents_per_s": round(found.rate, 2),
        "load_documents_per_s": round(found.load, 2),
        "documents": found.documents,
        "unknown": found.unknown,
        "faults": found.faults,
        "settled_s": found.settled and round(found.settled, 1),
        "findings": found.findings.counts(),
        "stuck": found.stuck,
        "notes": found.notes,
        "slopes_per_hour": slopes,
        "limits_per_hour": LIMITS,
        "flat": all(slopes[name] <= most for name, most in LIMITS.items()),
        "calm_p50_s": percentile([s.p50_s for s in calm if s.p50_s is not None], 0.5),
        "calm_p95_s": percentile([s.p95_s for s in calm if s.p95_s is not None], 0.5),
        "faulty_p95_s": percentile([s.p95_s for s in faulty if s.p95_s is not None], 0.5),
        "longest_lag": max((s.behind for s in found.samples), default=0),
        "series": [
            _point(found.samples, start) for start in range(0, int(found.seconds) + 1, int(WINDOW)) if _within(found.samples, start)
        ],
        "code": code_digest(),
        "commit": machine["commit"],
        "machine": dict(machine),
    }


def _within(samples: Sequence[Sample], start: float) -> list[Sample]:
    return [sample for sample in samples if start <= sample.at < start + WINDOW]


def _point(samples: Sequence[Sample], start: float) -> dict[str, Any]:
    """A minute: the largest of what is counted, the median of the latencies."""
    inside = _within(samples, start)
    names = sorted({name for sample in inside for name in sample.resident_mb})
    return {
        "at_s": start,
        "resident_mb": {name: max(s.resident_mb.get(name, 0.0) for s in inside) for name in names},
        "handles": {name: max(s.handles.get(name, 0) for s in inside) for name in names},
        "threads": {name: max(s.threads.get(name, 0) for s in inside) for name in names},
        "behind": max(s.behind for s in inside),
        "queryable": sum(s.queryable for s in inside),
        "p50_s": percentile([s.p50_s for s in inside if s.p50_s is not None], 0.5),
        "p95_s": percentile([s.p95_s for s in inside if s.p95_s is not None], 0.5),
        "calm": all(s.calm for s in inside),
    }


def draw(told: Mapping[str, Any], path: Path) -> None:
    """Memory, handles, lag and latency over the minutes; shaded where a fault was less than half a minute ago."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    series = told["series"]
    minutes = [point["at_s"] / 60 for point in series]
    figure = Figure(figsize=(10.0, 6.4), layout="constrained")
    axes = list(figure.subplots(2, 2, sharex=True).flat)
    names = sorted({name for point in series for name in point["resident_mb"]})
    for name in names:
        label = f"{name}, never killed" if name == "w0" else name
        axes[0].plot(minutes, [point["resident_mb"].get(name) for point in series], label=label)
        axes[1].plot(minutes, [point["handles"].get(name) for point in series], label=label)
    axes[2].plot(minutes, [point["behind"] for point in series], color="tab:red")
    for key, label, style in (("p50_s", "p50", "-"), ("p95_s", "p95", "--")):
        axes[3].plot(minutes, [point[key] for point in series], style, color="tab:purple", label=label)
    titles = ("Resident memory, MB", "Open handles", "Messages behind, all stages", "From publication to the graph, seconds")
    for place, title in zip(axes, titles, strict=True):
        for minute, point in zip(minutes, series, strict=True):
            if not point["calm"]:
                place.axvspan(minute, minute + WINDOW / 60, color="0.95", linewidth=0)
        place.set_title(title, fontsize=10)
        if place is not axes[3]:
            place.set_ylim(bottom=0)
        place.grid(color="0.9")
        place.set_axisbelow(True)
    for place in (axes[0], axes[1], axes[3]):
        place.legend(fontsize=7)
    axes[3].set_yscale("log")
    axes[3].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    for place in (axes[2], axes[3]):
        place.set_xlabel("minutes")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main(words: Sequence[str] | None = None) -> int:
    """0 where nothing was found and nothing grows, 1 elsewhere, 2 for bad arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0, metavar="N", help="how long documents are published (60)")
    parser.add_argument("--share", type=float, default=0.8, metavar="X", help="of the measured rate (0.8)")
    parser.add_argument("--apart", type=float, default=60.0, metavar="SECONDS", help="from a fault's end to the next (60)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="draws documents and faults (1)")
    parser.add_argument("--extractor", choices=("shipped", "numbered"), default="shipped", help="the shipped model, or a quick rule")
    parser.add_argument("--store", action="store_true", help="write soak.json and the picture")
    chosen = parser.parse_args(words)
    if chosen.minutes <= 0 or not 0 < chosen.share <= 1 or chosen.apart < 0:
        parser.error("--minutes above 0, --share above 0 and at most 1, --apart 0 or more")
    machine = describe(PACKAGES)
    how = {"share": chosen.share, "apart": chosen.apart, "extractor": chosen.extractor}
    with tempfile.TemporaryDirectory(prefix="biorelay-soak-") as folder:
        try:
            with quiet():
                found = asyncio.run(
                    soak(Path(folder), seed=chosen.seed, seconds=60 * chosen.minutes, say=lambda said: print(said, flush=True), **how)
                )
        except LocalServiceError as error:
            print(f"{error}", file=sys.stderr)
            return 1
    told = result(found, how | {"seed": chosen.seed}, machine)
    print(json.dumps({name: value for name, value in told.items() if name not in {"series", "machine", "faults"}}, indent=1))
    if chosen.store:
        RESULT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        draw(told, PICTURE)
        print(f"stored: {RESULT.name}, {PICTURE.name}")
    return 0 if found.good and told["flat"] else 1


if __name__ == "__main__":
    sys.exit(main())
