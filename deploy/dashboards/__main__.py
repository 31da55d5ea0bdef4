"""``python -m deploy.dashboards`` writes ``deploy/grafana/throughput.json`` anew."""

import json
from pathlib import Path

from deploy.dashboards.model import dashboard
from deploy.dashboards.throughput import ROWS

TARGET = Path(__file__).resolve().parents[1] / "grafana" / "throughput.json"


def rendered() -> str:
    """The file's text."""
    return json.dumps(dashboard(ROWS), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    TARGET.write_text(rendered(), encoding="utf-8")
    print(f"{TARGET.name}: {sum(len(row.panels) for row in ROWS)} panels")


if __name__ == "__main__":
    main()
