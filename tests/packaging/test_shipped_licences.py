"""Nothing under models/artefacts was learned from a corpus that may not ship."""

import json
from pathlib import Path

import pytest

from models.corpora.licences import refuse_research
from models.corpora.registry import CORPORA

ARTEFACTS = Path(__file__).parents[2] / "models/artefacts"
MANIFESTS = sorted(ARTEFACTS.glob("*/*/manifest.json"))
TRAINED = [path for path in MANIFESTS if "training" in json.loads(path.read_bytes())]


def test_there_are_trained_artefacts_to_look_at() -> None:
    assert TRAINED


@pytest.mark.parametrize("path", TRAINED, ids=lambda path: f"{path.parent.parent.name}@{path.parent.name}")
def test_a_shipped_model_was_made_from_what_may_ship(path: Path) -> None:
    manifest = json.loads(path.read_bytes())
    training = manifest["training"]
    refuse_research(f"{manifest['name']}@{manifest['version']}", training)
    assert training["corpora"]
    for part in training["corpora"]:
        if part["name"] in CORPORA:
            assert part["licence"] == CORPORA[part["name"]].licence, "the manifest states another licence than the registry"
