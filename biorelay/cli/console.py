"""What the commands write: results to stdout, everything said to a person to stderr.

Text from documents may hold control characters and square brackets; neither reaches the terminal as a command.
"""

import json
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

GAP = 2
NARROWEST = 24
"""A folded column is at least so wide, or the rows are written as blocks."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@cache
def out() -> "Console":
    """The console of results."""
    return _console(stderr=False)


@cache
def err() -> "Console":
    """The console of messages and progress."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    class Ours(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would exit by itself, with the code of a failure

    return Ours(stderr=stderr, highlight=False, markup=False, soft_wrap=True)


def printable(text: str) -> str:
    """`text` without control characters, bidirectional overrides and halves of characters, each shown as U+FFFD."""
    return _CONTROL.sub("\ufffd", text)


def say(text: str, style: str | None = None) -> None:
    """A line for a person, on stderr; no login in a URL is shown."""
    from biorelay.masking import mask

    err().print(printable(mask(text)), style=style)


def show(text: str = "", style: str | None = None) -> None:
    """A line of the result, on stdout."""
    out().print(printable(text), style=style)


def emit(value: Any) -> None:
    """One JSON value a line, on stdout; what could move a terminal's cursor is escaped, as JSON may."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    sys.stdout.write(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def table(columns: "Sequence[str]", rows: "Iterable[Sequence[Any]]") -> None:
    """Rows in columns, on stdout: separated by tabs where that is no terminal, so that `cut` and `awk` can read them.

    On a terminal they are aligned as far as they fit, the widest column folded; where even that is too narrow, each row is a block
    of its own, a line for each column.
    """
    cells = [[printable(str(cell)).replace("\t", " ").replace("\n", " ") for cell in row] for row in rows]
    if not out().is_terminal:
        sys.stdout.writelines("\t".join(row) + "\n" for row in cells)
        return
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    widest = max(range(len(widths)), key=lambda place: widths[place])
    left = out().width - sum(widths) + widths[widest] - GAP * (len(widths) - 1)
    if left >= min(NARROWEST, widths[widest]):
        _aligned(columns, cells, widths, widest, left)
    else:
        _blocks(columns, cells)


def _aligned(columns: "Sequence[str]", cells: "Sequence[Sequence[str]]", widths: "Sequence[int]", widest: int, left: int) -> None:
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
        drawn.add_column(column, overflow="fold", no_wrap=place != widest, width=min(width, left) if place == widest else width)
    for row in cells:
        drawn.add_row(*map(Text, row))
    out().print(drawn, soft_wrap=False)


def _blocks(columns: "Sequence[str]", cells: "Sequence[Sequence[str]]") -> None:
    from rich.cells import cell_len
    from rich.padding import Padding
    from rich.text import Text

    name = max(map(len, columns)) + GAP
    for number, row in enumerate(cells):
        if number:
            out().print()
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            style = "bold" if place == 0 else None
            if name + cell_len(cell) <= out().width:
                out().print(Text(f"{column:{name}}{cell}", style=style or ""))
            else:  # a long text stands below its name, where it has the whole line
                out().print(Text(column))
                out().print(Padding(Text(cell, overflow="fold", style=style or ""), (0, 0, 0, GAP)), soft_wrap=False)
