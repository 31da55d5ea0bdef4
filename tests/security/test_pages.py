"""What docs/security.md and SECURITY.md show can be used as it stands, and the tests that they name are there."""

import re
import tomllib
from pathlib import Path

import pytest

from biorelay.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
POLICY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_each_settings_file_is_one(block: str, tmp_path: Path) -> None:
    file = tmp_path / "biorelay.toml"
    file.write_text(block)
    settings = load_settings(file)
    for section, values in tomllib.loads(block).items():
        for name, value in values.items():
            assert str(getattr(getattr(settings, section), name)) == value


def test_every_way_to_log_in_is_shown() -> None:
    shown = "\n".join(BLOCKS)
    assert all(word in shown for word in ("SCRAM-SHA-512", "cert_file", "token_file", "token_url", "neo4j+s"))


@pytest.mark.parametrize("text", [PAGE, POLICY], ids=["docs/security.md", "SECURITY.md"])
def test_the_tests_that_are_named_are_there(text: str) -> None:
    named = re.findall(r"`((?:tests/[\w/]+/)?test_\w+\.py|tests/[\w/.]+)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists() and not (ROOT / "tests" / "security" / name).exists()] == []


def test_the_threat_model_fits_on_a_page() -> None:
    assert len(POLICY.split()) < 1000
