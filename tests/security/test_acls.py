"""`deploy/acls.sh` on a real broker: each user can do its own work and nothing else."""

import argparse
import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import TopicAuthorizationFailedError
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from biorelay.settings import load_settings
from stream import Publisher, RelationStream
from stream.connection import options, producer, start
from stream.errors import AccessDenied, TopicsMissing
from stream.settings import StreamSettings
from stream.topics import Topic
from tests.biorelay.conftest import Cli
from tests.security.brokers import SecureKafka
from tests.security.conftest import Login
from tests.stream.kit import abstract, at_work, caught_up, contents, send_raw

pytestmark = pytest.mark.kafka

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "acls.sh"
OPERATIONS = {"Read", "Write", "Describe", "DescribeConfigs", "All"}
As = Callable[[str], StreamSettings]


def bindings(folder: Path, prefix: str) -> list[AclBinding]:
    """What the script gives, taken down by a stand-in for Kafka's tool."""
    tool, calls = folder / "kafka-acls.sh", folder / "calls"
    tool.write_text(f'#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done >> {calls}; printf "\\n" >> {calls}\n')
    tool.chmod(0o755)
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "BOOTSTRAP": "kafka:9093", "PREFIX": prefix}
    subprocess.run([SCRIPT, "--command-config", "admin.properties"], env=environment, check=True)
    found = []
    for line in calls.read_text().splitlines():
        found += _bindings(line.rstrip("\0").split("\0"))
    return found


def _bindings(words: list[str]) -> list[AclBinding]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--add", action="store_true", required=True)
    for name in ("--bootstrap-server", "--command-config", "--allow-principal", "--operation"):
        parser.add_argument(name, required=True)
    parser.add_argument("--topic", action="append", default=[])
    parser.add_argument("--group", action="append", default=[])
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--resource-pattern-type", choices=["literal", "prefixed"], default="literal")
    told = parser.parse_args(words)
    assert told.bootstrap_server == "kafka:9093"
    assert told.command_config == "admin.properties"
    assert told.operation in OPERATIONS
    pattern = ResourcePatternType[told.resource_pattern_type.upper()]
    named = [(ResourceType.TOPIC, topic, pattern) for topic in told.topic] + [(ResourceType.GROUP, group, pattern) for group in told.group]
    named += [(ResourceType.BROKER, "kafka-cluster", ResourcePatternType.LITERAL)] if told.cluster else []
    assert named
    operation = {"DescribeConfigs": "DESCRIBE_CONFIGS"}.get(told.operation, told.operation.upper())
    return [
        AclBinding(kind, name, how, told.allow_principal, "*", AclOperation[operation], AclPermissionType.ALLOW)
        for kind, name, how in named
    ]


@pytest.fixture
def logged_in(secure_kafka: SecureKafka, login: Login, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> As:
    """`logged_in("reader")`: the ACLs hold; the process's settings are that user's, and so are those returned."""
    admin = secure_kafka.admin
    given = bindings(tmp_path, topic_prefix)
    for done in admin.create_acls(given).values():
        done.result(30)

    def become(user: str) -> StreamSettings:
        more = {"TOPICS_PREFIX": topic_prefix, "TOPICS_PARTITIONS": "2", "WORKER_METRICS_PORT": "0", "DATA_DIR": str(tmp_path / user)}
        for name, value in (login("SCRAM-SHA-512", user=user) | {f"BIORELAY_{name}": value for name, value in more.items()}).items():
            monkeypatch.setenv(name, value)
        return replace(load_settings().stream(), threads=2)

    return become


async def may_read(stream: StreamSettings, topic: Topic) -> bool:
    """Ask the broker itself, past everything that biorelay checks first."""
    client = AIOKafkaConsumer(topic.named(stream.prefix), **options(stream, "intruder"), auto_offset_reset="earliest")
    try:
        await start(client, stream)
        await client.getmany(timeout_ms=3000)
    except (TopicAuthorizationFailedError, AccessDenied):
        return False
    finally:
        await client.stop()
    return True


async def may_write(stream: StreamSettings, topic: Topic) -> bool:
    client = producer(stream, request_timeout_ms=5000)
    try:
        await start(client, stream)  # a user who may write nothing at all gets no producer's id
        await client.send_and_wait(topic.named(stream.prefix), b"{}", key=b"pubmed:1", partition=0)
    except (TopicAuthorizationFailedError, AccessDenied):
        return False
    finally:
        await client.stop()
    return True


async def rights(stream: StreamSettings) -> tuple[set[Topic], set[Topic]]:
    """The topics that the user may read, and those that it may write."""
    return {topic for topic in Topic if await may_read(stream, topic)}, {topic for topic in Topic if await may_write(stream, topic)}


def test_each_user_can_do_its_work(logged_in: As, cli: Cli, tmp_path: Path) -> None:
    operator = logged_in("operator")
    for command in ("create", "describe"):
        result = cli("topics", command)
        assert result.exit_code == 0, result.output
    file = tmp_path / "abstracts.jsonl"
    file.write_bytes(b"".join(abstract(number).to_bytes() + b"\n" for number in range(1, 6)))
    publisher = logged_in("publisher")
    result = cli("publish", file)
    assert result.exit_code == 0, result.output
    worker, reader = logged_in("worker"), logged_in("reader")

    async def worked() -> None:
        await send_raw(publisher, Topic.ABSTRACTS, {"key": b"pubmed:666", "value": b"poison"})
        # On the wrong partition, as librdkafka's default partitioner puts it: the first agent sends it on.
        foreign = [{"key": b"pubmed:9", "value": abstract(9).to_bytes(), "partition": number} for number in (0, 1)]
        await send_raw(publisher, Topic.ABSTRACTS, *foreign)
        async with at_work(worker):
            await caught_up(worker)
        async with RelationStream(reader, group=f"{reader.prefix}-reader.mine", follow=False) as relations:
            read = {message.document async for message in relations}
        assert read == {*(f"pubmed:{number}" for number in (1, 2, 3, 4, 5, 9)), "pubmed:666"}
        assert await contents(operator, Topic.DEAD_LETTERS)

    asyncio.run(worked())
    result = cli("consume", "graph-changes", "--once", "--json")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()
    logged_in("operator")
    (letter,) = [json.loads(line) for line in cli("dead-letters", "list", "--json").stdout.splitlines()]
    assert cli("dead-letters", "replay", letter["id"]).exit_code == 0


def test_and_nothing_else(logged_in: As, cli: Cli, tmp_path: Path) -> None:
    logged_in("operator")
    assert cli("topics", "create").exit_code == 0
    stages = {Topic.ABSTRACTS, Topic.ENTITIES, Topic.RELATIONS}
    told = {Topic.GRAPH_CHANGES, Topic.DISCOVERIES}
    wanted = {
        "publisher": (set(), {Topic.ABSTRACTS}),
        "reader": ({Topic.RELATIONS, *told}, set()),
        "worker": ({*stages, Topic.QUESTIONS}, {*stages, *told, Topic.DEAD_LETTERS}),
        "nobody": (set(), set()),
        "operator": (set(Topic), set(Topic)),
    }
    assert {user: asyncio.run(rights(logged_in(user))) for user in wanted} == wanted
    for user in ("publisher", "reader", "worker", "nobody"):
        settings = logged_in(user)
        # The worker sees every topic, so that there is none to be created.
        for command in (("dead-letters", "list"), *([("topics", "create")] if user != "worker" else [])):
            result = cli(*command)
            assert result.exit_code == 1, (user, command, result.output)
            assert result.stderr.count("error: ") == 1, (user, command, result.output)
        asyncio.run(refused(settings, user))


async def refused(stream: StreamSettings, user: str) -> None:
    """The Python clients of a user without the right raise; the worker must write abstracts, and the publisher may."""
    if user in {"reader", "nobody"}:
        with pytest.raises((AccessDenied, TopicsMissing)):
            await published(stream)
    group = "another-team" if user == "reader" else f"{stream.prefix}-reader"
    with pytest.raises((AccessDenied, TopicsMissing)):
        await followed(stream, group)


async def published(stream: StreamSettings) -> None:
    async with Publisher(stream) as publisher:
        await (await publisher.publish(abstract(1)))


async def followed(stream: StreamSettings, group: str) -> None:
    async with RelationStream(stream, group=group, follow=False) as relations:
        async for _ in relations:
            pass
