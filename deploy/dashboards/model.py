"""Grafana's JSON out of rows of panels: ids, places on the grid, colours, queries, links."""

from collections.abc import Mapping
from typing import Any

from deploy.dashboards.panel import Dashboard, Panel, Query

_WIDTH = 24  # columns of Grafana's grid
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Labels become columns; the number 1 that an info metric carries says nothing.
_TABLE = [{"id": "organize", "options": {"excludeByName": {"Time": True, "Value": True, "__name__": True, "job": True}}}]
_VARIABLE = {
    "name": "datasource",
    "label": "Prometheus",
    "type": "datasource",
    "query": "prometheus",
    "current": {},
    "hide": 0,
    "refresh": 1,
    "regex": "",
    "options": [],
    "multi": False,
    "includeAll": False,
}


def dashboard(page: Dashboard, sections: Mapping[str, int]) -> dict[str, Any]:
    """A dashboard as Grafana's JSON model (schema version 39, Grafana 10 and later).

    ``sections``: the panel of the runbook's dashboard that holds each section.
    """
    panels: list[dict[str, Any]] = []
    top = 0
    for row in page.rows:
        panels.append(_headline(row.title, len(panels) + 1, top))
        top += 1
        left = height = 0
        for panel in row.panels:
            if left + panel.width > _WIDTH:
                left, top, height = 0, top + height, 0
            panels.append(_panel(panel, len(panels) + 1, left, top, sections))
            left, height = left + panel.width, max(height, panel.height)
        top += height
    asks = any(panel.queries for row in page.rows for panel in row.panels)
    return {
        "uid": f"biorelay-{page.name}",
        "title": f"biorelay: {page.title}",
        "description": page.description,
        "tags": ["biorelay"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "10s" if asks else "",
        "time": {"from": f"now-{page.span}", "to": "now"},
        "timezone": "browser",
        "fiscalYearStartMonth": 0,
        "annotations": {"list": []},
        "links": [{"title": "biorelay", "type": "dashboards", "tags": ["biorelay"], "asDropdown": False, "keepTime": True}],
        "templating": {"list": [_VARIABLE] if asks else []},
        "panels": panels,
    }


def _headline(title: str, number: int, top: int) -> dict[str, Any]:
    place = {"x": 0, "y": top, "w": _WIDTH, "h": 1}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def _panel(panel: Panel, number: int, left: int, top: int, sections: Mapping[str, int]) -> dict[str, Any]:
    place = {"x": left, "y": top, "w": panel.width, "h": panel.height}
    if panel.kind == "text":
        options = {"mode": "markdown", "content": panel.description}
        return {"id": number, "type": "text", "title": panel.title, "gridPos": place, "options": options}
    links = []
    if panel.runbook:
        links.append({"title": f"What to do: {panel.runbook}", "url": f"/d/biorelay-runbook?viewPanel={sections[panel.runbook]}"})
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
        "targets": [_target(panel, query, letter) for query, letter in zip(panel.queries, "ABCDEFGH", strict=False)],
        **({"links": links} if links else {}),
        **({"transformations": _TABLE} if panel.kind == "table" else {}),
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": _steps(panel)}}
    if panel.most is not None:
        defaults["max"] = panel.most
    if panel.decimals is not None:
        defaults["decimals"] = panel.decimals
    if panel.kind == "timeseries":
        defaults["color"] = {"mode": "palette-classic"}
        defaults["custom"] = {
            "lineWidth": 2,
            "fillOpacity": 25 if panel.stacked else 8,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        }
    elif panel.kind in {"stat", "bargauge"}:
        defaults["color"] = {"mode": "thresholds"}
    return defaults


def _steps(panel: Panel) -> list[dict[str, Any]]:
    """Colours from the least number on."""
    if panel.less_is_worse:
        least = [("red", panel.alarm), ("orange", panel.warn)]
        found = [name for name, at in least if at is not None]
        edges = [at for _, at in least if at is not None]
        return [{"color": name, "value": at} for name, at in zip([*found, "green"], [None, *edges], strict=True)]
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.warn is not None:
        steps.append({"color": "orange", "value": panel.warn})
    if panel.alarm is not None:
        steps.append({"color": "red", "value": panel.alarm})
    return steps


def _options(panel: Panel) -> dict[str, Any]:
    reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    if panel.kind == "stat":
        return {
            "reduceOptions": reduced,
            "colorMode": "value",
            "graphMode": "area",
            "textMode": "auto",
            "justifyMode": "auto",
            "orientation": "auto",
        }
    if panel.kind == "bargauge":
        return {"reduceOptions": reduced, "displayMode": "basic", "orientation": "horizontal", "showUnfilled": True}
    if panel.kind == "table":
        return {"showHeader": True, "cellHeight": "sm"}
    return {
        "legend": {"displayMode": "table", "placement": "right", "showLegend": True, "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def _target(panel: Panel, query: Query, letter: str) -> dict[str, Any]:
    table = panel.kind == "table"
    instant = table or panel.kind == "bargauge"
    return {
        "refId": letter,
        "datasource": _SOURCE,
        "expr": query.expression,
        "legendFormat": query.legend,
        "editorMode": "code",
        "range": not instant,
        "instant": instant,
        "format": "table" if table else "time_series",
    }
