"""`biorelay evaluate --end-to-end`: a user's own gold file, without the corpora and without the training libraries."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.biorelay.conftest import Cli

GOLD = """1|t|Naloxone reverses the antihypertensive effect of clonidine.
1|a|Clonidine lowered blood pressure.
1\t0\t8\tNaloxone\tDrug\tMESH:D009270
1\t49\t58\tclonidine\tDrug\tD003000
1\t60\t69\tClonidine\tDrug\tD003000
1\tOpposes\tD009270\tD003000
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.pubtator"
    path.write_text(GOLD)
    return path


def test_a_file_of_ones_own_is_scored_and_its_mistakes_written(cli: Cli, gold: Path, tmp_path: Path) -> None:
    result = cli("evaluate", "--end-to-end", gold, "--types", "Opposes=Negative_Correlation", "--errors", "wrong.jsonl", "-o", "r.json")
    assert result.exit_code == 0, result.stderr
    assert "**entities, strict spans**" in result.stdout
    stored = json.loads((tmp_path / "r.json").read_text())
    assert stored["scores"]["entities, strict spans"][stored["model"]]["Chemical"]["tp"] == 3
    lines = (tmp_path / "wrong.jsonl").read_text().splitlines()
    assert len(lines) == sum(c["missed"] + c["false"] for part in stored["mistakes"].values() for c in part.values())
    assert all(json.loads(line)["document"] == "pubmed:1" for line in lines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--end-to-end", "nowhere.pubtator"], "nowhere.pubtator is no file"),
        (["--end-to-end", "gold.pubtator", "--types", "Drug=-"], "has no mention of a type that is known"),
        (["--end-to-end", "gold.pubtator", "--types", "Drug"], "--types Drug: no type"),
        (["--end-to-end", "gold.pubtator", "--errors", "no/such/folder/x"], "cannot be written"),
        (["--errors", "x.jsonl", "--data", "."], "belong to --end-to-end"),
        ([], "the corpora are needed"),
    ],
)
def test_what_cannot_be_scored_is_one_line_and_bad_input(cli: Cli, gold: Path, arguments: list[str], words: str) -> None:
    result = cli("evaluate", *arguments)
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert words in result.stderr


def test_pictures_are_drawn_where_they_can_be(cli: Cli, gold: Path, tmp_path: Path) -> None:
    result = cli("evaluate", "--end-to-end", gold, "--figures", "drawn")
    if find_spec("matplotlib") is None:
        assert result.exit_code == 1
        assert "needs matplotlib" in result.stderr
        assert not (tmp_path / "drawn").exists()
    else:
        assert result.exit_code == 0, result.stderr
        assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["confusion-entities.png", "reliability-mentions.png"]
