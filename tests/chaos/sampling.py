"""What a process's state is at a time, and what a series of such looks tells: quantiles of histograms, slopes."""

import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from prometheus_client.parser import text_string_to_metric_families

from benchmarks.scale_memory import memory

from .world import Member

_FRESHNESS = "biorelay_publish_to_queryable_seconds"

Histogram = dict[float, float]
"""Counts by upper bound in seconds, cumulative."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen at a time: seconds from the beginning, resident memory in MB, latencies of the time since the last sample."""

    at: float
    resident_mb: dict[str, float]
    handles: dict[str, int]
    threads: dict[str, int]
    behind: int
    acknowledged: int
    queryable: int  # documents that came into the graph since the last sample
    p50_s: float | None
    p95_s: float | None
    calm: bool


def state(pid: int) -> tuple[float, int, int] | None:
    """Resident memory in MB, open handles, threads; None where the process has ended."""
    try:
        resident = memory(pid)["resident_mb"]
        handles, threads = (len(list(Path(f"/proc/{pid}/{what}").iterdir())) for what in ("fd", "task"))
    except (OSError, KeyError):
        return None
    return resident, handles, threads


def scraped(member: Member) -> tuple[int | None, Histogram]:
    """Of a worker's endpoint: from publication until the graph has it. Empty where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{member.settings.metrics_port}/metrics", timeout=2) as answer:
            told = answer.read().decode()
    except (OSError, urllib.error.URLError):
        return member.pid, {}
    return member.pid, {
        float(sample.labels["le"]): sample.value
        for family in text_string_to_metric_families(told)
        if family.name == _FRESHNESS
        for sample in family.samples
        if sample.name.endswith("_bucket")
    }


def quantile(histogram: Mapping[float, float], share: float) -> float | None:
    """As Prometheus's `histogram_quantile`: interpolated within a bucket, the highest finite bound past the last. None of nothing."""
    bounds = sorted(histogram)
    total = histogram[bounds[-1]] if bounds else 0.0
    if total <= 0:
        return None
    wanted = share * total
    for low, high in pairwise([0.0, *bounds]):
        before = histogram.get(low, 0.0)
        if histogram[high] >= wanted:
            return round(low if high == float("inf") else low + (high - low) * (wanted - before) / (histogram[high] - before), 3)
    raise AssertionError


def theil_sen(points: Sequence[tuple[float, float]], most: int = 400) -> float:
    """The median slope between any two of at most so many points, evenly taken; 0 of fewer than two (Theil 1950, Sen 1968)."""
    step = max(len(points) // most, 1)
    taken = points[::step]
    slopes = [(y - b) / (x - a) for n, (a, b) in enumerate(taken) for x, y in taken[n + 1 :] if x != a]
    return median(slopes) if slopes else 0.0
