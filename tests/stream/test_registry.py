"""Confluent's wire format with a real schema registry (Apicurio's, through Confluent's REST interface), and a registry's refusals.

The refusals that the real one cannot be made to give (a login, an overload) come from a small server written after the documentation.
"""

import base64
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from processors.records import RECORDS, Abstract, Entities, Record, Relations
from stream import Publisher, RelationStream, StreamSettings, create_topics, headers
from stream.contracts import RECORD
from stream.errors import RegistryRefused, RegistryUnreachable
from stream.framing import PLAIN, schema_id, unframed
from stream.registry import framing_of, registered_schema, subject_of
from stream.settings import Registry
from stream.topics import Topic
from tests.serving import serving

from .kit import abstract, at_work, caught_up, contents, free_port, newest

GOLDEN = Path(__file__).parents[1] / "golden"
MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"


def ask(registry: str, path: str, body: Any = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{registry}{path}", data, {"Content-Type": MEDIA_TYPE}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def frozen(record: type[Record], state: int) -> dict[str, Any]:
    """The schema of an older state, as it would have been registered then."""
    path = GOLDEN / "schemas" / record.schema_name.replace("/", ".") / f"{state}.json"
    old = json.loads(path.read_text(encoding="utf-8").replace('"#/$defs/', '"#/definitions/'))
    parts = old.pop("$defs", {})
    for part in [old, *parts.values()]:
        if part.get("type") == "object":
            part["additionalProperties"] = False
    return old | {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": parts}


@pytest.mark.kafka
async def test_values_are_framed_with_the_registered_schema_and_every_reader_reads_them(
    bare_settings: StreamSettings, kafka: str, registry: str
) -> None:
    plain = replace(bare_settings, broker=kafka)
    framed = replace(plain, registry=Registry(registry))
    await create_topics(plain)
    async with Publisher(framed) as publisher:
        await publisher.publish(abstract(1))
    async with Publisher(plain) as publisher:  # a client that knows no registry, beside
        await publisher.publish(abstract(2))
        await publisher.delete("pubmed:3")
    async with at_work(framed):
        await caught_up(framed)
    for topic, record, count in ((Topic.ABSTRACTS, Abstract, 1), (Topic.ENTITIES, Entities, 2), (Topic.RELATIONS, Relations, 2)):
        messages = [message for message in await contents(plain, topic) if message.value is not None]
        numbers = {schema_id(message.value) for message in messages} - {None}
        [number] = numbers
        registered = ask(registry, f"/schemas/ids/{number}")
        assert registered["schemaType"] == "JSON"
        assert json.loads(registered["schema"]) == registered_schema(record)
        assert ask(registry, f"/subjects/{subject_of(topic.named(plain.prefix))}/versions/latest")["id"] == number
        sent = [message for message in messages if schema_id(message.value) == number]
        assert len(sent) == count
        for message in sent:
            assert message.value[:5] == b"\x00" + number.to_bytes(4, "big")
            Draft7Validator(json.loads(registered["schema"])).validate(json.loads(message.value[5:]))
            assert headers.get(message.headers, "content-type") == "application/octet-stream"
    changes = await contents(plain, Topic.GRAPH_CHANGES)
    assert changes
    assert all(unframed(change.value) == change.value[5:] for change in changes)
    assert newest(await contents(plain, Topic.RELATIONS))["pubmed:3"].value is None  # a tombstone stays one
    for settings in (plain, framed):
        async with RelationStream(settings, follow=False) as stream:
            seen = {message.document: message.relations async for message in stream}
        assert set(seen) == {"pubmed:1", "pubmed:2", "pubmed:3"}
        assert seen["pubmed:1"] is not None
        assert stream.skipped == 0


@pytest.mark.kafka
async def test_a_schema_keeps_its_number_and_may_gain_fields(registry: str, topic_prefix: str) -> None:
    """Under the rule BACKWARD, which is Confluent's own default."""
    settings = StreamSettings(prefix=topic_prefix, registry=Registry(registry))
    subject = subject_of(Topic.RELATIONS.named(topic_prefix))
    old = {"schemaType": "JSON", "schema": json.dumps(frozen(Relations, 1))}
    first = ask(registry, f"/subjects/{subject}/versions", old)["id"]
    ask(registry, f"/config/{subject}", {"compatibility": "BACKWARD"}, "PUT")
    framing = await framing_of(settings, [Topic.RELATIONS])
    assert schema_id(framing.frame(Topic.RELATIONS, b"{}")) != first
    again = await framing_of(settings, [Topic.RELATIONS])
    assert again.frame(Topic.RELATIONS, b"{}") == framing.frame(Topic.RELATIONS, b"{}")


@pytest.mark.kafka
async def test_what_a_registry_refuses_is_one_sentence_with_a_remedy(registry: str, topic_prefix: str) -> None:
    settings = StreamSettings(prefix=topic_prefix, registry=Registry(registry))
    subject = subject_of(Topic.ENTITIES.named(topic_prefix))
    other = {"schemaType": "JSON", "schema": '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "string"}'}
    ask(registry, f"/subjects/{subject}/versions", other)
    ask(registry, f"/config/{subject}", {"compatibility": "BACKWARD"}, "PUT")
    with pytest.raises(RegistryRefused, match=f"{subject}: 409") as caught:
        await framing_of(settings, [Topic.ENTITIES])
    assert "BACKWARD" in (caught.value.remedy or "")
    elsewhere = replace(settings, registry=Registry(registry.removesuffix("/apis/ccompat/v7")))
    with pytest.raises(RegistryRefused) as caught:
        await framing_of(elsewhere, [Topic.ENTITIES])
    assert "/apis/ccompat/v7" in (caught.value.remedy or "")


@contextmanager
def small_registry(*answers: tuple[int, bytes]) -> Iterator[tuple[str, list[tuple[str, dict[str, str], Any]]]]:
    """A server that gives these answers one after the other, the last for ever, and remembers what it was asked."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, dict(self.headers), json.loads(body)))
            status, said = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}/", asked


def at(url: str, **login: str) -> StreamSettings:
    return StreamSettings(registry=Registry(url, **login), broker_timeout=0.1)


async def test_it_is_asked_as_the_documentation_says() -> None:
    with small_registry((200, b'{"id": 7}')) as (url, asked):
        framing = await framing_of(at(url, username="ada", password="péage:1"), [Topic.ABSTRACTS, Topic.RELATIONS])
    assert framing.frame(Topic.RELATIONS, b"{}") == b"\x00\x00\x00\x00\x07{}"
    assert [path for path, _, _ in asked] == ["/subjects/biorelay.abstracts-value/versions", "/subjects/biorelay.relations-value/versions"]
    for _, told, body in asked:
        assert told["Content-Type"] == MEDIA_TYPE
        assert base64.b64decode(told["Authorization"].removeprefix("Basic ")).decode() == "ada:péage:1"
        assert body["schemaType"] == "JSON"


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        ((401, b'{"error_code": 40101, "message": "Unauthorized"}'), RegistryRefused, "registry.username"),
        ((403, b""), RegistryRefused, "registry.username"),
        ((404, b"<html>not here</html>"), RegistryRefused, "registry.url"),
        ((422, b'{"error_code": 42201, "message": "Invalid schema"}'), RegistryRefused, "registry.url"),
        ((200, b"<html>a login page</html>"), RegistryRefused, "address"),
        ((200, b"[]"), RegistryRefused, "address"),
        ((200, b'{"id": "7"}'), RegistryRefused, "address"),
        ((200, b'{"id": -1}'), RegistryRefused, "address"),
        ((500, b'{"message": "broken"}'), RegistryUnreachable, "log"),
        ((503, b""), RegistryUnreachable, "log"),
    ],
)
async def test_a_refusal_says_what_to_do(answer: tuple[int, bytes], error: type[Exception], told: str) -> None:
    with small_registry(answer) as (url, _), pytest.raises(error) as caught:
        await framing_of(at(url, username="ada", password="secret"), [Topic.ABSTRACTS])
    assert told in caught.value.remedy  # type: ignore[attr-defined]
    assert "secret" not in str(caught.value)


async def test_a_registry_that_is_away_is_waited_for_and_then_named() -> None:
    with small_registry((503, b""), (503, b""), (200, b'{"id": 3}')) as (url, asked):
        framing = await framing_of(at(url), [Topic.ABSTRACTS], patience=20)
    assert len(asked) == 3
    assert schema_id(framing.frame(Topic.ABSTRACTS, b"{}")) == 3
    nobody = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(RegistryUnreachable, match=nobody):
        await framing_of(at(nobody), [Topic.ABSTRACTS])


async def test_without_a_registry_nothing_is_asked() -> None:
    assert await framing_of(StreamSettings(), list(RECORD)) is PLAIN


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.schema_name)
def test_what_is_registered_accepts_all_that_was_ever_written_and_nothing_more(record: type[Record]) -> None:
    reader = Draft7Validator(registered_schema(record))
    Draft7Validator.check_schema(registered_schema(record))
    for path in (GOLDEN / record.schema_name).glob("*.json"):
        value = json.loads(path.read_bytes())
        reader.validate(value)
        assert not reader.is_valid(value | {"added_by_others": 1})
