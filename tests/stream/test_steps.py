"""The stages share one pool of threads, and none keeps the other's documents waiting behind a whole batch."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from processors.records import Abstract, Entities, Relations, Revision
from stream import StreamSettings
from stream.journal import Journal
from stream.messages import Inbound, Task
from stream.metrics import Metrics
from stream.settings import Stage
from stream.steps import NerStep, RelationsStep

from .dictionary import DictionaryExtractor
from .kit import abstract


class Told(DictionaryExtractor):
    """Notes what is asked of it; the first abstract waits until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def entities(self, abstract: Abstract) -> Entities:
        self.asked.append("ner")
        self.begun.set()
        self.go_on.wait(30)
        return super().entities(abstract)

    def relations(self, entities: Entities) -> Relations:
        self.asked.append("relations")
        return super().relations(entities)


def task(stage: Stage, number: int, value: bytes) -> Task:
    key = f"pubmed:{number}"
    return Task(Inbound(f"biorelay.{stage}", 0, number, 1000, key.encode(), value), key, Revision(0, number), 1000)


async def test_a_document_of_one_stage_does_not_wait_for_the_others_whole_batch(tmp_path: Path, journal: Journal) -> None:
    settings = StreamSettings(data_dir=tmp_path, threads=1)
    extractor, metrics = Told(), Metrics(settings)
    with ThreadPoolExecutor(settings.inference_threads) as pool:
        ner, relations = (kind(settings, extractor, pool, journal, metrics) for kind in (NerStep, RelationsStep))
        batch = asyncio.ensure_future(ner.run([task(Stage.NER, n, abstract(n).to_bytes()) for n in range(20)]))
        assert await asyncio.to_thread(extractor.begun.wait, 30)
        value = DictionaryExtractor().entities(abstract(99)).to_bytes()
        one = asyncio.ensure_future(relations.run([task(Stage.RELATIONS, 99, value)]))
        await asyncio.sleep(0)  # it asks for its turn
        await asyncio.sleep(0)
        extractor.go_on.set()
        answers = [*await batch, *await one]
    assert [getattr(answer, "outcome", answer) for answer in answers] == ["ok"] * 21
    assert extractor.asked.count("ner") == 20
    assert extractor.asked.index("relations") <= 2  # one was at work, one was waiting on the pool's queue
