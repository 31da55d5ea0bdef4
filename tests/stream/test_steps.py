"""The steps: the stages share one pool of threads fairly; the graph's is one transaction a batch, whatever is in it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from graphstore.contribution import Contribution
from graphstore.errors import GraphAuthError, GraphRefuses, GraphTimeout
from models.runtime.errors import Action
from processors.errors import NotJson
from processors.records import Abstract, Entities, Relations, Revision, Status
from stream import StreamSettings
from stream.errors import KeyMismatch
from stream.journal import Journal
from stream.messages import Inbound, Task
from stream.metrics import Metrics
from stream.settings import Stage
from stream.steps import Answer, GraphStep, NerStep, RelationsStep

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


class Keeps:
    """As much of a graph as the step asks for."""

    engine = "neo4j"
    crossed = 0

    def __init__(self, errors: list[Exception] | None = None) -> None:
        self.batches: list[list[Contribution]] = []
        self.errors = errors or []
        self.closed = False

    async def apply(self, batch: Sequence[Contribution], **_: Any) -> None:
        if self.errors:
            raise self.errors.pop()
        self.batches.append([*batch])

    async def close(self) -> None:
        self.closed = True


def graph_step(folder: Path, journal: Journal, factory: Callable[[], Any], metrics: Metrics | None = None) -> GraphStep:
    settings = StreamSettings(data_dir=folder)
    step = GraphStep(settings, factory, journal, metrics or Metrics(settings))
    step.asked.set()
    return step


def stated(number: int) -> bytes:
    extractor = DictionaryExtractor()
    return extractor.relations(extractor.entities(abstract(number))).to_bytes()


async def test_what_the_graph_cannot_read_contributes_nothing_in_the_same_transaction(tmp_path: Path, journal: Journal) -> None:
    store = Keeps()
    step = graph_step(tmp_path, journal, lambda: store)
    answers = await step.run(
        [task(Stage.RELATIONS, 1, stated(1)), task(Stage.RELATIONS, 2, b"no JSON"), task(Stage.RELATIONS, 3, stated(9))]
    )
    [batch] = store.batches
    assert [(each.document, each.relations and each.relations.status) for each in batch] == [
        ("pubmed:1", Status.OK),
        ("pubmed:2", Status.FAILED),
        ("pubmed:3", Status.FAILED),
    ]
    assert [each.revision for each in batch] == [Revision(0, 1), Revision(0, 2), Revision(0, 3)]
    outcomes = [(each.outcome, type(each.error)) for each in answers if isinstance(each, Answer)]
    assert outcomes == [("ok", type(None)), ("failed", NotJson), ("failed", KeyMismatch)]


async def test_transactions_that_met_others_are_counted_whatever_came_of_them(tmp_path: Path, journal: Journal) -> None:
    class Meets(Keeps):
        async def apply(self, batch: Sequence[Contribution], **more: Any) -> None:
            self.crossed += 2
            await super().apply(batch, **more)

    store = Meets([GraphTimeout("too slow")])
    metrics = Metrics(StreamSettings(data_dir=tmp_path))
    step = graph_step(tmp_path, journal, lambda: store, metrics)
    with pytest.raises(GraphTimeout):
        await step.run([task(Stage.RELATIONS, 1, stated(1))])
    await step.run([task(Stage.RELATIONS, 1, stated(1))])
    assert metrics.registry.get_sample_value("biorelay_graph_deadlocks_total") == 4


async def test_a_login_that_was_taken_before_is_waited_for_and_asked_for_anew(tmp_path: Path, journal: Journal) -> None:
    first, second = Keeps(), Keeps()
    stores: list[Any] = [first, GraphAuthError("the old password"), second]

    def factory() -> Keeps:
        made = stores.pop(0)
        if isinstance(made, Exception):
            raise made
        assert isinstance(made, Keeps)
        return made

    step = graph_step(tmp_path, journal, factory)
    one = [task(Stage.RELATIONS, 1, stated(1))]
    await step.run(one)
    first.errors = [GraphAuthError("the password is another one")]
    for _ in range(2):
        with pytest.raises(GraphRefuses) as caught:
            await step.run(one)
        assert caught.value.action is Action.RETRY
    assert first.closed
    await step.run(one)
    assert len(second.batches) == 1


async def test_a_login_that_was_never_taken_stops_the_worker(tmp_path: Path, journal: Journal) -> None:
    def factory() -> Keeps:
        raise GraphAuthError("wrong")

    step = graph_step(tmp_path, journal, factory)
    with pytest.raises(GraphAuthError):
        await step.run([task(Stage.RELATIONS, 1, stated(1))])
