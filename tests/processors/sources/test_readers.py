"""One contract for all readers, run for each format: what is read, what is refused, and what it costs."""

import gzip
import io
import random
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.errors import RecordError, RecordTooLarge, SourceError, TruncatedSource
from processors.records import Abstract, Section
from processors.sources import EXACT, Deletion, Limits, Problem, read
from processors.sources.jsonl import write_jsonl
from processors.sources.octets import CHUNK
from tests.processors.sources.writing import nbib

GOOD = [
    Abstract(id="pubmed:1", title="Naloxone reverses clonidine.", sections=(Section(text="In rats, naloxone acts."),)),
    Abstract(id="pubmed:2", title="TGF-β1 and 𝛼-synuclein \U0001f9ec", sections=(Section(text="e\u0301 is one letter; zero\u200bwidth."),)),
    Abstract(id="pubmed:3", title="A title alone"),
]

CONTRACT = settings(deadline=None, suppress_health_check=[HealthCheck.differing_executors])  # one test, a class for each format


class Trickle(io.RawIOBase):
    """A stream that hands out pieces of the sizes given, then the rest in ones of its own."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        head, self._rest = self._rest[:size], self._rest[size:]
        return head


def cut(value: bytes, sizes: list[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield value[at : at + size]
        at += size
    yield value[at:]


class ReaderContract:
    """A format says how it writes abstracts; everything else is asked of all formats alike. Nothing is cleaned, so nothing may change."""

    format: str
    name: str

    def document(self, abstracts: Iterable[Abstract]) -> bytes:
        """A whole file."""
        return self.head() + b"".join(map(self.record, abstracts)) + self.tail()

    def head(self) -> bytes:
        return b""

    def tail(self) -> bytes:
        return b""

    def record(self, abstract: Abstract) -> bytes:
        raise NotImplementedError

    def read(self, value: bytes | Iterable[bytes], *, limits: Limits | None = None) -> list[Abstract | Deletion | Problem]:
        pieces = [value] if isinstance(value, bytes) else value
        return [self.bare(outcome) for outcome in read(Trickle(pieces), limits=limits, cleaning=EXACT)]  # type: ignore[arg-type]

    def bare(self, outcome: Abstract | Deletion | Problem) -> Abstract | Deletion | Problem:
        return outcome.model_copy(update={"source": None}) if isinstance(outcome, Abstract) else outcome

    def errors(self, outcomes: list[Abstract | Deletion | Problem]) -> list[type[BaseException]]:
        return [type(outcome.error) for outcome in outcomes if isinstance(outcome, Problem)]

    def good(self, outcomes: list[Abstract | Deletion | Problem]) -> list[Abstract]:
        return [outcome for outcome in outcomes if isinstance(outcome, Abstract)]

    def test_every_record_is_read_in_order(self) -> None:
        assert self.read(self.document(GOOD)) == GOOD

    def test_a_file_says_where_a_record_is_from(self, tmp_path: Path) -> None:
        path = tmp_path / self.name
        path.write_bytes(self.document(GOOD[:1]))
        (abstract,) = read(path)
        assert isinstance(abstract, Abstract)
        assert abstract.source == self.name
        assert self.bare(abstract) == GOOD[0]

    @pytest.mark.parametrize("name", ["data", "data.txt", "data.bin", "data.xml", "data.jsonl.gz", "data.pubtator"])
    @pytest.mark.parametrize("is_packed", [False, True])
    def test_content_tells_format_and_packing_whatever_the_name(self, tmp_path: Path, name: str, is_packed: bool) -> None:
        path = tmp_path / name
        value = self.document(GOOD)
        path.write_bytes(gzip.compress(value) if is_packed else value)
        assert [self.bare(outcome) for outcome in read(str(path), cleaning=EXACT)] == GOOD
        assert [self.bare(outcome) for outcome in read(path, format=self.format, cleaning=EXACT)] == GOOD

    def test_several_gzip_members_are_one_file(self) -> None:
        value = self.document(GOOD)
        third = len(value) // 3
        members = [value[:third], value[third : 2 * third], b"", value[2 * third :]]
        assert self.read(b"".join(map(gzip.compress, members)) + b"\0" * 700) == GOOD

    @given(st.lists(st.integers(1, 90), max_size=60), st.booleans())
    @settings(CONTRACT, max_examples=40)
    def test_how_a_stream_arrives_changes_nothing(self, sizes: list[int], is_packed: bool) -> None:
        value = self.document(GOOD)
        assert self.read(cut(gzip.compress(value) if is_packed else value, sizes)) == GOOD

    @given(st.data())
    @settings(CONTRACT, max_examples=60)
    def test_a_truncated_gzip_gives_what_was_whole_then_says_so(self, data: st.DataObject) -> None:
        packed = gzip.compress(self.document(GOOD))
        end = data.draw(st.integers(1, len(packed) - 1))
        outcomes = self.read(packed[:end])
        *before, last = outcomes
        assert before == GOOD[: len(before)]
        assert isinstance(last, Problem)
        if end > 20:
            assert isinstance(last.error, TruncatedSource)

    def test_a_truncated_gzip_loses_no_more_than_what_was_cut(self) -> None:
        noise = random.Random(0)
        many = [Abstract(id=f"pubmed:{n}", title=noise.randbytes(200).hex()) for n in range(1, 401)]
        packed = gzip.compress(self.document(many))
        *before, last = self.read(packed[: len(packed) * 9 // 10])
        assert before == many[: len(before)]
        assert len(before) > 350
        assert isinstance(last, Problem)
        assert isinstance(last.error, TruncatedSource)

    def test_a_damaged_gzip_gives_what_was_whole_then_says_so(self) -> None:
        many = [GOOD[0].model_copy(update={"id": f"pubmed:{number}"}) for number in range(1, 3000)]
        packed = bytearray(gzip.compress(self.document(many), 1))
        packed[len(packed) // 2 : len(packed) // 2 + 50] = b"\xaa" * 50
        outcomes = self.read(bytes(packed))
        good = self.good(outcomes)
        assert 0 < len(good) < 3000
        assert isinstance(outcomes[-1], Problem)
        assert isinstance(outcomes[-1].error, SourceError)

    def test_stray_bytes_behind_a_gzip_are_named(self) -> None:
        *before, last = self.read(gzip.compress(self.document(GOOD)) + b"garbage")
        assert before == GOOD
        assert isinstance(last, Problem)
        assert "not gzip" in str(last)

    def test_a_file_of_no_bytes_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / self.name
        for value in (b"", gzip.compress(b""), b" \n"):
            path.write_bytes(value)
            (problem,) = read(path)
            assert isinstance(problem, Problem)
            assert (problem.file, problem.error.code) == (self.name, "source.unknown-format")

    def test_a_missing_file_is_refused_by_name(self, tmp_path: Path) -> None:
        (problem,) = read(tmp_path / self.name)
        assert isinstance(problem, Problem)
        assert "No such file" in str(problem)
        assert problem.file == self.name

    def test_a_folder_is_refused_by_name(self, tmp_path: Path) -> None:
        (problem,) = read(tmp_path)
        assert isinstance(problem, Problem)
        assert isinstance(problem.error, SourceError)

    def test_invalid_utf8_costs_its_own_record_only(self) -> None:
        bad = self.record(GOOD[1].model_copy(update={"id": "pubmed:9"})).replace("β".encode(), b"\xff\xfe")
        value = self.head() + self.record(GOOD[0]) + bad + self.record(GOOD[1]) + self.tail()
        outcomes = self.read(value)
        first, problem, second = outcomes
        assert [first, second] == GOOD[:2]
        assert isinstance(problem, Problem)
        assert isinstance(problem.error, (RecordError, SourceError))
        assert problem.line == (self.head() + self.record(GOOD[0])).count(b"\n") + 1
        assert "UTF-8" in str(problem)

    def test_an_abstract_of_50_mb_is_refused_without_being_held(self) -> None:
        huge = self.record(GOOD[0].model_copy(update={"id": "pubmed:9", "sections": (Section(text="MARK"),)}))
        before, after = huge.split(b"MARK")

        def pieces() -> Iterator[bytes]:
            yield self.head() + self.record(GOOD[0]) + before
            yield from (b"fifty megabytes " * 4096 for _ in range(800))
            yield after + self.record(GOOD[1]) + self.tail()

        tracemalloc.start()
        try:
            first, problem, second = self.read(pieces())
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert [first, second] == GOOD[:2]
        assert isinstance(problem, Problem)
        assert isinstance(problem.error, RecordTooLarge)
        assert peak < 16 << 20

    def test_a_text_beyond_the_limit_of_a_message_is_refused_by_its_id(self) -> None:
        long = GOOD[0].model_copy(update={"id": "pubmed:9", "sections": (Section(text="word " * 30_000),)})
        limits = Limits(max_text_characters=100_000)
        first, problem, second = self.read(self.document([GOOD[0], long, GOOD[1]]), limits=limits)
        assert [first, second] == GOOD[:2]
        assert isinstance(problem, Problem)
        assert isinstance(problem.error, RecordTooLarge)
        assert "pubmed:9" in str(problem)

    def test_memory_does_not_grow_with_the_file(self) -> None:
        abstract = GOOD[0].model_copy(update={"sections": (Section(text="A sentence of forty characters, or so. " * 500),)})
        record = self.record(abstract)
        count = (6 << 20) // len(record)
        tracemalloc.start()
        try:
            stream = Trickle(piece for part in ([self.head()], (record for _ in range(count)), [self.tail()]) for piece in part)
            seen = sum(isinstance(outcome, Abstract) for outcome in read(stream))  # type: ignore[arg-type]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert seen == count
        assert peak < 3 << 20

    def test_a_gzip_bomb_is_refused_while_it_unpacks(self) -> None:
        bomb = gzip.compress(self.document(GOOD) + b" " * (40 << 20))
        tracemalloc.start()
        try:
            outcomes = self.read(bomb)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert self.good(outcomes) == GOOD
        assert [type(outcome) for outcome in outcomes[len(GOOD) :]] == [Problem]
        assert "expand" in str(outcomes[-1])
        assert peak < 16 << 20

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_unicode_with_its_mark_is_read(self, encoding: str) -> None:
        text = self.document(GOOD).decode().replace('encoding="utf-8"', 'encoding="utf-16"')
        mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
        assert self.read(mark + text.encode(encoding)) == GOOD

    def test_a_lone_surrogate_in_utf16_costs_its_own_record_only(self) -> None:
        value = self.document(GOOD).decode().replace("\U0001f9ec", "\ud83e").encode("utf-16", "surrogatepass")
        first, problem, third = self.read(value)
        assert [first, third] == [GOOD[0], GOOD[2]]
        assert isinstance(problem, Problem)

    def test_carriage_returns_end_lines_too(self) -> None:
        assert self.read(self.document(GOOD).replace(b"\n", b"\r\n")) == GOOD

    @pytest.mark.parametrize(
        ("magic", "word"),
        [(b"PK\x03\x04", "zip"), (b"BZh9", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"(\xb5/\xfd", "zstd"), (b"%PDF-1.7", "PDF")],
    )
    def test_other_packings_are_refused_by_name(self, tmp_path: Path, magic: bytes, word: str) -> None:
        path = tmp_path / self.name
        path.write_bytes(magic + bytes(range(256)))
        (problem,) = read(path)
        assert isinstance(problem, Problem)
        assert word in str(problem)
        assert problem.error.remedy

    def test_an_unknown_format_name_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / self.name
        path.write_bytes(self.document(GOOD))
        (problem,) = read(path, format="docx")
        assert isinstance(problem, Problem)
        assert self.format in str(problem.error.remedy)

    @given(st.binary(max_size=300))
    @settings(CONTRACT, max_examples=150)
    def test_any_bytes_give_outcomes_never_an_exception(self, value: bytes) -> None:
        for outcome in read(io.BytesIO(value), format=self.format):
            assert isinstance(outcome, (Abstract, Deletion, Problem))

    @given(st.integers(0, 900), st.integers(0, 80), st.binary(max_size=12))
    @settings(CONTRACT, max_examples=150)
    def test_a_damaged_file_never_raises_and_keeps_what_lies_far_off(self, at: int, removed: int, noise: bytes) -> None:
        value = self.document(GOOD)
        middle = self.record(GOOD[1])
        begin = value.index(middle)
        at = begin + 3 + at % (len(middle) - 6)
        removed = min(removed, begin + len(middle) - 3 - at)
        outcomes = self.read(value[:at] + noise + value[at + removed :])
        ids = [abstract.id for abstract in self.good(outcomes)]
        assert ids[0] == "pubmed:1"
        assert self.read(self.head() + self.record(GOOD[0]) + self.tail())[0] == self.good(outcomes)[0]

    @given(st.lists(st.text(max_size=80), min_size=1, max_size=3))
    @settings(CONTRACT, max_examples=100)
    def test_what_is_written_reads_back(self, texts: list[str]) -> None:
        abstracts = [
            Abstract(id=f"pubmed:{number}", title=f"T{self.clean(text)}.", sections=(Section(text=f"A{self.clean(text)}."),))
            for number, text in enumerate(texts, start=1)
        ]
        assert self.read(self.document(abstracts)) == abstracts

    def clean(self, text: str) -> str:
        """What of a text the format can hold at all."""
        return text


class TestJsonLines(ReaderContract):
    format = "jsonl"
    name = "a.jsonl"

    def record(self, abstract: Abstract) -> bytes:
        return next(write_jsonl([abstract]))

    def bare(self, outcome: Abstract | Deletion | Problem) -> Abstract | Deletion | Problem:
        return super().bare(outcome)

    def test_a_file_says_where_a_record_is_from(self, tmp_path: Path) -> None:
        """A full record keeps the source that it names; the easy shape gets the file's."""
        path = tmp_path / self.name
        path.write_bytes(b'{"id": 7, "title": "x"}\n' + self.record(GOOD[0].model_copy(update={"source": "a feed"})))
        assert [outcome.source for outcome in read(path)] == [self.name, "a feed"]  # type: ignore[union-attr]


class TestPubTator(ReaderContract):
    format = "pubtator"
    name = "a.pubtator"

    def record(self, abstract: Abstract) -> bytes:
        name = abstract.id.removeprefix("pubmed:")
        return f"{name}|t|{abstract.title}\n{name}|a|{abstract.abstract}\n{name}\t0\t1\tx\tGene\t7\n\n".encode()

    def clean(self, text: str) -> str:
        return text.replace("\n", " ").replace("\0", " ").replace("\r", " ")


class TestPubMedXml(ReaderContract):
    format = "pubmed-xml"
    name = "a.xml"

    def head(self) -> bytes:
        return b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet SYSTEM "x.dtd">\n<PubmedArticleSet>\n'

    def tail(self) -> bytes:
        return b"</PubmedArticleSet>\n"

    def record(self, abstract: Abstract) -> bytes:
        pmid = abstract.id.removeprefix("pubmed:")
        words = f"<Abstract><AbstractText>{escape(abstract.abstract)}</AbstractText></Abstract>" if abstract.sections else ""
        return (
            f"<PubmedArticle>\n<MedlineCitation>\n<PMID>{pmid}</PMID>\n<Article>\n<ArticleTitle>{escape(abstract.title)}</ArticleTitle>\n"
            f"{words}\n</Article>\n</MedlineCitation>\n</PubmedArticle>\n"
        ).encode()

    def clean(self, text: str) -> str:
        """XML 1.0's characters, with single spaces, which is what the reader makes of white space."""
        allowed = "".join(c for c in text if c >= " " and c not in "\ufffe\uffff")
        return " ".join(allowed.split())


class TestNbib(ReaderContract):
    format = "nbib"
    name = "a.nbib"

    def record(self, abstract: Abstract) -> bytes:
        return nbib(abstract).encode()

    def clean(self, text: str) -> str:
        """Words with single spaces; NUL is what no text may hold."""
        return " ".join(text.replace("\0", " ").split())


def test_chunks_are_small_enough_for_the_memory_that_these_tests_allow() -> None:
    assert CHUNK <= 1 << 16
