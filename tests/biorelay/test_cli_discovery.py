"""The graph's questions from the command line: measures, filters, years, significance, and what bounded answers say."""

import json
from pathlib import Path

import pytest

from tests.biorelay.conftest import Cli, relations
from tests.biorelay.test_cli_graph import write

ASPIRIN, COX, PAIN = "mesh:D001241 aspirin Chemical", "ncbigene:5743 PTGS2 Gene", "mesh:D010146 pain Disease"
FEVER, TNF = "mesh:D005334 fever Disease", "ncbigene:7124 TNF Gene"

RECORDS = [
    relations("pubmed:1", (ASPIRIN, "Negative_Correlation", COX), year=1998),
    relations("pubmed:2", (COX, "Positive_Correlation", PAIN), year=2001),
    relations("pubmed:3", (ASPIRIN, "Negative_Correlation", COX), year=2004),
    relations("pubmed:4", (ASPIRIN, "Association", TNF), (TNF, "Association", FEVER), (TNF, "Bind", FEVER), year=2010),
    relations("pubmed:5", (TNF, "Association", PAIN), year=2012),
]


@pytest.fixture(autouse=True)
def graph(cli: Cli, tmp_path: Path) -> None:
    result = cli("graph", "load", write(tmp_path / "relations.jsonl", RECORDS))
    assert result.exit_code == 0, result.stderr


def found(cli: Cli, *command: object) -> list[dict]:
    result = cli("graph", *command, "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_measures_rank_the_answers(cli: Cli) -> None:
    assert [f["entity"]["name"] for f in found(cli, "discover", "open", "aspirin")] == ["pain", "fever"]
    by_paths = found(cli, "discover", "open", "aspirin", "--rank", "path_count")
    assert [(f["entity"]["name"], f["score"]) for f in by_paths] == [("pain", 2), ("fever", 2)]
    (way, other) = found(cli, "discover", "closed", "aspirin", "pain", "--rank", "degree_weighted", "--damping", "1")
    assert way["score"] == pytest.approx(1 / (2 * 2**2 * 2))
    assert way["steps"][0]["target"]["name"] == "PTGS2"
    assert other["score"] < way["score"]


def test_filters(cli: Cli) -> None:
    assert [n["entity"]["name"] for n in found(cli, "neighbours", "aspirin", "--first", "2005-")] == ["TNF"]
    assert [n["entity"]["name"] for n in found(cli, "neighbours", "aspirin", "--last", "-2004")] == ["PTGS2"]
    assert [n["entity"]["name"] for n in found(cli, "neighbours", "aspirin", "--min-confidence", "0.8")] == ["PTGS2"]
    assert found(cli, "discover", "closed", "aspirin", "pain", "--predicate", "Bind") == []
    assert len(found(cli, "path", "aspirin", "fever", "--predicate", "Association")) == 1


@pytest.mark.parametrize("years", ["19", "2005-1999", "1990 to 2000", "-", "", "19902000"])
def test_what_is_no_range_of_years(cli: Cli, years: str) -> None:
    result = cli("graph", "neighbours", "aspirin", "--first", years)
    assert result.exit_code == 2
    assert "no range of years" in result.stderr


def test_as_of_a_year(cli: Cli) -> None:
    (then,) = found(cli, "neighbours", "aspirin", "--as-of", "2000")
    assert (then["edge"]["counts"]["papers"], then["edge"]["last_year"]) == (1, 1998)
    assert [f["entity"]["name"] for f in found(cli, "discover", "open", "aspirin", "--as-of", "2001")] == ["pain"]
    before = cli("graph", "discover", "open", "aspirin", "--as-of", "1990")
    assert before.exit_code == 0
    assert "no paper related mesh:D001241 to anything by the end of 1990; the first one is of 1998" in before.stderr
    future = cli("graph", "path", "aspirin", "pain", "--as-of", "2999")
    assert future.exit_code == 2
    assert "in the future" in future.stderr


def test_a_bounded_answer_says_so(cli: Cli) -> None:
    result = cli("graph", "neighbours", "TNF", "--limit", "1", "--json")
    assert json.loads(result.stdout)["bounded"] is True
    assert "note: the first 1 of more edges are shown; ncbigene:7124 has 4" in result.stderr
    assert [n["bounded"] for n in found(cli, "neighbours", "PTGS2")] == [False, False]
    assert "only the 1 best neighbours" in cli("graph", "discover", "open", "aspirin", "--fan", "1").stderr


def test_shortest_paths(cli: Cli) -> None:
    assert {len(p["steps"]) for p in found(cli, "path", "aspirin", "pain", "--max-hops", "4")} == {2}
    assert len(found(cli, "path", "PTGS2", "fever", "--shortest", "--max-hops", "4")) == 2
    assert "nothing joins the two" in cli("graph", "path", "PTGS2", "fever", "--shortest", "--max-hops", "2").stderr
    assert cli("graph", "path", "aspirin", "pain", "--max-hops", "9").exit_code == 2


def test_significance(cli: Cli) -> None:
    (first, second) = found(cli, "discover", "open", "aspirin", "--significance", "20")
    for finding in (first, second):
        chance = finding["chance"]
        assert 1 / 21 <= chance["p"] <= chance["q"] <= 1
        assert (chance["permutations"], chance["candidates"]) == (20, 2)
    shown = cli("graph", "discover", "closed", "aspirin", "pain", "--significance", "20")
    assert shown.stdout.startswith("the pair: p ")
    assert "expected by chance" in cli("graph", "discover", "open", "aspirin", "--significance", "5").stdout
    assert cli("graph", "discover", "open", "aspirin", "--significance", "0").exit_code == 2


def test_changes_between_years(cli: Cli) -> None:
    lines = cli("graph", "changes", "--from", "1999", "--to", "2005", "--entity", "PTGS2").stdout.splitlines()
    assert lines == [
        "strengthened\taspirin\tNegative_Correlation\tPTGS2\t1 paper\t2 papers, 1998-2004",
        "appeared\tpain\tPositive_Correlation\tPTGS2\t0 papers\t1 paper, 2001",
    ]
    everything = found(cli, "changes", "--from", "1990", "--to", "2020")
    assert {one["kind"] for one in everything} == {"appeared"}
    assert len(everything) == 6
    assert "changed anything" in cli("graph", "changes", "--from", "1950", "--to", "1960").stderr
    assert cli("graph", "changes", "--from", "2005", "--to", "1999").exit_code == 2
    assert cli("graph", "changes", "--from", "2005").exit_code == 2
