"""What MkDocs calls: pages from outside docs/ join the site, and links to what is no page are told as places in the source."""

import json
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File  # type: ignore[import-not-found]  # in an environment of the site's own

ROOT = Path(__file__).resolve().parents[2]
JOINED = {
    "model-card.md": max((ROOT / "models" / "artefacts" / "relay-mini").glob("*/MODEL_CARD.md"), key=lambda card: int(card.parent.name)),
    "results.md": ROOT / "models" / "RESULTS.md",
}
"""Pages of the site by the files that they are."""
LINK = re.compile(r"(?<!!)\[((?:[^\]\\]|\\.)*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that lie elsewhere, and the one of the API."""
    for name, place in JOINED.items():
        text = re.sub(r"\A---\n.*?\n---\n", "", place.read_text(encoding="utf-8"), flags=re.DOTALL)
        files.append(File.generated(config, name, content=text))
    described = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    files.append(File.generated(config, "api.md", content=api_page(described)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Links to files that are no pages become their paths: the site may be read where the source is not."""
    folder = posixpath.dirname(page.file.src_uri)
    base = JOINED[page.file.src_uri].parent if page.file.src_uri in JOINED else ROOT / "docs" / folder

    def put(link: re.Match[str]) -> str:
        text, target, anchor = link[1], link[2], link[3] or ""
        if re.match(r"[a-z]+:", target):
            return link[0]
        place = (base / target).resolve()
        for name, joined in JOINED.items():
            if place == joined:
                return f"[{text}]({posixpath.relpath(name, folder or '.')}{anchor})"
        if place.is_relative_to(ROOT / "docs") and not place.is_dir():
            if page.file.src_uri not in JOINED:
                return link[0]
            return f"[{text}]({place.relative_to(ROOT / 'docs').as_posix()}{anchor})"
        where = f"`{place.relative_to(ROOT).as_posix()}`"
        return where if text.strip("`").endswith(target.rpartition("/")[2]) else f"{text} ({where})"

    parts = FENCE.split(markdown)
    return "".join(part if part.startswith("```") else LINK.sub(put, part) for part in parts)


def api_page(described: dict[str, Any]) -> str:
    """The routes of an OpenAPI document as a page."""
    lines = [
        "# HTTP API",
        "",
        (
            "`biorelay serve` answers these ([explorer.md](explorer.md)). The whole description is [openapi.json](openapi.json), and a"
            " running service has it at `/openapi.json`, with a page to try it at `/docs`. Errors are problem details (RFC 9457), but for"
            " `/trapi` ([translator.md](translator.md))."
        ),
    ]
    tags: dict[str, list[str]] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            tags.setdefault((operation.get("tags") or ["service"])[0], []).extend(_route(path, method, operation))
    about = {tag["name"]: tag.get("description", "") for tag in described.get("tags", [])}
    for tag, routes in tags.items():
        lines += ["", f"## {tag.capitalize()}", "", about.get(tag, ""), *routes]
    return "\n".join(lines) + "\n"


def _route(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    lines = ["", f"### `{method.upper()} {path}`", "", operation.get("description") or operation.get("summary", "")]
    if parameters := operation.get("parameters"):
        lines += ["", "| parameter | | means |", "| --- | --- | --- |"]
        for one in parameters:
            kind = "required" if one.get("required") else ""
            default = one.get("schema", {}).get("default")
            shown = f"default `{json.dumps(default)}`" if default not in (None, []) else kind
            means = " ".join(str(one.get("description") or one.get("schema", {}).get("description", "")).split()).replace("|", "\\|")
            lines.append(f"| `{one['name']}` | {shown} | {means} |")
    return lines
