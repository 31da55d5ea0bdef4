"""What papers disagree about, and how sure a relation is, from the command line."""

import json
from math import exp
from pathlib import Path

import pytest

from tests.biorelay.conftest import Cli, relations
from tests.biorelay.test_cli_graph import ASPIRIN, COX, PAIN, told, write


@pytest.fixture
def graph(cli: Cli, tmp_path: Path) -> None:
    edge = (ASPIRIN, "Negative_Correlation", COX)
    first = relations("pubmed:1", edge, year=1998)
    section = first.relations[0].evidence.model_copy(update={"section": "RESULTS"})
    first = first.model_copy(update={"relations": (first.relations[0].model_copy(update={"evidence": section, "novel": 0.75}),)})
    records = [
        first,
        relations("pubmed:2", edge, year=2004),
        told(relations("pubmed:3", edge), negated=True, cue="and"),
        told(relations("pubmed:4", (ASPIRIN, "Bind", PAIN)), negated=True),
        told(relations("pubmed:5", edge), retracted=True),
    ]
    result = cli("graph", "load", write(tmp_path / "relations.jsonl", records))
    assert result.exit_code == 0, result.stderr


@pytest.mark.usefixtures("graph")
def test_contradicted_shows_both_sides(cli: Cli) -> None:
    lines = [line.strip() for line in cli("graph", "contradicted").stdout.splitlines()]
    assert lines == [
        "aspirin -[Negative_Correlation]- PTGS2  (2 papers, 1 negated, 1998-2004)",
        lines[1],
        "\u201caspirin and PTGS2\u201d  pubmed:3, 2001, negated by \u201cand\u201d",
    ]
    assert lines[1].startswith("\u201caspirin and PTGS2\u201d  pubmed:")
    assert "negated" not in lines[1]
    (found,) = map(json.loads, cli("graph", "contradicted", "PTGS2", "--type", "Chemical", "--json").stdout.splitlines())
    assert (found["edge"]["counts"], found["denied"]["document"]) == ({"papers": 2, "negated": 1, "speculated": 0}, "pubmed:3")


@pytest.mark.usefixtures("graph")
@pytest.mark.parametrize(
    "filters", [["--min-negated", "2"], ["--min-papers", "3"], ["--predicate", "Bind"], ["pain"], ["--type", "Gene", "ptgs2"]]
)
def test_nothing_is_contradicted(cli: Cli, filters: list[str]) -> None:
    result = cli("graph", "contradicted", *filters)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no relation within these bounds" in result.stderr


@pytest.mark.usefixtures("graph")
def test_a_confidence_is_spelled_out(cli: Cli) -> None:
    lines = [line.strip() for line in cli("graph", "confidence", "aspirin", "PTGS2").stdout.splitlines()]
    assert lines == [
        "Negative_Correlation  confidence 0.937  (2 papers, 1 negated, 1998-2004)",
        "pubmed:1, 1998  p 0.9  share 2.303",
        "pubmed:2, 2004  p 0.9  share 2.303",
        "sum 4.605: at least one is right, 0.990",
        "names and identifiers err too, so a share counts 0.6: 0.937",
    ]
    short = cli("graph", "confidence", "aspirin", "PTGS2", "--limit", "1").stdout
    assert "1 more  share 2.303" in short
    found = json.loads(cli("graph", "confidence", "PTGS2", "aspirin", "--json").stdout)
    assert found["edge"]["confidence"] == pytest.approx(1 - exp(-found["counted"] * sum(p["share"] for p in found["papers"]) / 1e6))
    denied = cli("graph", "confidence", "aspirin", "pain").stdout.splitlines()
    assert denied == ["Bind  confidence 0.000  (0 papers, 1 negated, 2001)"]
    assert "nothing of the two" in cli("graph", "confidence", "PTGS2", "pain").stderr


@pytest.mark.usefixtures("graph")
def test_evidence_says_where_it_stands_and_what_read_it(cli: Cli) -> None:
    lines = [line.strip() for line in cli("graph", "evidence", "aspirin", "PTGS2").stdout.splitlines()]
    read = dict(zip(lines[1::3], lines[2::3], strict=True))
    assert read["\u201caspirin and PTGS2\u201d  pubmed:1, 1998"] == "RESULTS, own finding 0.75, test@1"
    assert read["\u201caspirin and PTGS2\u201d  pubmed:2, 2004"] == "test@1"


@pytest.mark.usefixtures("graph")
@pytest.mark.parametrize("command", ["contradicted", "confidence"])
def test_bad_input(cli: Cli, command: str) -> None:
    other = ["aspirin"] if command == "confidence" else []
    unknown = cli("graph", command, "nothing like it", *other)
    assert unknown.exit_code == 2
    assert "the graph has no entity" in unknown.stderr
    assert cli("graph", command, "aspirin", *other, "--limit", "0").exit_code == 2
