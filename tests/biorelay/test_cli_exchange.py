"""Outside graphs and exports, as a user has them."""

import csv
import gzip
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft201909Validator

from biorelay.cli.graph_export import GraphFormat
from biorelay.cli.graph_import import Ontology, OutsideFormat
from graphstore.exports import EXPORTS
from graphstore.exports.documents import SUFFIXES
from graphstore.imports import IMPORTS
from tests.biorelay.conftest import Cli, relations

MODEL = json.loads((Path(__file__).parents[1] / "data" / "biolink_4.4.json").read_text(encoding="utf-8"))
OURS = {"speculated", "first_year", "last_year"}
ASPIRIN, COX, PAIN = "mesh:D001241 aspirin Chemical", "ncbigene:5743 PTGS2 Gene", "mesh:D010146 pain Disease"
RECORDS = [
    relations("pubmed:1", (ASPIRIN, "Negative_Correlation", COX), year=1998),
    relations("pubmed:2", (COX, "Positive_Correlation", PAIN)),
    relations("pubmed:3", (ASPIRIN, "Negative_Correlation", COX), year=2004),
]
NODES = """id\tcategory\tname
MESH:D001241\tbiolink:ChemicalEntity\taspirin
NCBIGene:5743\tbiolink:Gene\tPTGS2
MESH:D010146\tbiolink:Disease\tpain
MESH:D006261\tbiolink:Disease\theadache
"""
EDGES = """subject\tpredicate\tobject\tpublications\tprimary_knowledge_source
MESH:D001241\tbiolink:treats\tMESH:D010146\tPMID:9|PMID:8\tinfores:makers
MESH:D001241\tbiolink:affects\tNCBIGene:5743\t\tinfores:makers
MESH:D001241\tbiolink:treats\tMESH:D006261\t\tinfores:makers
MESH:D006261\tbiolink:subclass_of\tMESH:D010146\t\tinfores:makers
"""


@pytest.fixture
def graph(cli: Cli, tmp_path: Path) -> Path:
    file = tmp_path / "relations.jsonl"
    file.write_bytes(b"".join(record.to_bytes() + b"\n" for record in RECORDS))
    assert cli("graph", "load", file).exit_code == 0
    (tmp_path / "nodes.tsv").write_text(NODES)
    (tmp_path / "edges.tsv.gz").write_bytes(gzip.compress(EDGES.encode()))
    return tmp_path


@pytest.fixture
def makers(cli: Cli, graph: Path) -> Path:
    result = cli("graph", "import", "nodes.tsv", "edges.tsv.gz", "--source", "makers", "--json")
    assert result.exit_code == 0, result.stderr
    assert {key: json.loads(result.stdout)[key] for key in ("nodes", "edges", "skipped")} == {"nodes": 4, "edges": 4, "skipped": 0}
    return graph


def test_choices_are_those_of_the_readers_and_writers() -> None:
    assert [form.value for form in GraphFormat] == [*EXPORTS, *SUFFIXES]
    assert [form.value for form in (*OutsideFormat, *Ontology)] == list(IMPORTS)


def test_imported_edges_are_listed_beside_the_literature(cli: Cli, makers: Path) -> None:
    rows = [line.split("\t") for line in cli("graph", "outside", "aspirin").stdout.splitlines()]
    assert [(row[0], row[2], row[3], row[5], row[6], row[7]) for row in rows] == [
        ("makers", "affects", "PTGS2", "infores:makers", "0", "2"),
        ("makers", "treats", "headache", "infores:makers", "0", "0"),
        ("makers", "treats", "pain", "infores:makers", "2", "0"),
    ]
    (edge,) = map(json.loads, cli("graph", "outside", "headache", "aspirin", "--json").stdout.splitlines())
    assert (edge["source"], edge["object"]["id"], edge["papers"]) == ("makers", "mesh:D006261", 0)
    assert cli("graph", "outside", "aspirin", "--predicate", "biolink:causes").stdout == ""
    assert cli("graph", "outside", "nothing of the kind").exit_code == 2
    unknown = cli("graph", "outside", "aspirin", "--source", "others")
    assert (unknown.exit_code, "There is makers." in unknown.stderr) == (2, True)
    assert "treats" not in cli("graph", "neighbours", "aspirin").stdout
    assert cli("graph", "sources").stdout == "makers\tcomplete\t4\t4\t0\n"


def test_neighbours_stand_beside_what_imported_graphs_say(cli: Cli, makers: Path) -> None:
    rows = [line.split("\t") for line in cli("graph", "neighbours", "aspirin", "--outside").stdout.splitlines()]
    assert rows == [
        ["Negative_Correlation", "PTGS2", "Gene", "ncbigene:5743", "2 papers, 1998-2004", "literature"],
        ["affects ->", "PTGS2", "Gene", "ncbigene:5743", "cites 0", "makers"],
        ["treats ->", "headache", "Disease", "mesh:D006261", "cites 0", "makers"],
        ["treats ->", "pain", "Disease", "mesh:D010146", "cites 2", "makers"],
    ]
    told = list(map(json.loads, cli("graph", "neighbours", "aspirin", "--outside", "--json", "--limit", "2").stdout.splitlines()))
    assert [(row["source"], row["bounded"]) for row in told] == [("literature", False), ("makers", True), ("makers", True)]
    assert (told[0]["entity"]["id"], told[1]["object"]["id"]) == ("ncbigene:5743", "ncbigene:5743")
    cut = cli("graph", "neighbours", "aspirin", "--outside", "--limit", "2", "--min-papers", "3")
    assert [line.split("\t")[-1] for line in cut.stdout.splitlines()] == ["makers", "makers"], "filters are the literature's"
    assert "the first 2 of more edges of imported graphs are shown" in cut.stderr
    theirs = cli("graph", "neighbours", "headache", "--outside")
    assert theirs.stdout == "<- treats\taspirin\tChemicalEntity\tmesh:D001241\tcites 0\tmakers\n"
    assert "the literature has no entity mesh:D006261" in theirs.stderr
    assert cli("graph", "neighbours", "headache").exit_code == 2
    assert cli("graph", "neighbours", "nothing of the kind", "--outside").exit_code == 2


def test_comparison(cli: Cli, makers: Path) -> None:
    found = json.loads(cli("graph", "compare", "makers", "--json").stdout)
    assert (found["outside"], found["outside_agreed"], found["literature"], found["literature_agreed"]) == (2, 1, 2, 1)
    text = cli("graph", "compare", "makers").stdout
    assert "makers: 1 of 2 relations between two that both know are stated there too" in text
    assert "aspirin\ttreats\tpain\t2" in text
    assert cli("graph", "compare", "others").exit_code == 2


def test_an_import_again_and_its_removal(cli: Cli, makers: Path) -> None:
    Path("edges.tsv").write_text(EDGES.splitlines()[0] + "\nMESH:D001241\tbiolink:treats\tMESH:D010146\t\t\n")
    assert cli("graph", "import", "nodes.tsv", "edges.tsv", "--source", "makers").exit_code == 0
    assert len(cli("graph", "outside", "aspirin").stdout.splitlines()) == 1
    assert json.loads(cli("graph", "import", "--source", "makers", "--remove", "--json").stdout) == {"source": "makers", "removed": 1}
    assert cli("graph", "sources").stdout == ""
    assert json.loads(cli("graph", "stats", "--json").stdout)["edges"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nodes.tsv", "edges.tsv.gz"], "the graph has no name"),
        (["nodes.tsv", "--source", "x"], "1 files are named"),
        (["nodes.tsv", "no.tsv", "--source", "x"], "no.tsv cannot be read"),
        (["edges.tsv.gz", "nodes.tsv", "--source", "x"], "edges.tsv.gz, line 1: there is no column id"),
        (["nodes.tsv", "bad.tsv", "--source", "x"], "bad.tsv, line 2: no node is called mesh:D9"),
        (["nodes.tsv", "edges.tsv.gz", "--source", "a b"], "cannot name a source"),
        (["nodes.tsv", "--source", "x", "--remove"], "--remove reads no files"),
        (["nodes.tsv", "edges.tsv.gz", "--source", "x", "--map", "relations.jsonl"], "maps no identifier"),
    ],
)
def test_bad_input(cli: Cli, graph: Path, arguments: list[str], message: str) -> None:
    Path("bad.tsv").write_text("subject\tpredicate\tobject\nMESH:D001241\tbiolink:treats\tMESH:D9\n")
    result = cli("graph", "import", *arguments)
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr
    assert cli("graph", "sources").stdout == "", "nothing stays"


def test_an_edge_without_a_node_can_be_passed_over(cli: Cli, graph: Path) -> None:
    edges = "subject\tpredicate\tobject\nMESH:D001241\tbiolink:treats\tMESH:D9\nMESH:D001241\tbiolink:treats\tMESH:D010146\n"
    Path("some.tsv").write_text(edges)
    result = cli("graph", "import", "nodes.tsv", "some.tsv", "--source", "x", "--skip-dangling")
    assert (result.exit_code, "1 of them passed over" in result.stderr) == (0, True)


def test_an_ontology(cli: Cli, graph: Path) -> None:
    Path("doid.obo").write_text("[Term]\nid: DOID:4\nname: disease\n\n[Term]\nid: DOID:1\nname: pain\nxref: MESH:D010146\nis_a: DOID:4\n")
    assert cli("graph", "import", "--ontology", "do", "doid.obo", "--prefer", "mesh").exit_code == 0
    assert cli("graph", "sources").stdout == "do\tcomplete\t2\t1\t0\n"


def test_kgx_validates_against_biolinks_schema(cli: Cli, graph: Path) -> None:
    result = cli("graph", "export", "kgx", "-o", "out", "--json")
    assert json.loads(result.stdout) == {"files": ["out_nodes.jsonl", "out_edges.jsonl"], "nodes": 3, "edges": 2}
    for file, name in (("out_nodes.jsonl", None), ("out_edges.jsonl", "Association")):
        for line in Path(file).read_text().splitlines():
            row = {key: value for key, value in json.loads(line).items() if key not in OURS}
            schema = {"$defs": MODEL["$defs"], "$ref": f"#/$defs/{name or row['category'][0].removeprefix('biolink:')}"}
            assert list(Draft201909Validator(schema).iter_errors(row)) == []
    assert json.loads(Path("out_edges.jsonl").read_text().splitlines()[0])["publications"] == ["PMID:1", "PMID:3"]


def test_the_other_formats(cli: Cli, makers: Path) -> None:
    assert cli("graph", "export", "kgx-tsv", "-o", "out.gz", "--min-papers", "2").exit_code == 0
    header, row = gzip.decompress(Path("out_edges.tsv.gz").read_bytes()).decode().splitlines()
    assert dict(zip(header.split("\t"), row.split("\t"), strict=True))["publications"] == "PMID:1|PMID:3"
    assert cli("graph", "export", "csv", "-o", "curated", "--source", "makers").exit_code == 0
    with Path("curated_edges.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["predicate"] for row in rows] == ["biolink:treats", "biolink:affects", "biolink:treats", "biolink:subclass_of"]
    assert (rows[0]["primary_knowledge_source"], rows[0]["publications"]) == ("infores:makers", "PMID:9|PMID:8")
    assert cli("graph", "export", "graphml", "-o", "graph.graphml", "--type", "Disease").exit_code == 0
    found = ElementTree.parse("graph.graphml")
    assert len(found.findall(".//{*}node")) == 2
    (edge,) = found.findall(".//{*}edge")
    assert {edge.get("source"), edge.get("target")} == {"MESH:D010146", "NCBIGene:5743"}
    assert cli("graph", "export", "pubtator", "-o", "out.pubtator").exit_code == 0
    assert Path("out.pubtator").read_text().count("|t|") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["kgx", "-o", "no/out"], "there is no folder no"),
        (["kgx", "-o", "out", "--source", "nobody"], "nothing was imported as 'nobody'"),
        (["kgx", "-o", "out", "--source", "makers", "--min-papers", "2"], "exported whole"),
        (["bioc", "-o", "out", "--type", "Gene"], "writes documents whole"),
        (["rdf", "-o", "out"], "rdf"),
    ],
)
def test_what_cannot_be_exported(cli: Cli, graph: Path, arguments: list[str], message: str) -> None:
    result = cli("graph", "export", *arguments)
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr
    assert not list(Path().glob("out*"))
