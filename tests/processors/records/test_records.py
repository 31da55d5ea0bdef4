"""Reading records from bytes: whatever arrives, a record or a refusal with a code."""

import json
import math
import tracemalloc
from typing import Any, get_origin

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from models.runtime.errors import Action, BiorelayError
from processors.errors import NotJson, RecordError, RecordTooLarge, UnknownSchema
from processors.limits import Limits, check, parse_abstract
from processors.records import RECORDS, Abstract, Article, Entities, Mention, Predicate, Record, Revision, Section, Span, edge_key
from processors.records.base import MOST_PARTS

GOOD: dict[str, Any] = {"schema": "biorelay.abstract/1", "id": "pubmed:1", "title": "A title", "sections": [{"text": "Some words."}]}
TEXT = st.text(max_size=60)
"""Any Unicode that UTF-8 can hold: astral characters, combining marks, zero-width joiners and the rest."""


def with_fields(**fields: Any) -> bytes:
    return json.dumps(GOOD | fields).encode()


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (b"", NotJson),
        (b"\xff\xfe\x00", NotJson),
        (b"\xef\xbb\xbf{}", NotJson),
        (b"null", NotJson),
        (b"[]", NotJson),
        (b'"text"', NotJson),
        (b"{", NotJson),
        (b'{"schema": "biorelay.abstract/1", "id": "pubmed:1", "title": "\xff"}', NotJson),
        (b'{"schema": "biorelay.abstract/1", "id": "pubmed:1", "title": "\\ud800"}', NotJson),
        (b'{"schema": "biorelay.abstract/1", "id": "pubmed:1", "title": "x", "extra": "\\udc00"}', NotJson),
        (b'{"schema": "biorelay.abstract/1", "id": "pubmed:1", "title": "x", "extra": NaN}', NotJson),
        (b'{"schema": "biorelay.abstract/1", "id": "pubmed:1", "title": "x", "extra": Infinity}', NotJson),
        (b"[" * 100_000, NotJson),
        (b'{"schema": "biorelay.abstract/1", "a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", NotJson),
        (b'{"schema": "biorelay.abstract/1", "id": ' + b"9" * 10_000 + b"}", NotJson),
        (b"{}", UnknownSchema),
        (b'{"schema": null}', UnknownSchema),
        (b'{"schema": ["biorelay.abstract/1"]}', UnknownSchema),
        (b'{"schema": "biorelay.abstract/2", "id": "pubmed:1", "title": "x"}', UnknownSchema),
        (b'{"schema": "biorelay.relations/1", "id": "pubmed:1"}', UnknownSchema),
        (b'{"schema": "biorelay.abstract/1"}', RecordError),
        (with_fields(id="no curie"), RecordError),
        (with_fields(id="pubmed:" + "1" * 600), RecordError),
        (with_fields(title=None), RecordError),
        (with_fields(title=7), RecordError),
        (with_fields(sections=[{"label": "no text"}]), RecordError),
        (with_fields(sections="text"), RecordError),
        (with_fields(published="2021-13"), RecordError),
        (with_fields(published="21"), RecordError),
        (with_fields(published="٢٠٢١"), RecordError),
        (with_fields(retracted="yes"), RecordError),
        (with_fields(retracted=1), RecordError),
        (with_fields(links=[{"kind": "mocks", "target": "pubmed:2"}]), RecordError),
    ],
)
def test_a_wrong_value_is_refused_with_its_own_error(value: bytes, error: type[BiorelayError]) -> None:
    with pytest.raises(BiorelayError) as caught:
        parse_abstract(value)
    assert type(caught.value) is error
    assert caught.value.action is Action.DEAD_LETTER
    assert str(caught.value)


def test_a_refusal_never_repeats_the_document() -> None:
    with pytest.raises(RecordError) as caught:
        parse_abstract(with_fields(title={"secret": "x" * 10_000}))
    assert len(str(caught.value)) < 300


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_give_a_record_or_a_refusal(value: bytes) -> None:
    for record in RECORDS:
        with pytest.raises(RecordError):
            record.from_bytes(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["pubmed:1", "2020", "Gene", "ok", "Bind"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "start", "end", "text", "label"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.sampled_from(RECORDS), st.data())
@settings(deadline=None, max_examples=100)
def test_any_json_under_a_right_schema_gives_a_record_or_a_refusal(record: Any, data: st.DataObject) -> None:
    fields = {name: data.draw(JSON) for name in record.model_fields if name != "schema_"}
    value = json.dumps({"schema": record.schema_name, **fields}).encode()
    try:
        read = record.from_bytes(value)
    except RecordError as error:
        assert error.code in ("record.invalid", "record.not-json")  # noqa: PT017
    else:
        assert record.from_bytes(read.to_bytes()) == read


@given(st.binary(max_size=30), st.integers(0, 400), st.integers(0, 20))
@settings(deadline=None)
def test_a_damaged_record_is_refused_or_still_a_record(noise: bytes, at: int, removed: int) -> None:
    value = with_fields(journal="J", mesh=[{"id": "mesh:D1", "name": "n"}], language="eng")
    damaged = value[:at] + noise + value[at + removed :]
    try:
        read = parse_abstract(damaged)
    except RecordError:
        return
    assert Abstract.from_bytes(read.to_bytes()) == read


sections = st.lists(st.builds(Section, label=st.none() | TEXT, text=TEXT), max_size=4).map(tuple)


@given(TEXT, sections)
@example("𝛼", (Section(label="e\u0301", text="\u200b\U0001f9ec"),))
@settings(deadline=None)
def test_labels_and_sections_are_the_text_that_offsets_count_in(title: str, parts: tuple[Section, ...]) -> None:
    abstract = Abstract(id="pubmed:1", title=title, sections=parts)
    assert abstract.text == f"{title} {abstract.abstract}"
    at = len(title) + 1
    for part in parts:
        at += len(part.label) + 2 if part.label else 0
        assert abstract.text[at : at + len(part.text)] == part.text
        at += len(part.text) + 1
    assert Abstract.from_bytes(abstract.to_bytes()) == abstract
    assert Abstract.from_bytes(abstract.to_bytes()).to_bytes() == abstract.to_bytes()


PROVENANCE = {"software": "0", "model": "m@1", "generation": 1}


@given(TEXT, st.data())
@settings(deadline=None)
def test_a_mention_stands_in_its_text_or_the_record_is_refused(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) + 2))
    end = data.draw(st.integers(0, len(text) + 2))
    words = data.draw(st.sampled_from([text[start:end], text[start : end + 1], "x"]))
    mention = {"id": "T1", "start": start, "end": end, "text": words, "type": "Gene", "identifiers": ["ncbigene:1"], "score": 0.5}
    value = json.dumps({"schema": "biorelay.entities/1", "id": "pubmed:1", "text": text, "mentions": [mention], "provenance": PROVENANCE})
    try:
        record = Entities.from_bytes(value.encode())
    except RecordError:
        assert text[start:end] != words or end > len(text)
    else:
        assert [record.text[m.start : m.end] for m in record.mentions] == [words]


@pytest.mark.parametrize("score", [math.nan, math.inf, -0.1, 1.1])
def test_a_probability_is_a_probability(score: float) -> None:
    with pytest.raises(ValidationError):
        Mention(id="T1", start=0, end=1, text="x", type="Gene", identifiers=("ncbigene:1",), score=score)  # type: ignore[arg-type]


def test_a_span_does_not_end_before_it_starts_nor_pass_what_json_keeps_exact() -> None:
    with pytest.raises(ValidationError):
        Span(start=2, end=1)
    with pytest.raises(ValidationError):
        Span(start=0, end=2**53)


def test_text_that_utf8_cannot_hold_is_never_written() -> None:
    with pytest.raises(RecordError, match="UTF-8"):
        Abstract(id="pubmed:1", title="\ud800").to_bytes()


def test_sizes_are_limited_in_bytes_and_in_characters() -> None:
    small = Limits(max_document_bytes=400, max_text_characters=50)
    assert parse_abstract(with_fields(), small).title == "A title"
    with pytest.raises(RecordTooLarge, match="400"):
        parse_abstract(with_fields(extra="x" * 400), small)
    with pytest.raises(RecordTooLarge, match=r"pubmed:1.*50"):
        parse_abstract(with_fields(title="x" * 60), small)
    with pytest.raises(RecordTooLarge, match="as a message"):
        check(Abstract(id="pubmed:1", title="x", journal="j" * 400), small)


def test_the_limit_is_exact() -> None:
    value = with_fields()
    assert parse_abstract(value, Limits(max_document_bytes=len(Abstract.from_bytes(value).to_bytes())))
    with pytest.raises(RecordTooLarge):
        parse_abstract(value, Limits(max_document_bytes=len(value) - 1))


@given(st.integers(0, 10**17), st.integers(0, 10**17))
def test_a_revision_is_written_and_read_back(epoch: int, offset: int) -> None:
    assert Revision.parse(str(Revision(epoch, offset))) == (epoch, offset)


@pytest.mark.parametrize("text", ["", ":", "1", "1:", ":1", "-1:2", "1:2:3", "1.0:2", " 1:2", "١:٢", "1:" + "9" * 5000])
def test_what_is_no_revision_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        Revision.parse(text)


def test_revisions_compare_by_epoch_then_offset() -> None:
    assert Revision(0, 10) < Revision(1, 0) < Revision(1, 9) < Revision(1, 10)


def test_an_edge_without_direction_has_one_key() -> None:
    assert edge_key("mesh:D2", Predicate.BIND, "mesh:D1") == edge_key("mesh:D1", Predicate.BIND, "mesh:D2") == "mesh:D1|Bind|mesh:D2"


def test_the_publication_type_alone_says_that_an_article_is_retracted() -> None:
    """Clients of the topic that copy PubMed's types may leave the mark out."""
    told = with_fields(publication_types=["Journal Article", "Retracted Publication"])
    notice = with_fields(publication_types=["Retraction of Publication"])
    assert Article.of(Abstract.from_bytes(told)).retracted
    assert Article.of(Abstract.from_bytes(with_fields(retracted=True))).retracted
    assert not Article.of(Abstract.from_bytes(notice)).retracted


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_million_wrong_parts_cost_one_error(record: type[Record]) -> None:
    """Each of them would have an error for each of its fields: gigabytes."""
    lists = [name for name, field in record.model_fields.items() if get_origin(field.annotation) is tuple]
    for name in lists:
        value = json.dumps({"schema": record.schema_name, "id": "a:b", name: [{}] * (MOST_PARTS // 2)}).encode()
        tracemalloc.start()
        with pytest.raises(RecordError):
            record.from_bytes(value)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 96 << 20
        with pytest.raises(RecordError, match="objects and lists"):
            record.from_bytes(json.dumps({"schema": record.schema_name, name: [{}] * MOST_PARTS}).encode())


def test_a_mention_behind_the_end_of_the_text_is_refused() -> None:
    mention = {"id": "T1", "start": 2, "end": 99, "text": "b", "type": "Gene", "identifiers": ["a:b"], "score": 1.0}
    record = {"schema": "biorelay.entities/1", "id": "a:b", "text": "a b", "mentions": [mention]}
    record["provenance"] = {"software": "0", "model": "m@1", "generation": 1}
    with pytest.raises(RecordError, match="does not stand"):
        Entities.from_bytes(json.dumps(record).encode())
