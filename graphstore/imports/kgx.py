"""KGX: nodes and edges as tables (apart by tabs) or as JSON lines (https://biolink.github.io/kgx/kgx_format.html).

Nodes need `id` and `category`, edges `subject`, `predicate` and `object`. All other columns are kept. Several values in a cell of a
table are apart by `|`. Identifiers are written in our prefixes; where that changes the local part or the prefix for good, exports turn
it back (`processors.outputs.kgx`).
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphstore.imports.prefixes import normalised
from graphstore.imports.reading import Reading, bad, curie_in, table
from graphstore.outside import RELATED, OutsideEdge, OutsideNode

NODE_COLUMNS = ("id", "category")
EDGE_COLUMNS = ("subject", "predicate", "object")
REFERENCES = ("xref", "same_as", "equivalent_identifiers")
"""Columns of a node that name the same concept elsewhere."""
NUMBERS = ("has_confidence_score", "evidence_count")
YES, NO = ("true", "1", "yes"), ("false", "0", "no", "")

Row = dict[str, Any]
Line = tuple[int, str]


class Kgx(Reading):
    """A KGX graph in two files."""

    def _nodes(self) -> Iterator[tuple[OutsideNode, tuple[str, ...]]]:
        file = self._files[0]
        for number, row in self._rows(file, NODE_COLUMNS):
            curie = curie_in(file, number, "id", _one(row.pop("id")))
            category = "|".join(_several(row.pop("category")))
            if not category:
                raise bad(file, number, "category is empty", "Give the node a Biolink class, such as biolink:Gene; or biolink:NamedThing.")
            others = (normalised(other) for column in REFERENCES for other in _several(row.get(column, "")))
            name = _one(row.pop("name", ""))
            yield OutsideNode(curie, name, category, _rest(row)), tuple(filter(None, others))

    def _edges(self) -> Iterator[OutsideEdge]:
        file = self._files[1]
        for number, row in self._rows(file, EDGE_COLUMNS):
            subject = curie_in(file, number, "subject", _one(row.pop("subject")))
            object_ = curie_in(file, number, "object", _one(row.pop("object")))
            predicate = _predicate(file, number, _one(row.pop("predicate")))
            said = _one(row.pop("negated", "")).casefold()
            if said not in YES + NO:
                raise bad(file, number, f"negated is {said!r}", "Write true or false.")
            publications = tuple(normalised(text) or text for text in _several(row.pop("publications", "")))
            yield OutsideEdge(
                subject=subject,
                predicate=predicate,
                object=object_,
                negated=said in YES,
                primary_source=_one(row.pop("primary_knowledge_source", "")) or f"infores:{self.source}",
                knowledge_level=_one(row.pop("knowledge_level", "")) or "not_provided",
                agent_type=_one(row.pop("agent_type", "")) or "not_provided",
                publications=publications,
                id=_one(row.pop("id", "")),
                rest=_rest(row),
                file=str(file),
                line=number,
            )

    def _rows(self, file: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
        lines = self._lines(file)
        first = next(lines, None)
        if first is not None and first[1].lstrip().startswith(("{", "[")):
            yield from self._objects(file, first, lines, needed)
            return
        yield from table(_again(first, lines), file, needed)

    @staticmethod
    def _objects(
        file: Path, first: tuple[int, str], lines: Iterator[tuple[int, str]], needed: tuple[str, ...]
    ) -> Iterator[tuple[int, Row]]:
        for number, line in _again(first, lines):
            try:
                row = json.loads(line, parse_constant=_refused, parse_float=lambda text: _finite(float(text)))
                if "\\u" in line:
                    _sound(file, number, json.dumps(row, ensure_ascii=False))
            except (ValueError, RecursionError) as error:
                whole = first[1].lstrip().startswith("[") or '"nodes"' in first[1][:40] or '"edges"' in first[1][:40]
                remedy = "KGX in one JSON file is not read: write it as JSON lines or tables, in two files." if whole else None
                raise bad(file, number, "this is no JSON object of its own", remedy) from error
            if not isinstance(row, dict):
                raise bad(file, number, "this is no JSON object")
            for column in needed:
                if row.get(column) in (None, "", []):
                    raise bad(file, number, f"there is no {column}")
            yield number, row


def _again(first: Line | None, lines: Iterator[Line]) -> Iterator[Line]:
    if first is not None:
        yield first
    yield from lines


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(number: Any) -> Any:
    """The number itself; raises `ValueError` where it is too large for one, which JSON writes as `1e999`."""
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _sound(file: Path, number: int, text: str) -> None:
    """Raise `GraphBadImport` where a text holds what no database takes."""
    if "\\u0000" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise bad(file, number, "there is half a character, or a NUL")


def _predicate(file: Path, number: int, text: str) -> str:
    """Biolink's predicate; without a prefix it is taken for Biolink's."""
    text = text.strip().replace(" ", "_")
    if not text:
        raise bad(file, number, "predicate is empty", f"Write Biolink's predicate, such as {RELATED}.")
    return text if ":" in text else f"biolink:{text}"


def _one(value: Any) -> str:
    """A single value as text."""
    if isinstance(value, list):
        return _one(value[0]) if value else ""
    if isinstance(value, bool):
        return str(value).casefold()
    return "" if value is None else str(value).strip()


def _several(value: Any) -> list[str]:
    """Values of a cell, or of a JSON list."""
    values = value if isinstance(value, list) else str(value or "").split("|")
    return [str(item).strip() for item in values if str(item).strip()]


def _rest(row: Row) -> dict[str, Any]:
    """The columns that have no place of their own; empty ones are left out, numbers in a table become numbers."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if value in (None, "", []):
            continue
        found[name] = _number(value) if name in NUMBERS and isinstance(value, str) else value
    return found


def _number(text: str) -> Any:
    try:
        return _finite(json.loads(text, parse_constant=_refused))
    except (ValueError, RecursionError):
        return text
