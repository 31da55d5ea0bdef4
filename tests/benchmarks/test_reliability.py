"""docs/reliability.md is what the stored results and the promises say; the promises are the README's and their tests exist."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import chaos
from benchmarks.promises import PROMISES
from benchmarks.reliability import PAGE, page, stored
from tests.chaos.rounds import Round, Run
from tests.chaos.verifier import Findings

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(stored()), "write it anew: python -m benchmarks.reliability"


def test_the_page_without_results_says_so() -> None:
    assert "Not measured." in page({})


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.quote[:30])
def test_each_promise_is_the_readmes_and_its_tests_exist(promise: Any) -> None:
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert promise.quote in readme
    for test in promise.tests:
        file, *names = test.split("::")
        body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        for name in names:
            [found] = [node for node in body if getattr(node, "name", None) == name]
            body = getattr(found, "body", [])


def machine(commit: str) -> dict[str, Any]:
    return {"commit": commit, "cores": 2, "processor": "Some CPU (avx2)"}


def some_run(seed: int, *, bad: bool = False) -> Run:
    faults = ["worker-killed(w1 0.5+12.0)", "graph-killed(graph 1.0+2.0)"]
    first = Round(0, faults, documents=40, seconds=20.0, recovery=4.0, takeovers=[7.5], returns={"graph-killed": [2.25]})
    second = Round(1, faults[:1], documents=38, unknown=2, seconds=16.0, recovery=6.0, ends=[1])
    if bad:
        second.findings = Findings(lost=["pubmed:1 is missing"])
    return Run(seed, [first, second], repeated={"entities": 3}, put_right=2)


def test_runs_add_up_while_the_code_is_the_same(tmp_path: Path) -> None:
    chaos.store(chaos.entry(some_run(1, bad=True), "numbered", machine("a"), "older"), tmp_path)
    chaos.store(chaos.entry(some_run(2), "numbered", machine("b"), "newer"), tmp_path)
    chaos.store(chaos.entry(some_run(3), "shipped", machine("c"), "newer"), tmp_path)
    assert len(chaos.ledger(tmp_path / "chaos.jsonl")) == 3
    result = json.loads((tmp_path / "chaos.json").read_text())
    assert (result["rounds"], result["documents"], result["lost"], result["unknown"]) == (4, 156, 0, 4)
    assert result["faults"] == {"graph-killed": 2, "worker-killed": 4}
    assert (result["recovery_p95_s"], result["takeover_p95_s"], result["commit"], result["code"]) == (6.0, 7.5, "c", "newer")
    assert result["returns"]["graph-killed"] == {"count": 2, "p95_s": 2.25, "max_s": 2.25}
    said = page({"chaos.json": result})
    assert "| 4 | 156 | 0 |" in said
    assert "| `worker-killed` | 4 |" in said


def test_a_bad_round_is_told(tmp_path: Path) -> None:
    chaos.store(chaos.entry(some_run(1, bad=True), "numbered", machine("a"), "code"), tmp_path)
    [entry] = chaos.ledger(tmp_path / "chaos.jsonl")
    assert entry["lost"] == 1
    assert "pubmed:1 is missing" in entry["bad"][0]


def test_the_code_s_digest_changes_with_the_code(tmp_path: Path) -> None:
    for package in chaos.CODE:
        (tmp_path / package).mkdir()
    (tmp_path / "stream" / "delivery.py").write_text("one")
    first = chaos.code_digest(tmp_path)
    (tmp_path / "stream" / "notes.txt").write_text("no code")
    assert chaos.code_digest(tmp_path) == first
    (tmp_path / "graphstore" / "write.cypher").write_text("two")
    assert chaos.code_digest(tmp_path) != first


@pytest.mark.parametrize(
    "words", [["--rounds", "0"], ["--faults", "earthquake"], ["--first", "-1"], ["--seed", "x"], ["--extractor", "none"]]
)
def test_bad_arguments_are_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        chaos.main(words)
    assert refused.value.code == 2
