"""Extraction on the command line, with the shipped model."""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from biorelay.extractor import Extractor
from models.runtime.artefact import find_artefact
from models.runtime.device import within_reach
from processors.records import Abstract, Entities, Relations
from processors.sources import read
from processors.sources.pubtator import read_annotated
from tests.biorelay.conftest import Cli

DATA = Path(__file__).parents[1] / "data"
PUBMED = DATA / "pubmed_small.xml"


def records(content: str) -> tuple[list[Entities], list[Relations]]:
    lines = content.splitlines()
    return [Entities.from_bytes(line.encode()) for line in lines[::2]], [Relations.from_bytes(line.encode()) for line in lines[1::2]]


def test_files_in_records_out(cli: Cli, tmp_path: Path) -> None:
    result = cli("extract", PUBMED, DATA / "biored_small.pubtator", "-o", "out.jsonl")
    assert result.exit_code == 0, result.stderr
    entities, relations = records((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    documents = [item.id for file in (PUBMED, DATA / "biored_small.pubtator") for item in read(file) if isinstance(item, Abstract)]
    assert [record.id for record in entities] == [record.id for record in relations] == documents
    assert sum(len(record.mentions) for record in entities) > 50
    assert sum(len(record.relations) for record in relations) > 5
    assert f"{len(documents)} documents" in result.stderr


def test_the_command_says_what_the_extractor_says(cli: Cli) -> None:
    extractor = Extractor.load()
    expected = b"".join(
        record.to_bytes() + b"\n" for item in read(PUBMED) if isinstance(item, Abstract) for record in extractor.extract(item)
    )
    assert cli("extract", PUBMED).stdout_bytes == expected
    assert cli("extract", PUBMED, "--workers", "3").stdout_bytes == expected
    assert cli("extract", stdin=PUBMED.read_bytes()).stdout_bytes.replace(b"<stdin>", b"x") == expected.replace(PUBMED.name.encode(), b"x")


def test_pubtator_out_is_read_back(cli: Cli, tmp_path: Path) -> None:
    assert cli("extract", PUBMED, "--format", "pubtator", "-o", "out.pubtator").exit_code == 0
    documents = list(read_annotated(tmp_path / "out.pubtator"))
    assert [document.abstract.id for document in documents] == [item.id for item in read(PUBMED) if isinstance(item, Abstract)]
    assert all(not document.problems for document in documents)
    assert any(document.mentions for document in documents)


def test_kgx_out_is_two_files_and_without_an_output_one(cli: Cli, tmp_path: Path) -> None:
    source = DATA / "biored_small.pubtator"
    assert cli("extract", source, "--format", "kgx", "-o", "graph").exit_code == 0
    files = (tmp_path / f"graph_{part}.jsonl" for part in ("nodes", "edges"))
    nodes, edges = ([json.loads(line) for line in file.read_bytes().splitlines()] for file in files)
    assert {edge[end] for edge in edges for end in ("subject", "object")} == {node["id"] for node in nodes}
    whole = json.loads(cli("extract", source, "--format", "kgx", "--workers", "2").stdout)
    assert whole["edges"] == edges
    assert sorted(node["id"] for node in whole["nodes"]) == sorted(node["id"] for node in nodes)
    assert cli("extract", source, "--format", "kgx", "-o", "again.jsonl").exit_code == 0
    assert (tmp_path / "again_edges.jsonl").read_bytes() == (tmp_path / "graph_edges.jsonl").read_bytes()


def test_extract_then_load_then_ask(cli: Cli) -> None:
    extracted = cli("extract", DATA / "bc5cdr_small.pubtator")
    loaded = cli("graph", "load", "-", "--json", stdin=extracted.stdout_bytes)
    assert loaded.exit_code == 0, loaded.stderr
    documents = len(list(read(DATA / "bc5cdr_small.pubtator")))
    assert json.loads(loaded.stdout)["documents"] == documents
    assert json.loads(cli("graph", "stats", "--json").stdout)["articles"] == documents


def test_bad_records_keep_the_results_of_their_neighbours(cli: Cli, tmp_path: Path) -> None:
    good = Abstract(id="pubmed:1", title="Aspirin relieves headache.").to_bytes()
    huge = Abstract(id="pubmed:2", title="Aspirin " * 20_000).to_bytes()
    last = Abstract(id="pubmed:3", title="Lithium causes nausea.").to_bytes()
    (tmp_path / "mixed.jsonl").write_bytes(b"\n".join([good, b"\xff\xfe", huge, b'{"a":1}', last]))
    result = cli("extract", "mixed.jsonl", "--problems", "problems.jsonl")
    assert result.exit_code == 2
    assert [record.id for record in records(result.stdout)[0]] == ["pubmed:1", "pubmed:3"]
    codes = [json.loads(line)["code"] for line in (tmp_path / "problems.jsonl").read_text().splitlines()]
    assert codes == ["record.not-json", "record.too-large", "record.invalid"]


def test_a_fifty_megabyte_abstract_is_refused_in_passing(cli: Cli, tmp_path: Path) -> None:
    with gzip.open(tmp_path / "huge.jsonl.gz", "wb", compresslevel=1) as file:
        file.write(b'{"schema":"biorelay.abstract/1","id":"pubmed:1","title":"')
        for _ in range(50):
            file.write(bytes(range(97, 123)) * 40_330)
        file.write(b'"}\n' + Abstract(id="pubmed:2", title="Aspirin relieves headache.").to_bytes())
    result = cli("extract", "huge.jsonl.gz")
    assert result.exit_code == 2
    assert "huge.jsonl.gz, line 1" in result.stderr
    assert [record.id for record in records(result.stdout)[0]] == ["pubmed:2"]


def test_deletions_are_passed_over(cli: Cli) -> None:
    result = cli("extract", DATA / "pubmed_update.xml.gz")
    assert result.exit_code == 0, result.stderr
    assert "deletions passed over" in result.stderr


def test_many_problems_are_counted_and_not_all_shown(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{bad\n" * 100)
    result = cli("extract", "bad.jsonl", "--problems", "problems.jsonl")
    assert result.exit_code == 2
    assert result.stderr.count("refused: bad.jsonl") == 20
    assert "100 refused" in result.stderr
    assert len((tmp_path / "problems.jsonl").read_text().splitlines()) == 100


def test_a_missing_model_is_one_line(cli: Cli) -> None:
    result = cli("extract", PUBMED, "--model", "nothing")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].startswith("error: no artefact 'nothing'")
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json", "relations.onnx"])
def test_a_wrong_hash_is_one_line_that_names_the_file(cli: Cli, tmp_path: Path, name: str) -> None:
    model = tmp_path / "model"
    shutil.copytree(find_artefact(), model)
    content = bytearray((model / name).read_bytes())
    content[len(content) // 2] ^= 1
    (model / name).write_bytes(content)
    result = cli("extract", PUBMED, "--model", model)
    assert result.exit_code == 1
    assert f"model/{name}" in result.stderr.splitlines()[0]
    assert "Traceback" not in result.stderr


def test_a_missing_file_is_said_before_the_model_is_loaded(cli: Cli) -> None:
    result = cli("extract", PUBMED, "gone.xml", "--model", "nothing")
    assert result.exit_code == 2
    assert "gone.xml" in result.stderr


def test_no_files_and_a_terminal_is_bad_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    _, terminal = pty.openpty()
    run = subprocess.run(
        [sys.executable, "-m", "biorelay", "extract"],
        stdin=terminal,
        capture_output=True,
        text=True,
        timeout=50,
        env={"PYTHONPATH": ":".join(sys.path)},
        check=False,
    )
    assert run.returncode == 2
    assert "Name files, or pipe one in." in run.stderr


def test_without_a_gpu_one_line_says_so_and_the_answer_is_the_cpus(cli: Cli) -> None:
    if within_reach("cuda"):
        pytest.skip("onnxruntime here was built for a GPU")
    here, asked = cli("extract", PUBMED), cli("--set", "inference.provider=cuda", "extract", PUBMED)
    assert asked.exit_code == 0
    assert asked.stdout == here.stdout
    said = " ".join(asked.stderr.split())
    assert said.count("the encoder runs on cpu: inference.provider is cuda") == 1
    assert "pip install 'biorelay[gpu]'" in said
    assert "warning" not in here.stderr
