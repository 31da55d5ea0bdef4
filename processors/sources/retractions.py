"""Lists of retracted articles: a PMID a line, or CSV and TSV with a column of PMIDs, such as Retraction Watch's.

Each article becomes a record of its own, `retraction:<pmid>` or `retraction:<list>/<pmid>`, without a text, whose links say what the
list says of it. So the list lies in the log like everything else, and taking an entry back is a tombstone.

Retraction Watch's `RetractionNature` decides the link: a retraction retracts, a correction and an expression of concern are links that
are shown and count nothing, and a reinstatement that is not older than the newest retraction takes the entry back.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from models.runtime.errors import BiorelayError
from processors.errors import RecordError, SourceError
from processors.limits import Limits
from processors.records import Abstract, Curie, Link, LinkKind
from processors.sources.lines import Line, read_lines
from processors.sources.octets import read_octets
from processors.sources.outcome import Deletion, Problem
from processors.sources.reader import source_name

PREFIX = "retraction"
LIST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_LINE_BYTES = 1 << 20
_ROW_LINES = 100  # a quoted field that runs on past so many lines was never closed
_ARTICLES = 2_000_000  # PubMed knows some 30,000 retractions
_COLUMNS = ("originalpaperpubmedid", "retractedpmid", "originalpmid", "articlepmid", "pmid", "pubmedid", "pubmed", "pmids")
"""Names of the column of the retracted articles, the likeliest first; Retraction Watch's RetractionPubMedID is the notice's."""
_DOI_COLUMNS = ("originalpaperdoi", "doi")
_NATURE_COLUMNS = ("retractionnature", "nature")
_DATE_COLUMNS = ("retractiondate", "date")
_NATURES = {
    "retraction": LinkKind.RETRACTS,
    "correction": LinkKind.CORRECTS,
    "expression of concern": LinkKind.CONCERN_ABOUT,
    "reinstatement": None,
}
_PMID = re.compile(
    r"(?:pmid:?|pubmed:|https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)?0*([0-9]{0,8})(?:\.0|/)?",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[;|\s]+")
_NOTHING = frozenset({"", "na", "n/a", "nan", "none", "null", "-", "unavailable"})
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\b")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass
class _Entry:
    """What the rows of one article say."""

    kinds: set[LinkKind] = field(default_factory=set)
    retracted_at: tuple[int, int, int] | None = None  # the newest retraction's day
    reinstated_at: tuple[int, int, int] | None = None

    def add(self, kind: LinkKind | None, day: tuple[int, int, int]) -> None:
        if kind is None:
            self.reinstated_at = max(self.reinstated_at or day, day)
            return
        self.kinds.add(kind)
        if kind is LinkKind.RETRACTS:
            self.retracted_at = max(self.retracted_at or day, day)

    @property
    def links(self) -> list[LinkKind]:
        reinstated = self.reinstated_at is not None and (self.retracted_at is None or self.reinstated_at >= self.retracted_at)
        return sorted(self.kinds - ({LinkKind.RETRACTS} if reinstated else set()))


def read_retractions(
    source: str | Path | BinaryIO, *, name: str = "", withdraw: bool = False, limits: Limits | None = None
) -> Iterator[Abstract | Deletion | Problem]:
    """A record for each article of a list, plain or gzip, in the order in which it first names them; `withdraw`: their deletions instead.

    `name` keeps the entries of several lists apart. Blank lines and lines that begin with `#` are passed over. The whole list is read
    before its first record comes, since a later row may say more of the same article. Nothing is raised for what the file holds:
    a row without a PMID, and a file without a column of them, comes as a `Problem`.
    Raises `ValueError` where `name` is none that an identifier may hold.
    """
    if name and not LIST_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a list: letters, digits, dots, dashes and underscores")
    file = source_name(source)
    entries: dict[Curie, _Entry] = {}
    refused = False
    for found in _rows(source, file, limits or Limits()):
        if isinstance(found, Problem):
            refused = True
            yield found
            continue
        article, kind, day = found
        entries.setdefault(article, _Entry()).add(kind, day)
        if len(entries) > _ARTICLES:
            yield Problem(file, None, None, SourceError(f"the list names more than {_ARTICLES:,} articles", remedy="Split it."))
            return
    if not entries and not refused:
        yield Problem(file, None, None, SourceError("the list names no article"))
    for article, entry in entries.items():
        id_ = entry_id(article, name)
        if withdraw or not entry.links:
            yield Deletion(id_, file)
        else:
            yield Abstract(id=id_, title="", links=tuple(Link(kind=kind, target=article) for kind in entry.links), source=file)


def read_replacement(
    new: str | Path | BinaryIO, old: str | Path | BinaryIO, *, name: str = "", limits: Limits | None = None
) -> Iterator[Abstract | Deletion | Problem]:
    """The records of a list's new version, then deletions of the entries that only the old version has.

    Nothing is deleted where one of the two was not read to its end: what is missing there may only be cut off.
    """
    gone: dict[Curie, None] = {}
    whole = True
    for found in read_retractions(old, name=name, limits=limits):
        if isinstance(found, Abstract):
            gone[found.id] = None
        elif isinstance(found, Problem):
            whole = whole and found.line is not None
            yield found
    for found in read_retractions(new, name=name, limits=limits):
        if isinstance(found, Problem):
            whole = whole and found.line is not None
        else:
            gone.pop(found.id, None)
        yield found
    if whole:
        yield from (Deletion(id_, source_name(new)) for id_ in gone)


def entry_id(article: Curie, name: str = "") -> Curie:
    """The id of a list's entry for `pubmed:<pmid>`."""
    return f"{PREFIX}:{name}{'/' if name else ''}{article.removeprefix('pubmed:')}"


def entry_list(document: Curie) -> str | None:
    """The name of the list that a document is an entry of (empty where it was given none); None where it is no entry."""
    prefix, _, rest = document.partition(":")
    return rest.rpartition("/")[0] if prefix == PREFIX else None


_Row = tuple[Curie, LinkKind | None, tuple[int, int, int]]


def _rows(source: str | Path | BinaryIO, file: str, limits: Limits) -> Iterator[_Row | Problem]:
    columns: _Columns | None = None
    try:
        lines = (line for line in read_lines(read_octets(source, limits), _LINE_BYTES))
        for number, cells in _cells(lines):
            if isinstance(cells, BiorelayError):
                yield Problem(file, None, number, cells)
                continue
            if columns is None:
                columns = _columns(cells)
                if columns.header:
                    continue
            try:
                yield from columns.read(cells)
            except RecordError as error:
                yield Problem(file, None, number, error)
    except BiorelayError as error:
        yield Problem(file, None, None, error)


def _cells(lines: Iterator[Line]) -> Iterator[tuple[int, list[str] | RecordError]]:
    """The rows with the line on which each begins. A quoted field may hold line breaks; one that is never closed costs its line only."""
    delimiter, width = "", 0
    waiting: deque[Line] = deque()
    while True:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            return
        if line.content is None:
            yield line.number, RecordError(f"the line has {line.length} bytes")
            continue
        text = _decoded(line)
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        delimiter = delimiter or next((sign for sign in "\t,;" if sign in text), "\t")
        begun = [line]
        try:
            row = _parsed(text, delimiter, width)
            while row is None:
                following = waiting.popleft() if waiting else next(lines, None)
                if following is None or len(begun) == _ROW_LINES:
                    waiting.extendleft([following] if following else [])
                    raise RecordError("a quoted field is never closed")
                begun.append(following)
                text += "\n" + _decoded(following)
                if '"' in _decoded(following):
                    row = _parsed(text, delimiter, width)
        except RecordError as error:
            waiting.extendleft(reversed(begun[1:]))
            yield line.number, error
        else:
            width = width or len(row)
            yield line.number, [cell.strip() for cell in row]


def _parsed(text: str, delimiter: str, width: int) -> list[str] | None:
    """The cells of a row; None where a quoted field goes on behind it.

    What spans lines must be exact, `width` cells and well quoted, or one stray quote would swallow rows: raises `RecordError`.
    """
    try:
        row = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
        row = text.split(delimiter)
        if "\n" in text:
            raise RecordError("a quoted field is never closed") from error
    if "\n" in text and width and len(row) != width:
        raise RecordError("a quoted field is never closed")
    return row


def _decoded(line: Line) -> str:
    text = (line.content or b"").decode("utf-8", "replace")
    return text.removeprefix("\ufeff").rstrip("\r") if line.number == 1 else text.rstrip("\r")


@dataclass(frozen=True)
class _Columns:
    """Which cell of a row says what."""

    pmid: int
    header: bool
    doi: int | None = None
    nature: int | None = None
    date: int | None = None

    def read(self, cells: list[str]) -> Iterator[_Row]:
        """What a row says of each of its articles. Raises `RecordError`."""
        told = _at(cells, self.pmid).partition("#")[0].strip()
        articles = _pmids(told)
        if articles is None:
            raise RecordError(f"{told[:80]!r} is no PMID", remedy="Write a PMID such as 12345678.")
        if not articles:
            doi = _at(cells, self.doi)
            said = f"the row names {doi[:80]}, and no PMID" if doi.startswith("10.") else "the row has no PMID"
            raise RecordError(said, remedy="Articles are known by their PMIDs here.")
        nature = _at(cells, self.nature).casefold()
        if self.nature is not None and nature and nature not in _NATURES:
            raise RecordError(f"{nature[:80]!r} is no kind of notice that is known", remedy=f"Known are {', '.join(_NATURES)}.")
        kind = _NATURES[nature] if nature else LinkKind.RETRACTS
        for article in articles:
            yield article, kind, _day(_at(cells, self.date))


def _columns(first: list[str]) -> _Columns:
    """The columns by the first row, whether it is a header or an article. Raises `SourceError`."""
    names = [re.sub(r"[^a-z0-9]", "", cell.casefold()) for cell in first]

    def named(wanted: tuple[str, ...]) -> int | None:
        return next((names.index(name) for name in wanted if name in names), None)

    pmid = named(_COLUMNS)
    if pmid is not None:
        return _Columns(pmid, header=True, doi=named(_DOI_COLUMNS), nature=named(_NATURE_COLUMNS), date=named(_DATE_COLUMNS))
    numbers = [place for place, cell in enumerate(first) if _pmids(cell.partition("#")[0].strip())]
    if len(numbers) == 1 or (len(first) == 1 and not any(letter.isspace() for letter in first[0])):
        return _Columns(numbers[0] if numbers else 0, header=False)
    raise SourceError(
        f"no column is named PMID; the first row is {', '.join(first)[:200]}", remedy="Name the column of the retracted articles PMID."
    )


def _at(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _pmids(told: str) -> tuple[Curie, ...] | None:
    """The articles of a cell; empty where it says that there is none (Retraction Watch writes 0), None where it is something else."""
    found = []
    for part in re.split(_SEPARATORS, re.sub(r"(?i)(pmid:?|pubmed:)\s+", r"\1", told)):
        if part.casefold() in _NOTHING:
            continue
        match = _PMID.fullmatch(part)
        if match is None:
            return None
        if match[1]:
            found.append(f"pubmed:{match[1]}")
    return tuple(dict.fromkeys(found))


def _day(told: str) -> tuple[int, int, int]:
    """A date that sorts; one that cannot be read is older than all others."""
    if match := _AMERICAN.match(told):
        return int(match[3]), int(match[1]), int(match[2])
    if match := _ISO.match(told):
        return int(match[1]), int(match[2]), int(match[3])
    return 0, 0, 0
