"""Artefacts appear whole, and nothing of an export that was killed stays behind."""

from pathlib import Path

import pytest

from models.training.provenance import making, replace_folder


def test_what_a_killed_export_left_goes_and_what_is_made_takes_the_old_ones_place(tmp_path: Path) -> None:
    folder = tmp_path / "relay" / "1"
    folder.mkdir(parents=True)
    (folder / "old.txt").write_text("old", encoding="utf-8")
    left = folder.with_name(".1.export")
    (left / "served").mkdir(parents=True)
    with making(folder) as place:
        assert list(place.iterdir()) == []
        made = place / "served"
        made.mkdir()
        (made / "new.txt").write_text("new", encoding="utf-8")
        assert [path.name for path in folder.iterdir()] == ["old.txt"]
        replace_folder(folder, made)
    assert [path.name for path in folder.iterdir()] == ["new.txt"]
    assert [path.name for path in folder.parent.iterdir()] == ["1"]


def _failing(folder: Path) -> None:
    with making(folder) as place:
        (place / "served").mkdir()
        raise ValueError("lost")


def test_an_export_that_fails_leaves_the_old_artefact_alone(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    with pytest.raises(ValueError, match="lost"):
        _failing(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["1"]
