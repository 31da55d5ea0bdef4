"""docs/confidence.md has the figures of the last measurement."""

import json
from pathlib import Path

import pytest

from graphstore.confidence import COUNTED
from models.evaluation.edge_confidence import tables

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "confidence.md").read_text(encoding="utf-8")
MEASURED = json.loads((ROOT / "benchmarks" / "results" / "edge_confidence.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("table", tables(MEASURED).split("\n\n"), ids=["maps", "papers", "reliability"])
def test_the_page_has_the_measured_tables(table: str) -> None:
    assert table in PAGE, f"docs/confidence.md should have:\n{table}"


def test_the_page_names_the_factor_and_its_interval() -> None:
    low, high = MEASURED["factor_95"]
    assert f"**{MEASURED['factor']:.2f}** ({low:.2f} to {high:.2f}" in PAGE
    assert f"counts {COUNTED:g} of its share" in PAGE
    assert (ROOT / "docs" / "img" / "edge-confidence.png").is_file()
