"""BioC and JATS that mean harm, or are broken: refused with a code, nothing expanded, nothing fetched, neighbours read."""

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import TruncatedSource
from processors.records import Abstract
from processors.sources import Limits, Problem, read
from tests.processors.sources.test_hostile_xml import DOCTYPES

HEADS = {"bioc-xml": "<collection><source/><date>d</date><key>k</key>\n", "jats": "<pmc-articleset>\n"}
TAILS = {"bioc-xml": "</collection>\n", "jats": "</pmc-articleset>\n"}
ROOTS = {"bioc-xml": "collection", "jats": "pmc-articleset"}
TAGS = {"bioc-xml": "document", "jats": "article"}


def record(form: str, pmid: int | str, text: str = "A title.") -> str:
    if form == "bioc-xml":
        return (
            f"<document><id>{pmid}</id><passage><infon key='type'>title</infon><offset>0</offset><text>{text}</text></passage></document>\n"
        )
    ids = f'<article-id pub-id-type="pmid">{pmid}</article-id>'
    titles = f"<title-group><article-title>{text}</article-title></title-group>"
    return f"<article><front><article-meta>{ids}{titles}</article-meta></front></article>\n"


def outcomes(form: str, value: str | bytes, **limits: int) -> list[object]:
    return list(read(io.BytesIO(value.encode() if isinstance(value, str) else value), format=form, limits=Limits(**limits)))


def summary(found: list[object]) -> list[str]:
    return [
        outcome.error.code if isinstance(outcome, Problem) else outcome.id for outcome in found if isinstance(outcome, (Abstract, Problem))
    ]


@pytest.fixture(params=["bioc-xml", "jats"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES.keys())
def test_a_dtd_of_its_own_refuses_the_file(form: str, doctype: str) -> None:
    tracemalloc.start()
    try:
        found = outcomes(form, f'<?xml version="1.0"?>\n{doctype}\n{HEADS[form]}{record(form, 1, "&lol9;")}{record(form, 2)}{TAILS[form]}')
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert summary(found) == ["source.unsafe-xml"]
    assert peak < 4 << 20


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES.keys())
def test_a_dtd_inside_a_record_costs_that_record(form: str, doctype: str) -> None:
    found = outcomes(form, HEADS[form] + record(form, 1) + record(form, 2, f"{doctype} &lol9;") + record(form, 3) + TAILS[form])
    assert summary(found) == ["pubmed:1", "source.unreadable", "pubmed:3"]


@pytest.mark.parametrize(
    "doctype", ['SYSTEM "BioC.dtd"', "\n  SYSTEM 'file:///etc/passwd'", 'PUBLIC "-//NLM//DTD" "http://127.0.0.1:9/x.dtd"', ""]
)
def test_the_doctype_line_is_fine_and_is_never_followed(form: str, doctype: str) -> None:
    assert summary(outcomes(form, f"<!DOCTYPE {ROOTS[form]} {doctype}>\n{HEADS[form]}{record(form, 1)}{TAILS[form]}")) == ["pubmed:1"]


@pytest.mark.parametrize("reference", ["&nbsp;", "&lol;", "&#0;", "&#xD800;", "&#x110000;", "&;", "& "])
def test_a_reference_that_xml_does_not_know_costs_its_record(form: str, reference: str) -> None:
    found = outcomes(form, HEADS[form] + record(form, 1) + record(form, 2, f"x{reference}y") + record(form, 3) + TAILS[form])
    assert summary(found) == ["pubmed:1", "source.unreadable", "pubmed:3"]
    assert "pubmed:2" in str(found[1])


def test_nesting_is_limited(form: str) -> None:
    def nested(depth: int) -> str:
        return record(form, depth, "<i>" * depth + "x" + "</i>" * depth)

    found = outcomes(form, HEADS[form] + nested(90) + nested(101) + nested(50_000) + record(form, 3) + TAILS[form])
    assert summary(found) == ["pubmed:90", "source.unsafe-xml", "source.unsafe-xml", "pubmed:3"]


def test_a_text_of_50_mb_is_refused_by_its_records_name(form: str) -> None:
    class Huge(io.RawIOBase):
        pieces = iter([(HEADS[form] + record(form, 2, "\x02").split("\x02")[0]).encode(), *([b"fifty megabytes " * 4096] * 800)])

        def read(self, size: int = -1) -> bytes:
            return next(self.pieces, b"")

    tracemalloc.start()
    try:
        found = list(read(Huge(), format=form))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert summary(found) == ["source.truncated"]
    assert "pubmed:2" in str(found[0])
    assert peak < 16 << 20


@pytest.mark.parametrize(
    "broken",
    [
        "<{tag}>",
        "<{tag}/>",
        "<{tag}></{tag}>",
        "<{tag}><x></{tag}>",
        "<{tag} a=b></{tag}>",
        "<{tag}><e:x/></{tag}>",
        "<{tag}>\x01</{tag}>",
        "stray",
    ],
)
def test_a_broken_record_costs_itself_only(form: str, broken: str) -> None:
    found = outcomes(form, HEADS[form] + record(form, 1) + broken.format(tag=TAGS[form]) + "\n" + record(form, 3) + TAILS[form])
    assert [found[0].id, found[-1].id] == ["pubmed:1", "pubmed:3"]  # type: ignore[attr-defined]
    assert found[1:-1]
    assert all(isinstance(problem, Problem) and problem.line for problem in found[1:-1])


@given(st.sampled_from(["bioc-xml", "jats"]), st.integers(0, 10_000))
@settings(deadline=None, max_examples=150)
def test_a_file_cut_anywhere_gives_what_was_whole_and_says_that_it_was_cut(form: str, end: int) -> None:
    value = HEADS[form] + record(form, 1) + record(form, 2) + TAILS[form].rstrip()
    end = len(HEADS[form]) + end % (len(value) - len(HEADS[form]))
    *before, last = outcomes(form, value[:end])
    assert summary(before) == ["pubmed:1", "pubmed:2"][: len(before)]
    assert isinstance(last, Problem)
    assert isinstance(last.error, TruncatedSource)


MARKUP = [
    "<collection>",
    "</collection>",
    "<document>",
    "</document>",
    "<id>3</id>",
    "<passage>",
    "</passage>",
    "<infon key='a'>",
    "</infon>",
]
JATS = ["<article>", "</article>", "<front>", "<pmc-articleset>", "<OAI-PMH>", "<header>", "</header>", "<record>", "<sec>", "<p>x</p>"]
OTHERS = ["<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE", "[", ">", "<", "/>", "<?", "?>", "&lt;", "&x;", "x", "\n", " ", "\x00"]


@given(st.sampled_from(["bioc-xml", "jats"]), st.lists(st.sampled_from([*MARKUP, *JATS, *OTHERS]), max_size=50), st.integers(1, 40))
@settings(deadline=None, max_examples=300)
def test_any_mixture_of_markup_gives_outcomes_and_ends(form: str, pieces: list[str], size: int) -> None:
    text = "".join(pieces)

    class Slow(io.BytesIO):
        def read(self, asked: int | None = -1) -> bytes:
            return super().read(size)

    assert summary(list(read(Slow(text.encode()), format=form))) == summary(outcomes(form, text))


WHOLE = '{"id": "1", "passages": [{"offset": 0, "text": "x"}]}'
JSON = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    ",",
    ":",
    '"documents"',
    '"PubTator3": [',
    WHOLE,
    "1",
    "\n",
    " ",
    "x",
]


@given(st.lists(st.sampled_from(JSON), max_size=50), st.integers(1, 40))
@settings(deadline=None, max_examples=400)
def test_any_mixture_of_json_gives_outcomes_and_ends(pieces: list[str], size: int) -> None:
    text = "".join(pieces)

    class Slow(io.BytesIO):
        def read(self, asked: int | None = -1) -> bytes:
            return super().read(size)

    assert summary(list(read(Slow(text.encode()), format="bioc-json"))) == summary(outcomes("bioc-json", text))


@pytest.mark.parametrize(
    "broken",
    [
        '{"id": "2", "passages": [1]}',
        '{"id": "2" "passages": []}',
        '{"id": "2\n", "passages": []}',
        "{}",
        '{"id": NaN}',
        "[[[]]]",
        "7",
        "}",
        '"x"',
    ],
)
def test_json_that_is_none_costs_itself_only(broken: str) -> None:
    found = outcomes("bioc-json", f'{{"documents": [\n{WHOLE},\n{broken},\n{WHOLE}]}}')
    assert (summary(found)[0], summary(found)[-1]) == ("pubmed:1", "pubmed:1")
    assert all(isinstance(problem, Problem) and problem.line == 3 for problem in found[1:-1])


@pytest.mark.parametrize("broken", ['{"id": "2", "passages": [{"offset": 0', '{"id": "2', "garbage", '{"id": "2"}}}]', "{" * 100])
def test_a_broken_line_of_json_lines_costs_itself_only(broken: str) -> None:
    found = outcomes("bioc-json", f"{WHOLE}\n{broken}\n{WHOLE}\n")
    assert (summary(found)[0], summary(found)[-1]) == ("pubmed:1", "pubmed:1")
    assert len(found) > 2
    assert all(isinstance(problem, Problem) and problem.line == 2 for problem in found[1:-1])


@pytest.mark.parametrize(
    "value",
    [
        "[" * 1_000_000,
        '{"documents": [' + "[" * 1_000_000,
        '{"a": ' * 1_000_000,
        WHOLE[:-1] + ', "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)
def test_json_that_never_stops_opening_is_refused(value: str) -> None:
    found = outcomes("bioc-json", value)
    assert found
    assert all(isinstance(problem, Problem) for problem in found)


def test_annotations_without_number_take_no_time() -> None:
    """Every offset is wrong, and the words stand everywhere: the search for their places is bounded."""
    from processors.sources.bioc_annotations import annotate
    from processors.sources.bioc_model import from_json

    places = [{"id": str(n), "infons": {"type": "Gene"}, "text": "ab", "locations": [{"offset": n, "length": 3}]} for n in range(2_000)]
    document = from_json({"id": "1", "passages": [{"offset": 0, "text": "ab" * 50_000, "annotations": places}]})
    assert len(annotate(document, "a").problems) == 2_000
