"""The part of the chart's values schema that biorelay's settings write: `settings` holds what docs/settings.md has, and no more.

What the chart sets itself is left out, and so is every secret and every file, which stand under `secrets`.
"""

import json
from pathlib import Path
from typing import Any, Final

from biorelay.settings.keys import keys, sections
from biorelay.settings.sections import Settings

from .rendering import CHART

FILE: Final[Path] = CHART / "values.schema.json"
CHARTS_OWN: Final = {
    "data_dir",
    "worker.stages",
    "worker.processes",
    "worker.metrics_host",
    "worker.metrics_port",
    "serve.host",
    "serve.port",
    "serve.views",
}
_NOISE: Final = {"title", "default", "format"}


def settings() -> dict[str, Any]:
    """The JSON Schema of the chart's `settings`."""
    written = Settings.model_json_schema()
    parts: dict[str, Any] = {}
    for name, found in written["properties"].items():
        if name not in sections():
            if name not in CHARTS_OWN:
                parts[name] = _plain(found)
            continue
        section = written["$defs"][found["$ref"].rpartition("/")[2]]
        kept = {key: _plain(one) for key, one in section["properties"].items() if _belongs(f"{name}.{key}")}
        parts[name] = {"type": "object", "additionalProperties": False, "properties": kept}
    return {"type": "object", "additionalProperties": False, "properties": parts}


def whole() -> str:
    """The schema file as it should be."""
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    schema["$defs"]["settings"] = settings()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _belongs(key: str) -> bool:
    return key not in CHARTS_OWN and not keys()[key].secret and not key.endswith("_file")


def _plain(schema: Any) -> Any:
    """Without what pydantic adds for readers; the description on one line."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain(value) for key, value in schema.items() if key not in _NOISE}
    if "description" in kept:
        kept["description"] = " ".join(kept["description"].split())
    return kept
