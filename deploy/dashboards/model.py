"""Grafana's JSON out of rows of panels: ids, places on the grid, colours, queries."""

from collections.abc import Sequence
from typing import Any

from deploy.dashboards.panel import Panel, Query, Row

_WIDTH = 24  # columns of Grafana's grid
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Labels become columns; the number 1 that an info metric carries says nothing.
_TABLE = [{"id": "organize", "options": {"excludeByName": {"Time": True, "Value": True, "__name__": True, "job": True}}}]


def dashboard(rows: Sequence[Row]) -> dict[str, Any]:
    """The dashboard of these rows as Grafana's JSON model (schema version 39, Grafana 10 and later)."""
    panels: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        panels.append(_headline(row.title, len(panels) + 1, top))
        top += 1
        left = height = 0
        for panel in row.panels:
            if left + panel.width > _WIDTH:
                left, top, height = 0, top + height, 0
            panels.append(_panel(panel, len(panels) + 1, left, top))
            left, height = left + panel.width, max(height, panel.height)
        top += height
    return {
        "uid": "biorelay-throughput",
        "title": "biorelay: throughput",
        "description": "Abstracts on their way from the topic to the graph: how many, how late, what failed.",
        "tags": ["biorelay"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "10s",
        "time": {"from": "now-30m", "to": "now"},
        "timezone": "browser",
        "fiscalYearStartMonth": 0,
        "annotations": {"list": []},
        "links": [],
        "templating": {
            "list": [
                {
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
            ]
        },
        "panels": panels,
    }


def _headline(title: str, number: int, top: int) -> dict[str, Any]:
    place = {"x": 0, "y": top, "w": _WIDTH, "h": 1}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def _panel(panel: Panel, number: int, left: int, top: int) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": _steps(panel)}}
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
    elif panel.kind == "stat":
        defaults["color"] = {"mode": "thresholds"}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": {"x": left, "y": top, "w": panel.width, "h": panel.height},
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _options(panel),
        "targets": [_target(panel, query, letter) for query, letter in zip(panel.queries, "ABCDEFGH", strict=False)],
        **({"transformations": _TABLE} if panel.kind == "table" else {}),
    }


def _steps(panel: Panel) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.warn is not None:
        steps.append({"color": "orange", "value": panel.warn})
    if panel.alarm is not None:
        steps.append({"color": "red", "value": panel.alarm})
    return steps


def _options(panel: Panel) -> dict[str, Any]:
    if panel.kind == "stat":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value",
            "graphMode": "area",
            "textMode": "auto",
            "justifyMode": "auto",
            "orientation": "auto",
        }
    if panel.kind == "table":
        return {"showHeader": True, "cellHeight": "sm"}
    return {
        "legend": {"displayMode": "table", "placement": "right", "showLegend": True, "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def _target(panel: Panel, query: Query, letter: str) -> dict[str, Any]:
    table = panel.kind == "table"
    return {
        "refId": letter,
        "datasource": _SOURCE,
        "expr": query.expression,
        "legendFormat": query.legend,
        "editorMode": "code",
        "range": not table,
        "instant": table,
        "format": "table" if table else "time_series",
    }
