"""Failing: one line and a remedy, the right exit code, a stack trace only when asked for."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from biorelay.cli.failure import Commands, as_known, exit_code
from biorelay.errors import (
    ArtefactMissing,
    BadInput,
    BiorelayError,
    BrokerUnreachable,
    GraphUnavailable,
    GraphUnknownEntity,
    NotJson,
    SettingsError,
    TruncatedSource,
)
from tests.biorelay.conftest import Cli


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BiorelayError("x"), 1),
        (ArtefactMissing("x"), 1),
        (BrokerUnreachable("x"), 1),
        (GraphUnavailable("x"), 1),
        (NotJson("x"), 2),
        (TruncatedSource("x"), 2),
        (SettingsError("x"), 2),
        (BadInput("x"), 2),
        (GraphUnknownEntity("x"), 2),
    ],
)
def test_bad_input_is_told_from_failure(error: BiorelayError, code: int) -> None:
    assert exit_code(error) == code


def test_what_lies_in_a_group_is_found() -> None:
    group = ExceptionGroup("several", [ValueError("a"), ExceptionGroup("inner", [NotJson("the one")])])
    assert str(as_known(group)) == "the one"


def test_an_os_error_names_its_file() -> None:
    assert str(as_known(FileNotFoundError(2, "No such file or directory", "/a/b"))) == "/a/b: No such file or directory"


def _failing(error: BaseException) -> typer.Typer:
    app = typer.Typer(cls=Commands, pretty_exceptions_enable=False)

    @app.callback()
    def root(debug: bool = False) -> None:
        pass

    @app.command()
    def fail() -> None:
        raise error

    return app


def test_a_known_error_is_two_lines() -> None:
    result = CliRunner().invoke(_failing(NotJson("line 3 is not JSON", remedy="Mend [it].")), ["fail"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: line 3 is not JSON\n       Mend [it].\n"


def test_an_unexpected_error_is_a_line_that_asks_for_a_report() -> None:
    result = CliRunner().invoke(_failing(KeyError("x")), ["fail"])
    assert result.exit_code == 1
    assert result.stderr.startswith("error: unexpected KeyError: 'x'\n")
    assert "--debug" in result.stderr
    assert "Traceback" not in result.stderr


def test_with_debug_the_error_itself_comes_out() -> None:
    result = CliRunner().invoke(_failing(NotJson("no")), ["--debug", "fail"])
    assert isinstance(result.exception, NotJson)


def test_an_interruption_is_told_in_a_word() -> None:
    result = CliRunner().invoke(_failing(KeyboardInterrupt()), ["fail"])
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_control_characters_in_a_message_do_not_reach_the_terminal() -> None:
    result = CliRunner().invoke(_failing(BiorelayError("bad \x1b[31mname\x07")), ["fail"])
    assert "\x1b" not in result.stderr
    assert "\x07" not in result.stderr


def test_a_bad_setting_stops_any_command_with_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_WORKER_BATCH", "many")
    result = cli("graph", "stats")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == "error: BIORELAY_WORKER_BATCH: should be a valid integer, not 'many'"


def test_a_missing_settings_file_is_named(cli: Cli) -> None:
    result = cli("--config", "gone.toml", "config", "show")
    assert result.exit_code == 2
    assert "gone.toml" in result.stderr


def biorelay(*arguments: str, environment: dict[str, str] | None = None) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "biorelay", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"} | (environment or {}),
    )


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    with biorelay("config", "show", "--toml") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == ""


def test_ctrl_c_while_the_broker_is_awaited_is_clean() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with biorelay("topics", "describe", environment={"BIORELAY_BROKER_BOOTSTRAP": address}) as process:
            silent.settimeout(30)
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "interrupted\n"


@pytest.mark.parametrize(
    "command",
    [
        ["topics", "describe"],
        ["topics", "create"],
        ["dead-letters", "list"],
        ["consume", "relations", "--once"],
        ["publish", "abstract.jsonl"],
        ["worker", "--stages", "graph"],
    ],
    ids=" ".join,
)
def test_an_unreachable_broker_is_one_line_within_its_time(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, unused_port: int, command: list[str]
) -> None:
    (tmp_path / "abstract.jsonl").write_text('{"schema":"biorelay.abstract/1","id":"pubmed:1","title":"T"}\n')
    monkeypatch.setenv("BIORELAY_BROKER_BOOTSTRAP", f"127.0.0.1:{unused_port}")
    monkeypatch.setenv("BIORELAY_BROKER_TIMEOUT_S", "1")
    monkeypatch.setenv("BIORELAY_WORKER_STARTUP_S", "1")
    monkeypatch.setenv("BIORELAY_WORKER_METRICS_PORT", "0")
    result = cli(*command)
    assert result.exit_code == 1
    assert f"error: the broker at 127.0.0.1:{unused_port} does not answer" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unreachable_database_is_one_line_within_its_time(cli: Cli, monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
    monkeypatch.setenv("BIORELAY_GRAPH_URL", f"bolt://127.0.0.1:{unused_port}")
    result = cli("graph", "stats")
    assert result.exit_code == 1
    assert f"127.0.0.1:{unused_port}" in result.stderr
    assert "Traceback" not in result.stderr
