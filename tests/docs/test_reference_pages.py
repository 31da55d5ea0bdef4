"""docs/cli.md and docs/records.md are what the code says, and the site's navigation has every page."""

from pathlib import Path

import pytest
import yaml

from deploy.site.reference import PAGES, SCHEMAS

ROOT = Path(__file__).parents[2]
JOINED = {"model-card.md", "results.md", "api.md"}
"""Pages that `deploy/site/hooks.py` adds when the site is built."""


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "write it anew: python -m deploy.site.reference"


def test_every_command_and_every_record_is_there() -> None:
    cli = PAGES["cli.md"]()
    assert all(f"\n## {command}\n" in cli for command in ("extract", "graph discover open", "watch add", "mcp", "serve"))
    assert "--http PORT" in cli
    records = PAGES["records.md"]()
    assert all(f"\n## {file.name.removesuffix('.json')}\n" in records for file in SCHEMAS.glob("*.json"))


def test_the_navigation_has_every_page_once() -> None:
    nav = yaml.safe_load((ROOT / "deploy" / "site" / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]

    def pages(part: object) -> list[str]:
        if isinstance(part, str):
            return [part]
        return [page for one in (part.values() if isinstance(part, dict) else part) for page in pages(one)]  # type: ignore[attr-defined]

    named = pages(nav)
    there = {file.relative_to(ROOT / "docs").as_posix() for file in (ROOT / "docs").rglob("*.md")}
    assert len(named) == len(set(named))
    assert set(named) == there | JOINED


def test_the_site_asks_no_outside_host() -> None:
    site = yaml.safe_load((ROOT / "deploy" / "site" / "mkdocs.yml").read_text(encoding="utf-8"))
    assert site["theme"]["font"] is False
    assert not any(name.startswith(("extra_javascript", "extra_css")) for name in site)
