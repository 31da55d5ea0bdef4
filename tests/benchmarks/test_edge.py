"""The limits of `bench_edge` hold, and what it makes of runs; no time is asserted."""

import json
import os
import resource
import sys
from pathlib import Path

import pytest

from benchmarks import bench_edge
from benchmarks.bench_edge import fits, lines, outcome, ratios, row
from benchmarks.edge_limit import Ended, run_limited
from biorelay.samples import BC5CDR_TEST
from processors.records import Abstract
from processors.sources import read
from processors.sources.jsonl import write_jsonl

CORE = min(os.sched_getaffinity(0))


def python(program: str, **limits: object) -> Ended:
    return run_limited([sys.executable, "-c", program], **({"megabytes": 200, "core": CORE, "patience": 30.0} | limits))  # type: ignore[arg-type]


def test_a_child_has_one_core_and_the_parent_keeps_its_own() -> None:
    cores, limit = os.sched_getaffinity(0), resource.getrlimit(resource.RLIMIT_DATA)
    ended = python("import os, resource; print(os.sched_getaffinity(0), resource.getrlimit(resource.RLIMIT_DATA)[0])", refuse=True)
    assert (ended.code, ended.stopped) == (0, False)
    assert [line for _, line in ended.lines] == [f"{{{CORE}}} 200000000"]
    assert ended.lines[0][0] > 0
    assert (os.sched_getaffinity(0), resource.getrlimit(resource.RLIMIT_DATA)) == (cores, limit)


def test_a_child_over_the_limit_is_ended() -> None:
    ended = python("import time; x = bytearray(300_000_000); x[::4096] = b'x' * len(x[::4096]); time.sleep(20)")
    assert ended.stopped
    assert ended.code < 0
    assert not fits(ended)
    assert ended.peak_mb > 200
    assert outcome(ended).startswith("ended at ")


def test_a_child_that_asks_for_too_much_is_refused() -> None:
    ended = python("x = bytearray(300_000_000)", refuse=True)
    assert not ended.stopped
    assert not fits(ended)
    assert "was refused memory" in outcome(ended)
    assert "MemoryError" in outcome(ended)


def test_without_a_limit_it_fits() -> None:
    assert fits(python("x = bytearray(300_000_000)", megabytes=None))


def test_another_failure_is_no_lack_of_memory() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        fits(python("1 / 0"))


def test_a_child_that_never_ends_is_ended() -> None:
    import subprocess

    with pytest.raises(subprocess.TimeoutExpired):
        python("import time; time.sleep(60)", patience=0.5)


@pytest.mark.timeout(120)
def test_the_shipped_extractor_works_on_one_core_under_the_limit(tmp_path: Path) -> None:
    documents = [record for record in read(BC5CDR_TEST) if isinstance(record, Abstract)][:4]
    file = tmp_path / "abstracts.jsonl"
    file.write_bytes(b"".join(write_jsonl(documents)))
    ended = run_limited(
        [sys.executable, "-m", "benchmarks.edge_child", "extractor", str(file)], megabytes=512, core=CORE, refuse=True, patience=100
    )
    assert fits(ended), ended.error
    told = row([ended])
    assert told["documents_per_s"] > 0
    assert told["peak_mb"] < 512
    assert told["torch"] is False
    assert 0 < told["cold_start_s"] < ended.lines[-1][0]
    assert list(told["memory"]) == ["interpreter", "loaded", "first_answer", "end"]


def run(wall: float, start: float, peak: float) -> Ended:
    memory = {"end": {"peak_mb": peak, "anonymous_mb": peak / 2}}
    told = {"documents": 10, "wall_s": wall, "cpu_s": wall / 2, "memory": memory, "torch": False}
    return Ended(lines=[(start, "answered"), (start + wall, json.dumps(told))])


def test_figures_are_medians_and_the_largest_peak() -> None:
    told = row([run(1.0, 0.5, 180), run(2.0, 0.7, 190), run(4.0, 0.6, 185)])
    assert (told["documents_per_s"], told["documents_per_cpu_s"], told["cold_start_s"], told["peak_mb"]) == (5.0, 10.0, 0.6, 190)
    with pytest.raises(RuntimeError, match="fitted once"):
        row([run(1.0, 0.5, 180), Ended(code=-9, stopped=True)])


def test_ratios_are_over_the_peer_and_over_the_limit() -> None:
    sides = {"extractor": row([run(1.0, 0.5, 128)]), "peer": row([run(2.0, 5.0, 1024)])}
    result = {"limit_mb": 512, **sides}
    assert ratios(result) == {"speed_over_peer": 2.0, "cold_start_over_peer": 0.1, "peak_over_peer": 0.125, "peak_over_limit": 0.25}
    shown = result | {"model": "m@1", "machine": {"load_before": 0.1}, "ratios": ratios(result)}
    shown["extractor"] |= {"fits": True, "under_limit": "ran"}
    shown["peer"] |= {"fits": False, "under_limit": "ended at 513 MB"}
    told = "\n".join(lines(shown))
    assert "under it: ended at 513 MB" in told
    assert "speed_over_peer = 2" in told


def test_a_worse_ratio_is_told_by_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = {
        "extractor": row([run(1.0, 0.5, 128)]) | {"fits": True},
        "peer": row([run(2.0, 5.0, 1024)]) | {"fits": False, "under_limit": ""},
    }
    before = {"model": "m@1", "limit_mb": 512, "machine": {"load_before": 0.1}, **sides}
    before["ratios"] = ratios(before)
    slower = before | {"ratios": before["ratios"] | {"speed_over_peer": 1.7}}
    too_large = before | {"extractor": before["extractor"] | {"fits": False, "under_limit": "ended at 513 MB"}}
    monkeypatch.setattr(bench_edge, "RESULTS", tmp_path / "edge.json")
    (tmp_path / "edge.json").write_text(json.dumps(before))
    for told, word in ((before, None), (slower, "ratios.speed_over_peer fell from 2 to 1.7"), (too_large, "does not fit")):
        monkeypatch.setattr(bench_edge, "measure", lambda _, told=told: told)
        assert bench_edge.main(["--check"]) == (0 if word is None else 1)
        said = capsys.readouterr().out
        assert word is None or word in said
