"""CloudEvents headers, read by the CloudEvents package itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from hypothesis import given
from hypothesis import strategies as st

from processors.records import Change, ChangeKind, Counts, Predicate, Revision
from processors.schemas import json_schema
from stream import cloud_events, headers
from stream.contracts import RECORD
from stream.framing import PLAIN, Framing
from stream.messages import Outbound
from stream.settings import Stage, StreamSettings
from stream.steps import Answer
from stream.topics import Topic

from .bench import Bench, inbound


def read(message: Outbound) -> Any:
    return from_binary_event(KafkaMessage(dict(message.headers), message.key, message.value or b""))


def answers(keys: list[str]) -> list[Any]:
    """Deletes the first, fails the second, answers the third."""
    return [Answer(None, "deleted"), ValueError("odd"), Answer(b'{"schema": "biorelay.entities/1"}', "ok", 7)][: len(keys)]


async def test_each_answer_is_an_event(bench: Callable[..., Bench]) -> None:
    it = bench(answers)
    await it.delivery.settle([inbound(number, headers=()) for number in (3, 4, 5)])
    deleted, failed, answered = (read(message) for message in it.sent("entities"))
    assert [event.get_id() for event in (deleted, answered)] == ["pubmed:3@0:3/deleted", "pubmed:5@0:5/7"]
    assert failed.get_id() == "pubmed:4@0:4/1/failed"
    assert {event.get_source() for event in (deleted, failed, answered)} == {"/biorelay/ner"}
    assert [event.get_type() for event in (deleted, answered)] == ["biorelay.entities.deleted", "biorelay.entities/1"]
    assert answered.get_subject() == "pubmed:5"
    assert answered.get_time() == datetime(1970, 1, 1, 0, 0, 1, 5000, UTC)
    assert (answered.get_datacontenttype(), answered.get_data()) == ("application/json", {"schema": "biorelay.entities/1"})
    assert answered.get_dataschema() == json_schema(RECORD[Topic.ENTITIES])["$id"]
    assert (deleted.get_dataschema(), deleted.get_datacontenttype()) == (None, None)


async def test_a_repeat_has_the_same_id_and_another_revision_generation_or_stage_has_not(bench: Callable[..., Bench]) -> None:
    def events(stage: Stage, generation: int, *numbers: int) -> Any:
        return bench(lambda keys: [Answer(b"{}", "ok", generation) for _ in keys], stage), [inbound(number) for number in numbers]

    seen = []
    for stage, generation, number in ((Stage.NER, 1, 1), (Stage.NER, 1, 1), (Stage.NER, 2, 1), (Stage.NER, 1, 2), (Stage.RELATIONS, 1, 1)):
        it, batch = events(stage, generation, number)
        await it.delivery.settle(batch)
        [message] = it.box.sent
        seen.append((read(message).get_source(), read(message).get_id()))
    assert seen[0] == seen[1]
    assert len(set(seen)) == 4


async def test_dead_letters_keep_the_event_that_failed(bench: Callable[..., Bench]) -> None:
    told = cloud_events.event(Topic.ABSTRACTS, PLAIN, source="/elsewhere", id="theirs-1", subject="pubmed:1")
    it = bench(lambda _: [ValueError("odd")])
    await it.delivery.settle([inbound(1, headers=told)])
    [letter] = it.sent("dead-letters")
    assert {pair for pair in letter.headers if pair[0].startswith("ce_")} == {pair for pair in told if pair[0].startswith("ce_")}


async def test_a_client_s_own_headers_stay_on_its_message_and_go_no_further(bench: Callable[..., Bench]) -> None:
    it = bench(lambda keys: [Answer(b"{}", "ok", 1) for _ in keys])
    await it.delivery.settle([inbound(1, headers=(("x", b"mine"), ("ce_id", b"mine"), ("ce_source", b"\xff")))])
    [message] = it.box.sent
    assert dict(message.headers)["ce_id"] == b"pubmed:1@0:1/1"
    assert "x" not in dict(message.headers)


def test_a_framed_value_does_not_claim_to_be_json() -> None:
    framing = Framing({Topic.GRAPH_CHANGES: 3})
    change = Change(
        id="pubmed:1@0:1#e",
        edge="mesh:D1|Bind|mesh:D2",
        kind=ChangeKind.APPEARED,
        subject="mesh:D1",
        predicate=Predicate.BIND,
        object="mesh:D2",
        before=Counts(),
        after=Counts(papers=1),
        document="pubmed:1",
        revision="0:1",
    )
    about = cloud_events.event(Topic.GRAPH_CHANGES, framing, source="/biorelay/graph", id=change.id, subject=change.edge)
    event = read(Outbound("t", None, change.edge.encode(), framing.frame(Topic.GRAPH_CHANGES, change.to_bytes()), about))
    assert event.get_datacontenttype() == "application/octet-stream"
    assert event.get_data().encode()[5:] == change.to_bytes()
    assert "ce_time" not in dict(about)


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_timestamp_gives_a_time_or_none(milliseconds: int) -> None:
    told = dict(cloud_events.deletion(Topic.ABSTRACTS, source="/s", id="i", subject="pubmed:1", time=milliseconds))
    assert ("ce_time" in told) == (headers.moment(milliseconds) is not None)
    read(Outbound("t", None, b"k", None, tuple(told.items())))


@pytest.mark.parametrize("topic", [topic for topic in Topic if topic is not Topic.DEAD_LETTERS])
def test_every_record_has_a_type_and_a_schema(topic: Topic) -> None:
    told = cloud_events.event(topic, PLAIN, source="/s", id="i", subject="s")
    event = read(Outbound("t", None, b"k", b"{}", told))
    assert (event.get_type(), event.get_dataschema()) == (RECORD[topic].schema_name, json_schema(RECORD[topic])["$id"])
    assert {name.removeprefix("ce_") for name, _ in told} - {"content-type"} <= set(cloud_events.ATTRIBUTES)


def test_revision_and_settings_are_in_the_names() -> None:
    assert cloud_events.answer_id("pubmed:1", Revision(2, 9), 4) == "pubmed:1@2:9/4"
    assert cloud_events.source(StreamSettings(prefix="mine").prefix, Stage.GRAPH) == "/mine/graph"
