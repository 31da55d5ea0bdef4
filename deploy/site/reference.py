"""The pages of the reference that are written from the code: `python -m deploy.site.reference`; a test keeps them current."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from biorelay.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "processors" / "schemas"
WIDE = 100
"""Columns of the help texts."""
WRITTEN = "Written from the code by `python -m deploy.site.reference`; a test keeps it current."


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that call each command, in the order of `biorelay --help`."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def cli_page() -> str:
    """The command line: every command with its help, as a terminal of `WIDE` columns shows it."""
    lines = [
        "# Command line",
        "",
        f"{WRITTEN} Exit codes: 1 failure; 2 bad input, settings or usage; 130 interrupted; 141 where the reader of the output went away.",
        "",
        *_helped(()),
    ]
    for path in commands(typer.main.get_command(app)):
        lines += ["", f"## {' '.join(path)}", "", *_helped(path)]
    return "\n".join(lines) + "\n"


def _helped(path: tuple[str, ...]) -> list[str]:
    """What `--help` of a command prints."""
    result = CliRunner().invoke(app, [*path, "--help"], prog_name="biorelay", terminal_width=WIDE, max_content_width=WIDE)
    return ["```text", *(line.rstrip() for line in result.stdout.strip().splitlines()), "```"]


def _plain(text: str) -> str:
    """A paragraph on one line; what Markdown would take for its own is escaped."""
    return " ".join(text.split()).replace("<", "&lt;").replace("*", "\\*")


def records_page() -> str:
    """The records: every field of every schema that is checked in."""
    lines = [
        "# Records",
        "",
        (
            f"{WRITTEN} Values of the topics are JSON objects with a `schema`; these are their fields, from the JSON Schemas in"
            " `processors/schemas`, which `biorelay topics schema` prints. [relation-record.md](relation-record.md) explains a relation"
            " word by word, [clients.md](clients.md) how records may change."
        ),
    ]
    for file in sorted(SCHEMAS.glob("*.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        kinds = schema.get("$defs", {})
        lines += ["", f"## {file.name.removesuffix('.json')}", "", _plain(schema.get("description", ""))]
        lines += _fields(schema)
        for name in sorted(kinds):
            if "properties" in kinds[name]:
                lines += [
                    "",
                    f"### {file.name.split('.')[1]}: {name}",
                    "",
                    _plain(kinds[name].get("description", "")),
                    *_fields(kinds[name]),
                ]
            elif "enum" in kinds[name]:
                values = ", ".join(f"`{value}`" for value in kinds[name]["enum"])
                lines += [
                    "",
                    f"### {file.name.split('.')[1]}: {name}",
                    "",
                    _plain(kinds[name].get("description", "")),
                    "",
                    f"One of {values}.",
                ]
    return "\n".join(lines) + "\n"


def _fields(schema: dict[str, Any]) -> list[str]:
    required = set(schema.get("required", ()))
    rows = ["", "| field | type | |", "| --- | --- | --- |"]
    for name, field in schema["properties"].items():
        note = "required" if name in required else f"default `{json.dumps(field['default'])}`" if "default" in field else ""
        rows.append(f"| `{name}` | {_type(field)} | {note} |")
    return rows


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "const" in field:
        return f"`{field['const']}`"
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return str(field.get("type", "any")) + (
        f", `{field['pattern']}`".replace("|", "\\|") if "pattern" in field and len(field["pattern"]) < 30 else ""
    )


PAGES = {"cli.md": cli_page, "records.md": records_page}
"""The pages of docs/ that this writes."""


if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), encoding="utf-8")
