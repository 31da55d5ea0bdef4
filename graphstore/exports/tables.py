"""CSV after RFC 4180, nodes and edges in two files, for spreadsheets, pandas, Gephi and `neo4j-admin database import`.

Several values of a cell are apart by `|`. Lines end in CR LF, cells are quoted where they must be, the first line names the columns.
A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula, and runs it: such a cell gets an apostrophe before it.
"""

import csv
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from graphstore.exports import EDGES, NODES
from graphstore.steps import Row

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")


def cell(value: Any) -> str:
    """A value as the text of a table's cell, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).casefold()
    if isinstance(value, list | tuple):
        return "|".join(cell(item).replace("|", "\u00a6") for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return _BREAKS.sub(" ", str(value))


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


class Table(ABC):
    """A table of nodes and one of edges; how a line is written is each format's own."""

    files = (NODES, EDGES)
    suffix: str
    columns = True

    def __init__(self) -> None:
        self._nodes: tuple[str, ...] = ()
        self._edges: tuple[str, ...] = ()

    def begin(self, nodes: Sequence[str], edges: Sequence[str]) -> dict[str, bytes]:
        self._nodes, self._edges = tuple(nodes), tuple(edges)
        return {NODES: self.line(self._nodes), EDGES: self.line(self._edges)}

    def node(self, row: Row) -> bytes:
        return self.line([cell(row.get(name)) for name in self._nodes])

    def edge(self, row: Row) -> bytes:
        return self.line([cell(row.get(name)) for name in self._edges])

    def end(self) -> bytes:
        return b""

    @abstractmethod
    def line(self, cells: Sequence[str]) -> bytes: ...


class Csv(Table):
    """Comma-separated values."""

    suffix = ".csv"

    def line(self, cells: Sequence[str]) -> bytes:
        out = io.StringIO()
        csv.writer(out).writerow(map(_harmless, cells))
        return out.getvalue().encode("utf-8", "replace")
