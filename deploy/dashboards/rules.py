"""Our own rules for dashboards and alerts: whoever reads a panel knows its unit, what it means, and what to do."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from deploy.dashboards.panel import Dashboard, Panel

_METRIC = re.compile(r"\bbiorelay_[a-z_]+")
_GRAFANA = re.compile(r"\$__\w+")
_SUFFIX = re.compile(r"_(total|bucket|sum|count)$")


def metrics_of(expression: str) -> set[str]:
    """The metrics that an expression asks for, by their names without what their kind adds."""
    return {_SUFFIX.sub("", name) for name in _METRIC.findall(expression)}


def complaints(pages: Collection[Dashboard], metrics: Collection[str], sections: Collection[str]) -> list[str]:
    """What is wrong with the dashboards, a sentence each.

    ``metrics``: those of docs/metrics.md, without what their kind adds to the name. ``sections``: the runbook's.
    """
    found = []
    for page in pages:
        panels = [panel for row in page.rows for panel in row.panels]
        twice = [title for title, number in Counter(panel.title for panel in panels).items() if number > 1]
        found += [f"{page.name}: two panels are called {title!r}" for title in twice]
        found += [f"{page.name}: {panel.title}: {wrong}" for panel in panels for wrong in _of_panel(panel, metrics, sections)]
        if not page.description.endswith("."):
            found.append(f"{page.name}: the description is no sentence")
    shown = metrics_of(" ".join(query.expression for page in pages for row in page.rows for panel in row.panels for query in panel.queries))
    return found + [f"no panel shows {name}" for name in sorted(set(metrics) - shown)]


def _of_panel(panel: Panel, metrics: Collection[str], sections: Collection[str]) -> Iterator[str]:
    if len(panel.description.split()) < 5 or not panel.description.endswith((".", ")")):
        yield "the description is no sentence"
    if panel.kind == "text":
        return
    if not panel.unit:
        yield "no unit"
    if not panel.queries:
        yield "no query"
    if panel.runbook is not None and panel.runbook not in sections:
        yield f"the runbook has no section {panel.runbook}"
    for query in panel.queries:
        if not query.expression.strip() or not query.legend.strip():
            yield "an empty query or legend"
        if unknown := metrics_of(query.expression) - set(metrics):
            yield f"no metric {', '.join(sorted(unknown))}"
        if strange := set(_GRAFANA.findall(query.expression)) - {"$__rate_interval"}:
            yield f"a variable that nothing fills in outside Grafana: {', '.join(sorted(strange))}"


def alert_complaints(rules: Collection[Mapping[str, Any]], metrics: Collection[str], sections: Mapping[str, str]) -> list[str]:
    """What is wrong with the alerts, a sentence each; ``sections``: the runbook's texts."""
    found = []
    for rule in rules:
        name = rule["alert"]
        if unknown := metrics_of(rule["expr"]) - set(metrics):
            found.append(f"{name}: no metric {', '.join(sorted(unknown))}")
        if rule.get("labels", {}).get("severity") not in {"page", "ticket"}:
            found.append(f"{name}: the severity is neither page nor ticket")
        if rule["annotations"].get("runbook") != f"docs/operations.md#{name.lower()}":
            found.append(f"{name}: the runbook's address is another alert's")
        if len(sections.get(name, "").split()) <= 40:
            found.append(f"{name}: the runbook has no section that says what to do")
        if not rule["annotations"].get("summary", "").endswith("."):
            found.append(f"{name}: the summary is no sentence")
    return found + [f"{name}: a section without an alert" for name in sorted(set(sections) - {rule["alert"] for rule in rules})]
