"""Tables of results: each stored by the command that measured it, all of them drawn on one page, `models/RESULTS.md`.

A table is one JSON file, `models/results/<name>.json`, that `store` writes. It holds what was measured here: our systems
and the baselines beside them. Figures that others published stand, with their source, in `models/results/published.toml`
and are drawn below the rows of the table that they name. `python -m models.evaluation.results` draws the page again;
its only sources are these files, so the same files give the same bytes.

>>> store(
...     "gad-folds",
...     Table(
...         title="GAD, ten folds",
...         section=Section.RELATIONS,
...         measured_on="gad, mean of ten honest folds",
...         documents="5,330 sentences",
...         seed=1,
...         columns=("F1", "accuracy"),
...         rows=(
...             Row(system="gad-minilm@1", figures={"F1": Figure(value=80.1, low=78.9, high=81.2), "accuracy": 77.0}),
...             Row(system="always positive", kind=Kind.BASELINE, figures={"F1": 68.9, "accuracy": 52.6}),
...         ),
...         command="biorelay train gad-minilm --data DATA",
...     ),
...     folder,
... )
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.evaluation.errors import ResultUnusable
from models.evaluation.ledger import NAME, Scoring, read, tally_table

SCHEMA: Literal["biorelay.result/1"] = "biorelay.result/1"
FOLDER = Path(__file__).parents[1] / "results"
PUBLISHED = "published.toml"
COUNTS = "## How often each set was scored"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|mnt|Users)/")


class Section(StrEnum):
    """The page's sections, in its order."""

    SHIPPED = "The shipped model"
    ENTITIES = "Named entities"
    LINKING = "Linking"
    RELATIONS = "Relations"
    POLARITY = "Negation and speculation"
    CHOICES = "What was tried"
    ARTEFACTS = "Precisions, sizes and speed"
    WARNINGS = "Warnings"


class Kind(StrEnum):
    """Whose figures a row has."""

    OURS = "ours"
    BASELINE = "baseline"
    PUBLISHED = "published"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Figure(Part):
    """One figure with its 95 % interval, in the column's unit (scores in percent)."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, report: Mapping[str, Any], name: str = "f1") -> Self:
        """A figure of `models.evaluation.counts.report`: `f1` with its interval."""
        return cls(value=report[name], low=report[f"{name}_95"][0], high=report[f"{name}_95"][1])


Cell = Figure | int | float | str | None
"""What stands in a column; None is drawn as a dash: not measured, or not published."""


class Row(Part):
    """A system and its figures by column; a column that is left out is a dash."""

    system: str = Field(min_length=1)
    kind: Kind = Kind.OURS
    figures: Mapping[str, Cell]
    source: str = ""  # of a published row: where its figures stand


class Table(Part):
    """One table of the page: what was measured, on what, by which command."""

    schema_: Literal["biorelay.result/1"] = Field(default=SCHEMA, alias="schema")
    title: str = Field(min_length=1)
    section: Section
    measured_on: str = Field(min_length=1)  # corpus and split: "biored/dev", "gad, mean of ten honest folds"
    documents: str = Field(min_length=1)  # how many of what: "100 documents", "5,330 sentences"
    seed: int | tuple[int, ...] | None = None  # None: nothing is drawn
    columns: tuple[str, ...] = Field(min_length=1)
    rows: tuple[Row, ...] = Field(min_length=1)
    digits: int = Field(default=1, ge=0, le=4)  # of every figure that is no whole number
    notes: tuple[str, ...] = ()  # sentences that stand below the table
    command: str = Field(min_length=1)  # what makes it, with DATA for the corpora's folder

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for row in self.rows:
            if unknown := row.figures.keys() - set(self.columns):
                raise ValueError(f"row {row.system!r} has figures of no column: {', '.join(sorted(unknown))}")
            if row.kind is Kind.PUBLISHED:
                raise ValueError(f"row {row.system!r} is published: such figures stand in {PUBLISHED}, with their source")
        if len({row.system for row in self.rows}) != len(self.rows):
            raise ValueError("two rows have the same name")
        if found := _MACHINE.search(self.model_dump_json()):
            raise ValueError(f"it names a folder of one machine ({found[0]}...); write DATA, or a path in the repository")
        return self


def store(name: str, table: Table, folder: Path = FOLDER) -> Path:
    """Write a table as `<name>.json` (small letters, digits, hyphens), in place of an older one; its path.

    Raises `ResultUnusable` where the name is none.
    """
    if not _NAME.fullmatch(name):
        raise ResultUnusable(f"{name!r} is no name of a table", remedy="Use small letters, digits and hyphens.")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    content = table.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"schema": SCHEMA}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_tables(folder: Path = FOLDER) -> dict[str, Table]:
    """Every stored table by name, in the page's order, with the published rows that belong to it.

    Raises `ResultUnusable`, which names the file, where one is no table or a published row belongs to none.
    """
    tables = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    for name, rows in _published(folder / PUBLISHED).items():
        if name not in tables:
            raise ResultUnusable(f"{PUBLISHED} has rows for {name!r}, which is no stored table", remedy="Name a table that is stored.")
        table = tables[name]
        for row in rows:
            if unknown := row.figures.keys() - set(table.columns):
                raise ResultUnusable(f"{PUBLISHED}: {row.system!r} has figures of no column of {name}: {', '.join(sorted(unknown))}")
        tables[name] = table.model_copy(update={"rows": (*table.rows, *rows)})
    order = list(Section)
    return dict(sorted(tables.items(), key=lambda item: (order.index(item[1].section), item[0])))


def _read(path: Path) -> Table:
    try:
        return Table.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ResultUnusable(f"{path.name} is no table of results: {_first(error)}", remedy="Store it anew with its command.") from error


def _published(path: Path) -> dict[str, list[Row]]:
    """The published rows by table, in the file's order."""
    rows: dict[str, list[Row]] = {}
    if not path.is_file():
        return rows
    try:
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("row", ()):
            name = entry.pop("table")
            row = Row(kind=Kind.PUBLISHED, **entry)
            if not row.source:
                raise ResultUnusable(f"{path.name}: {row.system!r} has no source")
            rows.setdefault(name, []).append(row)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultUnusable(f"{path.name} is no list of published rows: {_first(error)}") from error
    return rows


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
    return str(error)


def page(tables: Mapping[str, Table], scorings: Iterable[Scoring] = ()) -> str:
    """The page as Markdown, with how often each set was scored at its end."""
    return "\n".join((*_page(tables), *_counts(scorings))).rstrip("\n") + "\n"


def _counts(scorings: Iterable[Scoring]) -> Iterator[str]:
    lines = tally_table(scorings)
    if lines:
        yield ""
        yield COUNTS
        yield ""
        yield f"Every scoring of a dev or test set is a line of [{NAME}]({NAME}), also a repeated one; with any weights of the system."
        yield ""
        yield from lines


def _page(tables: Mapping[str, Table]) -> Iterator[str]:
    yield "# Results"
    yield ""
    yield "Generated from the tables in `models/results` by `python -m models.evaluation.results`; do not edit."
    yield ""
    yield (
        "Scores are percent with their 95 % intervals (bootstrap over documents, or as a note says). Each table says what it was measured "
        "on and which command measured it, with `DATA` for the folder of corpora. Nothing was chosen on a dev or test set. **Published** "
        "figures were measured by others, mostly with encoders five to fifteen times as large and sometimes on other splits: comparisons, "
        "never targets. [docs/evaluation.md](../docs/evaluation.md) says what each figure means."
    )
    section = None
    for name, table in tables.items():
        if table.section is not section:
            section = table.section
            yield ""
            yield f"## {section}"
        yield ""
        yield from draw(name, table)


def draw(name: str, table: Table) -> Iterator[str]:
    """One table as Markdown lines, with its heading and what stands below it."""
    seeds = table.seed if isinstance(table.seed, tuple) else (() if table.seed is None else (table.seed,))
    drawn = f", seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}" if seeds else ""
    yield f"### {table.title}"
    yield ""
    yield f'<a id="{name}"></a>{table.measured_on}: {table.documents}{drawn}.'
    yield ""
    yield f"| system | {' | '.join(map(_escaped, table.columns))} |"
    yield f"| --- |{' ---: |' * len(table.columns)}"
    for row in table.rows:
        cells = (_cell(row.figures.get(column), table.digits) for column in table.columns)
        yield f"| {_system(row)} | {' | '.join(cells)} |"
    for note in table.notes:
        yield ""
        yield note
    sources = dict.fromkeys(row.source for row in table.rows if row.source)
    if sources:
        yield ""
        yield f"Published: {'; '.join(sources)}."
    yield ""
    yield f"`{table.command}`"


def _system(row: Row) -> str:
    name = _escaped(row.system)
    if row.kind is Kind.OURS:
        return f"**{name}**"
    return f"{name} (published)" if row.kind is Kind.PUBLISHED else name


def _cell(cell: Cell, digits: int) -> str:
    if isinstance(cell, Figure):
        return f"{cell.value:.{digits}f} ({cell.low:.{digits}f} to {cell.high:.{digits}f})"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:.{digits}f}"
    return _escaped(cell) if cell else "-"


def _escaped(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def write_page(folder: Path = FOLDER) -> Path:
    """Draw the page of a folder of tables, and of the ledger of scorings beside it, there; its path."""
    path = folder.parent / "RESULTS.md"
    path.write_text(page(read_tables(folder), read(folder.parent / NAME)), encoding="utf-8")
    return path


def main(arguments: Iterable[str]) -> None:
    for folder in list(arguments) or [str(FOLDER)]:
        sys.stdout.write(f"{write_page(Path(folder))}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
