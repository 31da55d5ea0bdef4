"""The stages ner and relations as a plain aiokafka consumer, as one would write it by hand: no Faust, no dead letters, no metrics.

Reads abstracts, extracts on a pool of threads, writes entities and relations, waits for the broker, commits.
Settings come from the same variables as the worker's.

    python -m benchmarks.stream_peer [THREADS]
"""

import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from aiokafka import AIOKafkaConsumer

from biorelay.extractor import Extractor
from biorelay.settings import load_settings
from processors.records import Abstract
from stream.connection import options, producer
from stream.topics import Topic


async def run(threads: int) -> None:
    settings = load_settings().stream()
    extractor = Extractor.load()
    pool = ThreadPoolExecutor(threads)
    outputs = [topic.named(settings.prefix) for topic in (Topic.ENTITIES, Topic.RELATIONS)]
    consumer = AIOKafkaConsumer(
        Topic.ABSTRACTS.named(settings.prefix),
        group_id=f"{settings.prefix}.peer",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        **options(settings, "peer"),
    )
    client = producer(settings)
    await consumer.start()
    await client.start()
    while not consumer.assignment():  # noqa: ASYNC110  aiokafka has no event for it
        await asyncio.sleep(0.05)
    print("ready", flush=True)

    def work(value: bytes) -> tuple[bytes, bytes]:
        entities, relations = extractor.extract(Abstract.from_bytes(value))
        return entities.to_bytes(), relations.to_bytes()

    try:
        while True:
            fetched = await consumer.getmany(timeout_ms=1000, max_records=settings.batch)
            records = [record for batch in fetched.values() for record in batch]
            if not records:
                continue
            loop = asyncio.get_running_loop()
            answers = await asyncio.gather(*(loop.run_in_executor(pool, work, record.value) for record in records))
            sent = []
            for record, answer in zip(records, answers, strict=True):
                for topic, value in zip(outputs, answer, strict=True):
                    sent.append(await client.send(topic, value, key=record.key, partition=record.partition))
            await asyncio.gather(*sent)
            await consumer.commit()
    finally:
        await consumer.stop()
        await client.stop()


async def main(threads: int) -> None:
    running = asyncio.ensure_future(run(threads))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    with suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
