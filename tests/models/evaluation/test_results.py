"""Stored tables and the page that is drawn of them."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from models.evaluation.errors import ResultUnusable
from models.evaluation.results import COUNTS, FOLDER, PUBLISHED, Figure, Kind, Row, Section, Table, page, read_tables, store, write_page


def table(**changes: object) -> Table:
    base: dict[str, object] = {
        "title": "GAD, ten folds",
        "section": Section.RELATIONS,
        "measured_on": "gad, mean of ten honest folds",
        "documents": "5,330 sentences",
        "seed": 1,
        "columns": ("F1", "parameters", "trained on"),
        "rows": (
            Row(
                system="ours|one",
                figures={"F1": Figure(value=80.14, low=78.9, high=81.2), "parameters": 22_600_000, "trained on": "nine folds"},
            ),
            Row(system="always positive", kind=Kind.BASELINE, figures={"F1": 69.0}),
        ),
        "notes": ("The folds share sentences.",),
        "command": "biorelay train gad --data DATA",
    }
    return Table.model_validate(base | changes)


def test_the_page_is_what_its_tables_make() -> None:
    """Whoever stores a table draws the page again: `python -m models.evaluation.results`; its counts may lag."""
    drawn = (FOLDER.parent / "RESULTS.md").read_text(encoding="utf-8")
    assert drawn.partition(f"\n{COUNTS}")[0] == page(read_tables(FOLDER))


def test_a_table_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    store("gad-folds", table(), tmp_path)
    first = (tmp_path / "gad-folds.json").read_bytes()
    assert read_tables(tmp_path) == {"gad-folds": table()}
    store("gad-folds", table(), tmp_path)
    assert (tmp_path / "gad-folds.json").read_bytes() == first


def test_figures_are_drawn_with_intervals_and_published_rows_with_their_source(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    store("gad-folds", table(), folder)
    (folder / PUBLISHED).write_text('[[row]]\ntable = "gad-folds"\nsystem = "BERT"\nsource = "Gu 2021"\nfigures = {"F1" = 80.41}\n')
    drawn = write_page(folder).read_text(encoding="utf-8").splitlines()
    assert "| **ours\\|one** | 80.1 (78.9 to 81.2) | 22,600,000 | nine folds |" in drawn
    assert "| always positive | 69.0 | - | - |" in drawn
    assert "| BERT (published) | 80.4 | - | - |" in drawn
    assert "Published: Gu 2021." in drawn
    assert "The folds share sentences." in drawn


def test_sections_come_in_their_order(tmp_path: Path) -> None:
    store("a", table(section=Section.WARNINGS), tmp_path)
    store("z", table(section=Section.SHIPPED), tmp_path)
    assert list(read_tables(tmp_path)) == ["z", "a"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": ()}, "at least 1"),
        ({"columns": ("F1",)}, "figures of no column"),
        ({"rows": (Row(system="x", kind=Kind.PUBLISHED, figures={}),)}, "with their source"),
        ({"rows": (Row(system="x", figures={}), Row(system="x", figures={}))}, "the same name"),
        ({"command": "biorelay train gad --data /home/me/data"}, "one machine"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        table(**changes)


@pytest.mark.parametrize("content", ["", "[]", '{"schema": "other/1"}', '{"schema": "biorelay.result/1"}', "{" * 10])
def test_a_file_that_is_no_table_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.json").write_text(content)
    with pytest.raises(ResultUnusable, match=r"broken\.json"):
        read_tables(tmp_path)


@pytest.mark.parametrize(
    "row",
    [
        'table = "other"\nsystem = "x"\nsource = "y"\nfigures = {}',
        'table = "gad-folds"\nsystem = "x"\nfigures = {}',
        'table = "gad-folds"\nsystem = "x"\nsource = "y"\nfigures = {"F2" = 1.0}',
        'system = "x"',
        "table = ",
    ],
)
def test_a_published_row_needs_a_table_a_column_and_a_source(tmp_path: Path, row: str) -> None:
    store("gad-folds", table(), tmp_path)
    (tmp_path / PUBLISHED).write_text(f"[[row]]\n{row}\n")
    with pytest.raises(ResultUnusable, match=PUBLISHED):
        read_tables(tmp_path)


@pytest.mark.parametrize("name", ["", "A", "a/b", "../a", "a b"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ResultUnusable, match="no name"):
        store(name, table(), tmp_path)
