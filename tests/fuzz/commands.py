"""What a user types and sees: settings, every command's arguments, the terminal and the log."""

import contextlib
import itertools
import json
import logging
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import typer
from typer.testing import CliRunner

from biorelay.cli.app import app
from biorelay.cli.console import printable
from biorelay.cli.failure import as_known
from biorelay.cli.graph_options import years
from biorelay.following import parse_since
from biorelay.masking import MaskedFormatter, mask
from biorelay.positions import Positions
from biorelay.refusals import BadInput, SettingsError
from biorelay.settings import load_settings, origins
from models.runtime.errors import BiorelayError
from tests.fuzz import samples
from tests.fuzz.messages import LONGEST_MESSAGE
from tests.fuzz.target import Target, defect, dice, need, text_of

BREAK = "\u2424"
"""Stands for a line break inside a word of a command line, whose words are an input's lines."""
CODES = frozenset({0, 1, 2})
PARSED_ONLY = (
    "demo",
    "worker",
    "serve",
    "mcp",
    "reextract",
    "follow pubmed",
    "relink",
    "extract",
    "train",
    "distil",
    "evaluate",
    "models convert",
    "models build-vocabulary",
)
"""Commands that run for long, or start processes: only their arguments are read."""
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def settings(data: bytes) -> None:
    """A settings file, or options: settings, or a `SettingsError` in a few words."""
    options: list[str] = []
    with _folder() as folder:
        file = folder / "biorelay.toml"
        if dice(data, 3):
            file.write_bytes(data)
        else:
            options = text_of(data).split("\n")[:8]
        try:
            config = file if file.exists() else None
            load_settings(config, options)
            origins(config, options)
        except SettingsError as error:
            need(len(str(error)) <= LONGEST_MESSAGE, f"a message has {len(str(error))} characters")


def terminal(data: bytes) -> None:
    """What is printed, logged and masked moves no cursor, turns no text and begins no line that the log did not."""
    text = text_of(data)
    need(not _UNSEEN.search(printable(text)), "a control character reaches the terminal")
    printable(text).encode()
    mask(text)
    log = logging.LogRecord(text, logging.INFO, "x.py", 1, "a message of %s", (text,), None)
    if dice(data, 3) == 0:
        try:
            raise ValueError(text)
        except ValueError:
            log.exc_info = sys.exc_info()
    written = MaskedFormatter().format(log)
    need(not _UNSEEN.search(written), "a control character reaches the log")
    first, *rest = written.split("\n")
    need(re.match(r"\d{4}-\d\d-\d\d ", first), "a line of the log has no time")
    need(all(line.startswith(" ") for line in rest), "a message begins a line of the log")
    written.encode()


def times(data: bytes) -> None:
    """Times and ranges of years as users write them."""
    text = text_of(data)
    with contextlib.suppress(BadInput):
        parse_since(text)
    with contextlib.suppress(BadInput):
        years("--first", text)


def positions(data: bytes) -> None:
    """A position file that something else wrote: the file is published from its start."""
    with _folder() as folder:
        known = Positions(folder, "broker/topic")
        file = folder / "a.xml"
        file.write_bytes(b"x")
        known.reached(known.of(file), 7)
        (place,) = folder.glob("*.json")
        place.write_bytes(data)
        found = known.of(file)
        need(found.records == 0 or found.file == str(file.resolve()), "the position of another file was taken")
        need(found.records >= 0, "a position stands before the beginning")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuzz") as name:
        yield Path(name)


@cache
def _root() -> Any:
    """The commands; those that run for long end once their arguments are read."""
    root = typer.main.get_command(app)
    for path in PARSED_ONLY:
        command: Any = root
        for name in path.split():
            command = command.commands[name]
        command.callback = lambda **_: None
    return root


@cache
def _home() -> tuple[Any, Path]:
    """A folder some levels down in a temporary one, with the files that the examples name, and a small graph."""
    holder = tempfile.TemporaryDirectory(prefix="fuzz")
    home = Path(holder.name, "a", "b", "c")
    home.mkdir(parents=True)
    os.chdir(home)
    relations = b"\n".join(samples.records("relations"))
    (home / "relations.jsonl").write_bytes(relations)
    (home / "abstracts.jsonl").write_bytes(samples.lines())
    (home / "abstracts.xml").write_bytes(samples.pubmed()[0])
    (home / "old.csv").write_bytes(samples.RETRACTIONS)
    (home / "garbage").write_bytes(bytes(range(256)) * 8)
    (home / "empty").write_bytes(b"")
    _surround(home)
    CliRunner().invoke(app, ["graph", "load", "relations.jsonl"], prog_name="biorelay")
    shutil.copytree(home, home.parent / "kept")
    return holder, home


def _surround(home: Path) -> None:
    """The variables of every command: no setting but a broker that is away, and nothing is written into the ledger of scorings."""
    for name in [name for name in os.environ if name.startswith("BIORELAY_")]:
        del os.environ[name]
    os.environ |= {"BIORELAY_BROKER_BOOTSTRAP": "127.0.0.1:1", "BIORELAY_BROKER_TIMEOUT_S": "0.01", "BIORELAY_DATA_DIR": str(home / "data")}
    os.environ["BIORELAY_SCORINGS"] = "off"


def _prepared() -> Path:
    """The folder as it was before any command wrote into it."""
    _, home = _home()
    _surround(home)
    for path in home.iterdir():
        if path.name != "data":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in (home.parent / "kept").iterdir():
        if path.name != "data":
            shutil.copy(path, home / path.name)
    os.chdir(home)
    return home


def command(data: bytes) -> None:
    """A command line: exit code 0, 1 or 2, no stack trace, nothing unexpected, nothing that moves the cursor."""
    home = _prepared()
    words = [word.replace(BREAK, "\n").replace("\x00", "") for word in text_of(data).split("\n")[:24]]
    words = [word if word in SAFE else word.replace("/", "_") for word in words]  # nothing is written outside the folder
    writes = {"load", "import"} & set(words)
    where = home / ("scratch" if writes else "data") / "graph"
    os.environ["BIORELAY_GRAPH_URL"] = f"ladybug:{where}"
    log, hook = logging.getLogger(), sys.excepthook
    handlers, level = list(log.handlers), log.level
    try:
        with mock.patch("typer.testing._get_command", return_value=_root()):
            found = CliRunner().invoke(app, words, input=samples.lines() if dice(data, 2) else b"", prog_name="biorelay")
    finally:
        log.handlers[:], sys.excepthook = handlers, hook
        log.setLevel(level)
    said = found.stdout + found.stderr
    if found.exception and not isinstance(found.exception, SystemExit):  # --debug lets errors through
        need(isinstance(found.exception, Exception) and as_known(found.exception).code != BiorelayError.code, repr(found.exception))
    need("This should not happen" not in found.stderr and "Traceback" not in found.stderr, f"unexpected: {said[-300:]!r}")
    need(found.exit_code in CODES, f"exit code {found.exit_code}")
    unseen = _UNSEEN.search(said)
    if unseen and "--debug" not in words:
        defect(f"{unseen[0]!r} reaches the terminal: {said[max(0, unseen.start() - 50) : unseen.end()]!r}")


EXAMPLE = re.compile(r"(?:^|\| )(?:BIORELAY_\w+=\S+ )*biorelay (.+?)(?= \| |$)")


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from _commands(each, (*path, name))
        else:
            yield (*path, name), each


def _examples() -> list[bytes]:
    """The examples of every command's help, with files that are there; and each with --help, and with --json."""
    found: list[list[str]] = []
    for path, each in _commands(_root()):
        lines = (each.help or "").partition("Examples:")[2].splitlines()
        found += [shlex.split(example) for line in lines for example in EXAMPLE.findall(line.strip())]
        found += [[*path, "--help"], [*path]]
    return ["\n".join(_there(word) for word in words).encode() for words in found]


def _there(word: str) -> str:
    if word.endswith((".jsonl", ".jsonl.gz")):
        return "relations.jsonl" if "relations" in word else "abstracts.jsonl"
    return "abstracts.xml" if ".xml" in word else "old.csv" if word.endswith(".csv") else word


def _options() -> tuple[bytes, ...]:
    """Every option that any command has."""
    names = {option for _, each in _commands(_root()) for parameter in each.params for option in parameter.opts if option.startswith("-")}
    return tuple(name.encode() for name in sorted(names - {"--install-completion", "--show-completion"}))


SAFE = frozenset({"../x", "../../x/y", "/nonexistent/x", "/dev/null", "/"})
ODD = tuple(word.encode("utf-8", "surrogateescape") for word in (
    "", "-", "--", "-1", "0", "1", "99999999999999999999", "1e400", "nan", "inf", "x" * 5000, f"a{BREAK}b", "\x1b[31mx", "\u202ex",
    "\udcff", "é", ".", "..", "garbage",
    "empty", "relations.jsonl", "abstracts.xml", "mesh:D003000", "mesh:D006973", "clonidine", "local:x#Gene:y", "a:b`c", "x' OR 1=1",
    "}) DELETE n //", "1990-2005",
    "2005-1990", "Gene", "Association", "negated", "csv", "kgx", "worker.batch=8", "graph.url=bolt://u:p@h", "x=y", "=", "[red]x[/red]",
    "%s", "{}", *sorted(SAFE),
))  # fmt: skip
TOML = b"""data_dir = ".local"
model = "relay-mini"
[broker]
bootstrap = "127.0.0.1:9092"
timeout_s = 2.5
[worker]
batch = 8
stages = ["ner"]
[limits]
text_characters = 1000
"""
KEYS = (
    b"[worker]\n",
    b"batch = 8\n",
    b"[graph]\nurl = 'bolt://h'\n",
    b"broker.bootstrap=x:1",
    b"worker.batch=8",
    b"[[x]]\n",
    b"= 1\n",
    b'"""',
    b"2021-01-01",
    b"nan",
    b"inf",
)
LOGS = (b"Naloxone", b"bolt://neo4j:word@db:7687", b"a\nERROR forged", b"\x1b[2J", b"a\r\n2026-01-01 00:00:00,000 ERROR x: forged")
POSITION = json.dumps({"file": "/a", "size": 1, "modified_ns": 2, "records": 3, "complete": False, "order": ""}).encode()


def _lines() -> list[bytes]:
    return list(
        itertools.chain(_examples(), (b"--set\nworker.batch=8\nconfig\nshow", b"--config\ngarbage\nconfig\nshow\n--json", b"--version"))
    )


TARGETS = (
    Target("settings", settings, lambda: (TOML, b"worker.batch=8\nbroker.bootstrap=x:1"), KEYS, most=4096),
    Target("terminal and log", terminal, lambda: LOGS, LOGS, most=2048),
    Target(
        "times", times, lambda: (b"10m", b"2026-11-01T12:00", b"1990-2005", b"-2005"), (b"9" * 30, b"m", b"-", b"T", b"+00:00"), most=100
    ),
    Target("positions", positions, lambda: (POSITION,), most=1000),
    Target("commands", command, _lines, (*(b"\n" + word + b"\n" for word in (*ODD, *_options())), *ODD), most=8192, cpu_s=60),
)
