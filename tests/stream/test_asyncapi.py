"""The AsyncAPI document: of today, valid, and true of what is really written.

The JSON Schema of the specification knows no references between its parts, so those are followed here. AsyncAPI's own parser
(npm `@asyncapi/parser`) finds no error either; it is not run here because it would have to be installed from the network.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from processors.records import Revision
from stream import cloud_events, headers
from stream.asyncapi import FILE, examples_in, shipped, text_of
from stream.contracts import RECORD
from stream.framing import PLAIN
from stream.messages import Outbound
from stream.settings import Stage, StreamSettings
from stream.steps import Answer
from stream.topics import Topic

from .bench import Bench, inbound

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def test_it_is_of_today() -> None:
    assert FILE.read_text(encoding="utf-8") == text_of(StreamSettings(), examples_in(ROOT / "golden")), "run: make schemas"


def test_it_is_what_the_specification_asks_for(document: dict[str, Any]) -> None:
    specification = Draft7Validator(json.loads((ROOT / "data" / "asyncapi_3.0.0.json").read_bytes()))
    assert [f"{list(error.absolute_path)}: {error.message[:300]}" for error in specification.iter_errors(document)] == []
    assert not specification.is_valid(json.loads(json.dumps(document).replace('"action": "send"', '"action": "shout"')))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def resolved(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_every_reference_leads_somewhere_and_no_part_is_left_over(document: dict[str, Any]) -> None:
    told = set(references(document))
    for reference in told:
        assert resolved(document, reference)
    named = {f"#/components/{kind}/{name}" for kind, parts in document["components"].items() for name in parts}
    assert named <= told


def payload(document: dict[str, Any], name: str) -> Draft7Validator:
    """The message's payload schema, its references pointing into the document."""
    return Draft7Validator({"allOf": [document["components"]["messages"][name]["payload"]], "components": document["components"]})


def test_every_topic_has_its_channel_and_every_record_examples_that_fit(document: dict[str, Any]) -> None:
    assert [channel["address"] for channel in document["channels"].values()] == [topic.named("biorelay") for topic in Topic]
    messages = document["components"]["messages"]
    named = {message["name"]: name for name, message in messages.items()}
    assert {record.schema_name for record in RECORD.values()} <= set(named)
    for record in RECORD.values():
        examples = messages[named[record.schema_name]]["examples"]
        assert examples
        for example in examples:
            payload(document, named[record.schema_name]).validate(example["payload"])
            assert record.from_bytes(json.dumps(example["payload"]).encode())
    assert not payload(document, "relations").is_valid({"schema": "biorelay.relations/1", "id": "no curie"})
    payload(document, "relationsDeleted").validate(None)


def told(message: Outbound) -> dict[str, str]:
    return {name: value.decode() for name, value in message.headers}


async def test_the_headers_are_those_that_are_written(document: dict[str, Any], bench: Callable[..., Bench]) -> None:
    """Every header of a real message is documented, and what is documented accepts it."""

    def check(name: str, message: Outbound) -> None:
        schema = document["components"]["messages"][name]["headers"]
        assert set(told(message)) <= set(schema["properties"])
        Draft7Validator(schema).validate(told(message))

    for stage, name in ((Stage.NER, "entities"), (Stage.RELATIONS, "relations")):
        it = bench(lambda _: [Answer(b"{}", "ok", 1), Answer(None, "deleted"), ValueError("odd")], stage)
        await it.delivery.settle([inbound(number) for number in (1, 2, 3)])
        answered, deleted, letter, failed = it.box.sent
        check(name, answered)
        check(f"{name}Deleted", deleted)
        check("deadLetters", letter)
        check(name, failed)
    about = {"source": "/biorelay/publisher", "id": "1", "subject": "pubmed:1"}
    stamped = (*headers.stamp(Revision(0, 1), 5), *cloud_events.event(Topic.ABSTRACTS, PLAIN, **about))
    check("abstracts", Outbound("t", None, b"k", b"{}", stamped))
    check("abstractsDeleted", Outbound("t", None, b"k", None, cloud_events.deletion(Topic.ABSTRACTS, **about)))
    check("graphChanges", Outbound("t", None, b"k", b"{}", cloud_events.event(Topic.GRAPH_CHANGES, PLAIN, **about)))


def test_another_prefix_is_told_at_the_channels() -> None:
    found = shipped("mine")
    assert [channel["address"] for channel in found["channels"].values()] == [topic.named("mine") for topic in Topic]
    assert found["components"] == shipped("biorelay")["components"]
