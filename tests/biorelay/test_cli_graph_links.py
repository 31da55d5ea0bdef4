"""`graph discover open --links`: what was found, in the order of link scores."""

import json
from pathlib import Path

import pytest

from tests.biorelay.conftest import Cli, relations
from tests.biorelay.test_cli_graph import ASPIRIN, COX, NAUSEA, PAIN, write
from tests.models.runtime.link_folder import popular

FEVER = "mesh:D005334 fever Disease"
RECORDS = [
    *(relations(f"pubmed:{n}", (ASPIRIN, "Negative_Correlation", COX)) for n in (1, 2)),
    *(relations(f"pubmed:{n}", (COX, "Positive_Correlation", end)) for n, end in enumerate((PAIN, PAIN, FEVER, NAUSEA), start=3)),
]
IDS = ["mesh:D001241", "mesh:D010146", "mesh:D005334"]


@pytest.fixture(autouse=True)
def graph(cli: Cli, tmp_path: Path) -> None:
    assert cli("graph", "load", write(tmp_path / "relations.jsonl", RECORDS)).exit_code == 0


def found(cli: Cli, *arguments: object) -> list[dict[str, object]]:
    result = cli("graph", "discover", "open", "aspirin", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    return [{"id": row["entity"]["id"], "link_score": row.get("link_score")} for row in map(json.loads, result.stdout.splitlines())]


def test_the_order_is_that_of_the_scores(cli: Cli, tmp_path: Path) -> None:
    folder = popular(tmp_path / "links", IDS, [0.0, 1.0, 3.0])
    assert found(cli)[0] == {"id": "mesh:D010146", "link_score": None}  # the most papers
    assert found(cli, "--links", folder) == [
        {"id": "mesh:D005334", "link_score": 3.0},
        {"id": "mesh:D010146", "link_score": 1.0},
        {"id": "mesh:D009325", "link_score": None},  # not learned
    ]
    assert [row["id"] for row in found(cli, "--links", folder, "--limit", 1)] == ["mesh:D005334"]
    told = cli("graph", "discover", "open", "aspirin", "--links", folder).stdout
    assert told.index("link score 3.000") < told.index("link score 1.000") < told.index("link score none: not learned")


def test_an_entity_that_was_not_learned(cli: Cli, tmp_path: Path) -> None:
    folder = popular(tmp_path / "links", ["mesh:D000001"], [0.0])
    result = cli("graph", "discover", "open", "aspirin", "--links", folder)
    assert result.exit_code == 0
    assert "did not learn mesh:D001241" in result.stderr


def test_a_folder_that_holds_no_scores(cli: Cli, tmp_path: Path) -> None:
    result = cli("graph", "discover", "open", "aspirin", "--links", tmp_path / "nowhere")
    assert result.exit_code in (1, 2)
    assert "holds no manifest.json" in result.stderr
    assert "kind links" in result.stderr
