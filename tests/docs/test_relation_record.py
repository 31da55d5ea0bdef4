"""docs/relation-record.md names every field and every value of the models, and its example is one that the models read."""

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from processors.outputs.kgx import CATEGORIES, Kgx
from processors.records import BIOLINK, Relations

PAGE = (Path(__file__).parents[2] / "docs" / "relation-record.md").read_text(encoding="utf-8")
TABLES = PAGE.partition("## The record")[2].partition("## Predicates")[0]
DOCUMENTED = {name for cell in re.findall(r"^\| (`[^|]*) \|", TABLES, re.MULTILINE) for name in re.findall(r"`([^`]+)`", cell)}


def parts(annotation: Any) -> list[Any]:
    """The models and enumerations inside a field's type."""
    inner = [part for argument in get_args(annotation) for part in parts(argument)]
    return [*inner, annotation] if isinstance(annotation, type) and issubclass(annotation, BaseModel | StrEnum) else inner


def fields(model: type[BaseModel], prefix: str = "") -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        found[key] = parts(field.annotation)
        for part in found[key]:
            if issubclass(part, BaseModel):
                found |= fields(part, f"{key}.")
    return found


def examples() -> list[Any]:
    return [json.loads(body) for body in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]


def test_every_field_is_documented_and_no_other() -> None:
    assert set(fields(Relations)) == DOCUMENTED


def test_every_value_of_an_enumeration_is_named() -> None:
    for name, kinds in fields(Relations).items():
        for kind in kinds:
            if issubclass(kind, StrEnum) and name != "relations.predicate":
                row = next(line for line in TABLES.splitlines() if f"`{name}`" in line)
                assert [value.value for value in kind if f"`{value.value}`" not in row] == [], name


def test_the_predicates_are_the_one_table() -> None:
    table = PAGE.partition("## Predicates")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| `(biolink:\w+)` \|$", table, re.MULTILINE)
    assert rows == [(predicate.value, name) for predicate, name in BIOLINK.items()]


def test_the_example_is_a_record_whose_offsets_are_right() -> None:
    written, document = examples()
    record = Relations.from_bytes(json.dumps(written).encode())
    assert json.loads(record.to_bytes()) == written, "no field of the example is missing"
    text = document["text"]
    (relation,) = record.relations
    evidence = relation.evidence
    assert evidence.text == text[evidence.start : evidence.end]
    assert (text[evidence.subject.start : evidence.subject.end], text[evidence.object.start : evidence.object.end]) == (
        "liver fibrosis",
        "HFE",
    )
    assert [text[cue.start : cue.end] for cue in evidence.cues] == ["not"]
    assert {text[span.start : span.end] for span in relation.object.spans} == {"HFE", "Hfe"}
    assert relation.negated


def test_kgx_properties_are_all_named() -> None:
    written, _ = examples()
    record = Relations.from_bytes(json.dumps(written | {"article": written["article"] | {"retracted": True}}).encode())
    graph = Kgx()
    _, (edge,) = graph.add(record)
    kgx = PAGE.partition("## The same relation in KGX")[2]
    rows = {name for cell in re.findall(r"^\| (`[^|]*) \|", kgx, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)}
    assert rows == set(edge)
    for name in [*next(graph.linked()), *CATEGORIES.values()]:
        assert f"`{name}`" in kgx
