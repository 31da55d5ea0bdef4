"""Texts of documents, keys and arguments move no cursor, forge no line of the log, and never end a command with a stack trace."""

import json
import logging
import re
import sys
from pathlib import Path

import pytest

from biorelay.cli.console import emit, printable
from biorelay.masking import MaskedFormatter
from tests.biorelay.conftest import Cli

HARM = "a\x1b[2J\x07b\x9b31mc\u202ed\u2066e\x00f\x85g"
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def logged(message: str, *arguments: object) -> str:
    record = logging.LogRecord("stream", logging.WARNING, "x.py", 1, message, arguments, None)
    return MaskedFormatter().format(record)


def test_a_key_forges_no_line_of_the_log() -> None:
    first, second = logged("%s is set aside", "pubmed:1\n2026-01-01 00:00:00,000 ERROR stream: all is lost").split("\n")
    assert first.endswith("WARNING stream: pubmed:1")
    assert second == "  2026-01-01 00:00:00,000 ERROR stream: all is lost is set aside"


def test_control_characters_stand_in_the_log_as_escapes() -> None:
    line = logged("a document called %s", HARM)
    assert not UNSEEN.search(line)
    assert r"a\x1b[2J\x07b\x9b31mc\u202ed\u2066e\x00f\x85g" in line


def test_half_a_character_can_be_logged() -> None:
    assert logged("%s", "x\udcff").encode().endswith(rb"x\udcff")


def test_a_stack_trace_is_indented_and_readable() -> None:
    try:
        raise ValueError("one\nERROR two\x1b[2J")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    first, *rest = MaskedFormatter().format(record).split("\n")
    assert first.endswith("ERROR x: failed")
    assert all(line.startswith("  ") for line in rest)
    assert rest[-1] == r"  ERROR two\x1b[2J"


def test_json_on_a_terminal_moves_no_cursor_and_means_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": HARM, "é": ["x\u2028y", "\ud800"]}
    emit(value)
    said = capsys.readouterr().out
    assert not UNSEEN.search(said)
    assert json.loads(said) == value
    assert "é" in said


def test_half_a_character_is_printed_as_a_replacement() -> None:
    assert printable("x\udcffy") == "x\ufffdy"


@pytest.mark.parametrize(
    "words", [("graph", f"fi{HARM}nd"), ("graph", "find", f"--{HARM}"), (f"x{HARM}",), ("graph", "path", "a", "b", "--max-hops", HARM)]
)
def test_a_usage_error_repeats_no_control_characters(cli: Cli, words: tuple[str, ...]) -> None:
    found = cli(*words)
    assert found.exit_code == 2
    assert found.stderr
    assert not UNSEEN.search(found.stderr)


@pytest.mark.parametrize(
    "words", [("graph", "find", "x\udcff"), ("graph", "article", "pubmed:\udcff"), ("graph", "neighbours", "x:\udcff")]
)
def test_an_argument_that_is_no_utf8_is_bad_input(cli: Cli, words: tuple[str, ...]) -> None:
    cli("graph", "load", stdin=b"")
    found = cli(*words)
    assert found.exit_code == 2
    assert "is not UTF-8" in found.stderr


def test_a_wrong_setting_is_quoted_in_part(cli: Cli) -> None:
    for option in (f"worker.{'x' * 5000}=1", f"broker.bootstrap={'x' * 5000}", f"worker.batch={'9' * 5000}", "x" * 5000):
        found = cli("--set", option, "config", "show")
        assert found.exit_code == 2
        assert len(found.stderr) < 1000


@pytest.mark.parametrize("content", ["a = " + "9" * 5000, "a = " + "[" * 5000, "a = 'x\x00'"], ids=["digits", "brackets", "NUL"])
def test_a_settings_file_that_tomllib_chokes_on_is_no_toml(cli: Cli, content: str) -> None:
    Path("odd.toml").write_text(content)
    found = cli("--config", "odd.toml", "config", "show")
    assert found.exit_code == 2
    assert "not TOML" in found.stderr
