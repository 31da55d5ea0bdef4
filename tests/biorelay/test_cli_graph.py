"""A graph without Kafka: loaded from what `extract` writes, and asked."""

import gzip
import json
from pathlib import Path

import pytest

from processors.records import Article, Cue, CueKind, Entities, Link, LinkKind, Provenance, Relations
from tests.biorelay.conftest import Cli, relations

ASPIRIN, COX, PAIN = "mesh:D001241 aspirin Chemical", "ncbigene:5743 PTGS2 Gene", "mesh:D010146 pain Disease"
LITHIUM, NAUSEA = "mesh:D008094 lithium Chemical", "mesh:D009325 nausea Disease"

RECORDS = [
    relations("pubmed:1", (ASPIRIN, "Negative_Correlation", COX), year=1998),
    relations("pubmed:2", (COX, "Positive_Correlation", PAIN)),
    relations("pubmed:3", (ASPIRIN, "Negative_Correlation", COX), year=2004),
    relations("pubmed:4", (LITHIUM, "Association", NAUSEA)),
]


def write(file: Path, records: list[Relations]) -> Path:
    provenance = Provenance(software="1", model="test@1", generation=1)
    lines = [line for record in records for line in (Entities(id=record.id, text="x", provenance=provenance).to_bytes(), record.to_bytes())]
    content = b"".join(line + b"\n" for line in lines)
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
    return file


@pytest.fixture
def graph(cli: Cli, tmp_path: Path) -> None:
    result = cli("graph", "load", write(tmp_path / "relations.jsonl", RECORDS))
    assert result.exit_code == 0, result.stderr


def test_loading_tells_what_changed_and_a_repeat_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "relations.jsonl.gz", RECORDS)
    first = cli("graph", "load", file, "--json")
    assert (first.exit_code, json.loads(first.stdout)["documents"], json.loads(first.stdout)["refused"]) == (0, 4, 0)
    assert json.loads(first.stdout)["changes"] > 0
    assert json.loads(cli("graph", "load", file, "--json").stdout)["changes"] == 0
    assert json.loads(cli("graph", "stats", "--json").stdout)["articles"] == 4


def test_loading_from_stdin(cli: Cli) -> None:
    assert cli("graph", "load", "-", stdin=RECORDS[0].to_bytes()).exit_code == 0
    assert json.loads(cli("graph", "stats", "--json").stdout)["articles"] == 1


def test_a_bad_line_costs_itself_only(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "relations.jsonl"
    file.write_bytes(b"\n".join([RECORDS[0].to_bytes(), b'{"schema":"biorelay.relations/1"}', b"{no", RECORDS[1].to_bytes()]))
    result = cli("graph", "load", file, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"documents": 2, "changes": 2, "refused": 2}
    assert "relations.jsonl, line 2" in result.stderr
    assert "relations.jsonl, line 3" in result.stderr


def test_abstracts_are_refused_with_what_to_do(cli: Cli) -> None:
    result = cli("graph", "load", Path(__file__).parents[1] / "data" / "pubmed_small.xml")
    assert result.exit_code == 2
    assert "biorelay extract pubmed_small.xml | biorelay graph load -" in result.stderr


def test_a_newer_state_of_a_document_stays(cli: Cli, tmp_path: Path) -> None:
    assert cli("graph", "load", write(tmp_path / "new.jsonl", RECORDS[:1]), "--revision", "0:9").exit_code == 0
    old = relations("pubmed:1", (LITHIUM, "Association", NAUSEA))
    assert json.loads(cli("graph", "load", write(tmp_path / "old.jsonl", [old]), "--json").stdout)["changes"] == 0
    assert cli("graph", "load", tmp_path / "old.jsonl", "--revision", "nine").exit_code == 2


@pytest.mark.usefixtures("graph")
def test_neighbours(cli: Cli) -> None:
    lines = cli("graph", "neighbours", "aspirin").stdout.splitlines()
    assert lines == ["Negative_Correlation\tPTGS2\tGene\tncbigene:5743\t2 papers, 1998-2004"]
    assert cli("graph", "neighbours", "mesh:D001241", "--type", "Disease").stdout == ""
    assert json.loads(cli("graph", "neighbours", "ASPIRIN", "--json").stdout)["entity"]["id"] == "ncbigene:5743"


@pytest.mark.usefixtures("graph")
def test_closed_discovery_shows_sentences_and_papers(cli: Cli) -> None:
    result = cli("graph", "discover", "closed", "aspirin", "pain")
    assert result.exit_code == 0
    assert "1. aspirin - PTGS2 - pain" in result.stdout
    assert "aspirin -[Negative_Correlation]- PTGS2  (2 papers, 1998-2004)" in result.stdout
    assert "\u201cPTGS2 and pain\u201d  pubmed:2, 2001" in result.stdout
    assert [
        step["edge"]["counts"]["papers"]
        for step in json.loads(cli("graph", "discover", "closed", "aspirin", "pain", "--json").stdout)["steps"]
    ] == [2, 1]


@pytest.mark.usefixtures("graph")
def test_open_discovery(cli: Cli) -> None:
    result = cli("graph", "discover", "open", "aspirin", "--type", "Disease")
    assert "1. pain (Disease, mesh:D010146)" in result.stdout
    assert "nothing within two steps" in cli("graph", "discover", "open", "lithium").stderr


@pytest.mark.usefixtures("graph")
def test_paths_and_evidence(cli: Cli) -> None:
    assert "aspirin - PTGS2 - pain" in cli("graph", "path", "aspirin", "pain").stdout
    assert "nothing joins the two" in cli("graph", "path", "aspirin", "nausea").stderr
    evidence = cli("graph", "evidence", "aspirin", "PTGS2")
    assert evidence.stdout.count("\u201caspirin and PTGS2\u201d") == 2
    assert "nothing of the two" in cli("graph", "evidence", "aspirin", "pain").stderr


@pytest.mark.usefixtures("graph")
def test_an_unknown_name_is_bad_input_with_candidates(cli: Cli) -> None:
    result = cli("graph", "neighbours", "aspir")
    assert result.exit_code == 2
    assert "the graph has no entity 'aspir'" in result.stderr
    assert "aspirin (mesh:D001241)" in result.stderr
    assert cli("graph", "neighbours", "zzz").exit_code == 2


@pytest.mark.usefixtures("graph")
def test_finding_names(cli: Cli) -> None:
    assert cli("graph", "find", "pt").stdout == "ncbigene:5743\tPTGS2\tGene\t2\n"
    assert "no entity" in cli("graph", "find", "zzz").stderr


@pytest.mark.usefixtures("graph")
@pytest.mark.parametrize("arguments", [["path", "aspirin", "aspirin"], ["discover", "closed", "pain", "pain"]])
def test_a_question_of_one_entity_is_bad_input(cli: Cli, arguments: list[str]) -> None:
    assert cli("graph", *arguments).exit_code == 2


def test_without_a_graph_the_remedy_is_named(cli: Cli) -> None:
    result = cli("graph", "stats")
    assert result.exit_code == 2
    assert "biorelay graph load" in result.stderr


def test_an_address_that_is_none(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_GRAPH_URL", "http://localhost:7474")
    result = cli("graph", "stats")
    assert result.exit_code == 2
    assert "bolt://HOST:PORT" in result.stderr


def told(record: Relations, *, negated: bool = False, retracted: bool = False, cue: str = "") -> Relations:
    """The record with its first relation negated by the cue, and the article's own mark."""
    evidence = record.relations[0].evidence
    start = evidence.text.index(cue) if cue else 0
    cues = (Cue(kind=CueKind.NEGATION, start=start, end=start + len(cue)),) if cue else ()
    first = record.relations[0].model_copy(update={"negated": negated, "evidence": evidence.model_copy(update={"cues": cues})})
    article = record.article.model_copy(update={"retracted": retracted})
    return record.model_copy(update={"relations": (first, *record.relations[1:]), "article": article})


@pytest.fixture
def disputed(cli: Cli, tmp_path: Path) -> None:
    notice = relations("pubmed:8")
    links = (Link(kind=LinkKind.RETRACTS, target="pubmed:3"), Link(kind=LinkKind.CONCERN_ABOUT, target="pubmed:1"))
    records = [
        RECORDS[0],
        told(relations("pubmed:2", (ASPIRIN, "Negative_Correlation", COX)), negated=True, cue="and"),
        told(RECORDS[2], retracted=True),
        told(relations("pubmed:4", (ASPIRIN, "Bind", PAIN)), negated=True),
        told(relations("pubmed:5", (ASPIRIN, "Association", NAUSEA)), retracted=True),
        notice.model_copy(update={"article": notice.article.model_copy(update={"links": links})}),
        relations("retraction:3").model_copy(update={"article": Article(links=links[:1])}),
    ]
    result = cli("graph", "load", write(tmp_path / "disputed.jsonl", records))
    assert result.exit_code == 0, result.stderr


@pytest.mark.usefixtures("disputed")
def test_polarity_is_shown_and_filtered(cli: Cli) -> None:
    supported = "Negative_Correlation\tPTGS2\tGene\tncbigene:5743\t1 paper, 1 negated, 1998-2001"
    denied = "Bind\tpain\tDisease\tmesh:D010146\t0 papers, 1 negated, 2001"
    withdrawn = "Association\tnausea\tDisease\tmesh:D009325\t0 papers, all retracted"
    assert cli("graph", "neighbours", "aspirin").stdout.splitlines() == [supported]
    assert cli("graph", "neighbours", "aspirin", "--polarity", "negated").stdout.splitlines() == [supported, denied]
    assert cli("graph", "neighbours", "aspirin", "--polarity", "negated", "--min-papers", "1").stdout.splitlines() == [supported]
    assert cli("graph", "neighbours", "aspirin", "--polarity", "any").stdout.splitlines() == [supported, withdrawn, denied]
    assert cli("graph", "neighbours", "aspirin", "--polarity", "speculated").stdout == ""
    shown = cli("graph", "evidence", "aspirin", "PTGS2").stdout
    assert "pubmed:2, 2001, negated by \u201cand\u201d" in shown
    assert "pubmed:3, 2004, RETRACTED by its own record, by pubmed:8, by a list (retraction:3)" in shown
    negated = cli("graph", "evidence", "aspirin", "PTGS2", "--polarity", "negated", "--json").stdout
    assert [json.loads(line)["document"] for line in negated.splitlines()] == ["pubmed:2"]


@pytest.mark.usefixtures("disputed")
def test_an_article_shows_how_it_stands(cli: Cli) -> None:
    lines = [line.strip() for line in cli("graph", "article", "3").stdout.splitlines()]
    assert lines == [
        "pubmed:3  Title of pubmed:3",
        "2004",
        "RETRACTED by its own record, by pubmed:8, by a list (retraction:3)",
        "retracted by pubmed:8 (Title of pubmed:8)",
        "retracted by retraction:3",
        "aspirin -[Negative_Correlation]- PTGS2  0.90",
        "\u201caspirin and PTGS2\u201d  pubmed:3, 2004, RETRACTED by its own record, by pubmed:8, by a list (retraction:3)",
    ]
    assert "concern expressed by pubmed:8 (Title of pubmed:8)" in cli("graph", "article", "PMID: 1").stdout
    assert "expresses concern about pubmed:1" in cli("graph", "article", "pubmed:8").stdout
    assert "... 1 more" in cli("graph", "article", "1", "--limit", "0").stdout
    assert json.loads(cli("graph", "article", "3", "--json").stdout)["retracted_by"] == ["pubmed:3", "pubmed:8", "retraction:3"]
    assert cli("graph", "article", "404").exit_code == 2
    assert cli("graph", "article", " ").exit_code == 2


@pytest.mark.usefixtures("disputed")
def test_retracted_articles_are_listed(cli: Cli) -> None:
    assert cli("graph", "retracted").stdout.splitlines() == [
        "pubmed:3\t2004\tTitle of pubmed:3\tby its own record, by pubmed:8, by a list (retraction:3)",
        "pubmed:5\t2001\tTitle of pubmed:5\tby its own record",
    ]
    assert json.loads(cli("graph", "retracted", "--limit", "1", "--json").stdout)["id"] == "pubmed:3"
