"""What the page is made of, without a browser: nothing from elsewhere or that a strict policy forbids, vendored files as they came."""

import hashlib
import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "biorelay/explorer/page"
VENDOR = PAGE / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_bytes())
OWN = sorted(path for path in PAGE.iterdir() if path.suffix in {".js", ".css", ".html", ".svg"})
MARKUP = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "createContextualFragment",
    "eval(",
    "new Function",
)
OUTSIDE = re.compile(r"https?://[^\s'\"`)]+")
LINKED = (  # where a reader may go by a click; nothing is fetched from there
    "https://pubmed.ncbi.nlm.nih.gov/",
    "https://www.ncbi.nlm.nih.gov/pmc/articles/",
    "https://doi.org/",
    "http://www.w3.org/2000/svg",  # a name, no address
)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_a_vendored_file_and_its_licence_are_as_they_came(entry: dict[str, str]) -> None:
    assert digest(VENDOR / entry["file"]) == entry["sha256"]
    assert digest(VENDOR / entry["licence_file"]) == entry["licence_sha256"]
    assert entry["licence"] in {"MIT", "ISC"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])


def test_every_vendored_file_is_in_the_manifest() -> None:
    told = {entry[key] for entry in MANIFEST for key in ("file", "licence_file")}
    assert {path.name for path in VENDOR.iterdir()} == told | {"manifest.json"}


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_comes_from_another_host(path: Path) -> None:
    text = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("//"))
    assert [found for found in OUTSIDE.findall(text) if not found.startswith(LINKED)] == []
    if path.suffix == ".css":
        assert "url(" not in text
        assert "@import" not in text


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".js"], ids=lambda path: path.name)
def test_texts_never_become_markup(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "createContextualFragment",
        "eval(",
        "new Function",
    ):
        assert way not in code, f"{path.name} uses {way}"


def test_the_document_has_no_inline_script_or_style() -> None:
    text = (PAGE / "index.html").read_text(encoding="utf-8")
    assert "<style" not in text
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_every_asset_that_the_document_names_is_there() -> None:
    named = re.findall(r'(?:href|src)="assets/([^"]+)"', (PAGE / "index.html").read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (PAGE / name).is_file()] == []


def test_every_module_that_one_imports_is_there() -> None:
    for path in OWN:
        if path.suffix == ".js":
            for name in re.findall(r"from '\./([^']+)'", path.read_text(encoding="utf-8")):
                assert (PAGE / name).is_file(), f"{path.name} imports {name}"
