"""Edges as a links recipe names them: out of relations records or tables, with the entities' names and what came when."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Network
from models.training.errors import RecipeError
from models.training.links.recipe import EdgesPart, NodesPart
from processors.errors import RecordError
from processors.records import Entities, Relations, Status

Ints = NDArray[np.int64]

PMID = re.compile(r"pubmed:([0-9]{1,18})")
GZIP = b"\x1f\x8b"
LOCAL = "local:"  # a mention that no vocabulary knows: an entity of one document, which no other can state anew


@dataclass(frozen=True, slots=True)
class Statement:
    """A pair of entities that a document, or a table's row, relates."""

    a: str
    b: str
    time: int  # the document's PMID; 0 of a table's row


@dataclass(frozen=True, eq=False)
class Stated:
    """Everything that was read: S statements about the edges of `network`, which holds all of them, weighted by documents."""

    network: Network
    names: Mapping[str, str]
    edge: Ints  # (S): which edge
    time: Ints  # (S): when; 0 where there is no order
    documents: int

    def until(self, time: int) -> Network:
        """The network as it stood with documents up to this one: the same nodes, fewer edges, weights by those documents alone."""
        weights = np.bincount(self.edge[self.time <= time], minlength=len(self.network.edges)).astype(np.float64)
        kept = weights > 0
        return self.network.with_edges(self.network.edges[kept], weights[kept])


def read_edges(parts: Sequence[EdgesPart], nodes: Sequence[NodesPart], data: Path) -> Stated:
    """Read what a recipe names. Negated, speculated and retracted statements are no edges, nor is an entity's relation to itself, nor
    one of an entity that no vocabulary knows.

    Raises `RecipeError` naming file and line or column of what cannot be read, and where there is no edge at all.
    """
    types: dict[str, str] = {}
    names: dict[str, str] = {}
    for part in nodes:
        for row in _table(data / part.file, (part.id, part.name, part.type)):
            types[row[part.id]] = row[part.type].partition("|")[0].removeprefix("biolink:")
            names[row[part.id]] = row[part.name]
    statements: dict[Statement, None] = {}  # each once: a document counts once
    documents: set[str] = set()
    for edges in parts:
        for path in _files(edges, data):
            found = _rows(path, edges, types) if edges.form == "table" else _relations(path, types, names, documents)
            statements.update(dict.fromkeys(found))
    if not statements:
        raise RecipeError("edges: the files hold no edge", remedy="Extract relations first: biorelay extract FILES -o relations.jsonl.")
    network = Network.of((s.a, types[s.a], s.b, types[s.b], 1.0) for s in statements)
    place = network.place
    keys = network.keys(np.sort(np.array([(place[s.a], place[s.b]) for s in statements], dtype=np.int64), axis=1))
    return Stated(
        network=network,
        names={node: names.get(node) or node for node in network.ids},
        edge=np.searchsorted(network.keys(network.edges), keys),
        time=np.array([s.time for s in statements], dtype=np.int64),
        documents=len(documents),
    )


def _files(part: EdgesPart, data: Path) -> list[Path]:
    found: list[Path] = []
    for name in part.files:
        place = data / name  # an absolute name stays what it is
        matching = sorted(place.parent.glob(place.name))
        if not matching:
            raise RecipeError(f"edges.files: there is no {name} in {data}", remedy="Paths begin at the folder that --data names.")
        found += matching
    return found


def _text(path: Path) -> io.StringIO:
    try:
        raw = path.read_bytes()
        return io.StringIO((gzip.decompress(raw) if raw.startswith(GZIP) else raw).decode("utf-8-sig"), newline="")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} cannot be read: {error}") from error


def _table(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rows of a delimited file with a header, by column: commas in `.csv`, tabs elsewhere."""
    csv.field_size_limit(1 << 24)
    comma = ".csv" in path.suffixes
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if comma else csv.QUOTE_NONE
    rows = csv.DictReader(_text(path), delimiter="," if comma else "\t", quoting=quoting, restval="")
    try:
        missing = [name for name in columns if name not in (rows.fieldnames or ())]
        if missing:
            raise RecipeError(f"{path} has no column {', '.join(missing)}; it has {', '.join(rows.fieldnames or ()) or 'none'}")
        for row in rows:
            yield {name: value for name, value in row.items() if isinstance(value, str)}
    except csv.Error as error:
        raise RecipeError(f"{path}, line {rows.line_num}: {error}") from error


def _rows(path: Path, part: EdgesPart, types: Mapping[str, str]) -> Iterator[Statement]:
    (first, second), (before, ahead) = part.ends, part.prefixes
    for row in _table(path, (first, second, *part.where)):
        if row.get("negated", "").casefold() in ("true", "1") or any(row[name] not in values for name, values in part.where.items()):
            continue
        a, b = before + row[first], ahead + row[second]
        stranger = next((node for node in (a, b) if node not in types), None)
        if stranger is not None and part.dangling == "refuse":
            raise RecipeError(
                f"{path} relates {stranger}, which no table of nodes names",
                remedy='State its table under [[nodes]], or pass such rows over with dangling = "skip".',
            )
        if stranger is None and a != b:
            yield Statement(min(a, b), max(a, b), 0)


def _relations(path: Path, types: dict[str, str], names: dict[str, str], documents: set[str]) -> Iterator[Statement]:
    for number, line in enumerate(_text(path), start=1):
        if not line.strip() or line.startswith(f'{{"schema":"{Entities.schema_name}"'):
            continue
        try:
            record = Relations.from_bytes(line.encode())
        except RecordError as error:
            raise RecipeError(f"{path}, line {number}: {error}", remedy="Name files that `biorelay extract` wrote.") from error
        if record.status is not Status.OK or record.article.retracted:
            continue
        documents.add(record.id)
        found = PMID.fullmatch(record.id)
        for relation in record.relations:
            a, b = relation.subject, relation.object
            if a.id == b.id or relation.negated or relation.speculated or a.id.startswith(LOCAL) or b.id.startswith(LOCAL):
                continue
            for end in (a, b):
                types.setdefault(end.id, end.type.value)
                names.setdefault(end.id, end.name)
            yield Statement(min(a.id, b.id), max(a.id, b.id), int(found[1]) if found else 0)
