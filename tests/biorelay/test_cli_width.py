"""Tables and help in terminals of any width, and without any control sequence where there is no terminal or colours are not wanted."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest
from rich.cells import cell_len

from stream.settings import StreamSettings
from tests.biorelay.test_cli_topics import letter, put

SGR = re.compile(r"\x1b\[[0-9;]*m")
COLOUR = re.compile(r"\x1b\[(?:\d+;)*[349]\d(?:;\d+)*m")
ERROR = "the value is not UTF-8 JSON: expected value at line 1 column 1, ärgerlich "


def on_terminal(columns: int, *arguments: str, module: str = "biorelay", **more: str) -> str:
    """What `python -m MODULE` writes to a terminal of that width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"}}
    environment |= {"TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join([".", *sys.path])} | more
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    written = b""
    with os.fdopen(master, "rb", buffering=0) as terminal, suppress(OSError):  # Linux says that the other end is closed by an error
        while chunk := terminal.read(65536):
            written += chunk
    process.wait(30)
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_dead_letters_can_be_read(broker: StreamSettings, columns: int) -> None:
    letter(broker, b"{broken", **{"biorelay-error": ERROR})
    put(broker, "dead-letters", None, b"x")
    shown = SGR.sub("", on_terminal(columns, "dead-letters", "list"))
    assert max(map(cell_len, shown.splitlines())) <= columns
    for word in ("0:0", "pubmed:7", "record.not-json", "2 dead letters"):
        assert word in shown, "a value that fits is never broken"
    for word in ERROR.split():
        assert word in shown


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200, 500])
def test_a_table_loses_nothing_and_fits(tmp_path: Path, columns: int) -> None:
    rows = [["a" * 12, "12", ERROR * 3, "q" * 150], ["b", "-", "", "short"], ["", "", "药物" * 30, ""]]
    (tmp_path / "drawn.py").write_text(f"from biorelay.cli import console\nconsole.table(['no', 'two', 'three', 'four'], {rows!r})\n")
    shown = SGR.sub("", on_terminal(columns, module="drawn"))
    assert max(map(cell_len, shown.splitlines())) <= columns
    for char in "q药物ä":
        assert shown.count(char) == sum(cell.count(char) for row in rows for cell in row)


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("command", [(), ("extract",), ("topics", "create")], ids=" ".join)
def test_help_fits_but_for_examples(columns: int, command: tuple[str, ...]) -> None:
    shown = on_terminal(columns, *command, "--help")
    wide = [line for line in shown.splitlines() if cell_len(line) > columns]
    assert not [line for line in wide if not re.match(r"\s+(biorelay|zcat|BIORELAY_\w+=)", line)]
    assert "…" not in shown


@pytest.mark.parametrize("more", [{"TERM": "dumb"}, {"NO_COLOR": "1"}], ids=["dumb", "NO_COLOR"])
@pytest.mark.parametrize("command", [("models", "list"), ("config", "show"), ("--help",)], ids=" ".join)
def test_no_colour_where_none_is_wanted(tmp_path: Path, command: tuple[str, ...], more: dict[str, str]) -> None:
    shown = on_terminal(80, *command, **more)
    assert shown.strip()
    assert not COLOUR.search(shown)
    assert more.get("TERM") != "dumb" or "\x1b" not in shown


@pytest.mark.parametrize("command", [("models", "list"), ("config", "show"), ("config", "show", "--toml"), ("--help",)], ids=" ".join)
def test_a_pipe_gets_plain_lines_that_are_not_wrapped(command: tuple[str, ...]) -> None:
    environment = os.environ | {"COLUMNS": "20", "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color"}
    done = subprocess.run(
        [sys.executable, "-m", "biorelay", *command], env=environment, capture_output=True, text=True, timeout=50, check=True
    )
    assert "\x1b" not in done.stdout
    if command != ("--help",):
        assert max(map(len, done.stdout.splitlines())) > 2 * 20
