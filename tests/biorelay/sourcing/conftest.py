"""A host that plays PubMed, and the settings that name it."""

from collections.abc import Iterator

import pytest

from tests.pubmed import PubMed


@pytest.fixture
def pubmed(monkeypatch: pytest.MonkeyPatch) -> Iterator[PubMed]:
    """A host; the settings of the environment name it for both ways."""
    host = PubMed()
    with host.running() as url:
        monkeypatch.setenv("BIORELAY_PUBMED_URL", url)
        monkeypatch.setenv("BIORELAY_PUBMED_EUTILS", f"{url}eutils/")
        monkeypatch.setenv("BIORELAY_PUBMED_TIMEOUT_S", "1")
        monkeypatch.setenv("BIORELAY_PUBMED_TRIES", "3")
        monkeypatch.setattr("biorelay.sourcing.remote._FIRST_WAIT", 0.05)  # what is waited for is tried in test_remote
        yield host
