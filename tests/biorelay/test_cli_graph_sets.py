"""`graph verify`, `among`, `rollup`, and what discovery and growth make of them."""

import asyncio
import json
from pathlib import Path

import pytest

from biorelay.cli.graph_growth_verify import new_pairs
from biorelay.growing import read_table
from graphstore import open_store
from processors.records import Relations
from stream.client import Publisher
from stream.settings import StreamSettings
from tests.biorelay.conftest import Cli, relations
from tests.biorelay.test_cli_graph import told, write
from tests.graphstore.set_contract import stand_below

CCR5, RA = "ncbigene:1234 CCR5 Gene", "mesh:D001172 arthritis Disease"
WARFARIN, ASPIRIN, PAIN = "mesh:D014859 warfarin Chemical", "mesh:D001241 aspirin Chemical", "mesh:D010146 pain Disease"
A, C, P, X = "test:a concept Disease", "test:c other Disease", "test:p partner Gene", "test:x below Disease"

DENIED = {
    "id": "20682662",
    "title": "Lack of association of C-C chemokine receptor 5 DD32 deletion status with rheumatoid arthritis.",
    "abstract": "There was no significant association between the CCR5 status and disease severity in rheumatoid arthritis (RA).",
    "published": "2010",
}
BESIDE = {"id": "2", "title": "Aspirin in hypertension.", "abstract": "Nothing of the kind."}


def load(cli: Cli, tmp_path: Path, *records: Relations) -> None:
    result = cli("graph", "load", write(tmp_path / "relations.jsonl", list(records)))
    assert result.exit_code == 0, result.stderr


@pytest.fixture
def abstracts(tmp_path: Path) -> Path:
    file = tmp_path / "abstracts.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in (DENIED, BESIDE)), encoding="utf-8")
    return file


def test_verify_without_a_graph(cli: Cli, abstracts: Path) -> None:
    result = cli("graph", "verify", "CCR5", "rheumatoid arthritis", "--in", abstracts)
    assert result.exit_code == 0, result.stderr
    assert "in the abstracts: contradicted  (0 papers state it, " in result.stdout
    assert "pubmed:20682662, 2010, negated by" in result.stdout
    assert "2 documents searched, 1 may name both, 1 read" in result.stdout
    assert "no graph was asked" in result.stderr
    found = json.loads(cli("graph", "verify", "mesh:D001172", "ncbigene:1234", "--in", abstracts, "--json").stdout)
    assert (found["verdict"], found["a"], found["bounded"], found["graph"]["verdict"]) == ("contradicted", "mesh:D001172", False, "unseen")
    assert {s["document"] for s in found["sentences"]} == {"pubmed:20682662"}


def test_verify_tells_first_what_the_graph_holds(cli: Cli, abstracts: Path, tmp_path: Path) -> None:
    load(cli, tmp_path, relations("pubmed:1", (CCR5, "Association", RA), year=1999), relations("retraction:20682662"))
    result = cli("graph", "verify", "CCR5", "arthritis", abstracts, "--in", abstracts)
    lines = result.stdout.splitlines()
    assert lines[1].startswith("in the graph: supported  (1 paper states it, confidence 0.")
    assert "pubmed:1, 1999" in lines[2]
    assert lines[3].startswith("in the abstracts: contradicted")
    alone = cli("graph", "verify", "CCR5", "mesh:D001172")
    assert "in the graph: supported" in alone.stdout
    assert "no abstracts were searched" in alone.stderr
    assert json.loads(cli("graph", "verify", "CCR5", "mesh:D001172", "--json").stdout)["verdict"] == "supported"


def test_verify_leaves_out_what_the_graph_knows_to_be_retracted(cli: Cli, abstracts: Path, tmp_path: Path) -> None:
    load(cli, tmp_path, told(relations("pubmed:20682662", (CCR5, "Association", RA)), retracted=True))
    found = json.loads(cli("graph", "verify", "CCR5", "mesh:D001172", "--in", abstracts, "--json").stdout)
    assert (found["verdict"], found["negated"], found["co_mentioned"]) == ("unseen", 0, 0)
    assert all(s["retracted"] and s["retracted_by"] for s in found["sentences"])


def test_verify_reads_stdin_and_many_files(cli: Cli, abstracts: Path) -> None:
    result = cli("graph", "verify", "CCR5", "mesh:D001172", "--in", "-", stdin=abstracts.read_bytes())
    assert "in the abstracts: contradicted" in result.stdout
    unknown = cli("graph", "verify", "mesh:D99999999", "aspirin", "--in", abstracts, abstracts)
    assert (unknown.exit_code, "unseen" in unknown.stdout) == (0, True)
    assert "neither the vocabulary nor the graph knows mesh:D99999999" in unknown.stderr


def test_verify_searches_what_a_topic_holds(cli: Cli, broker: StreamSettings, abstracts: Path) -> None:
    assert cli("publish", abstracts).exit_code == 0
    result = cli("graph", "verify", "CCR5", "mesh:D001172", "--topic", "abstracts")
    assert result.exit_code == 0, result.stderr
    assert "in the abstracts: contradicted" in result.stdout
    assert "2 documents searched" in result.stdout
    asyncio.run(_delete(broker, "pubmed:20682662"))
    gone = json.loads(cli("graph", "verify", "CCR5", "mesh:D001172", "--topic", "abstracts", "--json").stdout)
    assert (gone["verdict"], gone["documents"]) == ("unseen", 1)


async def _delete(settings: StreamSettings, id_: str) -> None:
    async with Publisher(settings) as publisher:
        await publisher.delete(id_)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["aspirin", "aspirin"], "both ends are mesh:D001241"),
        (["aspirin", "mesh:D001241"], "both ends are mesh:D001241"),
        (["mesh:", "aspirin"], "not a CURIE"),
        ([" ", "aspirin"], "names no entity"),
        (["aspirin", "pain", "--in", "nothing.xml"], "No such file"),
        (["aspirin", "pain", "--in", "x.xml", "--topic", "abstracts"], "two places"),
        (["aspirin", "pain", "--most", "0"], "--most"),
    ],
)
def test_verify_refuses(cli: Cli, arguments: list[str], said: str) -> None:
    result = cli("graph", "verify", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("content", [b"", b"\x00\xff\x13\x37" * 50, b'{"id": "1"\n'])
def test_verify_tells_what_it_cannot_read(cli: Cli, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad"
    file.write_bytes(content)
    result = cli("graph", "verify", "aspirin", "pain", "--in", file)
    assert result.exit_code == 2
    assert "refused: bad" in result.stderr


def test_among(cli: Cli, tmp_path: Path) -> None:
    load(
        cli,
        tmp_path,
        relations("pubmed:1", (WARFARIN, "Association", PAIN), (ASPIRIN, "Negative_Correlation", PAIN)),
        told(relations("pubmed:2", (ASPIRIN, "Drug_Interaction", WARFARIN)), negated=True, cue="and"),
    )
    result = cli("graph", "among", "warfarin", "mesh:D001241", "PAIN", "aspirn")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "3 of 4 entries known, 3 relations among them. For research use, not clinical advice."
    assert lines[1] == "aspirin -[Drug_Interaction]- warfarin  (0 papers, 1 negated, 2001; confidence 0.00)"
    assert "negated by" in lines[2]
    assert "unknown: aspirn" in result.stderr
    found = json.loads(cli("graph", "among", "warfarin", "aspirin", "aspirn", "--json").stdout)
    assert (found["unknown"], len(found["relations"]), found["bounded"]) == (["aspirn"], 1, False)
    assert "not clinical advice" in found["notice"]
    assert "raise --limit" in cli("graph", "among", "warfarin", "aspirin", "pain", "-n", "1").stderr


def test_among_knows_the_vocabularys_other_names(cli: Cli, tmp_path: Path) -> None:
    load(cli, tmp_path, relations("pubmed:1", (WARFARIN, "Association", ASPIRIN)))
    result = cli("graph", "among", "acetylsalicylic acid", "warfarin", "ibuprofen", "warfarim", "--json")
    found = json.loads(result.stdout)
    assert ([entity["id"] for entity in found["entities"]], len(found["relations"])) == (["mesh:D001241", "mesh:D014859"], 1)
    assert found["unknown"] == ["ibuprofen", "warfarim"]
    assert "acetylsalicylic acid is aspirin (mesh:D001241)" in result.stderr


def test_among_reads_a_list(cli: Cli, tmp_path: Path) -> None:
    load(cli, tmp_path, relations("pubmed:1", (WARFARIN, "Association", PAIN)))
    file = tmp_path / "list.txt"
    file.write_bytes("\ufeff# drugs\r\n\r\nmesh:D014859\r\n  pain \r\n".encode() + b"\xff\xfe broken\n")
    content = file.read_bytes()
    given = (cli("graph", "among", "--in", file), cli("graph", "among", stdin=content), cli("graph", "among", "-", stdin=content))
    for result in given:
        assert result.exit_code == 0, result.stderr
        assert "2 of 3 entries known, 1 relations" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["--in", "nothing.txt"], None, "cannot be read"),
        (["--in", "empty.txt"], None, "names nothing"),
        ([], b"", "names nothing"),
        (["nobody", "knows", "this"], None, "knows none"),
        ([f"test:{n}" for n in range(501)], None, "501 entries"),
        (["-"], b"x" * (2**20 + 1), "bytes"),
    ],
)
def test_among_refuses(cli: Cli, tmp_path: Path, arguments: list[str], stdin: bytes | None, said: str) -> None:
    load(cli, tmp_path, relations("pubmed:1", (WARFARIN, "Association", PAIN)))
    (tmp_path / "empty.txt").write_bytes(b"# nothing\n")
    result = cli("graph", "among", *arguments, stdin=stdin)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.fixture
def hierarchy(cli: Cli, tmp_path: Path) -> None:
    load(
        cli,
        tmp_path,
        relations("pubmed:1", (X, "Association", P), (A, "Bind", P)),
        relations("pubmed:2", (X, "Association", P), (P, "Association", C)),
    )

    async def run() -> None:
        from biorelay.settings import load_settings

        async with open_store(load_settings(None, ()).graph_url) as store:
            await stand_below(store, "xa", "xk")

    asyncio.run(run())


@pytest.mark.usefixtures("hierarchy")
def test_rollup(cli: Cli) -> None:
    lines = cli("graph", "rollup", "concept").stdout.splitlines()
    assert lines[0] == "partner (Gene, test:p)  papers: 1 of its own, 2 inferred"
    assert lines[1] == "   concept -[Bind]- partner  (1 paper, 2001)"
    assert lines[3] == "   inferred  below -[Association]- partner  (2 papers, 2001)"
    named = json.loads(cli("graph", "rollup", "K", "--json").stdout)
    assert (named["papers"], named["inferred"], named["edges"][0]["inferred"]) == (0, 2, True)
    assert cli("graph", "rollup", "test:a", "--type", "Chemical").stdout == ""
    assert "nothing is known" in cli("graph", "rollup", "test:a", "--type", "Chemical").stderr
    assert "no imported ontology" in cli("graph", "rollup", "test:c").stderr
    for wrong in ("nobody knows", "test:zz"):
        assert cli("graph", "rollup", wrong).exit_code == 2


@pytest.mark.usefixtures("hierarchy")
def test_closed_discovery_over_closures(cli: Cli) -> None:
    result = cli("graph", "discover", "closed", "test:a", "other", "--rollup")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("1. below - partner - other  score 0.577  inferred: below for test:a\n")
    assert json.loads(cli("graph", "discover", "closed", "test:a", "other", "--rollup", "--json").stdout)["start_inferred"] is True
    assert cli("graph", "discover", "closed", "test:a", "test:x", "--rollup").exit_code == 2
    assert cli("graph", "discover", "closed", "test:a", "other", "--rollup", "--significance", "9").exit_code == 2


def test_discoveries_are_verified(cli: Cli, abstracts: Path, tmp_path: Path) -> None:
    load(cli, tmp_path, relations("pubmed:1", (CCR5, "Association", PAIN), (PAIN, "Association", RA)))
    for asked in (["open", "CCR5"], ["closed", "CCR5", "arthritis"]):
        result = cli("graph", "discover", *asked, "--verify", abstracts)
        assert result.exit_code == 0, result.stderr
        assert "in the abstracts: contradicted" in result.stdout
        found = json.loads(cli("graph", "discover", *asked, "--verify", abstracts, "--json").stdout)
        assert (found["verified"]["verdict"], found["verified"]["c"]) == ("contradicted", "mesh:D001172")
    assert "in the abstracts" not in cli("graph", "discover", "open", "CCR5").stdout


def test_new_pairs_are_verified(cli: Cli, abstracts: Path, tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("gene\tdisease\nCCR5\tpain\nTNF\tPain\nTNF\trheumatoid arthritis\nccr5\tccr5\n", encoding="utf-8")
    assert new_pairs(read_table(file)) == {
        ("ccr5", "tnf"): 2,
        ("pain", "rheumatoid arthritis"): 2,
        ("ccr5", "rheumatoid arthritis"): 3,
    }
    result = cli("graph", "growth", file, "--draws", "1", "--steps", "1", "--verify", abstracts)
    assert result.exit_code == 0, result.stderr
    assert "3\t1\t0\t1\t0\t0\n" in result.stdout
    assert "ccr5 - rheumatoid arthritis, 3 steps: contradicted" in result.stdout
    lines = cli("graph", "growth", file, "--draws", "1", "--steps", "1", "--verify", abstracts, "--json").stdout.splitlines()
    verified = {tuple(row["names"]): row["verified"]["verdict"] for row in map(json.loads, lines) if "names" in row}
    assert verified[("ccr5", "rheumatoid arthritis")] == "contradicted"
