"""`python -m models.training.sentences`: baselines scored, kept, and drawn again."""

from pathlib import Path

import pytest

from models.evaluation.results import read_tables
from models.training.sentences.__main__ import main


def test_tables_are_stored_and_drawn_again_from_what_is_kept(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--data", str(data), "--output", str(tmp_path / "out"), "--sets", "gad", "--systems", "always", "chance", "rules"]
    with pytest.raises(SystemExit):
        main([*asked, "--kept"])
    assert "keeps no baseline's answers" in capsys.readouterr().err
    assert main([*asked, "--store", str(tmp_path / "results")]) == 0
    printed = capsys.readouterr().out
    assert "| always related (co-occurrence) |" in printed
    tables = read_tables(tmp_path / "results")
    assert set(tables) == {"sentences", "sentences-gad"}
    assert [row.system for row in tables["sentences"].rows] == [
        "always related (co-occurrence)",
        "chance, as often as in training",
        "pattern rules",
    ]
    assert main([*asked, "--kept"]) == 0
    assert capsys.readouterr().out == printed
    with pytest.raises(SystemExit):
        main([*asked[:-1], "nothing"])
    assert "there is no baseline 'nothing'" in capsys.readouterr().err
