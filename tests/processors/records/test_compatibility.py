"""Readers and writers of every state of a version go together: old files, old readers, old schemas."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from processors.records import RECORDS, Record
from processors.schemas import json_schema

from .compatibility import breaks

GOLDEN = Path(__file__).parents[2] / "golden"
BY_NAME = {record.schema_name: record for record in RECORDS}
VALUES = sorted(GOLDEN.glob("biorelay.*/*/*.json"))
STATES = sorted(GOLDEN.glob("schemas/*/*.json"))


def states_of(record: type[Record]) -> list[Path]:
    return sorted((GOLDEN / "schemas" / record.schema_name.replace("/", ".")).glob("*.json"), key=lambda path: int(path.stem))


def label(path: Path) -> str:
    return str(path.relative_to(GOLDEN))


@pytest.mark.parametrize("path", STATES, ids=label)
def test_a_reader_of_any_state_accepts_what_is_written_today(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    name = schema["properties"]["schema"]["const"]
    reader = Draft202012Validator(schema)
    written = [BY_NAME[name].from_bytes(value.read_bytes()).to_bytes() for value in VALUES if label(value.parent) == name]
    assert written
    for value in written:
        reader.validate(json.loads(value))


@pytest.mark.parametrize("path", VALUES, ids=label)
def test_what_was_ever_written_fits_the_schema_of_today(path: Path) -> None:
    value = json.loads(path.read_bytes())
    assert [error.message for error in Draft202012Validator(json_schema(BY_NAME[value["schema"]])).iter_errors(value)] == []


@pytest.mark.parametrize("path", STATES, ids=label)
def test_no_state_of_a_version_breaks_another(path: Path) -> None:
    old = json.loads(path.read_text(encoding="utf-8"))
    assert breaks(old, json_schema(BY_NAME[old["properties"]["schema"]["const"]])) == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.schema_name)
def test_the_schema_of_today_is_frozen(record: type[Record]) -> None:
    *_, newest = states_of(record)
    following = newest.with_name(f"{int(newest.stem) + 1}.json")
    told = f"{record.schema_name} has changed: add golden files that use the new fields, and copy its schema to {label(following)}"
    assert breaks(json_schema(record), json.loads(newest.read_text(encoding="utf-8"))) == [], told
    fields = set(places(json_schema(record)))
    assert set(places(json.loads(newest.read_text(encoding="utf-8")))) == fields, told


def places(schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = "") -> Iterator[str]:
    """Every field that a schema knows, as `relations[].evidence.cues[].kind`."""
    root = root or schema
    if "$ref" in schema:
        yield from places(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    for part in schema.get("anyOf", ()):
        yield from places(part, root, at)
    if "items" in schema:
        yield from places(schema["items"], root, f"{at}[]")
    for name, field in schema.get("properties", {}).items():
        yield f"{at}.{name}".lstrip(".")
        yield from places(field, root, f"{at}.{name}".lstrip("."))


def said(value: Any, at: str = "") -> Iterator[str]:
    """Every field that a value uses: null, empty lists and what is left out use nothing."""
    if isinstance(value, dict):
        for name, field in value.items():
            place = f"{at}.{name}".lstrip(".")
            if field is not None and field != []:
                yield place
            yield from said(field, place)
    if isinstance(value, list):
        for item in value:
            yield from said(item, f"{at}[]")


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.schema_name)
def test_every_field_is_used_by_a_golden_file(record: type[Record]) -> None:
    values = [json.loads(path.read_bytes()) for path in VALUES if label(path.parent) == record.schema_name]
    used = {place for value in values for place in said(value)}
    assert set(places(json_schema(record))) - used == set(), "add a golden file that uses these fields"


# each kind of breaking change is caught


def remove(schema: dict[str, Any]) -> None:
    del schema["properties"]["article"]


def rename(schema: dict[str, Any]) -> None:
    schema["$defs"]["Evidence"]["properties"]["sentence"] = schema["$defs"]["Evidence"]["properties"].pop("text")


def require_old(schema: dict[str, Any]) -> None:
    schema["required"].append("article")


def require_new(schema: dict[str, Any]) -> None:
    schema["$defs"]["Article"]["properties"]["doi"] = {"type": "string"}
    schema["$defs"]["Article"].setdefault("required", []).append("doi")


def require_no_longer(schema: dict[str, Any]) -> None:
    schema["required"].remove("provenance")


def without_default(schema: dict[str, Any]) -> None:
    schema["$defs"]["Article"]["properties"]["doi"] = {"type": "string"}


def fewer_values(schema: dict[str, Any]) -> None:
    schema["$defs"]["Predicate"]["enum"].remove("Bind")


def more_values(schema: dict[str, Any]) -> None:
    schema["$defs"]["Predicate"]["enum"].append("Treats")


def other_type(schema: dict[str, Any]) -> None:
    schema["$defs"]["Relation"]["properties"]["probability"] = {"type": "string"}


def no_longer_null(schema: dict[str, Any]) -> None:
    schema["$defs"]["Article"]["properties"]["year"] = {"type": "integer", "default": 0}


def null_too(schema: dict[str, Any]) -> None:
    field = schema["$defs"]["Evidence"]["properties"]["text"]
    schema["$defs"]["Evidence"]["properties"]["text"] = {"anyOf": [field, {"type": "null"}]}


def lower_bound(schema: dict[str, Any]) -> None:
    schema["$defs"]["Relation"]["properties"]["probability"]["maximum"] = 0.5


def higher_bound(schema: dict[str, Any]) -> None:
    schema["$defs"]["Relation"]["properties"]["probability"]["maximum"] = 100


def other_pattern(schema: dict[str, Any]) -> None:
    schema["properties"]["id"]["pattern"] = "^pubmed:"


def at_least_one(schema: dict[str, Any]) -> None:
    schema["properties"]["relations"]["minItems"] = 1


def single(schema: dict[str, Any]) -> None:
    schema["properties"]["relations"] = schema["properties"]["relations"]["items"]


def closed(schema: dict[str, Any]) -> None:
    schema["$defs"]["Participant"]["additionalProperties"] = False


def other_default(schema: dict[str, Any]) -> None:
    schema["properties"]["status"]["default"] = "failed"


BREAKING: dict[Callable[[dict[str, Any]], None], str] = {
    remove: "the field article is gone",
    rename: "the field relations[].evidence.text is gone",
    require_old: "the field article is now required",
    require_new: "the field article.doi is new and required",
    require_no_longer: "the field provenance is no longer required",
    without_default: "the new field article.doi has no default",
    fewer_values: "`enum` of relations[].predicate was",
    more_values: "`enum` of relations[].predicate was",
    other_type: "`type` of relations[].probability was number and is string",
    no_longer_null: "`anyOf` of article.year was",
    null_too: "`anyOf` of relations[].evidence.text was None",
    lower_bound: "`maximum` of relations[].probability was 1.0 and is 0.5",
    higher_bound: "`maximum` of relations[].probability was 1.0 and is 100",
    other_pattern: "`pattern` of id was",
    at_least_one: "`minItems` of relations was None and is 1",
    single: "`type` of relations was array and is object",
    closed: "`additionalProperties` of relations[].subject was None and is False",
    other_default: "`default` of status was ok and is failed",
}


@pytest.mark.parametrize(("change", "told"), BREAKING.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_breaking_change_asks_for_a_new_version(change: Callable[[dict[str, Any]], None], told: str) -> None:
    old = json_schema(BY_NAME["biorelay.relations/1"])
    new = copy.deepcopy(old)
    change(new)
    found = breaks(old, new)
    assert any(told in line for line in found), found
    assert all("name the record biorelay.relations/2" in line for line in found)


def test_a_new_field_with_a_default_and_other_words_break_nothing() -> None:
    old = json_schema(BY_NAME["biorelay.relations/1"])
    new = copy.deepcopy(old)
    new["description"] = "Said otherwise."
    new["$defs"]["Article"]["properties"]["doi"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Doi"}
    assert breaks(old, new) == []


def test_a_field_added_today_may_not_be_taken_back_tomorrow() -> None:
    first, second = (json.loads(path.read_text(encoding="utf-8")) for path in states_of(BY_NAME["biorelay.relations/1"])[:2])
    assert breaks(first, second) == []
    assert any("cues is gone" in line for line in breaks(second, first))
