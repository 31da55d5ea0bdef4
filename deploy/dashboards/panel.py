"""What a dashboard is made of: queries, panels, rows."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stat", "timeseries", "table"]


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression and the name of its series (``{{label}}`` is filled in by Grafana)."""

    expression: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: what it shows, in which unit, and what to read from it. ``warn`` and ``alarm`` colour a stat."""

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
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A headline and its panels, left to right, wrapped at the grid's width."""

    title: str
    panels: tuple[Panel, ...]
