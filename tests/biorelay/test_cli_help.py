"""Every command explains itself, with examples that its own parser accepts."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from biorelay.cli import graph_options, options
from biorelay.cli.app import app
from biorelay.cli.consume import What
from graphstore.contribution import Polarity
from graphstore.measures import Measure
from processors.outputs import OUTPUTS
from processors.records import EntityType, Predicate
from processors.sources import FORMATS
from stream.topics import Topic
from tests.biorelay.conftest import Cli

ROOT: Any = typer.main.get_command(app)
EXAMPLE = re.compile(r"(?:^|\| )(?:BIORELAY_\w+=\S+ )*biorelay (.+?)(?= \| |$)")


def commands(group: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands())
EXAMPLES = [
    pytest.param(example, id=example)
    for command in ALL.values()
    for line in (command.help or "").partition("Examples:")[2].splitlines()
    for example in EXAMPLE.findall(line.strip())
]


def test_the_commands_that_were_promised_are_there() -> None:
    assert {" ".join(path) for path in ALL} == {
        "config show",
        "consume",
        "corpora check",
        "corpora list",
        "dead-letters list",
        "dead-letters replay",
        "dead-letters show",
        "demo",
        "distil",
        "doctor",
        "evaluate",
        "extract",
        "follow pubmed",
        "graph among",
        "graph article",
        "graph changes",
        "graph compare",
        "graph confidence",
        "graph contradicted",
        "graph discover closed",
        "graph discover open",
        "graph evidence",
        "graph export",
        "graph find",
        "graph growth",
        "graph import",
        "graph load",
        "graph neighbours",
        "graph outside",
        "graph path",
        "graph retracted",
        "graph rollup",
        "graph sources",
        "graph stats",
        "graph verify",
        "mcp",
        "models build-vocabulary",
        "models convert",
        "models list",
        "models show",
        "models verify",
        "publish",
        "reextract",
        "relink",
        "serve",
        "topics create",
        "topics describe",
        "topics register",
        "topics schema",
        "train",
        "watch add",
        "watch follow",
        "watch list",
        "watch remove",
        "worker",
    }


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_shows_examples_of_the_command(cli: Cli, path: tuple[str, ...]) -> None:
    result = cli(*path, "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    assert f"biorelay {' '.join(path)}" in result.stdout


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_what_its_command_accepts(example: str) -> None:
    words = shlex.split(example.partition(" > ")[0])
    for word in words:
        if re.fullmatch(r"[\w-]+(\.[a-z]+)+", word):
            Path(word).touch()  # some options want a file that is there
    before = []
    while words[0].startswith("--"):  # the root's own options, each with a value
        before += [words.pop(0), words.pop(0)]
    command, context = ROOT, ROOT.make_context("biorelay", before, resilient_parsing=True)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    parsed = command.make_context("biorelay", words, parent=context)
    assert not parsed.args


def test_every_command_has_examples() -> None:
    assert len(EXAMPLES) > len(ALL)


def test_a_group_without_a_command_shows_its_help(cli: Cli) -> None:
    assert "discover" in cli("graph").output


def test_a_mistyped_command_is_bad_input_with_a_suggestion(cli: Cli) -> None:
    result = cli("extrakt")
    assert result.exit_code == 2
    assert "extract" in result.stderr


def test_the_version(cli: Cli) -> None:
    assert re.fullmatch(r"biorelay \d\S*\n", cli("--version").stdout)


def test_choices_are_those_of_the_records() -> None:
    assert [kind.value for kind in options.EntityKind] == [kind.value for kind in EntityType]
    assert [name.value for name in options.PredicateName] == [name.value for name in Predicate]
    assert [name.value for name in graph_options.RankName] == [name.value for name in Measure]
    assert {name.value for name in options.PolarityName} == {*map(str, Polarity), "any"}
    assert [form.value for form in options.SourceFormat] == list(FORMATS)
    assert {form.value for form in options.OutputFormat} == set(OUTPUTS)
    assert {what.value for what in What} == {topic.value for topic in Topic} - {Topic.DEAD_LETTERS.value}
