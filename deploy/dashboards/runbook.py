"""The runbook as a dashboard: each alert's section of docs/operations.md as a text, which the panels link to."""

import re
from pathlib import Path

from deploy.dashboards.panel import Dashboard, Panel, Row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
_SECTION = re.compile(r"^### (Biorelay\w+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def sections() -> dict[str, str]:
    """Each alert's section, without the links: they lead nowhere from here."""
    return {name: _LINK.sub(r"\1", text).strip() for name, text in _SECTION.findall(PAGE.read_text(encoding="utf-8"))}


def runbook() -> Dashboard:
    """A panel for each section, in the page's order."""
    panels = tuple(Panel(name, text, "", (), kind="text", width=24, height=7) for name, text in sections().items())
    return Dashboard("runbook", "runbook", "What to do about each alert; docs/operations.md has the same.", (Row("Alerts", panels),))


def numbers() -> dict[str, int]:
    """The panel of each section: one is the headline's."""
    return {name: number for number, name in enumerate(sections(), start=2)}
