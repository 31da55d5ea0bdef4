"""Outside graphs and exports that mean harm: no formula reaches a spreadsheet, no NUL a database, no infinity a JSON file."""

import csv
import io
from pathlib import Path

import pytest

from graphstore.errors import GraphBadImport
from graphstore.exports import open_export
from graphstore.imports import open_import
from graphstore.imports.prefixes import normalised

FORMULAS = ["=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "  =1", "\uff1d1", "+", "-x"]
HARMLESS = ["1", "-1", "+0.5", "-1e-9", "a=b", "(-)-epicatechin", "", "\u2212x"]


def cells(*texts: str) -> list[str]:
    export = open_export("csv")
    export.begin(("id", *(f"c{place}" for place in range(len(texts)))), ())
    line = export.node({"id": "a:b"} | {f"c{place}": text for place, text in enumerate(texts)})
    ((_, *found),) = csv.reader(io.StringIO(line.decode(), newline=""))
    return found


def test_no_cell_of_a_csv_file_is_a_formula() -> None:
    for text, cell in zip(FORMULAS, cells(*FORMULAS), strict=True):
        assert cell.startswith("'")
        assert cell.removeprefix("'").strip() == text.strip()


def test_numbers_and_names_stay_as_they_are_in_csv() -> None:
    assert cells(*HARMLESS) == HARMLESS


def test_a_list_that_begins_with_a_formula_and_a_columns_name_are_no_formulas() -> None:
    export = open_export("csv")
    heads = export.begin(("id", "=1"), ("subject",))
    assert heads["nodes"] == b"id,'=1\r\n"
    assert export.node({"id": "a:b", "=1": ["=1", "x"]}) == b"a:b,'=1|x\r\n"


def imported(tmp_path: Path, edges: str) -> list[object]:
    files = [tmp_path / "n.tsv", tmp_path / "e.tsv"]
    files[0].write_text("id\tcategory\na:b\tbiolink:Gene\n")
    files[1].write_text(edges)
    return list(open_import("kgx", files, source="x").edges())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "[" * 5000, "9" * 5000])
def test_what_is_no_number_of_json_stays_a_text(tmp_path: Path, number: str) -> None:
    (edge,) = imported(tmp_path, f"subject\tpredicate\tobject\thas_confidence_score\na:b\tx\ta:b\t{number}\n")
    assert edge.rest == {"has_confidence_score": number}  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", ["NaN", "1e999", "-1e999"])
def test_a_json_line_with_no_number_is_refused(tmp_path: Path, number: str) -> None:
    line = f'{{"subject": "a:b", "predicate": "x", "object": "a:b", "has_confidence_score": {number}}}\n'
    with pytest.raises(GraphBadImport, match="line 1"):
        imported(tmp_path, line)


@pytest.mark.parametrize("identifier", ["x:a%00b", "x:b%0Ac", "x:a%1B[2J", "x:%20", "x:%7f"])
def test_what_a_percent_sign_hides_is_no_identifier(identifier: str) -> None:
    assert normalised(identifier) is None


def test_an_identifier_has_no_blanks_at_its_ends() -> None:
    assert normalised("UniProtKB:P1%20") == "uniprot:P1"


def test_a_name_without_end_is_quoted_in_part(tmp_path: Path) -> None:
    files = [tmp_path / "n.tsv", tmp_path / "e.sif"]
    files[0].write_text("id\tname\tkind\nGene::1\tx\tGene\n")
    files[1].write_text(f"source\tmetaedge\ttarget\nGene::1\t{'x' * 5000}\tGene::1\n")
    with pytest.raises(GraphBadImport) as refused:
        list(open_import("hetionet", files, source="x").edges())
    assert len(str(refused.value)) < 300
