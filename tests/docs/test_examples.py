"""Every example in the README and the docs is run, and prints what the page says.

Fenced blocks count when their info string is:

- `console`: lines that begin with `$ ` are run by bash (a line that ends in a backslash goes on);
  the lines below must be what the command prints, with `...` for any text; a command without output lines must succeed.
  A command that ends in `&` runs until the page ends.
- `python`: run in a fresh interpreter; what stands in a following `text` block must be its output.

`<!-- example: services -->` on the line above marks blocks that need a real Kafka and Neo4j,
`<!-- example: shown -->` blocks that are shown only (an installation, a run of many minutes); each says why.
Blocks of one page run in order, in one folder that begins with the repository's samples.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.services import Neo4jAddress

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"(?:<!-- example: (?P<mark>[a-z]+)[^>]*-->\n)?^```(?P<info>[a-z]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    page: Path
    line: int
    info: str
    mark: str | None
    body: str


NO_EXAMPLE = Example(ROOT, 0, "", None, "")


def examples(page: Path) -> Iterator[Example]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield Example(page, text.count("\n", 0, match.start("body")), match["info"], match["mark"], match["body"])


def commands(body: str) -> Iterator[tuple[str, str]]:
    """Split a console block into (command, expected output)."""
    command, expected = "", ""
    continued = False
    for line in body.splitlines():
        if continued or line.startswith("$ "):
            if not continued:
                if command:
                    yield command, expected
                command, expected = line[2:], ""
            else:
                command += "\n" + line
            continued = line.endswith("\\")
        else:
            expected += line + "\n"
    if command:
        yield command, expected


def matches(expected: str, printed: str) -> bool:
    """Whether the output is what the page says; `...` stands for any text, blanks at line ends do not count."""
    tidy = "\n".join(line.rstrip() for line in printed.strip().splitlines())
    pattern = ".*?".join(re.escape(part) for part in "\n".join(line.rstrip() for line in expected.strip().splitlines()).split("..."))
    return re.fullmatch(pattern, tidy, re.DOTALL) is not None


def run_page(page: Path, mark: str | None, folder: Path, environment: dict[str, str]) -> int:
    shutil.copytree(ROOT / "tests" / "data", folder / "tests" / "data", dirs_exist_ok=True)
    with ExitStack() as background:
        return run_blocks(page, mark, folder, environment, background)


def run_blocks(page: Path, mark: str | None, folder: Path, environment: dict[str, str], background: ExitStack) -> int:
    ran = 0
    for example, following in pairwise([*examples(page), NO_EXAMPLE]):
        if example.mark != mark or example.info not in {"console", "python"}:
            continue
        where = f"{page.relative_to(ROOT)}:{example.line}"
        if example.info == "python":
            done = subprocess.run(
                [sys.executable, "-c", example.body], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
            )
            assert done.returncode == 0, f"{where}\n{done.stderr}"
            if following.info == "text":
                assert matches(following.body, done.stdout), f"{where}\nprinted:\n{done.stdout}\nbut the page says:\n{following.body}"
            ran += 1
            continue
        for command, expected in commands(example.body):
            ran += 1
            if command.endswith("&"):
                background.enter_context(running(command.removesuffix("&"), folder, environment))
                continue
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", command],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=180,
                check=False,
            )
            assert done.returncode == 0, f"{where}: $ {command}\n{done.stdout}{done.stderr}"
            if expected.strip():
                assert matches(expected, done.stdout), f"{where}: $ {command}\nprinted:\n{done.stdout}\nbut the page says:\n{expected}"
    return ran


@contextmanager
def running(command: str, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Run a command in the background; it must still run when its page ends."""
    with (folder / "background.log").open("wb") as log:
        process = subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield
        assert process.poll() is None, f"{command} ended early:\n{(folder / 'background.log').read_text()}"
    finally:
        process.terminate()
        process.wait(30)


def plain_environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIORELAY_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "160", "NO_COLOR": "1", "TERM": "dumb"}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_run_as_shown(page: Path, tmp_path: Path) -> None:
    wanted = sum(1 for e in examples(page) if e.mark is None and e.info in {"console", "python"})
    ran = run_page(page, None, tmp_path, plain_environment())
    assert ran >= wanted


def service_environment(kafka: str, neo4j: Neo4jAddress) -> dict[str, str]:
    return plain_environment() | {
        "BIORELAY_BROKER_BOOTSTRAP": kafka,
        "BIORELAY_GRAPH_URL": neo4j.url,
        "BIORELAY_GRAPH_USER": neo4j.user,
        "BIORELAY_GRAPH_PASSWORD": neo4j.password,
        "BIORELAY_WORKER_METRICS_PORT": "0",
    }


@pytest.mark.kafka
@pytest.mark.neo4j
@pytest.mark.timeout(400)
def test_service_examples_run_as_shown(tmp_path: Path, kafka: str, empty_neo4j: Neo4jAddress) -> None:
    """Those of the README are the tour, which tests/end_to_end/test_tour.py takes."""
    pages = [page for page in PAGES if page != README and any(e.mark == "services" for e in examples(page))]
    for page in pages:
        assert run_page(page, "services", tmp_path, service_environment(kafka, empty_neo4j)) > 0


def test_a_shown_example_says_why() -> None:
    for page in PAGES:
        for match in re.finditer(r"<!-- example: shown(.*?)-->", page.read_text(encoding="utf-8")):
            assert len(match[1].strip()) > 10, f"{page.name}: an example that is not run must say why"


def test_matching_is_strict() -> None:
    assert matches("a ... c\n", "a b c \n")
    assert not matches("a ... c\n", "a b d\n")
    assert list(commands("$ one \\\n  two\nout\n$ three\n")) == [("one \\\n  two", "out\n"), ("three", "")]
