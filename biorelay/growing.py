"""Named relations of a delimited file, and the graphs that can be built of them: what `biorelay graph growth` counts on.

Nobody published how a graph is built from rows of names, so each way that is plausible is one construction here.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from biorelay.refusals import BadInput
from graphstore.growth import Rows, Stated

DELIMITERS = "\t,;|"
LARGEST = 32 << 20
"""Bytes of a file, unpacked. The whole of it lies in memory."""

MASK = re.compile(r"@[A-Z]+\$")
"""What stands for a name in GAD and in the folds of EU-ADR."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what. Without a type column a name's type is its column."""

    first: str
    second: str
    first_type: str = ""
    second_type: str = ""
    label: str = ""
    false: frozenset[str] = frozenset()  # labels of rows that say "not related"
    only: str = ""  # the label that states a relation outright
    document: str = ""


EU_ADR = Columns(
    "ENTITY1_TEXT", "ENTITY2_TEXT", "ENTITY1_TYPE", "ENTITY2_TYPE", "ASSOCIATION_TYPE", frozenset({"FA"}), only="PA", document="PMID"
)
"""The tables of the EU-ADR corpus: PA, NA and SA, an association stated, denied and supposed; FA, none."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows that have both names, by column, and how many rows lack one."""

    columns: Columns
    rows: tuple[Mapping[str, str], ...]
    unnamed: int


def read_table(path: Path, columns: Columns | None = None, *, delimiter: str | None = None) -> Table:
    """A delimited file with a header, plain or gzip. Without `columns`: EU-ADR's where it has them, else its first two.

    Text is UTF-8, or Windows-1252 where it is none. The delimiter is the one that the header holds most of, if none is given.
    Raises `BadInput` with file, line and remedy where the file cannot be used.
    """
    text = _text(path)
    head = text.partition("\n")[0]
    mark = delimiter or max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        header = [name.strip() for name in next(reader, [])]
        wanted = _columns(path, header, columns, mark)
        rows, unnamed = [], 0
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise BadInput(
                    f"{path}:{reader.line_num}: {len(cells)} columns where the header has {len(header)}",
                    remedy="Mend the line, or name the delimiter with --delimiter.",
                )
            row = {name: " ".join(cell.split()) for name, cell in zip(header, cells, strict=True)}
            if row[wanted.first] and row[wanted.second]:
                rows.append(row)
            else:
                unnamed += 1
    except csv.Error as error:
        raise BadInput(f"{path}:{reader.line_num}: {error}") from error
    if not rows:
        raise BadInput(f"{path} has no row with names in {wanted.first} and {wanted.second}")
    if any(MASK.search(row[name]) for row in rows[:100] for name in (wanted.first, wanted.second)):
        raise BadInput(
            f"{path} has masks such as @GENE$ in the place of names, and a graph needs names",
            remedy="GAD, and the folds of EU-ADR, were published without names; use a set that has them.",
        )
    return Table(wanted, tuple(rows), unnamed)


def constructions(
    table: Table, *, concepts: Mapping[tuple[str, str], str] | None = None, copies: int = 1, exact: bool = True
) -> dict[str, Rows]:
    """The graphs that can be built of the rows, by name, the published one (as far as it is told) first.

    `concepts`: (document, lower-cased name) -> the id that takes the name's place. `copies`: how often each row is repeated in one
    more construction, as in folds that are laid one after the other. `exact`: also names as they are written.
    """
    columns = table.columns

    def lower(_: str, name: str) -> str:
        return name.casefold()

    def concept(document: str, name: str) -> str:
        return (concepts or {}).get((document, name.casefold()), name.casefold())

    every = list(table.rows)
    kept = [row for row in every if not _is_false(row, columns)]
    found = {"names lower-cased, all rows": _rows(every, columns, lower)}
    if len(kept) < len(every):
        found["names lower-cased, without false rows"] = _rows(kept, columns, lower)
    if columns.only and (stated := [row for row in every if row[columns.label] == columns.only]):
        found[f"names lower-cased, only {columns.only}"] = _rows(stated, columns, lower)
    if exact:
        found["names as written, all rows"] = _rows(every, columns, lambda _, name: name)
    if concepts is not None:
        found["concept ids, all rows"] = _rows(every, columns, concept)
        if len(kept) < len(every):
            found["concept ids, without false rows"] = _rows(kept, columns, concept)
    if copies > 1:
        found[f"names lower-cased, {copies} copies of all rows"] = _rows(every * copies, columns, lower)
    return {name: rows for name, rows in found.items() if len(rows.pairs)}


def both_sides(rows: Rows) -> int:
    """Nodes that stand first in one row and second in another one: without any, even steps join like with like only."""
    return len(set(rows.pairs[:, 0].tolist()) & set(rows.pairs[:, 1].tolist()))


def _rows(rows: list[Mapping[str, str]], columns: Columns, node: Callable[[str, str], str]) -> Rows:
    def stated() -> Iterator[Stated]:
        for row in rows:
            document = row.get(columns.document, "")
            yield Stated(
                node(document, row[columns.first]),
                row[columns.first_type] if columns.first_type else columns.first,
                node(document, row[columns.second]),
                row[columns.second_type] if columns.second_type else columns.second,
                _is_false(row, columns),
            )

    return Rows.of(stated())


def _is_false(row: Mapping[str, str], columns: Columns) -> bool:
    return bool(columns.label) and row[columns.label] in columns.false


def _columns(path: Path, header: list[str], columns: Columns | None, mark: str) -> Columns:
    if columns is None and {EU_ADR.first, EU_ADR.second, EU_ADR.label} <= set(header):
        typed = {EU_ADR.first_type, EU_ADR.second_type} <= set(header)
        found = EU_ADR if typed else replace(EU_ADR, first_type="", second_type="")
        return found if found.document in header else replace(found, document="")
    if len(header) < 2 or len(set(header)) < len(header):
        what = "fewer than two columns" if len(header) < 2 else "the same column name twice"
        raise BadInput(f"{path}: its header has {what} (delimiter {mark!r})", remedy="A first line with names is needed; see --delimiter.")
    wanted = columns or Columns(header[0], header[1])
    for name in (wanted.first, wanted.second, wanted.first_type, wanted.second_type, wanted.label):
        if name and name not in header:
            raise BadInput(f"{path} has no column {name!r}", remedy=f"It has {', '.join(header[:20])}.")
    if wanted.first == wanted.second:
        raise BadInput(f"both names are looked for in column {wanted.first!r}")
    return wanted


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder", remedy="Name the file.")
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > LARGEST:
        raise BadInput(f"{path} is larger than {LARGEST >> 20} MiB")
    if b"\x00" in data or not data.strip():
        raise BadInput(f"{path} is {'no text file' if data.strip() else 'empty'}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
