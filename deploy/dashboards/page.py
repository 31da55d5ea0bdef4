"""docs/metrics.md: every metric of the worker and of the explorer, from their registries, and which panels and alerts use it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from prometheus_client import CollectorRegistry, Metric

from biorelay.explorer.measuring import ExplorerMetrics
from deploy.dashboards.panel import Dashboard
from deploy.dashboards.rules import metrics_of
from stream.metrics import Metrics
from stream.settings import StreamSettings

ALERTS = Path(__file__).resolve().parents[1] / "prometheus" / "alerts.yml"
HEAD = """# Metrics

Every metric that biorelay tells Prometheus. Written from the code by `python -m deploy.dashboards`; a test keeps it current.

A worker tells its own at `http://HOST:9464/metrics` (`worker.metrics_host`, `worker.metrics_port`), the explorer at `/metrics` of its
address. Counters are shown with their `_total`; a histogram `NAME` is asked for as `NAME_bucket`, `NAME_sum` and `NAME_count`. Counts
start anew with the process, as Prometheus expects. With several workers lag is a figure of the whole group, which each of them tells: take
the maximum, not the sum. Labels have few values, all of them known beforehand but codes, models and vocabularies, so that a worker tells a
few hundred series whatever documents come. All of it costs a document about a tenth of a millisecond. What to do about them:
[operations.md](operations.md#alerts).
"""
_COUNTS = ("_messages", "_questions", "_extractions", "_listeners")
"""How gauges end that count something."""
_SHOWN = 8
"""Values of a label that are listed; more of them are their own page's matter."""


@dataclass(frozen=True, slots=True)
class Told:
    """A metric as its registry has it."""

    name: str  # as it is asked for
    family: str
    kind: str
    labels: Mapping[str, tuple[str, ...]]  # values that are told from the start
    unit: str
    meaning: str


def told(registry: CollectorRegistry) -> list[Told]:
    """The metrics of a registry, by name."""
    return sorted((_told(family, registry) for family in registry.collect()), key=lambda metric: metric.name)


def worker() -> list[Told]:
    """A worker's."""
    return told(Metrics(StreamSettings()).registry)


def explorer() -> list[Told]:
    """An explorer's."""
    return told(ExplorerMetrics().registry)


def alerts() -> list[dict[str, Any]]:
    """The rules that wake somebody."""
    return [rule for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"] for rule in group["rules"] if "alert" in rule]


def recorded() -> dict[str, str]:
    """The expression of each recorded rule, by its name."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return {rule["record"]: rule["expr"] for group in groups for rule in group["rules"] if "record" in rule}


def page(dashboards: Collection[Dashboard]) -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for title, metrics in (("Worker", worker()), ("Explorer", explorer())):
        parts.append(
            f"## {title}\n\n| metric | type | labels | unit | means | shown on | alerts |\n| --- | --- | --- | --- | --- | --- | --- |"
        )
        parts += [_row(metric, dashboards) for metric in metrics]
        parts.append("")
    return "\n".join(parts)


def _told(family: Metric, registry: CollectorRegistry) -> Told:
    # What has no series yet tells its labels nowhere but in the registry's own object; a collector of ours always has series.
    keeper = registry._names_to_collectors.get(family.name)
    labels: dict[str, list[str]] = {name: [] for name in getattr(keeper, "_labelnames", ())}
    for sample in family.samples:
        for name, value in sample.labels.items():
            if name != "le":
                labels.setdefault(name, []).append(value)
    name = f"{family.name}_total" if family.type == "counter" else family.name
    values = {label: tuple(dict.fromkeys(found)) for label, found in labels.items()}
    return Told(name, family.name, family.type, values, _unit(family), family.documentation)


def _unit(family: Metric) -> str:
    if family.name.endswith(("_timestamp_seconds", "_start_time_seconds")):
        return "Unix time, s"
    if family.name.endswith("_seconds"):
        return "s"
    if family.name.endswith("_probability"):
        return "0 to 1"
    return "1" if family.name.endswith("_info") or (family.type == "gauge" and not family.name.endswith(_COUNTS)) else "count"


def _row(metric: Told, dashboards: Collection[Dashboard]) -> str:
    places = [
        f"{page.title}: {panel.title}"
        for page in dashboards
        for row in page.rows
        for panel in row.panels
        if any(metric.family in metrics_of(query.expression) for query in panel.queries)
    ]
    waking = [rule["alert"] for rule in alerts() if metric.family in metrics_of(_whole(rule["expr"]))]
    linked = [f"[{name}](operations.md#{name.lower()})" for name in waking]
    cells = [f"`{metric.name}`", metric.kind, _labels(metric), metric.unit, metric.meaning, "; ".join(places), ", ".join(linked)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _whole(expression: str) -> str:
    """An alert's expression with what the recorded rules in it ask for."""
    return " ".join([expression, *(asked for name, asked in recorded().items() if name in expression)])


def _labels(metric: Told) -> str:
    return "; ".join(f"{name} ({_values(values)})" if values else name for name, values in metric.labels.items())


def _values(values: Iterable[str]) -> str:
    found = list(values)
    return ", ".join(found) if len(found) <= _SHOWN else f"{len(found)} of them"
