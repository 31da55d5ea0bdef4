"""The formats that a graph is exported in, one class each, and the registry that finds them by name.

Each writes nodes first, then edges, a row at a time; rows are KGX's (`graphstore.exporting`). Nothing is held back, so memory does not
grow with the graph.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from graphstore.errors import GraphBadQuery
from graphstore.steps import Row

NODES, EDGES = "nodes", "edges"


class Export(Protocol):
    """Writes one graph. `files` are the parts it consists of: nodes and edges apart, or a single one called by the empty name."""

    files: tuple[str, ...]
    suffix: str  # of the files' names
    columns: bool  # whether the rows' columns must be known before the first one

    def begin(self, nodes: Sequence[str], edges: Sequence[str]) -> dict[str, bytes]:
        """What stands before the first row, by file; `nodes` and `edges` name the columns, where they must be known."""
        ...

    def node(self, row: Row) -> bytes: ...

    def edge(self, row: Row) -> bytes: ...

    def end(self) -> bytes:
        """What stands behind the last edge."""
        ...


_CLASSES = {
    "kgx": "graphstore.exports.kgx:KgxLines",
    "kgx-tsv": "graphstore.exports.kgx:KgxTable",
    "graphml": "graphstore.exports.graphml:GraphMl",
    "csv": "graphstore.exports.tables:Csv",
}
"""Where each format's class is; imported when it is asked for."""

EXPORTS: tuple[str, ...] = tuple(_CLASSES)
"""The names of all formats."""


def open_export(name: str) -> Export:
    """A new writer of the format. Raises `GraphBadQuery`, which names those there are."""
    if name not in _CLASSES:
        raise GraphBadQuery(f"a graph is not exported as {name!r}", remedy=f"Choose one of {', '.join(EXPORTS)}.")
    module, _, class_ = _CLASSES[name].partition(":")
    return cast("Export", getattr(import_module(module), class_)())
