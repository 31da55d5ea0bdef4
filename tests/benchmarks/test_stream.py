"""The stream benchmark's arithmetic, its look at processes, and that its contenders do the same work."""

import argparse
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bench_stream import LIMITS, RISES, Bench, Later, Timing, result
from benchmarks.regression import compare
from benchmarks.stream_documents import write
from benchmarks.stream_latency import moments, percentiles
from benchmarks.stream_process import Measured, cpu_seconds, family, peak_memory
from benchmarks.stream_table import table
from biorelay.extractor import Extractor
from processors.records import Abstract, Section
from processors.sources import read
from stream import Publisher, StreamSettings, create_topics
from stream.topics import Topic
from tests.stream.kit import contents, newest, until

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests/data/bc5cdr_small.pubtator"
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def document(number: int) -> Abstract:
    return Abstract(id=f"bench:{number}", title=f"Title {number}", sections=(Section(text="Aspirin caused seizures."),))


def test_moments_come_in_order_at_the_rate_that_was_asked_for() -> None:
    found = moments(5000, 20.0, seed=6)
    assert found == sorted(found) == moments(5000, 20.0, seed=6)
    assert found != moments(5000, 20.0, seed=7)
    assert 5000 / found[-1] == pytest.approx(20.0, rel=0.05)
    gaps = [b - a for a, b in itertools.pairwise(found)]
    assert sum(gap > 0.05 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.03)  # exponential: exp(-1) are above the mean


def test_percentiles_are_nearest_ranks() -> None:
    assert percentiles([n / 100 for n in range(100, 0, -1)]) == {"documents": 100, "p50": 0.5, "p95": 0.95, "p99": 0.99, "longest": 1.0}
    assert percentiles([3.0, 1.0, 2.0]) == {"documents": 3, "p50": 2.0, "p95": 3.0, "p99": 3.0, "longest": 3.0}
    with pytest.raises(ValueError, match="no document"):
        percentiles([])


def test_documents_are_handed_out_once_each() -> None:
    later = Later([document(n) for n in range(4)], idle=2, seconds=1.0)
    ids = [found.id for count in (3, 6) for found in later.take(count)]
    assert len(set(ids)) == 9
    assert ids[:4] == [f"bench:{n}" for n in range(4)]


def bench() -> Bench:
    it = Bench(Path(), None, None, threads=2, processes=1)  # type: ignore[arg-type]
    for name, cpu, wall in (("extract", 5.0, 3.0), ("worker", 5.5, 4.0), ("worker_ner_relations", 5.2, 3.5), ("peer", 5.1, 3.2)):
        it.contenders[name] = Timing()
        for factor in (0.9, 1.1):
            it.contenders[name].add(100, cpu * factor, wall * factor, **({"kafka": 0.4, "neo4j": 1.0} if name == "worker" else {}))
    it.starts, it.memory, it.idle = [2.0, 2.2], [400_000_000, 410_000_000], [0.02]
    for name in ("idle", "half", "at_90_percent"):
        it.latencies[name] = percentiles([0.1, 0.2]) | ({} if name == "idle" else {"docs_per_s": 12.5})
    return it


def told(it: Bench) -> dict[str, Any]:
    machine = {"processor": "P", "cores": 2, "load_before": 0.1}
    return result(it, argparse.Namespace(rounds=2), {"documents": 100, "mean_characters": 1500}, machine)


def test_the_overhead_is_the_workers_cpu_over_extracts() -> None:
    found = told(bench())
    assert found["docs_per_s"] == 25.0
    assert found["overhead_vs_extract"] == pytest.approx(0.1)
    assert found["overheads_vs_extract"] == pytest.approx({"worker": 0.1, "worker_ner_relations": 0.04, "peer": 0.02})
    assert found["contenders"]["worker"]["neo4j_cpu_ms_per_document"] == 10.0
    assert found["ratios"]["cpu_vs_peer"] == pytest.approx(5.2 / 5.1, abs=1e-4)
    assert found["ratios"]["idle_p50_vs_extract"] == pytest.approx(0.1 / 0.05)
    assert (found["ready_s"], found["peak_memory_mb"]) == (2.1, 410.0)


def test_a_result_is_no_worse_than_itself_and_a_dearer_worker_is_told() -> None:
    stored = told(bench())
    assert compare(stored, stored, LIMITS, RISES) == []
    dearer = bench()
    dearer.contenders["worker"].cpu = [seconds * 1.2 for seconds in dearer.contenders["worker"].cpu]
    [line] = compare(stored, told(dearer), LIMITS, RISES)
    assert line.startswith("ratios.cpu_vs_extract rose from 1.1 to 1.32")


def test_the_table_says_what_the_result_says() -> None:
    lines = table(json.loads(json.dumps(told(bench())))).splitlines()
    assert "| `biorelay worker`, into Neo4j | 25.0 | 55.0 | +10.0 % | 4.0 | 10.0 |" in lines
    assert "| `biorelay extract`, no Kafka | 33.3 | 50.0 |  |  |  |" in lines
    assert "| at half of capacity | 12.5 | 100 ms | 200 ms | 200 ms |" in lines
    assert {line.count("|") for line in lines if line.startswith("|")} == {7, 6}


CHILD = """
import sys, time
while time.process_time() < 0.4:
    pass
print(flush=True)
sys.stdin.read()
"""
BURN = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print("burnt", child.pid, flush=True)
time.sleep(60)
"""


@linux
async def test_a_processs_figures_hold_its_childrens(tmp_path: Path) -> None:
    with Measured([sys.executable, "-c", BURN], {}, tmp_path / "log") as process:
        process.says("burnt")
        child = int(process.log.split()[1])
        assert family(process.pid) == [process.pid, child]
        assert process.cpu() >= 0.38  # /proc counts whole hundredths, user's and system's apart, and rounds both down
        assert cpu_seconds(child) <= process.cpu()
        assert len(peak_memory(process.pid)) == 2
        assert min(peak_memory(process.pid)) > 1_000_000
    assert cpu_seconds(process.pid) == 0.0


@linux
def test_a_process_that_ends_too_soon_is_told_with_its_log(tmp_path: Path) -> None:
    with (
        Measured([sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"], {}, tmp_path / "log") as process,
        pytest.raises(RuntimeError, match=r"(?s)ended with 3.*no such thing"),
    ):
        process.says("ready")


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_extract_is_measured_on_what_extract_writes(tmp_path: Path) -> None:
    found = [document for document in read(SMALL) if isinstance(document, Abstract)]
    file = write(found, tmp_path / "in.jsonl")
    command = [sys.executable, "-m", "benchmarks.stream_extract", str(file), str(file), str(tmp_path / "out.jsonl"), "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100)
    seconds = json.loads(done.stdout)
    assert seconds["documents"] == len(found)
    assert seconds["cpu_s"] > 0
    told = subprocess.run([sys.executable, "-m", "biorelay", "extract", str(file)], cwd=ROOT, capture_output=True, check=True, timeout=100)
    assert (tmp_path / "out.jsonl").read_bytes() == told.stdout


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_peer_writes_what_the_worker_would(tmp_path: Path, kafka: str, topic_prefix: str) -> None:
    settings = StreamSettings(broker=kafka, prefix=topic_prefix, partitions=3)
    await create_topics(settings)
    found = [document for document in read(SMALL) if isinstance(document, Abstract)]
    async with Publisher(settings) as publisher:
        for one in found:
            await publisher.publish(one)
    variables = {"BIORELAY_BROKER_BOOTSTRAP": kafka, "BIORELAY_TOPICS_PREFIX": topic_prefix}
    with Measured([sys.executable, "-m", "benchmarks.stream_peer", "2"], variables, tmp_path / "log") as process:

        async def through() -> bool:
            process.check()
            return len(await contents(settings, Topic.RELATIONS)) == len(found)

        await until(through, "the peer has written everything", 90)
    assert process.process.returncode == 0
    extractor = Extractor.load()
    answers = {document.id: extractor.extract(document) for document in found}
    for topic, index in ((Topic.ENTITIES, 0), (Topic.RELATIONS, 1)):
        written = newest(await contents(settings, topic))
        assert {key: record.value for key, record in written.items()} == {key: answer[index].to_bytes() for key, answer in answers.items()}
