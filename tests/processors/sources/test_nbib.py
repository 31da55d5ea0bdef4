"""What is taken from a MEDLINE record, on the shapes that PubMed exports and on what others make of them."""

import io
import tracemalloc
from collections.abc import Iterable

import pytest

from processors.errors import RecordError, RecordTooLarge
from processors.records import Abstract, Link, LinkKind
from processors.sources import EXACT, Limits, Problem, read

RECORD = """
PMID- 12230038
OWN - NLM
STAT- MEDLINE
DA  - 20020916
LR  - 20041117
DP  - 2002 Sep
TI  - The Bio* toolkits--a brief
      overview.
AB  - BACKGROUND: Software is often difficult to use (see PMID- 5 for
      this). RESULTS: Toolkits help.
CI  - Copyright (c) 2002 Somebody.
FAU - Mangalam, Harry
LA  - eng
LA  - fre
PT  - Journal Article
PT  - Review
TA  - Brief Bioinform
JT  - Briefings in bioinformatics
MH  - *Computational Biology/methods
SO  - Brief Bioinform. 2002 Sep;3(3):296-302.

"""


def outcomes(text: str | bytes) -> list[Abstract | Problem]:
    value = text.encode() if isinstance(text, str) else text
    return list(read(io.BytesIO(value), format="nbib"))  # type: ignore[arg-type]


def one(text: str) -> Abstract:
    (found,) = outcomes(text)
    assert isinstance(found, Abstract), str(found)
    return found


def fields(**values: str) -> str:
    return "".join(f"{tag:<4}- {value}\n" for tag, value in ({"PMID": "7", "TI": "A title."} | values).items() if value)


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_a_record_whole(line_break: str) -> None:
    abstract = one(RECORD.replace("\n", line_break))
    assert (abstract.id, abstract.title) == ("pubmed:12230038", "The Bio* toolkits--a brief overview.")
    assert [section.label for section in abstract.sections] == ["BACKGROUND", "RESULTS"]
    assert abstract.abstract == "BACKGROUND: Software is often difficult to use (see PMID- 5 for this). RESULTS: Toolkits help."
    assert (abstract.journal, abstract.published, abstract.revised) == ("Briefings in bioinformatics", "2002-09", "2004-11-17")
    assert (abstract.language, abstract.publication_types, abstract.mesh) == ("eng", ("Journal Article", "Review"), ())
    assert (abstract.retracted, abstract.links, abstract.source) == (False, (), "<stream>")


@pytest.mark.parametrize(
    ("tag", "kind", "retracted"),
    [
        ("RIN", LinkKind.RETRACTED_BY, True),
        ("RRI", LinkKind.RETRACTED_BY, True),
        ("ROF", LinkKind.RETRACTS, False),
        ("EIN", LinkKind.CORRECTED_BY, False),
        ("EFR", LinkKind.CORRECTS, False),
        ("PRIN", LinkKind.CORRECTED_BY, False),
        ("ECI", LinkKind.CONCERN_IN, False),
        ("ECF", LinkKind.CONCERN_ABOUT, False),
        ("CIN", None, False),
        ("UIN", None, False),
    ],
)
def test_each_kind_of_correction(tag: str, kind: LinkKind | None, retracted: bool) -> None:
    text = fields() + f"{tag:<4}- Ginekol Pol. 1998 Jul;69(7):559-60. PMID:\n      9867474\n{tag:<4}- J X. 2001. PMID: 7\n"
    abstract = one(text)
    assert abstract.links == ((Link(kind=kind, target="pubmed:9867474"),) if kind else ())
    assert abstract.retracted is retracted
    assert one(fields(**{tag: "no PMID is named"})).retracted is retracted


def test_a_publication_type_tells_too_and_a_notice_needs_no_words() -> None:
    assert one(fields(PT="Retracted Publication")).retracted
    notice = one(fields(TI="", ROF="J X. 2001. PMID: 8"))
    assert (notice.text, notice.links) == (" ", (Link(kind=LinkKind.RETRACTS, target="pubmed:8"),))


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"TI": "[Studies.]", "TT": "Studien."}, "[Studies.]"),
        ({"TI": "[Not Available].", "TT": "Studien."}, "Studien."),
        ({"TI": "", "TT": "Studien."}, "Studien."),
        ({"TI": "A chapter", "BTI": "A book"}, "A chapter"),
        ({"TI": "", "BTI": "A book"}, "A book"),
    ],
)
def test_titles(given: dict[str, str], title: str) -> None:
    assert one(fields(**given, AB="Words.")).title == title


def test_what_nlm_calls_unlabelled_has_no_label() -> None:
    assert one(fields(AB="UNLABELLED: Words.")).abstract == "Words."


def test_a_book_chapter() -> None:
    chapter = one(fields(BTI="GeneReviews", PB="University of Washington", DP="1993", CTDT="2012/03/27", LR="20200102", AB="CLINICAL: x"))
    assert (chapter.journal, chapter.published, chapter.revised) == ("GeneReviews", "2012-03-27", "2020-01-02")


def test_another_abstract_is_taken_only_in_english_and_where_there_is_none() -> None:
    assert one(fields(AB="Its own.", OAB="Another.")).abstract == "Its own."
    assert one(fields(OAB="Another.", OABL="eng")).abstract == "Another."
    assert one(fields(OAB="Auf Deutsch.", OABL="ger")).abstract == ""
    assert one(fields(OAB="Abstract available from the publisher.")).sections == ()


@pytest.mark.parametrize(
    ("given", "published"),
    [
        ({"DP": "2002 Sep-Oct"}, "2002-09"),
        ({"DP": "1998 Dec-1999 Jan"}, "1998-12"),
        ({"DP": "1999 Spring"}, "1999"),
        ({"DP": "Winter 1998"}, "1998"),
        ({"DEP": "20020230"}, "2002-02"),
        ({"EDAT": "2002/09/17 10:00"}, "2002-09-17"),
        ({"DP": "no date", "CRDT": "2002/09/17 10:00"}, "2002-09-17"),
        ({"DP": "20029999"}, "2002"),
        ({}, None),
    ],
)
def test_dates(given: dict[str, str], published: str | None) -> None:
    assert one(fields(**given)).published == published


@pytest.mark.parametrize(
    ("given", "id_"),
    [
        ({"PMID": " 0012 "}, "pubmed:12"),
        ({"PMID": "", "PMC": "PMC123"}, "pmc:PMC123"),
        ({"PMID": "", "AID": "10.1093/BIB/3.3.296 [doi]"}, "doi:10.1093/bib/3.3.296"),
        ({"PMID": "", "LID": "S0-1 [pii] 10.1000/x [doi]"}, "doi:10.1000/x"),
    ],
)
def test_what_a_record_is_called(given: dict[str, str], id_: str) -> None:
    assert one(fields(**given)).id == id_


@pytest.mark.parametrize("given", [{"PMID": "", "AID": "S0 [pii]"}, {"PMID": "x7"}, {"PMID": "0"}, {"TI": "", "AB": "  "}])
def test_a_record_without_name_or_words_costs_itself_only(given: dict[str, str]) -> None:
    first, problem, last = outcomes(f"{fields(PMID='1')}\n{fields(**given)}\n\n\n{fields(PMID='3')}")
    assert isinstance(first, Abstract)
    assert isinstance(last, Abstract)
    assert (first.id, last.id) == ("pubmed:1", "pubmed:3")
    assert isinstance(problem, Problem)
    assert isinstance(problem.error, RecordError)
    assert problem.line == 4


def test_records_without_a_blank_line_between_are_told_by_their_pmids() -> None:
    assert [found.id for found in outcomes(fields(PMID="1") + fields(PMID="2")) if isinstance(found, Abstract)] == ["pubmed:1", "pubmed:2"]


def test_a_line_that_is_no_field_is_named_and_the_record_is_read() -> None:
    broken = fields(AB="It begins\nand goes on without being indented") + "  indented again\n"
    abstract, problem = outcomes(broken)
    assert isinstance(abstract, Abstract)
    assert isinstance(problem, Problem)
    assert abstract.abstract == "It begins indented again"
    assert (problem.record, problem.line) == ("pubmed:7", 4)
    (alone,) = outcomes("      a continuation of nothing\n")
    assert isinstance(alone, Problem)


def test_latin_1_is_refused_with_the_way_to_convert_it_unless_nothing_is_taken_from_the_line() -> None:
    text = fields(PMID="1", AB="Caf\xe9") + "\n" + fields(PMID="2", FAU="M\xfcller")
    problem, abstract = outcomes(text.encode("latin-1"))
    assert isinstance(problem, Problem)
    assert "line 3 is not UTF-8" in str(problem)
    assert "iconv" in str(problem.error.remedy)
    assert isinstance(abstract, Abstract)
    assert abstract.id == "pubmed:2"


def test_a_nul_costs_its_record() -> None:
    problem, abstract = outcomes(fields(PMID="1", AB="a\0b") + "\n" + fields(PMID="2"))
    assert isinstance(problem, Problem)
    assert "NUL" in str(problem)
    assert isinstance(abstract, Abstract)


def test_the_notice_in_its_own_field_is_left_out_and_the_one_in_the_text_by_cleaning() -> None:
    text = fields(AB="Words. Copyright 2000 Academic Press.", CI="(c) 2000")
    assert one(text).abstract == "Words."
    (kept,) = read(io.BytesIO(text.encode()), cleaning=EXACT)
    assert isinstance(kept, Abstract)
    assert kept.abstract.endswith("Academic Press.")


class Pieces(io.RawIOBase):
    """A stream that is made while it is read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        self._rest = self._rest or next(self._pieces, b"")
        head, self._rest = self._rest[:size], self._rest[size:]
        return head


@pytest.mark.parametrize(
    ("piece", "times"),
    [(b"AB  - " + b"word " * 10_000 + b"\n", 1000), (b"x" * 50_000, 1000)]
    + [(line * 100, 500) for line in (b"      goes on and on for ever\n", b"FAU - Doe, Jane\n", b"stray\n")],
    ids=["values", "a line without end", "continuations", "unused fields", "strays"],
)
def test_a_record_beyond_all_measure_is_refused_as_it_streams_by(piece: bytes, times: int) -> None:
    parts = ([fields(PMID="1").encode(), b"\n", fields(PMID="2").encode()], [piece] * times, [b"\n\n", fields(PMID="3").encode()])
    tracemalloc.start()
    try:
        stream = Pieces(part for group in parts for part in group)
        found = list(read(stream, format="nbib", limits=Limits(max_record_bytes=200_000)))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    first, problem, last = found
    assert isinstance(first, Abstract)
    assert isinstance(last, Abstract)
    assert (first.id, last.id) == ("pubmed:1", "pubmed:3")
    assert isinstance(problem, Problem)
    assert isinstance(problem.error, RecordTooLarge)
    assert problem.record == "pubmed:2"
    assert peak < 4 << 20
