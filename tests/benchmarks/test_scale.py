"""What `bench_scale` makes of measurements, and its parts on small inputs; no time is asserted."""

import json
from pathlib import Path

import pytest

from benchmarks import bench_scale
from benchmarks.bench_scale import by_pieces, lines, ratios
from benchmarks.scale_costs import Parts, cpu_seconds
from benchmarks.scale_memory import memory
from benchmarks.scale_process import Share, extract_in_processes, wall
from benchmarks.scale_stream import NOT_ASKED, row, stream
from benchmarks.scale_texts import document
from biorelay.extractor import Extractor

TEXT = "Tamoxifen lowers the risk of breast cancer. Mutations of BRCA1 increase the risk of ovarian cancer in women."


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts(Extractor.load())


def result() -> dict[str, object]:
    """A result as it is stored, with figures that are easy to check."""

    def documents(count: int, ms: float, peak: float) -> dict[str, float]:
        return {
            "documents": count,
            "pieces_per_document": 300,
            "cpu_ms_per_document": ms * 0.3,
            "cpu_ms_per_1000_pieces": ms,
            "peak_mb": peak,
        }

    def entities(count: int, ms: float) -> dict[str, float]:
        own = {
            "texts": 4,
            "pieces": 510,
            "mentions": count,
            "entities": count,
            "linked": count,
            "pairs": count * (count - 1) / 2,
            "judged": 45,
        }
        return own | {"extract_ms": ms, "encode_ms": 80, "relate_ms": ms - 85, "rest_ms": 5}

    return {
        "schema": "biorelay.benchmark/1",
        "name": "scale",
        "machine": {"cores": 2, "processor": "Some CPU (avx2)", "load_before": 0.1},
        "model": "m@1",
        "vocabulary": "v@1",
        "documents": {"100": documents(100, 100, 200), "300": documents(300, 101, 210), "1000": documents(1000, 102, 220)},
        "pieces": {
            str(n): {"pieces": n, "extract_ms": n / 5, "encode_ms": n / 6, "pieces_per_second": rate, "encoded_pieces_per_second": rate + 9}
            for n, rate in ((64, 5000), (341, 6000), (4096, 4000))
        },
        "entities": {"10": entities(10, 90), "100": entities(100, 99)},
        "prepared": {"10": entities(10, 88), "100": entities(100, 110)},
        "workers": {"documents": 9, "threads": {"1": 20.0, "2": 38.0}, "processes": {"1": 20.0, "2": 40.0}},
        "stream": {"not_measured": "run it"},
    }


def test_ratios_are_of_the_largest_to_the_smallest() -> None:
    assert ratios(result()) == {
        "documents_1000_over_100": 1.02,
        "memory_1000_over_100": 1.1,
        "pieces_4096_over_341": 1.5,
        "entities_100_over_10": 1.1,
        "prepared_100_over_10": 1.25,
        "threads_efficiency": 0.95,
        "processes_efficiency": 1.0,
    }


def test_one_core_has_no_efficiency() -> None:
    one = result() | {"workers": {"documents": 9, "threads": {"1": 20.0}, "processes": {"1": 20.0}}}
    assert not {"threads_efficiency", "processes_efficiency"} & ratios(one).keys()


def test_the_result_is_told_line_by_line() -> None:
    told = "\n".join(lines(result() | {"ratios": ratios(result())}))
    for word in ("1000 documents", "4096 pieces", "45 of 4950 pairs", "threads: 1: 20.0", "stream: run it", "entities_100_over_10 = 1.1"):
        assert word in told


def test_the_stream_is_measured_where_it_is_asked_for() -> None:
    assert stream(Path("nowhere"), asked=False) == {"not_measured": NOT_ASKED}
    assert row({"docs_per_s": 30.0, "ratios": {"cpu_vs_extract": 1.1, "other": 2}}) == {"docs_per_s": 30.0, "cpu_vs_extract": 1.1}
    measured = {"threads": 2, "partitions": 6, "processes": {"1": {"docs_per_s": 30.0}, "2": {"docs_per_s": 36.0}}}
    told = result() | {"stream": measured}
    assert ratios(told)["stream_most_processes_over_one"] == 1.2
    assert "2 processes: 36.0 documents/s" in "\n".join(lines(told | {"ratios": {}}))


def test_a_document_is_counted_by_what_is_found_in_it(parts: Parts) -> None:
    entities, relations = parts.extractor.extract(document(TEXT, "x"))
    counted = parts.count(entities)
    assert counted.pieces == len(parts.tokenizer.cut(entities.text).ids)
    assert counted.mentions == len(entities.mentions) > 2
    assert counted.linked <= counted.entities <= counted.mentions
    assert counted.pairs == counted.judged > 0
    assert counted.relations == len(relations.relations)


def test_each_part_is_run_once_a_round_and_once_to_warm_up() -> None:
    done: list[str] = []
    timed = cpu_seconds([{"a": lambda: done.append("a"), "b": lambda: done.append("b")}, {"c": lambda: done.append("c")}], rounds=2)
    assert done == ["a", "b", "c"] * 3
    assert [row.keys() for row in timed] == [{"a", "b"}, {"c"}]


def test_lengths_are_measured_on_texts_of_that_length(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_scale, "LENGTHS", (16, 40))
    found = by_pieces(parts, [TEXT, f"Again: {TEXT}"] * 4, rounds=1)
    assert [(row["pieces"], row["texts"]) for row in found.values()] == [(16, 4), (40, 4)]
    assert all(row["extract_ms"] > 0 and row["encode_ms"] > 0 for row in found.values())


@pytest.mark.timeout(120)
def test_processes_extract_their_shares_side_by_side() -> None:
    shares = extract_in_processes(None, [[document(TEXT, "a")], [document(TEXT, "b"), document(TEXT, "c")]])
    assert len(shares) == 2
    for share in shares:
        assert share.cpu_s > 0
        assert share.memory["peak_mb"] >= share.memory["resident_mb"] > 50
    assert wall(shares) > 0


def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(RuntimeError, match="without an answer"):
        extract_in_processes("no-such-model", [[document(TEXT, "a")]])


def test_the_clock_runs_from_the_first_to_the_last() -> None:
    assert wall([Share(2.0, 5.0, 1.0, {}), Share(1.0, 4.5, 1.0, {})]) == 4.0


def test_memory_is_the_kernels_count() -> None:
    told = memory()
    assert told["peak_mb"] >= told["resident_mb"] > 1
    assert abs(told["anonymous_mb"] + told["file_mb"] - told["resident_mb"]) < 0.1 * told["resident_mb"] + 1


def test_a_worse_ratio_is_told_by_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = result() | {"ratios": ratios(result())}
    now = before | {"ratios": before["ratios"] | {"entities_100_over_10": 1.3}}  # type: ignore[operator]
    monkeypatch.setattr(bench_scale, "RESULTS", tmp_path / "scale.json")
    (tmp_path / "scale.json").write_text(json.dumps(before))
    for told, code in ((before, 0), (now, 1)):
        monkeypatch.setattr(bench_scale, "measure", lambda _, told=told: told)
        assert bench_scale.main(["--data", "nowhere", "--check", "--out", str(tmp_path / "new.json")]) == code
        assert json.loads((tmp_path / "new.json").read_text()) == told
        assert ("ratios.entities_100_over_10 rose from 1.1 to 1.3" in capsys.readouterr().out) is bool(code)
    assert json.loads((tmp_path / "scale.json").read_text()) == before


@pytest.mark.torch
def test_pictures_are_small_and_alike(tmp_path: Path) -> None:
    from benchmarks.scale_pictures import draw

    once, again = draw(result(), tmp_path / "a"), draw(result(), tmp_path / "b")
    assert [path.name for path in once] == [f"scale-{name}.png" for name in ("documents", "pieces", "entities", "workers")]
    for left, right in zip(once, again, strict=True):
        assert left.read_bytes().startswith(b"\x89PNG")
        assert left.read_bytes() == right.read_bytes()
        assert left.stat().st_size < 100_000
