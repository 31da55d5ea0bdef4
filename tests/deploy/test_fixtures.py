"""The service fixtures themselves: one broker and one database for the session, apart from test to test."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from neo4j import GraphDatabase

from tests.services import Neo4jAddress


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
