"""What every command that reads files shares: formats on stdin, and texts cleaned by the settings alike."""

import json

import pytest

from stream.settings import StreamSettings
from tests.biorelay.conftest import Cli

TEXT = b"Naloxone reverses the antihypertensive effect of clonidine.\n\nAIM: To\xc2\xadgether, in rats. Copyright 2000 Academic Press.\n"
STORED = "Naloxone reverses the antihypertensive effect of clonidine. AIM: Together, in rats."
NBIB = b"PMID- 227508\nTI  - Naloxone reverses the effect of clonidine.\nAB  - AIM: In rats.\n      (ABSTRACT TRUNCATED AT 250 WORDS)\n"


def stored(cli: Cli, content: bytes, *options: str) -> str:
    result = cli("extract", "-", *options, stdin=content)
    assert result.exit_code == 0, result.stderr
    return str(json.loads(result.stdout.splitlines()[0])["text"])


def test_plain_text_and_medline_text_on_stdin(cli: Cli) -> None:
    assert stored(cli, TEXT) == STORED
    assert stored(cli, TEXT, "--from", "text") == STORED
    assert stored(cli, NBIB) == "Naloxone reverses the effect of clonidine. AIM: In rats."


def test_what_is_no_text_is_refused(cli: Cli) -> None:
    result = cli("extract", stdin=b"\x7fELF\x01\x02\x03")
    assert result.exit_code == 2
    assert "--from" in result.stderr


def test_the_settings_say_how_texts_are_cleaned(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_CLEANING_DROP_LABELS", "true")
    monkeypatch.setenv("BIORELAY_CLEANING_DROP_COPYRIGHT", "false")
    expected = f"{STORED.replace('AIM: ', '')} Copyright 2000 Academic Press."
    assert stored(cli, TEXT) == expected


def test_publish_stores_the_text_that_extract_reads(cli: Cli, broker: StreamSettings) -> None:
    assert cli("publish", stdin=NBIB).exit_code == 0
    result = cli("consume", "abstracts", "--once", "--json")
    (message,) = (json.loads(line) for line in result.stdout.splitlines())
    assert message["key"] == "pubmed:227508"
    assert message["value"]["sections"] == [{"label": "AIM", "category": None, "text": "In rats."}]
