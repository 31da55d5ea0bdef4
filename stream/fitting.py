"""The topics as they are beside the topics as they should be, and how each difference is mended.

Settings of a topic are altered in place (`alter_topics`). Partitions never are: with more of them a key falls elsewhere, and a
document's newer version could overtake its older one. The number of copies is moved by Kafka's own tool, for that moves data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from .connection import admin, meaning
from .settings import StreamSettings
from .topics import STAGE_TOPICS, Topic, TopicState, config_of, describe_topics, names

FIX: Final = "biorelay topics create --fix"
_UNLIMITED: Final = -1


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be."""

    topic: str
    what: str  # 'topic', 'partitions', 'replication', or the topic setting's name
    found: str
    wanted: str
    mend: str  # a command, or what to do where no command can
    more: bool = False  # whether more than what is wanted is welcome
    alterable: bool = False  # whether `alter_topics` mends it

    def __str__(self) -> str:
        return f"{self.what} is {self.found}, should be {'at least ' if self.more else ''}{self.wanted}"


def differences(states: Sequence[TopicState], settings: StreamSettings) -> list[Difference]:
    """What is unlike what `create_topics` makes, topic by topic. Larger limits, longer retention and more copies are welcome."""
    known = {state.name: state for state in states}
    found: list[Difference] = []
    for topic, name in names(settings).items():
        if state := known.get(name):
            found += _of_topic(topic, state, settings)
        else:
            found.append(Difference(name, "topic", "missing", "there", "biorelay topics create"))
    return found


async def alter_topics(settings: StreamSettings) -> list[Difference]:
    """Set what the existing topics' settings lack; return what was mended. Partitions and copies are left as they are.

    Raises `BrokerUnreachable`, `AccessDenied`, `BrokerRefused`.
    """
    states = await describe_topics(settings)
    wrong = [difference for difference in differences(states, settings) if difference.alterable]
    if not wrong:
        return []
    # The request replaces all that was set on a topic, so what others set goes along.
    changes = {state.name: state.overrides | {d.what: d.wanted for d in wrong if d.topic == state.name} for state in states}
    changed = {difference.topic for difference in wrong}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, config) for name, config in changes.items() if name in changed]
    async with admin(settings) as client:
        for answer in await client.alter_configs(resources):
            for resource in answer.resources:
                _check(resource, settings)
    return wrong


def _check(resource: Any, settings: StreamSettings) -> None:
    code, said, _kind, name, *_ = resource
    if code:
        raise meaning(for_code(code)(f"{name}: {said or ''}"), settings.broker)


def _of_topic(topic: Topic, state: TopicState, settings: StreamSettings) -> list[Difference]:
    found = []
    if topic in STAGE_TOPICS and state.partitions != settings.partitions:
        found.append(Difference(state.name, "partitions", str(state.partitions), str(settings.partitions), _partitions(topic, state)))
    if not state.config:  # the embedded broker tells none
        return found
    if state.replication < settings.replication:
        mend = f"kafka-reassign-partitions.sh, {settings.replication} replicas for each partition of {state.name}"
        found.append(Difference(state.name, "replication", str(state.replication), str(settings.replication), mend, more=True))
    for key, wanted in config_of(topic, settings).items():
        there = state.config.get(key)
        if there is None:
            continue
        if key == "cleanup.policy":
            if there != wanted:
                found.append(Difference(state.name, key, there, wanted, FIX, alterable=True))
        elif int(there) < int(wanted) and not (int(there) == _UNLIMITED and key == "retention.ms"):
            found.append(Difference(state.name, key, there, wanted, FIX, more=True, alterable=True))
    in_sync = int(state.config.get("min.insync.replicas", 1))
    if in_sync > state.replication:
        mend = f"kafka-configs.sh --alter --topic {state.name} --add-config min.insync.replicas={max(state.replication - 1, 1)}"
        found.append(Difference(state.name, "min.insync.replicas", str(in_sync), f"at most its {state.replication} copies", mend))
    return found


def _partitions(topic: Topic, state: TopicState) -> str:
    again = "publish again with topics.epoch one higher" if topic is Topic.ABSTRACTS else "let the stage before it read its topic again"
    return (
        f"set topics.partitions to {state.partitions} where all three stage topics have that many; else delete {state.name},"
        f" run `biorelay topics create`, and {again}. Never add partitions: keys would move"
    )
