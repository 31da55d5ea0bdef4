"""The short form of `make fuzz`: every target on some inputs, by two ways of drawing them; every finding once more; and the run itself."""

import itertools
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import fuzz, fuzz_section
from tests.fuzz import running
from tests.fuzz.mutation import mutated
from tests.fuzz.running import Hang, attempt, folder_of, quiet, run, where
from tests.fuzz.target import Defect, Target, defect
from tests.fuzz.targets import TARGETS

QUICK = [name for name in TARGETS if name not in {"commands", "questions", "settings"}]
CASES = 150


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Commands set and take away variables, and have a folder of their own: all are as they were, for the tests behind this one."""
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)
    yield
    os.environ.clear()
    os.environ |= before


@pytest.mark.parametrize("name", TARGETS)
def test_no_drawn_input_meets_a_defect(name: str) -> None:
    target = TARGETS[name]
    found = run(target, seed=1, cases=max(CASES if name in QUICK else 0, len(target.seeds) + 20))
    assert found.cases
    assert [*found.crashes.values(), *found.hangs.values()] == []


@pytest.mark.parametrize("name", QUICK)
@given(st.randoms(use_true_random=False))
@settings(max_examples=12, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_no_input_that_hypothesis_draws_meets_a_defect(name: str, random: Random) -> None:
    with quiet():
        TARGETS[name].run(mutated(random, TARGETS[name]))


@pytest.mark.parametrize("place", sorted(running.FINDINGS.glob("*/*.bin")), ids=lambda place: f"{place.parent.name}/{place.stem}")
def test_a_finding_stays_mended(place: Path) -> None:
    (target,) = (each for each in TARGETS.values() if folder_of(each.name) == place.parent.name)
    with quiet():
        assert attempt(target, place.read_bytes()) is None


def test_a_seed_gives_the_same_inputs_again() -> None:
    target = TARGETS["read jats"]
    drawn = [[mutated(random, target) for _ in range(50)] for random in (Random(3), Random(3), Random(4))]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(len(data) <= target.most for data in drawn[0])


def planted(data: bytes) -> None:
    """Wrong in three ways, of which one never ends."""
    if data.startswith(b"value"):
        raise ValueError("boom")
    if data.startswith(b"wrong"):
        defect("an answer is wrong")
    while data.startswith(b"hangs"):
        pass


def test_a_run_finds_what_is_planted_and_goes_on() -> None:
    target = Target("planted", planted, lambda: (b"fine", b"value 1", b"value 2", b"wrong", b"hangs"), cpu_s=0.2)
    found = run(target, seed=1, cases=6)
    assert found.cases == 6
    assert [where.partition(" at ")[0] for where in found.crashes.values()] == ["ValueError: 'boom'", "Defect: 'an answer is wrong'"]
    assert list(found.crashes) == [b"value 1", b"wrong"]  # the second one of a kind at one place counts once
    assert list(found.hangs) == [b"hangs"]


def test_a_target_that_only_crashes_is_left_in_the_end() -> None:
    places = itertools.count()

    def always(data: bytes) -> None:
        raise ValueError(next(places))

    assert run(Target("always", always, lambda: (b"x",)), seed=1, cases=1000).cases == running.ENOUGH


def test_what_is_raised_is_told_in_one_line() -> None:
    error = attempt(Target("planted", planted, lambda: ()), b"wrong")
    assert isinstance(error, Defect)
    assert re.fullmatch(r"Defect: 'an answer is wrong' at .*test_fuzz\.py:\d+", where(error))
    assert not isinstance(Hang("x"), Exception)


def told(cases: int, crashes: int = 0) -> dict[str, object]:
    ran = running.Ran("read jats", cases=cases, longest_ms=float(cases), peak_mib=70.0)
    ran.crashes = {bytes([number]): f"crash {number}" for number in range(crashes)}
    return fuzz.entry([ran], seed=1, guided=False, seconds=3600, machine={"commit": "abc"})


def test_the_ledger_counts_since_the_last_finding(tmp_path: Path) -> None:
    for each in (told(10), told(20, crashes=2), told(30), told(40)):
        fuzz.store(each, tmp_path)
    found = json.loads((tmp_path / "fuzz.json").read_bytes())
    assert (found["cases"], found["crashes"], found["hangs"], found["hours"]) == (70, 0, 0, 2)
    assert found["ever"] == {"cases": 100, "findings": 2}
    assert found["targets"] == {"read jats": {"cases": 70, "longest_ms": 40}}
    assert len((tmp_path / "fuzz.jsonl").read_text().splitlines()) == 4


def test_the_page_says_what_the_ledger_holds(tmp_path: Path) -> None:
    fuzz.store(told(10, crashes=1), tmp_path)
    fuzz.store(told(2000) | {"memory": {"billion laughs": {"peak_mib": 140, "usual_mib": 224}}}, tmp_path)
    fuzz.store(None, tmp_path)
    page = "\n".join(fuzz_section.fuzz(json.loads((tmp_path / "fuzz.json").read_bytes())))
    kept = len(list(running.FINDINGS.glob("*/*.bin")))
    assert kept > 20
    assert f"| 2,000 | 0 | 0 | 2,010 | {kept} |" in page
    assert "| `read jats` | 2,000 |" in page
    assert "| billion laughs | 140 MiB | 224 MiB |" in page
    assert "Not measured." in fuzz_section.fuzz(None)


def test_a_run_with_a_finding_does_not_count_as_clean(tmp_path: Path) -> None:
    fuzz.store(told(10), tmp_path)
    fuzz.store(told(20, crashes=1), tmp_path)
    found = json.loads((tmp_path / "fuzz.json").read_bytes())
    assert (found["cases"], found["crashes"]) == (20, 1)


def test_a_run_by_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--seconds", "0.2", "--targets", "revisions,keys"]) == 0
    said = capsys.readouterr().out
    assert "revisions" in said
    assert "0 crashes, 0 hangs" in said


@pytest.mark.parametrize("words", [["--targets", "nothing"], ["--targets", ","], ["--seconds", "0"], ["--seconds", "nan"]])
def test_bad_arguments_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        fuzz.main(words)
    assert ended.value.code == 2
    assert "argument" in capsys.readouterr().err
