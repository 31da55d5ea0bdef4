"""An answer that was sent too late does not stay the last of its key. On the embedded broker and on a real Kafka."""

import time
from collections.abc import Callable, Sequence

import pytest

from processors.records import Revision
from stream import StreamSettings, headers
from stream.errors import AccessDenied, BrokerUnreachable
from stream.healing import Late, overtaking
from stream.messages import Outbound
from stream.partitioner import partition_of
from stream.settings import Stage
from stream.steps import Answer
from stream.topics import Topic

from .bench import Bench, inbound
from .contract import header, publish
from .dictionary import DictionaryExtractor
from .kit import abstract, at_work, caught_up, contents, newest, send_raw

EXTRACTOR = DictionaryExtractor()
TOPICS = (Topic.ENTITIES, Topic.RELATIONS)


class HealingContract:
    """Subclasses give the fixture `settings`: a broker with this prefix's topics."""

    async def test_an_answer_that_comes_late_does_not_stay_the_last(self, settings: StreamSettings) -> None:
        """As a worker sends it that was frozen past its session: the partition's new owner has answered a newer version meanwhile."""
        first, second, other = abstract(1, "aspirin causes headache."), abstract(1, "cocaine causes seizures."), abstract(2)
        positions = await publish(settings, first, second, other)
        late = EXTRACTOR.entities(first)
        about = list(headers.stamp(Revision(0, positions[0].offset), 1))
        async with at_work(settings):
            await caught_up(settings)
            told = {"key": first.id.encode(), "headers": about, "partition": positions[0].partition}
            await send_raw(settings, Topic.ENTITIES, told | {"value": late.to_bytes()})
            await caught_up(settings)
            await send_raw(settings, Topic.RELATIONS, told | {"value": EXTRACTOR.relations(late).to_bytes()})
            await caught_up(settings)
        for topic in TOPICS:
            last = newest(await contents(settings, topic))
            assert header(last[second.id], headers.REVISION) == f"0:{positions[1].offset}"
            assert header(last[other.id], headers.REVISION) == f"0:{positions[2].offset}"
        found = EXTRACTOR.entities(second)
        assert newest(await contents(settings, Topic.ENTITIES))[second.id].value == found.to_bytes()
        assert newest(await contents(settings, Topic.RELATIONS))[second.id].value == EXTRACTOR.relations(found).to_bytes()

    async def test_a_deletion_is_put_back_too(self, settings: StreamSettings) -> None:
        document = abstract(1)
        positions = await publish(settings, document, document.id)
        late = EXTRACTOR.relations(EXTRACTOR.entities(document)).to_bytes()
        about = list(headers.stamp(Revision(0, positions[0].offset), 1))
        async with at_work(settings):
            await caught_up(settings)
            told = {"key": document.id.encode(), "headers": about, "partition": positions[0].partition, "value": late}
            await send_raw(settings, Topic.RELATIONS, told)
            await caught_up(settings)
        assert newest(await contents(settings, Topic.RELATIONS))[document.id].value is None

    async def test_what_came_twice_in_its_order_is_left_alone(self, settings: StreamSettings) -> None:
        positions = await publish(settings, abstract(1, "aspirin causes headache."), abstract(1, "cocaine causes seizures."))
        async with at_work(settings):
            await caught_up(settings)
        partition = positions[0].partition
        assert partition == partition_of(b"pubmed:1", settings.partitions)
        now = round(1000 * time.time())
        for revision in (Revision(0, positions[1].offset), Revision(0, 10_000), Revision(7, 0)):
            assert await overtaking(settings, [Late(partition, "pubmed:1", revision, now)]) == []

    async def test_what_is_read_again_is_not_looked_up(self, settings: StreamSettings) -> None:
        """A group that begins anew meets every older answer again; they were sent before the newer version was published."""
        first, second = await publish(settings, abstract(1), abstract(1, "cocaine causes seizures."))
        for position in (second, first):  # the last on the topic is the older one
            about = list(headers.stamp(Revision(0, position.offset), 1))
            told = {"key": b"pubmed:1", "partition": position.partition, "value": b"{}", "headers": about}
            await send_raw(settings, Topic.ENTITIES, told)
        now = round(1000 * time.time())
        newest = Revision(0, second.offset)
        assert await overtaking(settings, [Late(first.partition, "pubmed:1", newest, now - 3_600_000)]) == []
        [message] = await overtaking(settings, [Late(first.partition, "pubmed:1", newest, now)])
        assert headers.revision(message.headers) == newest


async def test_what_came_late_is_put_right_before_it_is_acknowledged(bench: Callable[..., Bench]) -> None:
    delivery = bench(
        lambda keys: [Answer(None, "ok", overtaken=Revision(0, 9) if key == "pubmed:1" else None) for key in keys], Stage.GRAPH
    )
    asked: list[Sequence[Late]] = []

    async def found(late: Sequence[Late]) -> list[Outbound]:
        asked.append(late)
        if len(asked) == 1:
            raise BrokerUnreachable("gone")
        return [Outbound("biorelay.entities", 0, b"pubmed:1", b"the newest", ())]

    delivery.delivery._overtaking = found
    await delivery.delivery.settle([inbound(1, "relations"), inbound(2, "relations"), inbound(1, "relations")])
    assert (
        asked == [[Late(0, "pubmed:1", Revision(0, 9), inbound(1).timestamp)]] * 2
    )  # an outage is waited out, and a document is looked up once
    assert len(delivery.slept) == 1
    assert [message.value for message in delivery.sent("entities")] == [b"the newest"]


async def test_an_agent_that_may_not_look_goes_on(bench: Callable[..., Bench], caplog: pytest.LogCaptureFixture) -> None:
    delivery = bench(lambda keys: [Answer(None, "ok", overtaken=Revision(0, 9)) for _ in keys], Stage.GRAPH)

    async def refused(late: Sequence[Late]) -> list[Outbound]:
        raise AccessDenied("no ACL lets it read entities")

    delivery.delivery._overtaking = refused
    await delivery.delivery.settle([inbound(1, "relations")])
    assert "pubmed:1" in caplog.text
    assert delivery.value("biorelay_documents_total", stage="graph", outcome="ok") == 1


class TestEmbedded(HealingContract):
    @pytest.fixture
    def settings(self, embedded_settings: StreamSettings) -> StreamSettings:
        return embedded_settings


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.timeout(300)
class TestKafka(HealingContract):
    @pytest.fixture
    def settings(self, kafka_settings: StreamSettings) -> StreamSettings:
        return kafka_settings
