"""docs/capacity.md is what the stored results say, by the formulas that it states."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bench_records import folder_bytes, message_bytes
from benchmarks.capacity import LOADS, PAGE, RESULTS, SOURCES, Load, cores, figure, inputs, page, partitions, stored
from benchmarks.capacity_sections import NOT, number, size, table
from stream.topics import Topic

LOAD = Load("a load", 7_200, 2)


def results() -> dict[str, Any]:
    machine = {"machine": {"cores": 2, "processor": "Some CPU (avx2)", "load_before": 0.1}}
    return {
        "extract.json": machine | {"name": "extract", "docs_per_s": 50.0, "cores_used": 2, "pieces": 34_100, "documents": 100},
        "stream.json": machine
        | {"name": "stream", "overhead_vs_extract": 0.1, "contenders": {"worker": {"kafka_cpu_ms_per_document": 1.0}}},
        "gpu.json": machine | {"name": "gpu", "batches": [{"docs_per_s": 900.0}, {"docs_per_s": 1000.0}]},
        "records.json": {
            "name": "records",
            "model": "m@1",
            "documents": 400,
            "topic_bytes_per_document": {"abstracts": 2_000, "entities": 5_000, "relations": 3_000, "graph-changes": 1_000},
            "graph_bytes_per_document": {"embedded": 50_000, "neo4j": None},
        },
    }


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(stored()), "write it anew: python -m benchmarks.capacity"


def test_stored_results_are_those_that_there_are() -> None:
    assert set(stored()) == {name for name in SOURCES if (RESULTS / name).is_file()}


def test_core_seconds_follow_from_the_rate() -> None:
    given = inputs(results())
    assert given.core_seconds == pytest.approx(0.04)
    assert given.streamed_seconds == pytest.approx(0.044)
    assert given.pieces.value == 341
    assert given.stages.value == 10_000
    assert given.neo4j.value is None
    assert given.gpu.value == 1000
    assert given.graph_cpu.told == NOT


def test_cores_and_partitions() -> None:
    assert cores(LOAD, 1.0) == 1  # 7,200 s in 2 hours
    assert cores(LOAD, 1.01) == 2
    assert cores(LOAD, 0.0001) == 1
    assert partitions(1) == 6
    assert partitions(10) == 20


def test_the_page_multiplies_out() -> None:
    text = page(results())
    documents = f"{37_000_000:,}"
    time = next(line for line in text.splitlines() if line.startswith("| all of PubMed |"))
    # 37e6 x 0.04 / 3600 = 411; x 1.1 = 452; 37e6 x 1 ms = 10.3 h; 37e6 / 1000 = 10.3 h; 452 / 8 = 56.5
    assert time == f"| all of PubMed | {documents} | 411 | 452 | 10.3 | {NOT} | 10.3 | 56.5 |"
    assert "| all of PubMed, in a day | 24 | 19 | 38 |" in text
    assert f"| all of PubMed | {documents} | 370 GB | 1.11 TB | 37.0 GB | {NOT} | 1.85 TB |" in text
    assert "`make bench-scale`: not measured" in text
    assert "`make bench-edge`: not measured" in text


def test_every_input_stands_on_the_page_with_its_file() -> None:
    text = page(results())
    for each in inputs(results()).rows():
        assert f"| {each.meaning} | {each.told} | `{each.file}`: `{each.key}` |" in text


def test_nothing_measured_is_said_and_not_computed() -> None:
    text = page({})
    assert text.count(NOT) > 40
    for load in LOADS:
        assert f"| {load.name.partition(',')[0]}" in text


def test_a_figure_is_a_number_or_nothing() -> None:
    read = {"a.json": {"x": {"y": 3}, "yes": True, "word": "no"}}
    assert figure(read, "", "a.json", "x.y").value == 3
    for key in ("x", "x.z", "yes", "word", "word.y"):
        assert figure(read, "", "a.json", key).value is None
    assert figure(read, "", "b.json", "x").value is None


@pytest.mark.parametrize(
    ("value", "told"),
    [(0, "0"), (0.0286, "0.0286"), (6.814, "6.81"), (99.96, "100"), (12_345, "12,300"), (37e6, "37,000,000"), (-1.234, "-1.23")],
)
def test_three_digits(value: float, told: str) -> None:
    assert number(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [(999, "999 B"), (1_500, "1.50 kB"), (61_700_000, "61.7 MB"), (2.5e9, "2.50 GB"), (1.94e12, "1.94 TB"), (2e15, "2,000 TB")],
)
def test_sizes(value: float, told: str) -> None:
    assert size(value) == told


def test_a_table_is_markdown() -> None:
    assert table(("a", "b"), [("1", "2")]) == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]


def test_a_message_is_its_key_value_headers_and_a_batch() -> None:
    small, large = (message_bytes(Topic.RELATIONS, "pubmed:1", b"x" * n, 7) for n in (100, 1100))
    assert large - small in {1000, 1001, 1002}  # a length may take a byte more
    assert small > 100 + 61 + len("pubmed:1")  # 61 bytes are a batch's own
    assert message_bytes(Topic.ABSTRACTS, "pubmed:1", b"x" * 100, 7) < small  # it carries no revision yet


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"123")
    (tmp_path / "c").write_bytes(b"45")
    assert folder_bytes(tmp_path) == 5


def test_stored_results_name_themselves() -> None:
    for name, result in stored().items():
        assert result["schema"] == "biorelay.benchmark/1", name
        assert f"{result['name']}.json" == name
        json.dumps(result)
