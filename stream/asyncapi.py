"""The AsyncAPI 3.0 document of the topics: channels, keys, headers and records for people and code generators.

`python -m stream.asyncapi` (or `make schemas`) writes `asyncapi.json` anew beside this file, out of the topics, the records' models and
the golden files; a test fails where it is stale. It is seen from the worker: what it receives, others publish.

https://www.asyncapi.com/docs/reference/specification/v3.0.0, Kafka bindings 0.5.0
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from processors.schemas import json_schema, urn_of

from . import headers
from .cloud_events import ATTRIBUTES, CONTENT_TYPE, deleted_type
from .contracts import RECORD
from .framing import JSON
from .settings import Stage, StreamSettings
from .topics import STAGE_TOPICS, Topic, config_of, partitions_of

FILE: Final = Path(__file__).with_name("asyncapi.json")
VERSION: Final = "1.0.0"
"""Of the contract: the first number rises when a record's version does."""
Examples = Mapping[str, Sequence[tuple[str, dict[str, Any]]]]
"""By a record's schema: names and values."""

_BINDINGS: Final = "0.5.0"
_DERIVED: Final = (Topic.ENTITIES, Topic.RELATIONS)
_UNSTAMPED: Final = {Topic.GRAPH_CHANGES, Topic.QUESTIONS, Topic.DISCOVERIES}
"""Of no one document, so they carry no revision in their headers."""
_ABOUT: Final = {
    Topic.ABSTRACTS: "Documents as published. Any Kafka client may write here, with any partitioner.",
    Topic.ENTITIES: "Each document's text, sentences and mentions.",
    Topic.RELATIONS: "Each document's relations, all in one message: the answer to consume.",
    Topic.QUESTIONS: "Standing questions; a newer message of a question replaces it, and every graph agent reads all of them.",
    Topic.GRAPH_CHANGES: "Edges of the graph that appeared, grew, shrank or vanished; at least once, repeats have the same id.",
    Topic.DISCOVERIES: "Paths that newly answer a standing question, or no longer do; at least once, repeats have the same id.",
    Topic.DEAD_LETTERS: "What could not be handled: the original bytes, and in headers what was wrong and where it lay.",
}
_KEYS: Final = {Topic.GRAPH_CHANGES: "edge", Topic.QUESTIONS: "question", Topic.DISCOVERIES: "question"}
_OPERATIONS: Final = (
    ("receive", Topic.ABSTRACTS, Stage.NER),
    ("send", Topic.ENTITIES, Stage.NER),
    ("receive", Topic.ENTITIES, Stage.RELATIONS),
    ("send", Topic.RELATIONS, Stage.RELATIONS),
    ("receive", Topic.RELATIONS, Stage.GRAPH),
    ("send", Topic.GRAPH_CHANGES, Stage.GRAPH),
    ("receive", Topic.QUESTIONS, Stage.GRAPH),
    ("send", Topic.DISCOVERIES, Stage.GRAPH),
    ("send", Topic.DEAD_LETTERS, None),
)
_CLOUD_EVENTS: Final = {
    "specversion": {"const": "1.0"},
    "id": {"description": "With the source it names the event; a repeat has the same one."},
    "source": {"description": "Who speaks: /PREFIX/ and publisher, watch, ner, relations or graph.", "format": "uri-reference"},
    "type": {"description": "The record's schema, or what was deleted."},
    "subject": {"description": "The message's key: a document, an edge, or a question."},
    "time": {
        "description": "When the abstract behind this was published; of graph-changes and discoveries when the graph was written.",
        "format": "date-time",
    },
    "dataschema": {"description": "The `$id` of the record's JSON Schema.", "format": "uri"},
}
_DEAD_LETTER: Final = {
    headers.ERROR_CODE: "Why, as a stable code: record.not-json, stream.no-key, ...",
    headers.ERROR: "Why, in a sentence.",
    headers.STAGE: "Which stage set it aside: ner, relations, graph.",
    headers.TOPIC: "Where it lay.",
    headers.PARTITION: "Where it lay.",
    headers.OFFSET: "Where it lay.",
    headers.ATTEMPTS: "How often a worker took it into its hands.",
    headers.SOFTWARE: "biorelay's version.",
    headers.MODEL: "name@version of the model at work; empty where none is.",
    headers.CUT_FROM: "The original's size in bytes, where only its beginning fitted.",
}


def document(settings: StreamSettings, examples: Examples) -> dict[str, Any]:
    """The whole document. Partitions, copies and limits are those of the settings."""
    messages, schemas = _messages(examples)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:biorelay:topics",
        "info": {
            "title": "biorelay",
            "version": VERSION,
            "description": "Abstracts in, entities, relations and graph changes out. A newer message of a document replaces its older one; "
            "a null value deletes. Where a schema registry is configured, values stand behind Confluent's five bytes.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": JSON,
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "Any Kafka; PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.",
                "variables": {"bootstrap": {"default": settings.broker, "description": "host:port"}},
            }
        },
        "channels": {_name(topic): _channel(topic, settings) for topic in Topic},
        "operations": dict(_operation(action, topic, stage, settings) for action, topic, stage in _OPERATIONS),
        "components": {"messages": messages, "schemas": schemas},
    }


def shipped(prefix: str) -> dict[str, Any]:
    """The document in the package, its channels at the topics of that prefix."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    for topic in Topic:
        channel = found["channels"][_name(topic)]
        channel["address"] = channel["bindings"]["kafka"]["topic"] = topic.named(prefix)
    return found


def examples_in(golden: Path) -> Examples:
    """The golden files of each record of today; the small ones, because a document of examples is for reading."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for record in RECORD.values():
        files = sorted((golden / record.schema_name).glob("*.json"), key=lambda file: (file.stat().st_size, file.name))
        found[record.schema_name] = [(file.stem, json.loads(file.read_bytes())) for file in files if file.stat().st_size < 2500]
    return found


def text_of(settings: StreamSettings, examples: Examples) -> str:
    return json.dumps(document(settings, examples), indent=2, ensure_ascii=False) + "\n"


def _name(topic: Topic) -> str:
    head, *rest = topic.value.split("-")
    return head + "".join(part.title() for part in rest)


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _deletable(topic: Topic) -> bool:
    return topic in STAGE_TOPICS or topic is Topic.QUESTIONS


def _channel(topic: Topic, settings: StreamSettings) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for name, value in config_of(topic, settings).items():
        config[name] = [value] if name == "cleanup.policy" else int(value)
    kinds = [_name(topic), *([f"{_name(topic)}Deleted"] if _deletable(topic) else [])]
    return {
        "address": topic.named(settings.prefix),
        "description": _ABOUT[topic],
        "messages": {kind: _ref("components", "messages", kind) for kind in kinds},
        "bindings": {
            "kafka": {
                "topic": topic.named(settings.prefix),
                "partitions": partitions_of(topic, settings),
                "replicas": settings.replication,
                "topicConfiguration": config,
                "bindingVersion": _BINDINGS,
            }
        },
    }


def _operation(action: str, topic: Topic, stage: Stage | None, settings: StreamSettings) -> tuple[str, dict[str, Any]]:
    channel = _name(topic)
    operation: dict[str, Any] = {
        "action": action,
        "channel": _ref("channels", channel),
        "summary": f"{stage or 'every'} stage {'reads' if action == 'receive' else 'writes'} {topic}",
    }
    if action == "receive" and topic is not Topic.QUESTIONS and stage:  # which every agent reads for itself, without a group
        operation["bindings"] = {"kafka": {"groupId": {"type": "string", "enum": [settings.group_of(stage)]}, "bindingVersion": _BINDINGS}}
    return f"{action}{channel[0].upper()}{channel[1:]}", operation


def _messages(examples: Examples) -> tuple[dict[str, Any], dict[str, Any]]:
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for topic in Topic:
        name = _name(topic)
        key = {"kafka": {"key": _key(topic), "bindingVersion": _BINDINGS}}
        if topic is Topic.DEAD_LETTERS:
            messages[name] = {
                "name": "biorelay.dead-letter",
                "contentType": "application/octet-stream",
                "headers": _headers(topic),
                "payload": {"description": "The original's bytes, whatever they are; null where it had none."},
                "bindings": key,
            }
            continue
        record = RECORD[topic]
        for part, schema in _parts(json_schema(record)).items():
            if schemas.setdefault(part, schema) != schema:
                raise ValueError(f"two records have different parts named {part}")
        messages[name] = {
            "name": record.schema_name,
            "title": record.__name__,
            "summary": (record.__doc__ or "").strip().splitlines()[0],
            "contentType": JSON,
            "headers": _headers(topic, record.schema_name, urn_of(record)),
            "payload": _ref("components", "schemas", record.__name__),
            "bindings": key,
            "examples": [{"name": name, "payload": value} for name, value in examples.get(record.schema_name, ())],
        }
        if topic in _DERIVED:
            messages[name]["correlationId"] = {"description": "What derives from one version of a document.", "location": _revision()}
        if _deletable(topic):
            messages[f"{name}Deleted"] = {
                "name": deleted_type(topic),
                "summary": "A tombstone: the key's record is gone.",
                "headers": _headers(topic, deleted_type(topic)),
                "payload": {"type": "null"},
                "bindings": key,
            }
    return messages, schemas


def _revision() -> str:
    return f"$message.header#/{headers.REVISION}"


def _key(topic: Topic) -> dict[str, Any]:
    kind = _KEYS.get(topic, "document")
    if kind == "edge":
        return {"type": "string", "description": "subject|predicate|object, the two CURIEs sorted where the predicate has no direction"}
    if kind == "question":
        return {"type": "string", "description": "the question's id"}
    return {"type": "string", "description": "the document's CURIE, such as pubmed:12345678", "pattern": r"^[a-z][a-z0-9._]*:\S.*$"}


def _headers(topic: Topic, kind: str | None = None, urn: str | None = None) -> dict[str, Any]:
    """Everything that may stand in the headers; only the revision must, on what a stage wrote."""
    said: dict[str, Any] = {}
    if kind:
        said |= {f"ce_{name}": {"type": "string", **_CLOUD_EVENTS[name]} for name in ATTRIBUTES if name != "dataschema" or urn}
        said["ce_type"]["const"] = kind
    if urn:
        said["ce_dataschema"]["const"] = urn
        said[CONTENT_TYPE] = {"type": "string", "description": f"{JSON}; application/octet-stream behind Confluent's five bytes"}
    if topic is Topic.DEAD_LETTERS:
        said |= {name: {"type": "string", "description": text} for name, text in _DEAD_LETTER.items()}
    if topic not in _UNSTAMPED:
        about = "epoch:offset: how new this state of the document is, compared in this order"
        said[headers.REVISION] = {"type": "string", "pattern": r"^[0-9]{1,18}:[0-9]{1,18}$", "description": about}
        about = "milliseconds since 1970: when the abstract was published"
        said[headers.PUBLISHED_AT] = {"type": "string", "pattern": r"^[0-9]{1,19}$", "description": about}
    must = {
        Topic.ENTITIES: [headers.REVISION],
        Topic.RELATIONS: [headers.REVISION],
        Topic.DEAD_LETTERS: [headers.ERROR_CODE, headers.STAGE],
    }
    return {"type": "object", "properties": said, **({"required": must[topic]} if topic in must else {})}


def _parts(schema: dict[str, Any]) -> dict[str, Any]:
    """A record's schema and the parts it refers to, each under its own name among the document's schemas."""
    text = json.dumps(schema).replace('"#/$defs/', '"#/components/schemas/')
    whole = json.loads(text)
    parts: dict[str, Any] = whole.pop("$defs", {})
    kept = {key: value for key, value in whole.items() if key not in {"$id", "$schema"}}
    return {schema["title"]: kept, **parts}


def main() -> None:
    """Write the document anew; the golden files are read from the checkout."""
    golden = Path(__file__).parents[1] / "tests" / "golden"
    FILE.write_text(text_of(StreamSettings(), examples_in(golden)), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}\n")


if __name__ == "__main__":
    main()
