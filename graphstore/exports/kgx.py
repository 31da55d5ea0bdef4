"""KGX as JSON lines and as tables (https://biolink.github.io/kgx/kgx_format.html; Biolink Model 4.4).

In tables several values of a cell are apart by `|`; a bar inside a value becomes a broken bar, and tabs and line breaks become
spaces. JSON lines lose nothing.
"""

import json
from collections.abc import Sequence

from graphstore.exports import EDGES, NODES
from graphstore.exports.tables import Table
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


class KgxTable(Table):
    """Apart by tabs, without quotes."""

    suffix = ".tsv"

    def line(self, cells: Sequence[str]) -> bytes:
        return ("\t".join(cells) + "\n").encode("utf-8", "replace")
