"""The API's reference as one page, from its description; no script, and nothing of it from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Schema = Mapping[str, Any]

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} API</title>
<link rel="icon" href="assets/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/theme.css">
<link rel="stylesheet" href="assets/reference.css">
</head>
<body>
<header><a href="./">{title}</a></header>
<main>
<h1>API</h1>
<p>{summary} Version {version}; <a href="openapi.json">OpenAPI</a> for programs.</p>
<p>Errors are problem details (RFC 9457): <code>type, title, status, detail, code, remedy</code>. Lists are <code>items, next, bounded,
notes</code>; <code>next</code> is the next page’s <code>cursor</code>. Answers have an ETag.</p>
"""
_FOOT = "</main>\n</body>\n</html>\n"


def page_of(description: Schema) -> str:
    """The page as HTML."""
    info = description["info"]
    head = _HEAD.format(title=escape(info["title"]), summary=escape(info["summary"]), version=escape(info["version"]))
    return head + "".join(_parts(description)) + _FOOT


def _parts(description: Schema) -> Iterator[str]:
    schemas = description["components"]["schemas"]
    told = {tag["name"]: tag.get("description", "") for tag in description.get("tags", ())}
    groups: dict[str, list[str]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append(_operation(method, path, operation, schemas))
    for tag, shown in groups.items():
        yield f'<section aria-labelledby="{escape(tag)}">\n<h2 id="{escape(tag)}">{escape(tag.capitalize())}</h2>\n'
        yield f"<p>{escape(told[tag])}</p>\n" if told.get(tag) else ""
        yield "".join(shown)
        yield "</section>\n"


def _operation(method: str, path: str, operation: Schema, schemas: Schema) -> str:
    said = escape(operation.get("description", operation.get("summary", "")))
    rows = [
        _row(one["name"], one["in"] == "path" or bool(one.get("required")), one["schema"], one.get("description"))
        for one in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    shape = schemas.get(body.get("$ref", "").rpartition("/")[2], body)
    required = shape.get("required", ())
    rows += [_row(name, name in required, schema, None) for name, schema in shape.get("properties", {}).items()]
    table = (
        '<div class="wide" tabindex="0" role="region" aria-label="Parameters"><table><thead><tr><th scope="col">parameter</th>'
        f'<th scope="col">accepts</th><th scope="col">means</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )
    head = f"<h3><code><b>{escape(method.upper())}</b> {escape(path)}</code></h3>"
    return f"<article>\n{head}\n<p>{said}</p>\n{table if rows else ''}\n</article>\n"


def _row(name: str, required: bool, schema: Schema, meaning: str | None) -> str:
    needed = " (required)" if required else ""
    means = escape(meaning or schema.get("description", ""))
    return f"<tr><td><code>{escape(name)}</code>{needed}</td><td>{escape(_accepts(schema))}</td><td>{means}</td></tr>"


def _accepts(schema: Schema) -> str:
    """`integer, 1 to 200, default 50`."""
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    said = [" or ".join(_kind(one) for one in kinds)]
    first = kinds[0] if kinds else {}
    low, high = first.get("minimum"), first.get("maximum")
    if low is not None and high is not None:
        said.append(f"{low:g} to {high:g}")
    if schema.get("default") not in (None, [], ""):
        said.append(f"default {schema['default']}".replace("True", "true").replace("False", "false"))
    return ", ".join(said)


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
