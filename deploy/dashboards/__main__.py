"""``python -m deploy.dashboards`` writes ``deploy/grafana/*.json`` and ``docs/metrics.md`` anew, if our rules find nothing wrong."""

import json
import sys
from pathlib import Path

from deploy.dashboards.explorer import EXPLORER
from deploy.dashboards.graph import GRAPH
from deploy.dashboards.model import dashboard
from deploy.dashboards.models import MODELS
from deploy.dashboards.overview import OVERVIEW
from deploy.dashboards.page import alerts, explorer, page, worker
from deploy.dashboards.panel import Dashboard
from deploy.dashboards.pipeline import PIPELINE
from deploy.dashboards.rules import alert_complaints, complaints
from deploy.dashboards.runbook import numbers, runbook, sections

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "grafana"


def pages() -> tuple[Dashboard, ...]:
    """Every dashboard."""
    return OVERVIEW, PIPELINE, MODELS, GRAPH, EXPLORER, runbook()


def wrong() -> list[str]:
    """What our rules find wrong with dashboards and alerts, a sentence each."""
    metrics, texts = {metric.family for metric in (*worker(), *explorer())}, sections()
    return [*complaints(pages(), metrics, texts), *alert_complaints(alerts(), metrics, texts)]


def rendered() -> dict[Path, str]:
    """Each file and its text."""
    numbered = numbers()
    files = {FOLDER / f"{each.name}.json": json.dumps(dashboard(each, numbered), indent=2, ensure_ascii=False) + "\n" for each in pages()}
    return files | {ROOT / "docs" / "metrics.md": page(pages())}


def main() -> int:
    """Write the files; 1, and nothing written, where something is wrong."""
    found = wrong()
    for sentence in found:
        print(f"error: {sentence}", file=sys.stderr)
    if found:
        return 1
    for file, text in rendered().items():
        file.write_text(text, encoding="utf-8")
        print(f"{file.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
