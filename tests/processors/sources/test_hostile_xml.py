"""XML that means harm, or is broken: refused with a code, nothing expanded, nothing fetched, neighbours read."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import RecordError, RecordTooLarge, SourceError, TruncatedSource, UnsafeXml
from processors.records import Abstract
from processors.sources import Deletion, Limits, Problem, read

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n'
TAIL = "</PubmedArticleSet>\n"


def article(pmid: int | str, title: str = "A title.", rest: str = "") -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article>{rest}</MedlineCitation>"
        "</PubmedArticle>\n"
    )


def outcomes(text: str | bytes, **limits: int) -> list[Abstract | Deletion | Problem]:
    value = text.encode() if isinstance(text, str) else text
    return list(read(io.BytesIO(value), format="pubmed-xml", limits=Limits(**limits)))


def summary(found: list[Abstract | Deletion | Problem]) -> list[str]:
    """Ids of what was read, codes of what was refused, in order."""
    return [outcome.error.code if isinstance(outcome, Problem) else outcome.id for outcome in found]


LAUGHS = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY lol0 "lol">{LAUGHS}]>',
    "quadratic blow-up": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>',
    "external entity": '<!DOCTYPE x [<!ENTITY lol9 SYSTEM "file:///etc/passwd">]>',
    "external parameter entity": '<!DOCTYPE x [<!ENTITY % remote SYSTEM "http://127.0.0.1:9/evil.dtd"> %remote;]>',
    "internal subset without entities": "<!DOCTYPE x [<!ELEMENT x ANY>]>",
    "default attributes": '<!DOCTYPE x [<!ATTLIST PubmedArticle a CDATA "b">]>',
    "an empty internal subset": "<!DOCTYPE x []>",
    "a doctype over several lines": '<!DOCTYPE x\n\n\n   SYSTEM "x.dtd"\n [\n<!ENTITY a "b">\n]\n>',
    "a declaration without a doctype": '<!ENTITY lol9 "x">',
    "a doctype that never ends": "<!DOCTYPE x " + "y" * 70_000,
}


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES.keys())
def test_a_dtd_of_its_own_refuses_the_file(doctype: str) -> None:
    tracemalloc.start()
    try:
        found = outcomes(f'<?xml version="1.0"?>\n{doctype}\n<PubmedArticleSet>{article(1, "&lol9;")}{article(2)}{TAIL}')
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert summary(found) == ["source.unsafe-xml"]
    assert peak < 4 << 20


def test_a_dtd_behind_the_first_records_stops_there() -> None:
    found = outcomes(HEAD + article(1) + DOCTYPES["billion laughs"] + article(2, "&lol9;") + TAIL)
    assert summary(found) == ["pubmed:1", "source.unsafe-xml"]


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES.keys())
def test_a_dtd_inside_a_record_costs_that_record(doctype: str) -> None:
    found = outcomes(HEAD + article(1) + article(2, f"{doctype} &lol9;") + article(3) + TAIL)
    assert summary(found) == ["pubmed:1", "source.unreadable", "pubmed:3"]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE PubmedArticleSet SYSTEM "http://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">',
        '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/pubmed_250101.dtd">',
        "<!DOCTYPE PubmedArticleSet>",
    ],
)
def test_the_doctype_line_that_nlm_writes_is_fine_and_is_never_followed(doctype: str) -> None:
    assert summary(outcomes(f'<?xml version="1.0"?>\n{doctype}\n<PubmedArticleSet>{article(1)}{TAIL}')) == ["pubmed:1"]


def test_only_predefined_and_numeric_references_are_read() -> None:
    title = "&lt;p&gt; &amp; &quot;x&quot; &apos;y&apos; &#946;-catenin &#x1D6FC; caf&#xe9;"
    (abstract,) = outcomes(HEAD + article(1, title) + TAIL)
    assert isinstance(abstract, Abstract)
    assert abstract.title == "<p> & \"x\" 'y' β-catenin 𝛼 café"


@pytest.mark.parametrize("reference", ["&nbsp;", "&alpha;", "&lol;", "&#0;", "&#xD800;", "&#x110000;", "&#xFFFE;", "&;", "& ", "&#"])
def test_any_other_reference_costs_its_record(reference: str) -> None:
    found = outcomes(HEAD + article(1) + article(2, f"x{reference}y") + article(3) + TAIL)
    assert summary(found) == ["pubmed:1", "source.unreadable", "pubmed:3"]
    assert "pubmed:2" in str(found[1])


def test_nesting_is_limited() -> None:
    def nested(depth: int) -> str:
        return article(depth, "<i>" * depth + "x" + "</i>" * depth)

    found = outcomes(HEAD + nested(90) + nested(101) + nested(50_000) + article(3) + TAIL)
    assert summary(found) == ["pubmed:90", "source.unsafe-xml", "source.unsafe-xml", "pubmed:3"]


def test_a_record_of_many_elements_or_attributes_is_read_or_refused_within_its_size() -> None:
    many = article(1, "<i>x</i>" * 20_000)
    attributes = " ".join(f"a{n}='1'" for n in range(20_000))
    wide = article(2, f"<i {attributes}>x</i>")
    twice = article(3, '<i a="1" a="2">x</i>')
    found = outcomes(HEAD + many + wide + twice + article(4) + TAIL)
    assert summary(found) == ["pubmed:1", "pubmed:2", "source.unreadable", "pubmed:4"]


def test_the_limit_on_a_record_is_in_bytes() -> None:
    small = article(1)
    big = article(2, "x" * 1000)
    limit = len(big.encode()) - 2  # the record ends before its line break
    assert summary(outcomes(HEAD + small + big + TAIL, max_record_bytes=limit)) == ["pubmed:1", "record.too-large"]
    assert summary(outcomes(HEAD + small + big + TAIL, max_record_bytes=limit + 1)) == ["pubmed:1", "pubmed:2"]


BROKEN = {
    "never closed": "<PubmedArticle><MedlineCitation><PMID>2</PMID>",
    "closed in the wrong order": "<PubmedArticle><MedlineCitation><PMID>2</PMID></PubmedArticle>",
    "a tag never ended": "<PubmedArticle><MedlineCitation <PMID>2</PMID></MedlineCitation></PubmedArticle>",
    "an attribute without quotes": article(2, "<i a=b>x</i>"),
    "an unknown prefix": article(2, "<evil:x>y</evil:x>"),
    "a control character": article(2, "\x01"),
    "a null": article(2, "\x00"),
    "two hyphens in a comment": article(2, "<!-- a -- b -->"),
    "an unclosed comment": article(2, "<!-- a "),
    "an unclosed CDATA section": article(2, "<![CDATA[ a "),
    "a record tag in a comment": article(2, "<!-- <PubmedArticle> -->"),
    "an empty record": "<PubmedArticle></PubmedArticle>",
    "a record that closes itself": "<PubmedArticle/>",
    "no pmid": article("", "A title"),
    "a pmid that is no number": article("x2", "A title"),
    "a pmid of zero": article("0", "A title"),
    "a pmid beyond all numbers": article("9" * 5000, "A title"),
    "no article": "<PubmedArticle><MedlineCitation><PMID>2</PMID></MedlineCitation></PubmedArticle>",
    "no words": article(2, "  "),
    "a heading whose id is no curie": article(
        2, rest=f'<MeshHeadingList><MeshHeading><DescriptorName UI="{"D" * 600}"/></MeshHeading></MeshHeadingList>'
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("gap", ["", "\n", " " * 300], ids=["close", "a line", "far"])
def test_a_broken_record_costs_itself_only(broken: str, gap: str) -> None:
    found = outcomes(HEAD + article(1) + broken + gap + article(3) + TAIL)
    assert isinstance(found[0], Abstract)
    assert isinstance(found[-1], Abstract)
    assert [found[0].id, found[-1].id] == ["pubmed:1", "pubmed:3"]
    refused = found[1:-1]
    assert refused
    for problem in refused:
        assert isinstance(problem, Problem)
        assert isinstance(problem.error, (RecordError, SourceError))
        assert problem.line == 4
        assert problem.record in (None, "pubmed:2", "record 2", "record 3")
        assert len(str(problem)) < 300


def test_a_record_without_a_pmid_is_not_named_by_another_ones() -> None:
    links = "<CommentsCorrectionsList><CommentsCorrections><PMID>9</PMID></CommentsCorrections></CommentsCorrectionsList>"
    nameless = f"<PubmedArticle><MedlineCitation>{links}<Article><ArticleTitle>x</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    found = outcomes(HEAD + "<PubmedArticle></PubmedArticle>" + nameless + "<PubmedArticle><x>" + article(3) + TAIL)
    assert [outcome.record for outcome in found if isinstance(outcome, Problem)] == ["record 1", "record 2", "record 3"]
    assert isinstance(found[3], Abstract)


def test_what_stands_between_records_is_named_not_silently_passed() -> None:
    text = HEAD + article(1) + "<PubmedArtcle><PMID>2</PMID>a mangled start tag</PubmedArticle>\n" + article(3) + TAIL
    found = outcomes(text)
    assert summary(found) == ["pubmed:1", "source.unreadable", "pubmed:3"]
    assert isinstance(found[1], Problem)
    assert (found[1].line, found[1].record) == (4, None)


@pytest.mark.parametrize("filler", ["<!-- <PubmedArticle> -- > & <!ENTITY -->", "<?pi <PubmedArticle>?>", "\n\t  \r\n", "<!---->"])
def test_comments_and_instructions_between_records_are_passed_over(filler: str) -> None:
    assert summary(outcomes(filler + HEAD + article(1) + filler * 3 + article(2) + filler + TAIL + filler)) == ["pubmed:1", "pubmed:2"]


def test_a_comment_without_end_is_not_held() -> None:
    def stream() -> Iterator[bytes]:
        yield (HEAD + article(1) + "<!--").encode()
        yield from (b"no end in sight " * 4096 for _ in range(300))

    class Endless(io.RawIOBase):
        pieces = stream()

        def read(self, size: int = -1) -> bytes:
            return next(self.pieces, b"")

    tracemalloc.start()
    try:
        found = list(read(Endless(), format="pubmed-xml"))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert summary(found) == ["pubmed:1", "source.truncated"]
    assert peak < 2 << 20


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=200)
def test_a_file_cut_anywhere_gives_what_was_whole_and_says_that_it_was_cut(end: int) -> None:
    value = (HEAD + article(1) + article(2) + "<DeleteCitation><PMID>7</PMID></DeleteCitation>\n" + TAIL).encode().rstrip()
    end = 12 + end % (len(value) - 12)
    *before, last = outcomes(value[:end])
    assert summary(before) == ["pubmed:1", "pubmed:2", "pubmed:7"][: len(before)]
    assert isinstance(last, Problem)
    assert isinstance(last.error, TruncatedSource if end > len(HEAD) else SourceError)


RECORD_TAGS = [
    "<PubmedArticle>",
    "</PubmedArticle>",
    "<PubmedArticleSet>",
    "</PubmedArticleSet>",
    "<MedlineCitation>",
    "</MedlineCitation>",
]
OTHER_MARKUP = ["<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE", "[", ">", "<", "/>", "<?", "?>", "&lt;", "&x;", "x", "\n", " ", "\x00"]
PIECES = st.sampled_from([*RECORD_TAGS, *OTHER_MARKUP, "<PMID>3</PMID>", "<DeleteCitation>"])


@given(st.lists(PIECES, max_size=60), st.integers(1, 40))
@settings(deadline=None, max_examples=400)
def test_any_mixture_of_markup_gives_outcomes_and_ends(pieces: list[str], size: int) -> None:
    text = "".join(pieces)

    class Slow(io.BytesIO):
        def read(self, asked: int | None = -1) -> bytes:
            return super().read(size)

    slowly = list(read(Slow(text.encode()), format="pubmed-xml"))  # type: ignore[arg-type]
    assert all(isinstance(outcome, (Abstract, Deletion, Problem)) for outcome in slowly)
    assert summary(slowly) == summary(outcomes(text))


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "latin1", "windows-1252"])
def test_a_declared_western_encoding_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<PubmedArticleSet>{article(1, "Café à Zürich")}{TAIL}'
    (abstract,) = outcomes(text.encode("latin-1"))
    assert isinstance(abstract, Abstract)
    assert abstract.title == "Café à Zürich"


@pytest.mark.parametrize("encoding", ["EBCDIC-US", "Shift_JIS", "utf-7", "no-such-thing"])
def test_another_encoding_is_refused_by_name(encoding: str) -> None:
    (problem,) = outcomes(f'<?xml version="1.0" encoding="{encoding}"?>\n<PubmedArticleSet>{article(1)}{TAIL}')
    assert isinstance(problem, Problem)
    assert encoding in str(problem)
    assert "iconv" in str(problem.error.remedy)


def test_a_deletion_that_is_no_pmid_costs_itself_only() -> None:
    deletions = "<DeleteCitation><PMID>7</PMID><PMID>none</PMID><PMID Version='1'> 8 </PMID></DeleteCitation>"
    found = outcomes(HEAD + article(1) + deletions + TAIL)
    assert summary(found) == ["pubmed:1", "pubmed:7", "record.invalid", "pubmed:8"]
    assert isinstance(found[1], Deletion)


def test_a_record_larger_than_the_limit_between_others_is_named_by_its_pmid() -> None:
    found = outcomes(HEAD + article(1) + article(2, "x" * 300_000) + article(3) + TAIL, max_record_bytes=100_000)
    assert summary(found) == ["pubmed:1", "record.too-large", "pubmed:3"]
    assert isinstance(found[1], Problem)
    assert isinstance(found[1].error, RecordTooLarge)
    assert found[1].record == "pubmed:2"


def test_unsafe_is_an_error_of_a_source() -> None:
    assert issubclass(UnsafeXml, SourceError)
