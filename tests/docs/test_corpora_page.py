"""docs/corpora.md is what the registry says."""

from pathlib import Path

from models.corpora.page import page
from models.corpora.registry import CORPORA

PAGE = Path(__file__).parents[2] / "docs" / "corpora.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m models.corpora > docs/corpora.md"


def test_every_corpus_has_its_row_and_its_note() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in CORPORA if f"| `{name}` |" not in text or f"(`{name}`;" not in text] == []
