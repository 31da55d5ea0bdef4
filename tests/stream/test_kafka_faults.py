"""What the delivery promise is worth: workers killed, the broker gone, the graph away, stages apart. All on a real Kafka."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka import Producer

from deploy.local import Service
from processors.records import Abstract, Relations, Revision, Status
from stream import Publisher, StreamSettings, create_topics, headers, list_dead_letters
from stream.connection import options
from stream.lag import LagReader
from stream.settings import Stage
from stream.topics import Topic
from stream.worker import EXIT_STUCK, Worker

from .contract import header, publish
from .kit import WorkerProcess, abstract, at_work, caught_up, contents, graph_of, newest, snapshot_of, until

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def settings(kafka_settings: StreamSettings) -> StreamSettings:
    return kafka_settings


@pytest.fixture
async def own(bare_settings: StreamSettings, kafka_service: Service) -> StreamSettings:
    """Settings for a broker that the test may stop."""
    settings = replace(bare_settings, broker=kafka_service.address)
    await create_topics(settings)
    return settings


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def worker(stack: ExitStack, settings: StreamSettings, *, graph: str = "", log: str = "worker.log") -> WorkerProcess:
    address = graph or f"ladybug:{settings.data_dir / 'graph'}"
    return stack.enter_context(WorkerProcess(settings, address, log=settings.data_dir / log))


def slow(number: int) -> Abstract:
    return abstract(number, f"Case {number}: aspirin caused seizures SLOW ly.")


async def assert_graph_holds(settings: StreamSettings, documents: list[Abstract]) -> None:
    expected: dict[int, tuple[Revision, Abstract | None]] = {n: (Revision(0, n), d) for n, d in enumerate(documents)}
    assert await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}") == await graph_of(settings.data_dir / "batch", expected)


async def test_kill_9_in_mid_batch_loses_nothing(settings: StreamSettings, processes: ExitStack) -> None:
    documents = [slow(n) if n % 10 == 0 else abstract(n) for n in range(150)]
    await publish(settings, *documents)
    process = worker(processes, settings)
    for _ in range(2):
        await process.ready()

        async def begun(running: WorkerProcess = process) -> bool:
            return running.metric('biorelay_inference_seconds_count{stage="ner"}') > 3

        await until(begun, "the first documents are read")
        process.kill()
        process.start()
    await process.ready()
    await caught_up(settings, patience=90)
    process.terminate()
    assert process.wait() == 0
    await assert_graph_holds(settings, documents)
    assert [letter async for letter in list_dead_letters(settings)] == []


async def test_a_document_that_kills_workers_is_set_aside(settings: StreamSettings, processes: ExitStack) -> None:
    good = [abstract(n) for n in range(20)]
    killer = abstract(99, "KILL")
    await publish(settings, *good[:10], killer, *good[10:])
    process = worker(processes, settings)
    deaths = 0
    while deaths < settings.deaths:

        async def dead() -> bool:
            return process.dead()

        await until(dead, f"the worker dies for the {deaths + 1}. time", 60)
        deaths += 1
        process.start()
    await caught_up(settings, patience=90)
    assert not process.dead()
    [letter] = [letter async for letter in list_dead_letters(settings)]
    assert (letter.code, letter.document, letter.attempts) == ("stream.killed-worker", killer.id, 3)
    assert letter.value == killer.to_bytes()
    stated = newest(await contents(settings, Topic.RELATIONS))
    assert Relations.from_bytes(stated[killer.id].value).status is Status.FAILED
    process.terminate()
    assert process.wait() == 0
    await assert_graph_holds(settings, good)


async def test_a_broker_that_goes_and_comes_back(own: StreamSettings, kafka_service: Service, processes: ExitStack) -> None:
    documents = [slow(n) if n % 5 == 0 else abstract(n) for n in range(200)]
    await publish(own, *documents[:150])
    process = worker(processes, own)
    await process.ready()
    pid = process.pid
    kafka_service.stop()
    await asyncio.sleep(15)
    assert not process.dead()
    kafka_service.start()
    await publish(replace(own, broker_timeout=60.0), *documents[150:])
    await caught_up(replace(own, broker_timeout=60.0), patience=120)
    assert (process.pid, process.dead()) == (pid, False)
    process.terminate()
    assert process.wait() == 0
    await assert_graph_holds(own, documents)
    assert [letter async for letter in list_dead_letters(own)] == []


async def test_sigterm_ends_a_worker_whose_broker_is_gone(own: StreamSettings, kafka_service: Service, processes: ExitStack) -> None:
    settings = replace(own, shutdown=5.0)
    await publish(settings, *(slow(n) for n in range(60)))
    process = worker(processes, settings)
    await process.ready()
    kafka_service.kill()
    await asyncio.sleep(2)
    process.terminate()
    assert process.wait(30) in {0, 1, EXIT_STUCK}
    kafka_service.start()
    again = worker(processes, settings, log="again.log")
    await again.ready()
    await caught_up(replace(settings, broker_timeout=60.0), patience=90)
    again.terminate()
    assert again.wait() == 0
    await assert_graph_holds(settings, [slow(n) for n in range(60)])


async def test_stages_side_by_side(settings: StreamSettings, processes: ExitStack) -> None:
    documents = [abstract(n) for n in range(120)]
    graph = f"ladybug:{settings.data_dir / 'graph'}"
    first = {
        stage: worker(processes, replace(settings, stages=(stage,), data_dir=settings.data_dir / stage), graph=graph) for stage in Stage
    }
    for process in first.values():
        await process.ready()
    await publish(settings, *documents[:60])
    both = replace(settings, stages=(Stage.NER, Stage.RELATIONS), data_dir=settings.data_dir / "both")
    second = worker(processes, both)
    await second.ready()
    await publish(settings, *documents[60:90])
    await caught_up(settings, patience=90)
    second.terminate()
    assert second.wait() == 0
    await publish(settings, *documents[90:])
    await caught_up(settings, patience=90)
    async with LagReader(settings) as lags:
        ends = {lag.stage: (sum(lag.committed.values()), sum(lag.ends.values())) for lag in await lags.read()}
    assert all(committed == end for committed, end in ends.values())
    for process in first.values():
        process.terminate()
        assert process.wait() == 0
    await assert_graph_holds(settings, documents)


async def test_a_blocked_graph_stalls_nobody_else(settings: StreamSettings) -> None:
    documents = [abstract(n) for n in range(400)]
    small = replace(settings, batch=16)
    async with at_work(small, graph="bolt://127.0.0.1:1") as running:
        await publish(settings, *documents[:200])
        await caught_up(settings, Stage.NER, Stage.RELATIONS)
        await publish(settings, *documents[200:])
        await caught_up(settings, Stage.NER, Stage.RELATIONS)

        async def seen() -> bool:
            return bool(running.metrics.registry.get_sample_value("biorelay_waiting", {"stage": "graph"}))

        await until(seen, "the wait shows in the metrics")
        assert running.metrics.health() == {}
        assert running.metrics.readiness()["graph"] == "waits: graph.unavailable"
    assert [letter async for letter in list_dead_letters(settings)] == []
    async with at_work(small):
        await caught_up(settings)
    await assert_graph_holds(settings, documents)


async def test_order_holds_for_each_document_while_workers_come_and_go(settings: StreamSettings, processes: ExitStack) -> None:
    main = worker(processes, settings)
    await main.ready()
    helper = replace(settings, stages=(Stage.NER, Stage.RELATIONS), data_dir=settings.data_dir / "helper")
    newest_states: dict[int, Abstract] = {}
    async with Publisher(settings) as publisher:
        for version in range(12):
            for number in range(15):
                text = f"Version {version}: {['aspirin', 'lithium', 'cocaine'][version % 3]} caused {['seizures', 'nausea'][number % 2]}."
                newest_states[number] = abstract(number, text)
                await publisher.publish(newest_states[number])
            await publisher.flush()
            if version == 3:
                second = worker(processes, helper)
            if version == 8:
                await second.ready()
                second.kill()
            await asyncio.sleep(0.3)
    await caught_up(settings, patience=90)
    main.terminate()
    assert main.wait() == 0
    await assert_graph_holds(settings, list(newest_states.values()))
    revisions: dict[str, list[Revision]] = {}
    for record in await contents(settings, Topic.ABSTRACTS):
        revisions.setdefault(record.key.decode(), []).append(Revision(0, record.offset))
    for key, record in newest(await contents(settings, Topic.RELATIONS)).items():
        assert Revision.parse(header(record, headers.REVISION) or "") == revisions[key][-1]


@pytest.fixture
async def transactions(settings: StreamSettings) -> AsyncIterator[Any]:
    client = AIOKafkaProducer(**options(settings, "transactions"), transactional_id=f"{settings.prefix}-foreign")
    await client.start()
    yield client
    await client.stop()


async def test_offsets_without_messages_are_no_work(settings: StreamSettings, transactions: Any) -> None:
    """Transaction markers have offsets, as what compaction removed has; and what was aborted was never published."""
    topic = Topic.ABSTRACTS.named(settings.prefix)
    for number in range(12):
        document = abstract(number)
        await transactions.begin_transaction()
        await transactions.send_and_wait(topic, document.to_bytes(), key=document.id.encode())
        if number % 3 == 0:
            await transactions.abort_transaction()
        else:
            await transactions.commit_transaction()
    async with at_work(settings) as running:

        async def through() -> bool:
            return running.metrics.registry.get_sample_value("biorelay_documents_total", {"stage": "graph", "outcome": "ok"}) == 8

        await until(through, "the committed documents are through")
        await asyncio.sleep(3)
        async with LagReader(settings, (Stage.NER,)) as lags:
            [lag] = await lags.read()
        # All that is left is a marker behind the last message of each partition.
        assert lag.messages <= 2 * settings.partitions
        assert await running._unread(lag) == set()
    async with at_work(settings) as running:
        await asyncio.sleep(2)
        assert running.metrics.registry.get_sample_value("biorelay_documents_total", {"stage": "ner", "outcome": "ok"}) == 0
    await assert_graph_holds(settings, [abstract(n) for n in range(12) if n % 3])


async def test_partitions_align_across_stages(settings: StreamSettings) -> None:
    """So that the relation agent finds the NER agent's pass of the encoder in its own process."""
    stages = (Stage.NER, Stage.RELATIONS)
    first = replace(settings, stages=stages, worker="zebra", partitions=3)
    second = replace(settings, stages=stages, worker="ant", data_dir=settings.data_dir / "second", metrics_port=0)

    async def aligned(*workers: Worker) -> bool:
        shares = [[running._assigned(stage) for stage in stages] for running in workers]
        return all(share[0] == share[1] for share in shares) and set.union(*(share[0] for share in shares)) == {0, 1, 2}

    async with at_work(first) as one:
        await until(lambda: aligned(one), "one worker has all")
        async with at_work(second) as two:
            await until(lambda: aligned(one, two), "two workers share, each the same in both stages")
            assert one._assigned(Stage.NER)
            assert two._assigned(Stage.NER)
        await until(lambda: aligned(one), "one worker has all again")


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
async def test_a_client_may_compress_as_it_likes(settings: StreamSettings, compression: str) -> None:
    """A batch that cannot be unpacked would stop its partition, so every codec of Kafka's must be there."""
    client = Producer({"bootstrap.servers": settings.broker, "compression.type": compression})
    documents = [abstract(number, "Aspirin caused seizures. " * 50) for number in range(5)]
    for document in documents:
        client.produce(Topic.ABSTRACTS.named(settings.prefix), key=document.id, value=document.to_bytes())
    assert await asyncio.to_thread(client.flush, 20) == 0
    async with at_work(replace(settings, stages=(Stage.NER,))):
        await caught_up(settings, Stage.NER)
    assert set(newest(await contents(settings, Topic.ENTITIES))) == {document.id for document in documents}
