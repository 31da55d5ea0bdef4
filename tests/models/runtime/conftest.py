"""The shipped model, loaded once."""

import pytest

from models.runtime.artefact import Artefact, load_artefact
from models.runtime.encoder import Encoder
from models.runtime.relation_head import RelationHead


@pytest.fixture(scope="session")
def artefact() -> Artefact:
    return load_artefact()


@pytest.fixture(scope="session")
def encoder(artefact: Artefact) -> Encoder:
    return Encoder(artefact)


@pytest.fixture(scope="session")
def head(artefact: Artefact) -> RelationHead:
    return RelationHead(artefact)
