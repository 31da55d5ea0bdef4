"""The service fixtures themselves: one broker and one database for the session, apart from test to test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from neo4j import GraphDatabase

from tests.services import Neo4jAddress

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.kafka
async def test_the_session_broker_takes_and_gives(kafka: str, topic_prefix: str) -> None:
    topic = f"{topic_prefix}.abstracts"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"text", key=b"pubmed:1")
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=topic_prefix)
    await consumer.start()
    try:
        message = await consumer.getone()
    finally:
        await consumer.stop()
    assert (message.key, message.value) == (b"pubmed:1", b"text")


@pytest.mark.neo4j
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_an_empty_graph(empty_neo4j: Neo4jAddress, turn: int) -> None:
    with GraphDatabase.driver(empty_neo4j.url, auth=(empty_neo4j.user, empty_neo4j.password)) as driver, driver.session() as session:
        assert session.run("MATCH (n) RETURN count(n)").single(strict=True).value() == 0
        assert session.run("SHOW CONSTRAINTS").data() == []
        session.run("CREATE CONSTRAINT left_over FOR (e:Entity) REQUIRE e.id IS UNIQUE").consume()
        session.run("UNWIND range(1, 100) AS i CREATE (:Entity {id: i, turn: $turn})-[:RELATES]->(:Entity {id: -i})", turn=turn).consume()


@pytest.mark.timeout(200)
@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_without_java_services_are_skipped_by_name_and_fail_in_ci(tmp_path: Path, ci: str, outcome: str) -> None:
    chosen = f"{Path(__file__).relative_to(ROOT)}::test_the_session_broker_takes_and_gives"
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rsE", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}", chosen],
        cwd=ROOT,
        env=os.environ | {"CI": ci, "PATH": str(tmp_path), "JAVA_HOME": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert outcome in answer.stdout, answer.stdout + answer.stderr
    assert "Java was not found" in answer.stdout
    assert answer.returncode == (1 if ci else 0)
