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

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


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
    """`text` without control characters and bidirectional overrides, each shown as U+FFFD."""
    return _CONTROL.sub("\ufffd", text)


def say(text: str, style: str | None = None) -> None:
    """A line for a person, on stderr."""
    err().print(printable(text), style=style)


def show(text: str = "", style: str | None = None) -> None:
    """A line of the result, on stdout."""
    out().print(printable(text), style=style)


def emit(value: Any) -> None:
    """One JSON value a line, on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def table(columns: "Sequence[str]", rows: "Iterable[Sequence[Any]]") -> None:
    """Rows in columns, on stdout: ruled on a terminal, separated by tabs elsewhere, so that `cut` and `awk` can read them."""
    if not out().is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(printable(str(cell)).replace("\t", " ").replace("\n", " ") for cell in row) + "\n")
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(printable(str(cell))) for cell in row))
    out().print(drawn, soft_wrap=False)
