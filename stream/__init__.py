"""What moves: topics, agents, the delivery promise, dead letters, the client and the metrics.

The pure steps come from outside: this package knows Kafka and the order of operations, not biology.
These names are what the floor above uses; they load when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stream.client import Publisher, RelationStream
    from stream.dead_letters import DeadLetter, list_dead_letters, replay_dead_letters, show_dead_letter
    from stream.embedded import EmbeddedBroker
    from stream.settings import Security, StreamSettings
    from stream.topics import create_topics, describe_topics
    from stream.worker import run_worker

_HOMES = {
    "DeadLetter": "stream.dead_letters",
    "EmbeddedBroker": "stream.embedded",
    "Publisher": "stream.client",
    "RelationStream": "stream.client",
    "Security": "stream.settings",
    "StreamSettings": "stream.settings",
    "create_topics": "stream.topics",
    "describe_topics": "stream.topics",
    "list_dead_letters": "stream.dead_letters",
    "replay_dead_letters": "stream.dead_letters",
    "run_worker": "stream.worker",
    "show_dead_letter": "stream.dead_letters",
}

__all__ = [
    "DeadLetter",
    "EmbeddedBroker",
    "Publisher",
    "RelationStream",
    "Security",
    "StreamSettings",
    "create_topics",
    "describe_topics",
    "list_dead_letters",
    "replay_dead_letters",
    "run_worker",
    "show_dead_letter",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'stream' has no attribute {name!r}") from None
    return getattr(import_module(home), name)
