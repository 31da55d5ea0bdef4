"""`biorelay graph growth` on small files, and on what is no such file."""

import gzip
import json
from pathlib import Path

import pytest

HEADER = "ASSOCIATION_TYPE\tPMID\tENTITY1_TEXT\tENTITY1_TYPE\tENTITY2_TEXT\tENTITY2_TYPE\n"
ROWS = [
    ("PA", "LRP5", "Genes", "osteoporosis"),
    ("FA", "lrp5", "Genes", "asthma"),
    ("SA", "rs1", "SNP", "Asthma"),
    ("PA", "rs2", "SNP", "gout"),
]


@pytest.fixture
def eu_adr(tmp_path: Path) -> Path:
    path = tmp_path / "EUADR.csv"
    path.write_text(HEADER + "".join(f'"{label}"\t1\t"{a}"\t{kind}\t"{b}"\tDiseases\n' for label, a, kind, b in ROWS))
    return path


def records(result) -> dict[tuple[str, int], dict]:
    assert result.exit_code == 0, result.output
    return {(row["construction"], row["rows"]): row for row in map(json.loads, result.stdout.splitlines())}


def test_every_construction_of_eu_adr_is_counted(cli, eu_adr: Path) -> None:
    found = records(cli("graph", "growth", eu_adr, "--steps", "1", "--copies", "3", "--json"))
    assert [name for name, _ in found] == [
        "names lower-cased, all rows",
        "names lower-cased, without false rows",
        "names lower-cased, only PA",
        "names as written, all rows",
        "names lower-cased, 3 copies of all rows",
    ]
    lower, written = found["names lower-cased, all rows", 4], found["names as written, all rows", 4]
    assert lower["edges"] == 4
    # LRP5 joins osteoporosis and asthma; asthma joins it and rs1: two pairs within two steps, rs1 - osteoporosis within three.
    assert [hop["percent_of_rows"]["mean"] for hop in lower["hops"].values()] == [50, 75, 75]
    assert lower["hops"]["3"]["percent_by_types"] == {"Diseases - Diseases": 25, "Diseases - SNP": 25, "Genes - SNP": 25}
    assert lower["hops"]["4"]["only_by_false"] == 1
    assert [hop["percent_of_rows"]["mean"] for hop in written["hops"].values()] == [0, 0, 0]
    assert found["names lower-cased, 3 copies of all rows", 4]["draws"] == 100


def test_concept_ids_take_the_names_places(cli, eu_adr: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    concept = "Target-Disorder\tTrue\tconcept\t{}\t0\t4\tannotator1\t{}\t0\tDiseases\n"
    text = concept.format("gout", "['sda/3', 'umls/C1', 'umls/C2']") + concept.format("Osteoporosis", "['umls/C1']")
    (folder / "1.txt").write_text(text + concept.format("asthma", "['sda/1']"))
    found = records(cli("graph", "growth", eu_adr, "--steps", "1", "--concepts", folder, "--json"))
    assert found["concept ids, all rows", 4]["hops"]["2"]["percent_of_rows"]["mean"] == 75  # gout and osteoporosis are one now


def test_any_two_columns_of_names_do(cli, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv.gz"
    path.write_bytes(gzip.compress(b"disease,gene,how\ngout,A,yes\ngout,B,no\n,C,yes\nflu,B,yes\n"))
    result = cli(
        "graph", "growth", path, "--first", "gene", "--second", "disease", "--label", "how", "--false", "no", "--steps", "1", "--json"
    )
    assert "1 rows lack a name" in result.stderr
    found = records(result)
    assert found["names lower-cased, all rows", 3]["hops"]["4"]["percent_of_rows"]["mean"] == pytest.approx(100)
    assert found["names lower-cased, without false rows", 2]["hops"]["4"]["percent_of_rows"]["mean"] == 0


def test_the_table_is_for_people(cli, eu_adr: Path) -> None:
    result = cli("graph", "growth", eu_adr, "--draws", "5", "--steps", "2")
    assert result.exit_code == 0
    assert "names lower-cased, without false rows\t2\t" in result.stdout
    assert "Genes - SNP\t25.0\t25.0\t25.0" in result.stdout


def test_fewer_rows_can_be_asked_for(cli, eu_adr: Path) -> None:
    found = records(cli("graph", "growth", eu_adr, "--rows", "2", "--steps", "5", "--draws", "7", "--json"))
    assert {(rows, row["draws"]) for (name, rows), row in found.items() if "all rows" in name} == {(1, 7), (2, 7)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02", "no text file"),
        (b"one\n1\n2\n", "fewer than two columns"),
        (b"a\ta\nx\ty\n", "the same column name twice"),
        (b"a\tb\n", "no row with names"),
        (b"a\tb\nx\ty\tz\n", ":2: 3 columns where the header has 2"),
        (b"sentence\tlabel\nthe @GENE$ in @DISEASE$\t1\n", "masks such as @GENE$"),
        (b"\x1f\x8bno gzip", "cannot be read"),
    ],
    ids=["empty", "binary", "one column", "twice", "no rows", "ragged", "masked", "damaged"],
)
def test_what_is_no_table_is_refused_with_its_reason(cli, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "table.tsv"
    path.write_bytes(content)
    result = cli("graph", "growth", path)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--first", "ENTITY1_TEXT"], "go together"),
        (["--first", "x", "--second", "y"], "no column 'x'"),
        (["--first", "PMID", "--second", "PMID"], "both names"),
        (["--false", "FA"], "need --first and --second"),
        (["--first", "ENTITY1_TEXT", "--second", "ENTITY2_TEXT", "--false", "FA"], "need --label"),
        (["--first", "ENTITY1_TEXT", "--second", "ENTITY2_TEXT", "--types", "a,b,c"], "takes two columns"),
        (["--rows", "5"], "the file has 4 rows"),
        (["--delimiter", "||"], "takes one character"),
        (["--draws", "0"], "--draws"),
        (["--concepts", "nowhere"], "no annotated documents"),
    ],
)
def test_options_that_do_not_fit_are_refused(cli, eu_adr: Path, options: list[str], said: str) -> None:
    result = cli("graph", "growth", eu_adr, *options)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_a_file_that_is_not_there_is_refused(cli, tmp_path: Path) -> None:
    assert cli("graph", "growth", tmp_path / "none.csv").exit_code == 2
    assert cli("graph", "growth", tmp_path).exit_code == 2
