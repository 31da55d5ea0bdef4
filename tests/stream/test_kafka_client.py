"""The client's promises on a real Kafka, with consumers killed, moved and slow, and the broker gone for a while."""

import asyncio
import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from deploy.local import Service
from stream import Publisher, RelationStream, StreamSettings, create_topics
from stream.topics import Topic

from .client_contract import ClientContract, named, read, relations_of, tell
from .kit import abstract, contents, send_raw, until

pytestmark = pytest.mark.kafka

READER = """
import asyncio, sys
from stream import RelationStream, StreamSettings

async def main(broker, prefix, group):
    async with RelationStream(StreamSettings(broker=broker, prefix=prefix, session_timeout=6.0), group=group) as stream:
        async for message in stream:
            print(message.document, flush=True)
            if message.document == "pubmed:2":
                await stream.acknowledge(message)
            if message.document == "pubmed:3":
                await asyncio.sleep(600)  # it has read, and not yet said that it is done

asyncio.run(main(*sys.argv[1:]))
"""


def start_reader(out: BinaryIO, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", READER, *arguments], stdout=out, stderr=subprocess.DEVNULL)


class TestKafkaClient(ClientContract):
    @pytest.fixture
    def settings(self, kafka_settings: StreamSettings) -> StreamSettings:
        return kafka_settings

    async def test_since_says_where_to_begin_what_is_not_known(self, settings: StreamSettings, tmp_path: Path) -> None:
        noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
        await tell(settings, 1, partition=0, at=int(noon.timestamp() * 1000) - 1)
        await tell(settings, 2, partition=0, at=int(noon.timestamp() * 1000))
        await tell(settings, 3, partition=1, at=int(noon.timestamp() * 1000) + 1)
        assert sorted(await read(settings, since=noon)) == named(2, 3)
        for how in ({"group": f"{settings.prefix}.late"}, {"position": tmp_path / "late"}):
            assert sorted(await read(settings, since=noon, **how)) == named(2, 3)
            assert await read(settings, since="beginning", **how) == []


async def test_a_consumer_killed_between_reading_and_acknowledging_sees_the_record_again(
    kafka_settings: StreamSettings, tmp_path: Path
) -> None:
    settings, group = kafka_settings, f"{kafka_settings.prefix}.killed"
    await tell(settings, *range(1, 6), partition=0)
    log = tmp_path / "reader.log"
    with log.open("wb") as out:
        process = start_reader(out, settings.broker, settings.prefix, group)
    try:

        async def reading() -> bool:
            assert process.poll() is None, log.read_text()
            return "pubmed:3" in log.read_text()

        await until(reading, "the reader has the third")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert log.read_text().split() == named(1, 2, 3)
    assert await read(settings, group=group) == named(3, 4, 5)
    assert await read(settings, group=group) == []


async def test_a_slow_consumer_keeps_its_place_while_others_come_and_go(kafka_settings: StreamSettings) -> None:
    """It holds a message for longer than the session timeout, and through two rebalances."""
    settings, group = kafka_settings, f"{kafka_settings.prefix}.slow"
    await tell(settings, *range(9), partition=0)
    seen: list[str] = []
    async with RelationStream(settings, group=group) as stream:
        messages = aiter(stream)
        *_, third = [await anext(messages) for _ in range(3)]
        seen += named(0, 1, 2)
        assert settings.session_timeout == 6.0
        async with RelationStream(settings, group=group) as passing:
            await asyncio.sleep(settings.session_timeout + 1)
            assert passing.skipped == 0
        assert not await stream.acknowledge(third)  # its partition has been elsewhere meanwhile, so it comes again
        while "pubmed:8" not in seen:
            seen.append((await anext(messages)).document)
    # What it had in hand comes again after a rebalance; nothing is left out, and the order holds.
    assert [document for number, document in enumerate(seen) if document not in seen[:number]] == named(*range(9))
    assert len(seen) <= 9 + 3
    assert await read(settings, group=group) == named(8)  # handed out, and never said to be handled


async def test_reading_ahead_is_bounded_by_one_fetch_of_each_partition(kafka_settings: StreamSettings) -> None:
    settings = replace(kafka_settings, message_bytes=100_000)
    value = relations_of(1).to_bytes()
    count = 4 * settings.message_bytes // len(value)
    await send_raw(settings, Topic.RELATIONS, *({"key": b"pubmed:%d" % n, "value": value, "partition": 0} for n in range(count)))
    async with RelationStream(settings) as stream:
        messages = aiter(stream)
        await anext(messages)
        await asyncio.sleep(1)  # a reader that takes its time
        held = stream._consumer._fetcher._records
        assert len(held) <= 1
        # The broker sends one batch more than asked for at most, rather than none.
        assert sum(fetched._partition_records._records.size_in_bytes() for fetched in held.values()) < 2 * settings.message_bytes
        seen = 1
        while seen < count:
            seen += (await anext(messages)) is not None


async def test_two_consumers_of_a_group_share_the_work(kafka_settings: StreamSettings) -> None:
    settings, group = kafka_settings, f"{kafka_settings.prefix}.two"
    seen: list[set[str]] = [set(), set()]

    async def consume(number: int) -> None:
        async with RelationStream(settings, group=group) as stream:
            async for message in stream:
                seen[number].add(message.document)

    running = [asyncio.ensure_future(consume(0)), asyncio.ensure_future(consume(1))]
    try:
        for number in range(30):
            await tell(settings, number, partition=number % settings.partitions)

        async def all_seen() -> bool:
            assert not any(task.done() for task in running)
            return seen[0] | seen[1] == set(named(*range(30)))

        await until(all_seen, "all documents were seen")
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def test_the_broker_goes_and_comes_back(bare_settings: StreamSettings, kafka_service: Service, tmp_path: Path) -> None:
    """Publishing and following go on by themselves; the place is kept."""
    settings = replace(bare_settings, broker=kafka_service.address)
    await create_topics(settings)
    place = tmp_path / "place.json"
    await tell(settings, 1, 2, partition=0)
    async with Publisher(settings) as publisher, RelationStream(settings, position=place) as stream:
        messages = aiter(stream)
        assert [(await anext(messages)).document for _ in range(2)] == named(1, 2)
        await (await publisher.publish(abstract(1)))
        kafka_service.stop()
        waiting = await publisher.publish(abstract(2))
        following = asyncio.ensure_future(anext(messages))
        done, _ = await asyncio.wait([waiting, following], timeout=3)
        assert not done
        kafka_service.start()
        await tell(settings, 3, partition=0)
        assert (await asyncio.wait_for(following, 60)).document == "pubmed:3"
        assert (await asyncio.wait_for(waiting, 60)).offset >= 0
    assert [record.key for record in await contents(settings, Topic.ABSTRACTS)].count(b"pubmed:2") == 1
    assert json.loads(place.read_text())["positions"] == {"0": 2}
    assert await read(settings, position=place) == named(3)
