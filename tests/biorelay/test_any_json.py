"""Whoever reads records out of files and topics meets any JSON object at all, and refuses it by an error of ours."""

import io
import json
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biorelay.cli.consume import What, _show
from biorelay.following import _message
from biorelay.loading import read_relations
from biorelay.positions import Positions
from graphstore.errors import GraphBadImport
from graphstore.imports import open_import
from models.evaluation.discovery.sources import extracted
from models.evaluation.errors import GoldUnusable, ResultUnusable
from models.evaluation.ledger import read as read_ledger
from processors.errors import RecordError
from processors.records import RECORDS, Entities, Relations
from processors.sources import Problem, read
from stream.errors import PositionUnusable
from stream.seeking import PositionFile
from tests.biorelay.conftest import Cli, relations

NAMES = sorted(
    {field.alias or name for record in RECORDS for name, field in record.model_fields.items()}
    | {"text", "type", "identifiers", "subject", "predicate", "object", "category", "evidence", "probability", "topic", "positions"}
)
SCHEMAS = [record.schema_name for record in RECORDS]
LONG = "a number of 5,001 digits"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(LONG) | st.floats(allow_nan=False) | st.text() | st.sampled_from(SCHEMAS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(NAMES) | st.text(), values, max_size=8)


def line(value: Any) -> bytes:
    """As JSON allows it: halves of characters, and numbers that Python itself refuses to read or write."""
    return json.dumps(value).replace(f'"{LONG}"', "1" + "0" * 5000).encode()


def problems(found: Any) -> list[Problem]:
    return [one for one in found if isinstance(one, Problem)]


@given(objects)
def test_records(value: dict[str, Any]) -> None:
    for record in RECORDS:
        with suppress(RecordError):
            assert record.from_bytes(line(value)).schema_ == value["schema"] == record.schema_name


@given(st.lists(objects, min_size=1, max_size=4))
def test_relations_of_a_file(found: list[dict[str, Any]]) -> None:
    good = relations("pubmed:1", ("mesh:D1 aspirin Chemical", "Bind", "mesh:D2 headache Disease"))
    stream = io.BytesIO(b"\n".join([*map(line, found), good.to_bytes()]))
    stream.name = "folder/some.jsonl"  # type: ignore[attr-defined]
    read_back = list(read_relations(stream))
    assert good in read_back, "the line after them is read"
    for problem in problems(read_back):
        assert (problem.file, problem.record) == ("some.jsonl", None)
        assert problem.line is not None
        assert problem.line <= len(found)
    assert len(read_back) - 1 <= len(found)


@given(st.lists(objects, min_size=1, max_size=4), st.sampled_from([None, "jsonl", "bioc-json"]))
def test_abstracts_of_a_file(found: list[dict[str, Any]], form: str | None) -> None:
    for content in (b"\n".join(map(line, found)), line({"documents": found})):
        assert all(str(problem) for problem in problems(read(io.BytesIO(content), format=form)))


@given(st.sampled_from(What), st.none() | objects | values, st.integers(-(2**63), 2**63 - 1), st.binary(max_size=3))
def test_a_message_that_is_shown(what: What, value: Any, timestamp: int, key: bytes) -> None:
    record = SimpleNamespace(value=line(value), key=key, partition=0, offset=1, timestamp=timestamp, headers=())
    message = _message(record)
    _show(what, message)
    json.dumps(message.as_json(), ensure_ascii=False).encode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(objects)
def test_files_of_ours(tmp_path: Path, value: dict[str, Any]) -> None:
    file = tmp_path / "file.jsonl"
    file.write_bytes(line(value) + b"\n")
    with pytest.raises(PositionUnusable):
        PositionFile(file, "another").read()
    with pytest.raises(GoldUnusable, match=r"file\.jsonl, line 1|no relations of PubMed"):
        extracted([file])
    with pytest.raises(ResultUnusable, match=r"line 1"):
        list(read_ledger(file))
    for column in (0, 1):
        reading = open_import("kgx", [file, file], source="x")
        with suppress(GraphBadImport):
            assert len(list(reading.edges() if column else reading.nodes())) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(objects)
def test_how_far_a_file_was_published(tmp_path: Path, value: dict[str, Any]) -> None:
    """What is no position of ours counts as none."""
    file, positions = tmp_path / "a.xml", Positions(tmp_path / "positions", "broker/topic")
    file.write_bytes(b"x")
    begun = positions.reached(positions.of(file), 3)
    (place,) = (tmp_path / "positions").glob("*.json")
    assert positions.of(file) == begun
    for stored in (value, {"file": begun.file, "size": begun.size, "modified_ns": begun.modified_ns, "records": value}):
        place.write_bytes(line(stored))
        assert positions.of(file).records == 0
    place.unlink()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"id":"pubmed:1"}', "the object names no schema, and should name 'biorelay.relations/1'"),
        (b"{}", "the object names no schema"),
        (b'{"schema":null}', "schema 'None' is not 'biorelay.relations/1'"),
        (b'{"schema":["biorelay.relations/1"]}', "schema \"['biorelay.relations/1']\" is not"),
        (b'{"schema":"biorelay.entities/2"}', "schema 'biorelay.entities/2' is not 'biorelay.relations/1'"),
        (b'{"schema":"x","n":1' + b"0" * 5000 + b"}", "the value is not UTF-8 JSON: number out of range"),
        (b"[]", "the value is a JSON list, not an object"),
    ],
)
def test_loading_names_file_line_and_remedy(cli: Cli, tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_bytes(Relations.schema_name.join(['{"schema":"', '"}']).encode() + b"\n" + content + b"\n")
    result = cli("graph", "load", file, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"documents": 0, "changes": 0, "refused": 2}
    assert f"odd.jsonl, line 2: {told}" in result.stderr
    assert "biorelay topics schema" in result.stderr or "Upgrade biorelay" in result.stderr


def test_entities_between_relations_are_passed_over_however_they_are_written(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "spaced.jsonl"
    file.write_bytes(json.dumps({"id": "pubmed:1", "schema": Entities.schema_name}).encode())
    assert json.loads(cli("graph", "load", file, "--json").stdout)["refused"] == 0
