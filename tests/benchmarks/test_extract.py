"""The extraction benchmark over two documents: it runs through, its peers have our weights, and its page says what was measured."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import tables
from biorelay.samples import BC5CDR_TEST
from tests.models.corpora.conftest import small_data

pytestmark = [pytest.mark.torch, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]

RATIOS = ("ratio_naive", "ratio_sentence", "ratio_optimum_int8")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from benchmarks import bench_extract

    place = tmp_path_factory.mktemp("bench")
    data, out = small_data(place / "data"), place / "extract.json"
    bench_extract.main(
        [
            *("--data", str(data), "--file", str(BC5CDR_TEST), "--documents", "2", "--sample", "2"),
            *("--rounds", "1", "--cores", "1", "--out", str(out)),
        ]
    )
    measured: dict[str, Any] = json.loads(out.read_bytes())
    return measured


def test_everything_is_measured(result: dict[str, Any]) -> None:
    assert (result["schema"], result["name"]) == ("biorelay.benchmark/1", "extract")
    assert result["documents"] == 2
    assert result["candidate_pairs"] > 0
    assert [name for name in (*RATIOS, "docs_per_s", "tokens_per_s", "docs_per_cpu_s", "docs_per_s_per_tops") if not result[name] > 0] == []
    assert result["one_worker"]["docs_per_s"] > 0
    assert sum(result["stage_share"].values()) == pytest.approx(1, abs=0.01)
    assert {key: 0 < share < 1.5 for key, share in result["int8_peak_share"].items()} == {"128": True, "natural": True}
    assert {name: peer["sampled_documents"] for name, peer in result["peers"].items()} == {"naive": 2, "sentence": 2, "optimum_int8": 2}
    assert result["peers"]["sentence"]["sampled_passes"] == result["sentence_pairs"]
    assert result["peers"]["sentence"]["batch_sizes"]["relations"] in (16, 32)
    assert result["sentence_loss"]["relations"] > 0


def test_the_peers_have_our_weights(result: dict[str, Any]) -> None:
    assert result["agreement"]["sentence"]["scores_cosine"] > 0.999
    assert result["agreement"]["sentence"]["labels_equal"] > 0.99
    assert result["agreement"]["optimum_int8"]["labels_equal"] > 0.95


def test_the_section_names_every_peer_and_stage(result: dict[str, Any]) -> None:
    lines = tables.extract(result)
    assert [says for says, _ in tables.PEERS.values() if not any(line.startswith(f"| {says} |") for line in lines)] == []
    assert [says for says in tables.STAGES.values() if not any(line.startswith(f"| {says} |") for line in lines)] == []
    assert f"{result['ratio_naive']:.1f} times" in "\n".join(lines)


def test_a_run_that_is_worse_than_the_stored_one_fails(
    result: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks import bench_extract

    monkeypatch.setattr(bench_extract, "measure", lambda *_, **__: result)
    monkeypatch.setattr(bench_extract, "RESULTS", tmp_path / "extract.json")
    run = ["--data", str(tmp_path), "--file", str(BC5CDR_TEST), "--check"]
    with pytest.raises(SystemExit, match="there is no"):
        bench_extract.main(run)
    bench_extract.RESULTS.write_text(json.dumps(result), encoding="utf-8")
    bench_extract.main(run)
    bench_extract.RESULTS.write_text(json.dumps({**result, "ratio_naive": 2 * result["ratio_naive"]}), encoding="utf-8")
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        bench_extract.main(run)
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        f"ratio_naive fell from {2 * result['ratio_naive']:g} to {result['ratio_naive']:g}, by 50 %; at most 15 % is allowed"
    ]


def test_what_a_busy_machine_measured_is_not_stored(result: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import bench_extract

    share = 0.9
    monkeypatch.setattr(bench_extract, "measure", lambda *_, **__: {**result, "core_share": share})
    monkeypatch.setattr(bench_extract, "RESULTS", tmp_path / "extract.json")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    monkeypatch.setattr(tables, "PAGE", tmp_path / "speed.md")
    run = ["--data", str(tmp_path), "--file", str(BC5CDR_TEST), "--store"]
    with pytest.raises(SystemExit, match="not stored: other work took 10% of the core"):
        bench_extract.main(run)
    assert list(tmp_path.iterdir()) == []
    share = 1.0
    bench_extract.main(run)
    assert json.loads((tmp_path / "extract.json").read_bytes())["core_share"] == 1.0
    assert (tmp_path / "speed.md").read_text(encoding="utf-8") == tables.page()
    assert "## Extraction" in tables.page()


def test_the_encoders_operations_are_those_of_its_layers() -> None:
    from benchmarks.peak import encoder_work
    from models.runtime.artefact import load_artefact

    artefact = load_artefact(None)
    work, heads = encoder_work(artefact), len(artefact.manifest.ner.heads or artefact.manifest.ner.types)
    width, inner, layers = 384, 1536, 6
    assert artefact.manifest.encoder.hidden == width
    assert work.linear == 2 * layers * (4 * width**2 + 2 * width * inner) + 2 * width * 3 * heads
    assert work.attention == 4 * layers * width
