"""docs/link-prediction.md has the figures of the stored trainings."""

import json

import pytest

from benchmarks import links_page
from benchmarks.links_page import ALL, FEW, figures, page, table

STORED = json.loads(links_page.RESULT.read_bytes())
TEXT = links_page.PAGE.read_text(encoding="utf-8")


def test_the_page_is_current() -> None:
    assert page(TEXT, STORED) == TEXT, "write it anew: python -m benchmarks.links_page"
    assert all(table(found) in TEXT for found in STORED.values())


def test_an_unknown_training_is_refused() -> None:
    with pytest.raises(KeyError, match="links-other"):
        page("<!-- figures of links-other: x -->\n<!-- end -->\n", STORED)


def test_a_manifest_gives_its_rows(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    def group(edges: int) -> dict:
        methods = {"hybrid": {"MRR": [0.25, 0.2, 0.3], "AUC": [0.8, 0.7, 0.9]}, "graph": {"MRR": [0.5, 0.4, 0.6], "AUC": [0.9, 0.8, 1.0]}}
        return {"edges": edges, "methods": methods, "differences": {"graph": {"MRR": [-0.25, -0.3, -0.2]}}}

    groups = {ALL: group(40), FEW: group(7), "Gene - Gene": group(3)}
    about = {"version": "1", "software": "1", "git_commit": "", "method": "hybrid", "nodes": 1234, "edges": 56}
    about |= {"split": {"documents": 0, "scored": 40}, "metrics": {"any": groups, "alike": groups}}
    manifest = {"name": "links-x", "files": {}, **about}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr(links_page, "RESULT", tmp_path / "links.json")
    monkeypatch.setattr(links_page, "PAGE", tmp_path / "page.md")
    (tmp_path / "page.md").write_text("before\n<!-- figures of links-x: x -->\nold\n<!-- end -->\nafter\n")
    assert links_page.main([str(tmp_path)]) == 0
    written = (tmp_path / "page.md").read_text()
    assert written.startswith("before\n<!-- figures of links-x: x -->\n56 edges between 1,234 entities; 40 held-out edges scored.\n")
    assert written.endswith("beside entities of like degree.\n<!-- end -->\nafter\n")
    rows = [line for line in written.splitlines() if line.startswith(("| graph", "| hybrid"))]
    assert rows[0].startswith("| graph (without text) | 0.500 (0.400 to 0.600) | 0.900 | -0.250 (-0.300 to -0.200) |")
    assert rows[1].startswith("| hybrid (with text) | 0.250 (0.200 to 0.300) | 0.800 |  |")
    assert "At the 7 edges" in written
    assert json.loads((tmp_path / "links.json").read_bytes()) == figures(manifest)
    assert "Gene - Gene" not in (tmp_path / "links.json").read_text()
