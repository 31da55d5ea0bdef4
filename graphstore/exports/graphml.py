"""GraphML (Brandes et al. 2002; http://graphml.graphdrawing.org), for Gephi, Cytoscape, yEd, igraph and networkx.

One file: a directed graph with parallel edges. Attributes are declared as GraphML's types; several values are apart by `|`.
What XML 1.0 may not hold becomes U+FFFD.
"""

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from graphstore.exports.tables import cell
from graphstore.steps import Row

TYPES = {
    "negated": "boolean",
    "speculated": "boolean",
    "has_confidence_score": "double",
    "evidence_count": "int",
    "first_year": "int",
    "last_year": "int",
}
"""GraphML's types of the columns that are no text."""
APART = frozenset({"id", "subject", "object"})
"""What GraphML has attributes of its own for."""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


class GraphMl:
    """One XML file."""

    files = ("",)
    suffix = ".graphml"
    columns = True

    def __init__(self) -> None:
        self._keys: dict[str, dict[str, str]] = {"node": {}, "edge": {}}

    def begin(self, nodes: Sequence[str], edges: Sequence[str]) -> dict[str, bytes]:
        keys = []
        for kind, columns in (("node", nodes), ("edge", edges)):
            for place, name in enumerate(column for column in columns if column not in APART):
                id_ = self._keys[kind][name] = f"{kind[0]}{place}"
                attributes = f'id="{id_}" for="{kind}" attr.name={quoteattr(_clean(name))} attr.type="{TYPES.get(name, "string")}"'
                keys.append(f"<key {attributes}/>\n")
        return {"": (_HEAD + "".join(keys) + '<graph edgedefault="directed">\n').encode()}

    def node(self, row: Row) -> bytes:
        return f"<node id={_quoted(row['id'])}>{self._data('node', row)}</node>\n".encode()

    def edge(self, row: Row) -> bytes:
        ends = f"source={_quoted(row['subject'])} target={_quoted(row['object'])}"
        return f"<edge id={_quoted(row['id'])} {ends}>{self._data('edge', row)}</edge>\n".encode()

    def end(self) -> bytes:
        return b"</graph>\n</graphml>\n"

    def _data(self, kind: str, row: Row) -> str:
        keys = self._keys[kind]
        return "".join(f'<data key="{keys[name]}">{escape(_clean(cell(value)))}</data>' for name, value in row.items() if name in keys)


def _quoted(text: Any) -> str:
    return quoteattr(_clean(str(text)))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
