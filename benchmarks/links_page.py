"""The tables of docs/link-prediction.md, from the manifests of what `biorelay train` made.

    python -m benchmarks.links_page [FOLDER...]

With folders of link scores (`models/links-literature/1`) their figures are stored in `benchmarks/results/links.json` first. Each table
stands in the page between a comment that names its training and the next `<!-- end -->`.
"""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT
from models.runtime.artefact import MANIFEST

RESULT = ROOT / "benchmarks" / "results" / "links.json"
PAGE = ROOT / "docs" / "link-prediction.md"

SAYS = {
    "hybrid": "hybrid (with text)",
    "graph": "graph (without text)",
    "three steps": "three steps (Kovacs et al. 2019)",
}
ALL, FEW = "all", "an end with fewer than 3 learned edges"
ANY, ALIKE = "any", "alike"
_BLOCK = re.compile(r"(?P<head><!-- figures of (?P<name>[\w-]+): [^>]*-->\n).*?(?P<foot><!-- end -->)", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of link scores whose figures take the place of the stored ones")
    folders: list[Path] = parser.parse_args(arguments).folders
    if folders:
        stored = json.loads(RESULT.read_bytes()) if RESULT.is_file() else {}
        for folder in folders:
            stored |= figures(json.loads((folder / MANIFEST).read_bytes()))
        RESULT.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), json.loads(RESULT.read_bytes())), encoding="utf-8")
    return 0


def figures(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """By the training's name: what of a manifest the page shows."""
    kept: dict[str, Any] = {key: manifest[key] for key in ("version", "software", "git_commit", "method", "nodes", "edges", "split")}
    kept["metrics"] = {
        drawn: {group: groups[group] for group in (ALL, FEW) if group in groups} for drawn, groups in manifest["metrics"].items()
    }
    return {manifest["name"]: kept}


def page(text: str, stored: Mapping[str, Any]) -> str:
    """The page with the stored figures in its blocks. Raises `KeyError` for a block of a training that is not stored."""
    return _BLOCK.sub(lambda block: f"{block['head']}{table(stored[block['name']])}{block['foot']}", text)


def table(found: Mapping[str, Any]) -> str:
    """A training's figures as Markdown: methods by their mean reciprocal rank, and what the kept one gains over each."""
    split, minus = found["split"], f"{found['method']} minus this, MRR"
    every, alike = found["metrics"][ANY][ALL], found["metrics"][ALIKE][ALL]
    documents = f", of {split['documents']:,} documents" if split["documents"] else ""
    lines = [
        f"{found['edges']:,} edges between {found['nodes']:,} entities{documents}; {split['scored']:,} held-out edges scored.",
        "",
        f"| method | MRR beside any entity | AUC | {minus} | MRR beside entities of like degree | AUC | {minus} |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for method in sorted(every["methods"], key=lambda name: -every["methods"][name]["MRR"][0]):
        cells = [part for group in (every, alike) for part in _cells(group, method)]
        lines.append(f"| {SAYS.get(method, method)} | {' | '.join(cells)} |")
    few = {drawn: found["metrics"][drawn][FEW] for drawn in (ANY, ALIKE)}
    gaps = [_interval(few[drawn]["differences"]["graph"]["MRR"], sign=True) for drawn in (ANY, ALIKE)]
    edges = f"At the {few[ANY]['edges']:,} edges with an end of fewer than three learned edges"
    lines += ["", f"{edges}, {found['method']} minus graph: {gaps[0]} beside any entity, {gaps[1]} beside entities of like degree."]
    return "\n".join(lines) + "\n"


def _cells(group: Mapping[str, Any], method: str) -> list[str]:
    measured, gap = group["methods"][method], group["differences"].get(method)
    return [_interval(measured["MRR"]), f"{measured['AUC'][0]:.3f}", _interval(gap["MRR"], sign=True) if gap else ""]


def _interval(figure: Sequence[float], *, sign: bool = False) -> str:
    value, low, high = figure
    form = "+.3f" if sign else ".3f"
    return f"{value:{form}} ({low:{form}} to {high:{form}})"


if __name__ == "__main__":
    raise SystemExit(main())
