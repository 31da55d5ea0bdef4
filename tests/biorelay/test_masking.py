"""A login inside a URL is shown nowhere: not in a message, a log line or a stack trace; nor is a password that settings hold."""

import logging
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biorelay.cli.console import say
from biorelay.masking import MaskedFormatter, mask
from tests.services import Neo4jAddress

LOGIN = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/?#@"), min_size=1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bolt://neo4j:geheim@db:7687", "bolt://***@db:7687"),
        ("at neo4j+s://neo4j:ge:he@im@db:7687/x, then", "at neo4j+s://***@db:7687/x, then"),
        ("http://geheim@registry:8081", "http://***@registry:8081"),
        ("write to someone@example.org or see https://a.org/@me", "write to someone@example.org or see https://a.org/@me"),
        ("relay-mini@1", "relay-mini@1"),
    ],
)
def test_a_login_is_masked_and_nothing_else(text: str, shown: str) -> None:
    assert mask(text) == shown


@settings(deadline=None)
@given(LOGIN, LOGIN)
def test_any_login_is_masked(user: str, password: str) -> None:
    assert mask(f"see bolt://{user}:{password}@db:7687.") == "see bolt://***@db:7687."


def test_messages_and_log_lines_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    say("cannot reach bolt://neo4j:geheim@db:7687")
    assert "bolt://***@db:7687" in capsys.readouterr().err
    try:
        raise OSError("bolt://neo4j:geheim@db:7687 is away")
    except OSError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "at %s", ("http://a:geheim@b",), sys.exc_info())
    line = MaskedFormatter().format(record)
    assert "geheim" not in line
    assert "OSError: bolt://***@db:7687 is away" in line


def biorelay(*arguments: str, **more: str) -> str:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | more
    done = subprocess.run(
        [sys.executable, "-m", "biorelay", *arguments], env=environment, capture_output=True, text=True, timeout=50, check=False
    )
    return done.stdout + done.stderr


def test_a_refused_login_is_not_repeated_even_with_a_stack_trace() -> None:
    said = biorelay("--debug", "graph", "stats", BIORELAY_GRAPH_URL="bolt://neo4j:geheim@127.0.0.1:7687")
    assert "Traceback" in said
    assert "geheim" not in said


@pytest.mark.neo4j
@pytest.mark.parametrize("right", [True, False])
def test_a_password_is_in_no_debug_log(neo4j: Neo4jAddress, right: bool) -> None:
    password = neo4j.password if right else "falsch-geheim"
    where = {"BIORELAY_GRAPH_URL": neo4j.url, "BIORELAY_GRAPH_USER": neo4j.user, "BIORELAY_GRAPH_PASSWORD": password}
    said = biorelay("--debug", "graph", "stats", **where)
    assert "DEBUG" in said
    assert password not in said
