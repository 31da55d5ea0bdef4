"""docs/settings.md is what the settings' models say."""

from pathlib import Path

from biorelay.settings.keys import keys
from biorelay.settings.page import page

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m biorelay.settings > docs/settings.md"


def test_every_setting_has_a_row() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(keys()) > 40
    assert [key.name for key in keys().values() if f"| `{key.name}` | `{key.variable}` |" not in text] == []
