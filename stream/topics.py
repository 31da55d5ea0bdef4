"""The topics: names, partitions, cleanup and limits; made and looked at through the admin client."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from .connection import admin, meaning
from .errors import TopicsMismatch, TopicsMissing
from .settings import StreamSettings

EMBEDDED_MARK: Final = "biorelay-embedded-broker"
"""A topic that only the embedded broker has, by which clients know it and keep to its limits."""

_TOPICS_OWN: Final = 1  # DYNAMIC_TOPIC_CONFIG among DescribeConfigs' sources
_DAY_MS: Final = 24 * 60 * 60 * 1000
_GET_CREATE: Final = "Create them with `biorelay topics create`."


class Topic(StrEnum):
    """The topics by what they carry."""

    ABSTRACTS = "abstracts"
    ENTITIES = "entities"
    RELATIONS = "relations"
    QUESTIONS = "questions"
    GRAPH_CHANGES = "graph-changes"
    DISCOVERIES = "discoveries"
    DEAD_LETTERS = "dead-letters"

    def named(self, prefix: str) -> str:
        """The name on the broker."""
        return f"{prefix}.{self}"


STAGE_TOPICS: Final = (Topic.ABSTRACTS, Topic.ENTITIES, Topic.RELATIONS)
"""These three have equal partition counts, so that a document keeps its partition number all the way."""
_COMPACT: Final = (*STAGE_TOPICS, Topic.QUESTIONS)


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as it stands on the broker."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]  # what holds, whoever set it; empty where the broker does not tell (the embedded one)
    overrides: dict[str, str]  # what was set on the topic itself


def names(settings: StreamSettings) -> dict[Topic, str]:
    return {topic: topic.named(settings.prefix) for topic in Topic}


def dead_letter_bytes(settings: StreamSettings) -> int:
    """The largest dead letter: an input message and the headers that say what was wrong with it."""
    return settings.message_bytes + settings.message_bytes // 4


def config_of(topic: Topic, settings: StreamSettings) -> dict[str, str]:
    """The topic's configuration: cleanup, how long deletions and events stay, the largest message, how many copies must have it."""
    keep = str(max(settings.retention_days, 30) * _DAY_MS)
    config = {"max.message.bytes": str(settings.message_bytes), "min.insync.replicas": "2" if settings.replication >= 3 else "1"}
    if topic in _COMPACT:
        return config | {"cleanup.policy": "compact", "delete.retention.ms": keep}
    if topic is Topic.DEAD_LETTERS:
        config["max.message.bytes"] = str(dead_letter_bytes(settings))
    return config | {"cleanup.policy": "delete", "retention.ms": keep}


def partitions_of(topic: Topic, settings: StreamSettings) -> int:
    return settings.partitions if topic not in {Topic.QUESTIONS, Topic.DISCOVERIES, Topic.DEAD_LETTERS} else 1


async def create_topics(settings: StreamSettings) -> list[str]:
    """Create the topics that are missing; return their names. Those that exist are left as they are.

    Raises `BrokerUnreachable`, `AccessDenied`, `BrokerRefused`, and `TopicsMismatch` where what exists does not fit.
    """
    there = {state.name for state in await describe_topics(settings)}
    wanted = [
        NewTopic(name, partitions_of(topic, settings), settings.replication, topic_configs=config_of(topic, settings))
        for topic, name in names(settings).items()
        if name not in there
    ]
    if wanted:
        async with admin(settings) as client:
            answer = await client.create_topics(wanted, timeout_ms=int(settings.broker_timeout * 1000))
        for name, code, *said in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise meaning(error(said[0] if said and said[0] else ""), settings.broker)
            there.add(name)
    # The controller answers before the brokers know of the new topics.
    deadline = time.monotonic() + settings.broker_timeout
    states = await describe_topics(settings)
    while len(states) < len(Topic) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        states = await describe_topics(settings)
    check_topics(states, settings)
    return [topic.name for topic in wanted]


async def describe_topics(settings: StreamSettings) -> list[TopicState]:
    """The topics of this prefix that exist; `stream.fitting.differences` says what is wrong about them.

    Raises `BrokerUnreachable` and `AccessDenied`.
    """
    wanted = {name: topic for topic, name in names(settings).items()}
    async with admin(settings) as client:
        everything = set(await client.list_topics())
        present = sorted(everything & set(wanted))
        if not present:
            return []
        found = await client.describe_topics(present)
        config = {} if EMBEDDED_MARK in everything else await _configuration(client, present)
    states = []
    for entry in found:
        replicas = [len(partition["replicas"]) for partition in entry["partitions"]]
        told, overrides = config.get(entry["topic"], ({}, {}))
        states.append(TopicState(entry["topic"], len(replicas), min(replicas, default=0), told, overrides))
    return sorted(states, key=lambda state: list(wanted).index(state.name))


def check_topics(states: Sequence[TopicState], settings: StreamSettings, needed: Sequence[Topic] = tuple(Topic)) -> int:
    """The partition count of the stage topics, after checking that all that is needed is there and fits together.

    Raises `TopicsMissing` and `TopicsMismatch`.
    """
    known = {state.name: state for state in states}
    missing = [name for topic, name in names(settings).items() if topic in needed and name not in known]
    if missing:
        hidden = " A broker with ACLs hides what the login may not see." if settings.security.protocol != "PLAINTEXT" else ""
        raise TopicsMissing(f"the broker at {settings.broker} has no topic {', '.join(missing)}", remedy=f"{_GET_CREATE}{hidden}")
    counts = {
        known[name].name: known[name].partitions for topic, name in names(settings).items() if topic in STAGE_TOPICS and name in known
    }
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{name} has {count}" for name, count in counts.items())
        raise TopicsMismatch(
            f"the stage topics differ in partitions: {said}",
            remedy="Delete the odd one and create it again, so that documents keep their order.",
        )
    return next(iter(counts.values()))


async def embedded(settings: StreamSettings) -> bool:
    """Whether the broker is the embedded one."""
    async with admin(settings) as client:
        return EMBEDDED_MARK in await client.list_topics()


async def _configuration(client: Any, topics: Sequence[str]) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """What holds for each topic, and what of it was set on the topic itself."""
    answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in topics])
    found: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for answer in answers:
        for code, _said, _kind, name, entries in answer.resources:
            if not code:
                own = [entry for entry in entries if entry[3] == _TOPICS_OWN]
                found[name] = {entry[0]: entry[1] for entry in entries}, {entry[0]: entry[1] for entry in own}
    return found
