"""The records' JSON Schemas (draft 2020-12), generated from the models and checked in beside this file.

`python -m processors.schemas` writes them anew; a test fails where they differ from the models.
"""

import json
from pathlib import Path
from typing import Any

from processors.records import RECORDS, Record

FOLDER = Path(__file__).parent


def json_schema(record: type[Record]) -> dict[str, Any]:
    """What a publisher must send: `schema` is required, fields with a default are not, unknown fields are allowed."""
    schema = record.model_json_schema(by_alias=True, mode="validation")
    schema["required"] = ["schema", *(name for name in schema.get("required", []) if name != "schema")]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": urn_of(record), **schema}


def urn_of(record: type[Record]) -> str:
    """The schema's own name: `urn:biorelay.abstract:1`."""
    return f"urn:{record.schema_name.replace('/', ':')}"


def file_of(record: type[Record]) -> Path:
    """`biorelay.abstract/1` is in `biorelay.abstract.1.json`."""
    return FOLDER / f"{record.schema_name.replace('/', '.')}.json"


def text_of(record: type[Record]) -> str:
    return json.dumps(json_schema(record), indent=2, ensure_ascii=False) + "\n"


def write() -> list[Path]:
    """Write every schema; return the files."""
    for record in RECORDS:
        file_of(record).write_text(text_of(record), encoding="utf-8")
    return [file_of(record) for record in RECORDS]
