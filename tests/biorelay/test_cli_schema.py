"""`biorelay topics schema`: the contracts, printed for other programs."""

import json

import pytest

from processors.records import Relations
from processors.schemas import json_schema
from tests.biorelay.conftest import Cli


def test_a_topic_s_schema_is_its_record_s(cli: Cli) -> None:
    result = cli("topics", "schema", "relations")
    assert (result.exit_code, json.loads(result.stdout)) == (0, json_schema(Relations))


def test_the_asyncapi_document_has_the_topics_of_these_settings(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "mine")
    result = cli("topics", "schema", "--asyncapi")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["asyncapi"]) == (0, "3.0.0")
    assert {channel["address"].partition(".")[0] for channel in found["channels"].values()} == {"mine"}


@pytest.mark.parametrize("arguments", [(), ("relations", "--asyncapi")])
def test_one_of_the_two_is_asked_for(cli: Cli, arguments: tuple[str, ...]) -> None:
    result = cli("topics", "schema", *arguments)
    assert result.exit_code == 2
    assert "biorelay topics schema relations" in result.stderr
