"""What dashboards are made of: queries, panels, rows."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stat", "timeseries", "table", "bargauge", "text"]


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression and the name of its series (``{{label}}`` is filled in by Grafana)."""

    expression: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: what it shows, in which unit, and what to read from it. ``warn`` and ``alarm`` colour a stat.

    ``runbook`` names the section of docs/operations.md that says what to do. A text has no query; its ``description`` is the text.
    """

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"
    width: int = 12
    height: int = 8
    decimals: int | None = None
    warn: float | None = None
    alarm: float | None = None
    less_is_worse: bool = False  # warn and alarm are met from above
    most: float | None = None  # the end of the axis
    stacked: bool = False
    runbook: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A headline and its panels, left to right, wrapped at the grid's width."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of rows; ``name`` is its file's and, behind ``biorelay-``, its id."""

    name: str
    title: str
    description: str
    rows: tuple[Row, ...]
    span: str = "30m"  # the time that it opens with
