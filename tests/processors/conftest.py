"""The shipped model and vocabulary, loaded once."""

import pytest

from biorelay.extractor import Extractor


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return Extractor.load()
