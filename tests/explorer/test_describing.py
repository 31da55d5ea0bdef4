"""The API's description: current, whole, and what the service does."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from biorelay.explorer.app import create_app
from biorelay.settings import Settings
from tests.explorer.conftest import Api

PAGE = Path(__file__).parents[2] / "docs" / "openapi.json"


def operations(description: Any) -> list[tuple[str, str, Any]]:
    return [(path, method, told) for path, methods in description["paths"].items() for method, told in methods.items()]


async def test_the_file_is_current(api: Api) -> None:
    told = (await api.get("/openapi.json")).json()
    told.pop("servers", None)
    assert json.loads(PAGE.read_text(encoding="utf-8")) == told, "write it anew: python -m biorelay.explorer > docs/openapi.json"


def test_every_operation_says_what_it_does_and_how_it_fails() -> None:
    description = create_app(Settings()).openapi()
    tags = {tag["name"] for tag in description["tags"]}
    names = [told["operationId"] for _, _, told in operations(description)]
    assert len(names) == len(set(names))
    for path, method, told in operations(description):
        if path.startswith("/trapi"):
            continue
        assert told["description"], (path, method)
        assert set(told["tags"]) <= tags, (path, method)
        if path.startswith("/api/v1"):
            for status in ("404", "422", "429", "503", "504"):
                content = told["responses"][status]["content"]
                assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            assert [one["name"] for one in told.get("parameters", ()) if not one.get("description")] == [], path


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attributes if name in {"href", "src"}]
        if tag in {"script", "style"} or any(name == "style" or name.startswith("on") for name, _ in attributes):
            self.inline.append(tag)


async def test_the_reference_page_shows_every_route_and_loads_nothing_from_elsewhere(api: Api) -> None:
    answer = await api.get("/docs")
    text = answer.text
    description = (await api.get("/openapi.json")).json()
    for path, _, _ in operations(description):
        assert path.replace("<", "&lt;") in text
    links = _Links()
    links.feed(text)
    assert links.inline == []
    assert not [link for link in links.found if re.match(r"[a-z]+:|//", link)]
    for link in set(links.found) - {"assets/mark.svg"}:
        assert (await api.get(f"/{link.removeprefix('./')}")).status_code == 200, link
