"""Every record ever published still reads, and comes out with all that it said; fields of later versions may stand beside."""

import json
from pathlib import Path

import pytest

from processors.records import RECORDS, Record
from processors.schemas import file_of, json_schema, text_of

GOLDEN = Path(__file__).parents[2] / "golden"
BY_NAME = {record.schema_name: record for record in RECORDS}
FILES = sorted(GOLDEN.glob("biorelay.*/*/*.json"))


def kept(old: object, new: object) -> bool:
    """Whether all that was written then is written now."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(name in new and kept(value, new[name]) for name, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(kept, old, new))
    return old == new


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_a_golden_file_reads_and_comes_out_with_all_it_said(path: Path) -> None:
    value = path.read_bytes().removesuffix(b"\n")
    name = str(path.parent.relative_to(GOLDEN))
    record = BY_NAME[name].from_bytes(value)
    assert kept(json.loads(value), json.loads(record.to_bytes()))
    assert BY_NAME[name].from_bytes(record.to_bytes()) == record


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_a_reader_ignores_fields_that_a_later_version_adds(path: Path) -> None:
    data = json.loads(path.read_bytes())
    record = BY_NAME[data["schema"]].from_bytes(json.dumps(data | {"added_later": {"deep": [1, None]}}).encode())
    assert record == BY_NAME[data["schema"]].from_bytes(path.read_bytes())
    assert "added_later" not in json.loads(record.to_bytes())


def test_every_record_has_a_golden_file() -> None:
    assert {str(path.parent.relative_to(GOLDEN)) for path in FILES} >= set(BY_NAME)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.schema_name)
def test_the_checked_in_schema_is_the_models(record: type[Record]) -> None:
    assert file_of(record).read_text(encoding="utf-8") == text_of(record), "run: python -m processors.schemas"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.schema_name)
def test_a_schema_asks_for_its_own_name_and_only_for_fields_without_default(record: type[Record]) -> None:
    schema = json_schema(record)
    assert schema["properties"]["schema"]["const"] == record.schema_name
    needed = {field.alias or name for name, field in record.model_fields.items() if field.is_required()}
    assert set(schema["required"]) == {"schema", *needed}
    assert "additionalProperties" not in schema
