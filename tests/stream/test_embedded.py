"""The embedded broker's limits: said, never silently met."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from processors.errors import RecordTooLarge
from stream import EmbeddedBroker, Publisher, StreamSettings, create_topics, describe_topics, publisher
from stream.embedded import SAFE_BYTES
from stream.errors import BadKey, BrokerUnreachable, EmbeddedBrokerError, EmbeddedBrokerFull, MessageTooLarge, SecondWorker, TopicsMissing
from stream.settings import Stage
from stream.topics import STAGE_TOPICS, Topic, check_topics

from .kit import abstract, at_work, caught_up, contents

pytestmark = pytest.mark.slow


@pytest.fixture
def one_partition(bare_settings: StreamSettings) -> Iterator[StreamSettings]:
    with EmbeddedBroker(replace(bare_settings, partitions=1)) as broker:
        yield replace(bare_settings, partitions=1, broker=broker.address)


async def test_it_comes_with_every_topic(embedded_settings: StreamSettings) -> None:
    states = await describe_topics(embedded_settings)
    assert [state.name for state in states] == [topic.named(embedded_settings.prefix) for topic in Topic]
    assert check_topics(states, embedded_settings) == 3
    assert await create_topics(embedded_settings) == []


async def test_a_publisher_is_held_back_and_nothing_vanishes(one_partition: StreamSettings) -> None:
    """More than the partition keeps, through stages that make it larger."""
    settings, count = one_partition, 600
    async with at_work(settings) as worker:
        async with Publisher(settings) as client:
            for number in range(count):
                await client.publish(abstract(number, f"Case {number}: aspirin caused seizures. " + "No drug was given. " * 600))
        await caught_up(settings)
        for stage in Stage:
            assert worker.metrics.registry.get_sample_value("biorelay_documents_total", {"stage": stage, "outcome": "ok"}) == count
    kept = {record.key for record in await contents(settings, Topic.ABSTRACTS)}
    assert len(kept) < count, "the broker held everything, so the test published too little to show anything"


async def test_without_a_worker_it_says_that_it_is_full(embedded_settings: StreamSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "_PATIENCE", 1.0)

    async def publish_too_much() -> None:
        async with Publisher(embedded_settings) as client:
            for number in range(400):
                await client.publish(abstract(number, "word " * 2000))

    with pytest.raises(EmbeddedBrokerFull, match="ner by"):
        await publish_too_much()


async def test_what_cannot_fit_is_refused(embedded_settings: StreamSettings) -> None:
    settings = replace(embedded_settings, document_bytes=2 * SAFE_BYTES, text_characters=2 * SAFE_BYTES)
    async with Publisher(settings) as client:
        with pytest.raises(MessageTooLarge, match="pubmed:1"):
            await client.publish(abstract(1, "x" * SAFE_BYTES))
        with pytest.raises(RecordTooLarge):
            await client.publish(abstract(1, "x" * 3 * SAFE_BYTES))
        with pytest.raises(BadKey):
            await client.delete("no curie")
        assert (await (await client.publish(abstract(2)))).offset == 0


async def test_a_second_worker_is_refused(embedded_settings: StreamSettings) -> None:
    async with at_work(embedded_settings):
        with pytest.raises(SecondWorker):
            async with at_work(replace(embedded_settings, metrics_port=0, data_dir=embedded_settings.data_dir / "second")):
                pass
    async with at_work(embedded_settings):
        pass


async def test_an_outage_is_waited_out(bare_settings: StreamSettings) -> None:
    with EmbeddedBroker(bare_settings) as broker:
        settings = replace(bare_settings, broker=broker.address)
        async with Publisher(settings) as client:
            for number in range(30):
                await client.publish(abstract(number))
        async with at_work(settings):
            broker.set_up(False)
            await asyncio.sleep(2)
            broker.set_up(True)
            await caught_up(settings)
        assert len({record.key for record in await contents(settings, Topic.RELATIONS)}) == 30
        assert await contents(settings, Topic.DEAD_LETTERS) == []


async def test_no_broker_is_one_sentence(bare_settings: StreamSettings) -> None:
    settings = replace(bare_settings, broker="127.0.0.1:1", broker_timeout=0.5, startup=0.5)
    for attempt in (describe_topics, create_topics):
        with pytest.raises(BrokerUnreachable, match=r"127\.0\.0\.1:1") as caught:
            await attempt(settings)
        assert caught.value.remedy
        assert "\n" not in str(caught.value)
    with pytest.raises(BrokerUnreachable):
        async with Publisher(settings):
            pass
    with pytest.raises(BrokerUnreachable):
        async with at_work(settings):
            pass


async def test_missing_topics_keep_a_worker_from_starting(bare_settings: StreamSettings) -> None:
    with EmbeddedBroker(bare_settings) as broker:
        settings = replace(bare_settings, broker=broker.address, prefix="other")
        with pytest.raises(TopicsMissing, match=r"other\.abstracts"):
            async with at_work(settings):
                pass


def test_a_closed_broker_says_so(bare_settings: StreamSettings) -> None:
    broker = EmbeddedBroker(bare_settings)
    with pytest.raises(EmbeddedBrokerError):
        broker.create_topic("t", 1)
    with broker:
        assert broker.address
    broker.close()
    assert {topic.named("p") for topic in STAGE_TOPICS} == {"p.abstracts", "p.entities", "p.relations"}
