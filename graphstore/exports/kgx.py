"""KGX as JSON lines and as tables (https://biolink.github.io/kgx/kgx_format.html; Biolink Model 4.4).

In tables several values of a cell are apart by `|`; a bar inside a value becomes a broken bar, and tabs and line breaks become
spaces. JSON lines lose nothing.
"""

import json
from collections.abc import Iterable, Sequence

from graphstore.exports import EDGES, NODES
from graphstore.exports.tables import cell
from graphstore.steps import Row


class KgxLines:
    """JSON lines, in two files."""

    files = (NODES, EDGES)
    suffix = ".jsonl"
    columns = False

    def begin(self, nodes: Sequence[str], edges: Sequence[str]) -> dict[str, bytes]:
        return {}

    def node(self, row: Row) -> bytes:
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def edge(self, row: Row) -> bytes:
        return self.node(row)

    def end(self) -> bytes:
        return b""


class KgxTable:
    """Tables apart by tabs, without quotes, in two files."""

    files = (NODES, EDGES)
    suffix = ".tsv"
    columns = True

    def __init__(self) -> None:
        self._nodes: tuple[str, ...] = ()
        self._edges: tuple[str, ...] = ()

    def begin(self, nodes: Sequence[str], edges: Sequence[str]) -> dict[str, bytes]:
        self._nodes, self._edges = tuple(nodes), tuple(edges)
        return {NODES: _line(self._nodes), EDGES: _line(self._edges)}

    def node(self, row: Row) -> bytes:
        return _line(cell(row.get(name)) for name in self._nodes)

    def edge(self, row: Row) -> bytes:
        return _line(cell(row.get(name)) for name in self._edges)

    def end(self) -> bytes:
        return b""


def _line(cells: Iterable[str]) -> bytes:
    return ("\t".join(cells) + "\n").encode("utf-8", "replace")
