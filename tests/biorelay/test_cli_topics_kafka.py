"""Topics on a real Kafka: compared with what they should be, and mended where that is safe."""

import asyncio
import json
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from biorelay.doctor import Verdict
from biorelay.doctor.neighbours import broker
from biorelay.settings import load_settings
from tests.biorelay.conftest import Cli


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, kafka: str, topic_prefix: str) -> None:
    for name, value in {"BROKER_BOOTSTRAP": kafka, "TOPICS_PREFIX": topic_prefix, "TOPICS_PARTITIONS": "2"}.items():
        monkeypatch.setenv(f"BIORELAY_{name}", value)


def create_by_hand(kafka: str, *topics: NewTopic) -> None:
    async def made() -> None:
        client = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await client.start()
        try:
            answer = await client.create_topics(list(topics))
            assert not any(code for _, code, *_ in answer.topic_errors), answer
        finally:
            await client.close()

    asyncio.run(made())


def own_settings(kafka: str, topic: str) -> dict[str, str]:
    """What was set on the topic itself."""

    async def asked() -> dict[str, str]:
        client = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await client.start()
        try:
            (answer,) = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
            return {entry[0]: entry[1] for entry in answer.resources[0][4] if entry[3] == 1}
        finally:
            await client.close()

    return asyncio.run(asked())


def described(cli: Cli) -> tuple[int, dict[str, dict[str, Any]]]:
    result = cli("topics", "describe", "--json")
    return result.exit_code, {line["topic"]: line for line in map(json.loads, result.stdout.splitlines())}


@pytest.mark.kafka
def test_what_create_makes_is_as_it_should_be(cli: Cli, topic_prefix: str) -> None:
    assert cli("topics", "create").exit_code == 0
    code, topics = described(cli)
    assert (code, [topic["differences"] for topic in topics.values()]) == (0, [[]] * 7)
    config = topics[f"{topic_prefix}.relations"]["config"]
    assert (config["cleanup.policy"], int(config["delete.retention.ms"])) == ("compact", 30 * 24 * 60 * 60 * 1000)
    finding = asyncio.run(broker(load_settings(), asked_for=True))
    assert (finding.verdict, finding.says.endswith("7 topics as they should be, 2 partitions a stage")) == (Verdict.OK, True)
    shown = cli("topics", "describe").stdout
    assert f"{topic_prefix}.relations\t2\t1\t1\tcompact\t30 d\t4 MiB\tok\n" in shown


@pytest.mark.kafka
def test_what_differs_is_named_and_fixed_and_what_others_set_stays(cli: Cli, kafka: str, topic_prefix: str) -> None:
    name = f"{topic_prefix}.entities"
    wrong = {"cleanup.policy": "delete", "max.message.bytes": "1000000", "segment.ms": "3600000", "min.insync.replicas": "2"}
    create_by_hand(kafka, NewTopic(name, 2, 1, topic_configs=wrong))
    code, topics = described(cli)
    assert code == 1
    found = {d["what"]: d for d in topics[name]["differences"]}
    assert set(found) == {"cleanup.policy", "max.message.bytes", "delete.retention.ms", "min.insync.replicas"}
    assert {what for what, d in found.items() if d["fix"]} == {"cleanup.policy", "max.message.bytes", "delete.retention.ms"}
    assert topics[f"{topic_prefix}.abstracts"]["differences"][0]["mend"] == "biorelay topics create"
    assert "min.insync.replicas" in cli("topics", "create").stderr, "without --fix it is told"
    assert own_settings(kafka, name) == wrong
    finding = asyncio.run(broker(load_settings(), asked_for=True))
    assert (finding.verdict, "and 1 more" in finding.says) == (Verdict.WARNING, True)

    fixed = [json.loads(line) for line in cli("topics", "create", "--fix", "--json").stdout.splitlines()]
    assert {line["setting"]: line["to"] for line in fixed} == {
        "cleanup.policy": "compact",
        "max.message.bytes": "4194304",
        "delete.retention.ms": "2592000000",
    }
    assert own_settings(kafka, name) == wrong | {line["setting"]: line["to"] for line in fixed}
    assert [d["what"] for topic in described(cli)[1].values() for d in topic["differences"]] == ["min.insync.replicas"]


@pytest.mark.kafka
def test_unequal_partitions_are_refused_and_never_added(cli: Cli, kafka: str, topic_prefix: str) -> None:
    create_by_hand(kafka, NewTopic(f"{topic_prefix}.entities", 3, 1))
    result = cli("topics", "create", "--fix")
    assert result.exit_code == 1
    assert "the stage topics differ in partitions" in result.stderr
    code, topics = described(cli)
    assert (code, topics[f"{topic_prefix}.entities"]["partitions"]) == (1, 3)
    assert "Never add partitions" in topics[f"{topic_prefix}.entities"]["differences"][0]["mend"]
