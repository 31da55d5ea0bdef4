"""Plain text: one document, divided into title and abstract, whose text is the file's."""

import gzip
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import RecordError, RecordTooLarge, SourceError, TruncatedSource
from processors.records import Abstract
from processors.sources import EXACT, Limits, Problem, read


def one(text: str | bytes, **options: object) -> Abstract:
    (found,) = read(io.BytesIO(text.encode() if isinstance(text, str) else text), **options)  # type: ignore[arg-type]
    assert isinstance(found, Abstract), str(found)
    return found


TITLE = "Naloxone reverses the effect of clonidine"


@pytest.mark.parametrize(
    ("text", "title", "abstract"),
    [
        (f"{TITLE}\n\nIn rats, it does.\nIt really does.\n", TITLE, "In rats, it does. It really does."),
        (f"\n\n{TITLE}\nin rats\n \nOne.\n\t\nTwo.", f"{TITLE} in rats", "One. Two."),
        (f"{TITLE}\nIn rats the decrease in blood pressure produced by clonidine was inhibited.", TITLE, None),
        (f"{TITLE}.\nYes.", f"{TITLE}.", "Yes."),
        ("In rats the decrease in\nblood pressure that we\nsaw. It was so.", "In rats the decrease in blood pressure that we saw.", None),
        ("Naloxone reversed it. Clonidine did not.", "Naloxone reversed it.", "Clonidine did not."),
        ("Naloxone reversed it", "Naloxone reversed it", ""),
        (f"{TITLE}\r\n\r\nIn rats.\r\n", TITLE, "In rats."),
        (f"{TITLE}\n\nBACKGROUND: It is.\n\nRESULTS: It was.", TITLE, "BACKGROUND: It is. RESULTS: It was."),
        (f"{'A long paragraph without end. ' * 30}\n\nAnother.", "A long paragraph without end.", None),
    ],
)  # fmt: skip
def test_title_and_abstract(text: str, title: str, abstract: str | None) -> None:
    found = one(text)
    assert found.title == title
    assert found.text.strip() == " ".join(text.split())
    if abstract is not None:
        assert found.abstract == abstract


def test_labels_become_sections() -> None:
    assert [section.label for section in one(f"{TITLE}\n\nBACKGROUND: It is.\nRESULTS: It was.").sections] == ["BACKGROUND", "RESULTS"]


def test_a_file_is_called_by_its_name_and_a_stream_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "my notes.txt"
    path.write_text(TITLE)
    (found,) = read(path)
    assert isinstance(found, Abstract)
    assert (found.id, found.source) == ("local:my notes.txt", "my notes.txt")
    stream = one(TITLE)
    assert stream.id == one(f"\n{TITLE}\r\n").id != one(f"{TITLE}!").id
    assert stream.id.startswith("local:text-")
    assert stream.source == "<stream>"


def test_any_file_is_read_as_text_where_the_user_says_so(tmp_path: Path) -> None:
    path = tmp_path / "notes.dat"
    path.write_text("PMID- 7\nis no record here")
    (found,) = read(path, format="text")
    assert isinstance(found, Abstract)
    assert found.text.startswith("PMID- 7")


@pytest.mark.parametrize(
    ("value", "error", "word"),
    [
        (b"Caf\xe9\nau lait", RecordError, "byte 0xe9 in line 1"),
        (b"one\ntwo\n\xff", RecordError, "line 3"),
        (b"a\0b", RecordError, "NUL"),
        (b"\n \n", RecordError, "neither"),
        (b"", RecordError, "neither"),
        (b"word " * 300, RecordTooLarge, "characters"),
        (b" " * 2000, RecordTooLarge, "characters"),
        (b"x" * 3000, RecordTooLarge, "bytes"),
    ],
)
def test_what_is_no_text_or_too_much_is_refused(value: bytes, error: type[Exception], word: str) -> None:
    limits = Limits(max_record_bytes=2500, max_text_characters=1000)
    (problem,) = read(io.BytesIO(value), format="text", limits=limits)
    assert isinstance(problem, Problem)
    assert isinstance(problem.error, error)
    assert word in str(problem)


def test_a_file_that_is_cut_damaged_or_a_bomb_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(f"{TITLE}\n\nIn rats.".encode())
    bomb = gzip.compress(b"word " * (10 << 20))
    for value, error in ((packed[:-9], TruncatedSource), (packed[:20] + b"\xff" * 9 + packed[29:], SourceError), (bomb, RecordTooLarge)):
        path = tmp_path / "a.txt.gz"
        path.write_bytes(value)
        tracemalloc.start()
        try:
            (problem,) = read(path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert isinstance(problem, Problem)
        assert isinstance(problem.error, error)
        assert peak < 16 << 20


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200) | st.text("aB. \n:", max_size=80))
@settings(deadline=None)
def test_however_it_is_divided_the_text_is_the_files(text: str) -> None:
    (found,) = read(io.BytesIO(text.encode()), format="text", cleaning=EXACT)
    if isinstance(found, Abstract):
        assert "".join(found.text.split()) == "".join(text.removeprefix("\ufeff").split())
    else:
        assert isinstance(found, Problem)
        assert not text.removeprefix("\ufeff").strip()


@given(st.text(max_size=60))
@settings(deadline=None)
def test_what_it_wrote_it_reads_again(text: str) -> None:
    found = next(read(io.BytesIO(text.encode("utf-8", "replace")), format="text", cleaning=EXACT))
    if isinstance(found, Abstract) and found.sections:
        again = one(f"{found.title}\n\n{found.abstract}", format="text", cleaning=EXACT)
        assert (again.id, again.text) == (found.id, found.text)
