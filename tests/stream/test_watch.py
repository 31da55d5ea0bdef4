"""Standing questions from the topic to the message, on the embedded broker and on a real Kafka."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from graphstore import open_store
from graphstore.confidence import confidence, share
from graphstore.watched import Watch
from processors.records import Change, Discovery, EntityType, Question, QuestionStep, Revision
from stream import StreamSettings, create_topics, headers, list_dead_letters
from stream.errors import TooManyQuestions
from stream.journal import Journal
from stream.messages import Inbound, Outbound, Task
from stream.metrics import Metrics
from stream.outbox import relay
from stream.questions import _heed, ask, questions_of, withdraw
from stream.steps import GraphStep
from stream.topics import Topic

from .bench import Box
from .contract import publish
from .dictionary import DictionaryExtractor
from .kit import PATIENCE, WorkerProcess, abstract, at_work, caught_up, contents, send_raw, until

ASPIRIN, HEADACHE, NAUSEA = "mesh:D001241", "mesh:D006261", "mesh:D009325"
PAIR = Question.of(ASPIRIN, HEADACHE, (QuestionStep(),), id="pair", label="a pair")
OPEN = Question.of(ASPIRIN, None, (QuestionStep(type=EntityType.DISEASE, min_papers=2),), id="open")
BRIDGE = Question.of(HEADACHE, NAUSEA, (QuestionStep(type=EntityType.CHEMICAL), QuestionStep()), id="bridge")


async def told(settings: StreamSettings) -> list[Discovery]:
    """What was told, repeats left out."""
    found = {}
    for record in await contents(settings, Topic.DISCOVERIES):
        discovery = Discovery.from_bytes(record.value)
        assert record.key.decode() == discovery.question
        assert headers.get(record.headers, "ce_id") == discovery.id
        found.setdefault(discovery.id, discovery)
    return list(found.values())


def short(discoveries: list[Discovery]) -> list[tuple[str, str, str, str]]:
    return [(d.question, d.kind.value, " ".join(e.name for e in d.entities), d.document) for d in discoveries]


async def heard(settings: StreamSettings, count: int) -> list[Discovery]:
    async def so_many() -> bool:
        return len(await told(settings)) >= count

    await until(so_many, f"{count} discoveries are told")
    return await told(settings)


class WatchContract:
    """Subclasses give the fixture `settings`: a broker with this prefix's topics."""

    @pytest.fixture
    def settings(self) -> StreamSettings:
        raise NotImplementedError

    async def test_an_abstract_completes_an_answer_and_its_retraction_breaks_it(self, settings: StreamSettings) -> None:
        await publish(settings, abstract(9, "lithium causes seizures."))
        await ask(settings, [PAIR, OPEN, BRIDGE])
        async with at_work(settings) as worker:
            await caught_up(settings)
            assert worker.metrics.registry.get_sample_value("biorelay_questions") == 3
            await publish(settings, abstract(1, "aspirin causes headache."))
            (first,) = await heard(settings, 1)
            assert short([first]) == [("pair", "completed", "aspirin headache", "pubmed:1")]
            (step,) = first.path
            assert (step.evidence, step.document) == ("A case report aspirin causes headache.", "pubmed:1")
            assert (step.papers, step.holds) == (1, True)
            assert first.score == 1.0
            assert step.confidence == pytest.approx(confidence(share(0.8)))
            await publish(settings, abstract(2, "aspirin causes headache."))
            await publish(settings, abstract(3, "aspirin causes nausea."))
            found = await heard(settings, 3)
            assert sorted(short(found[1:])) == [
                ("bridge", "completed", "headache aspirin nausea", "pubmed:3"),
                ("open", "completed", "aspirin headache", "pubmed:2"),
            ]
            await publish(settings, abstract(2, "aspirin causes headache.").model_copy(update={"retracted": True}))
            found = await heard(settings, 4)
            assert short(found[3:]) == [("open", "broken", "aspirin headache", "pubmed:2")]
            assert [step.holds for step in found[3].path] == [False]
            await publish(settings, "pubmed:1")
            found = await heard(settings, 6)
            assert sorted(short(found[4:])) == [
                ("bridge", "broken", "headache aspirin nausea", "pubmed:1"),
                ("pair", "broken", "aspirin headache", "pubmed:1"),
            ]
            assert worker.metrics.registry.get_sample_value("biorelay_discoveries_total", {"kind": "broken"}) == 3
            assert worker.metrics.registry.get_sample_value("biorelay_watch_seconds_count") > 0

    async def test_questions_come_and_go_while_the_worker_runs(self, settings: StreamSettings) -> None:
        async with at_work(settings) as worker:
            await ask(settings, [PAIR, OPEN, BRIDGE])
            await ask(settings, [replaced := OPEN.model_copy(update={"label": "anew"})])
            await withdraw(settings, ["pair", "never asked"])

            async def known() -> bool:
                return worker.metrics.registry.get_sample_value("biorelay_questions") == 2

            await until(known, "the worker knows of two questions")
            assert await questions_of(settings) == [BRIDGE, replaced]
            await publish(settings, abstract(1, "aspirin causes headache."), abstract(2, "aspirin causes headache and nausea."))
            found = await heard(settings, 2)
        assert {d.question for d in found} == {"open", "bridge"}

    async def test_garbage_among_the_questions_costs_only_itself(self, settings: StreamSettings) -> None:
        broken = {
            "record.not-json": {"key": b"x", "value": b"no JSON"},
            "record.unknown-schema": {"key": b"y", "value": b'{"schema":"biorelay.question/9","id":"y"}'},
            "record.invalid": {"key": b"z", "value": OPEN.model_copy(update={"id": "z", "start": "Not A CURIE"}).to_bytes()},
            "stream.key-mismatch": {"key": b"other", "value": OPEN.to_bytes()},
            "stream.bad-key": {"key": b"\xff", "value": OPEN.to_bytes()},
        }
        await ask(settings, [PAIR])
        await send_raw(settings, Topic.QUESTIONS, *broken.values(), {"key": b"long", "value": _long()})
        await ask(settings, [BRIDGE])
        for _ in range(2):  # a second worker finds them in the dead letters already
            async with at_work(settings) as worker:
                await caught_up(settings)
                assert worker.metrics.registry.get_sample_value("biorelay_questions") == 2

                async def aside() -> bool:
                    return len([letter async for letter in list_dead_letters(settings)]) == len(broken) + 1

                await until(aside, "the dead letters are there")
        letters = await contents(settings, Topic.DEAD_LETTERS)
        assert len(letters) == len(broken) + 1
        codes = {headers.get(letter.headers, headers.ERROR_CODE): letter.value for letter in letters if letter.key != b"long"}
        assert codes == {code: message["value"] for code, message in broken.items()}
        assert {headers.get(letter.headers, headers.STAGE) for letter in letters} == {"graph"}


def _long() -> bytes:
    """A way of four steps is none that can be watched."""
    return Question(id="long", start=ASPIRIN, end=NAUSEA).model_copy(update={"max_hops": 4}).to_bytes()


@pytest.mark.slow
class TestEmbedded(WatchContract):
    @pytest.fixture
    def settings(self, embedded_settings: StreamSettings) -> StreamSettings:
        return embedded_settings


@pytest.mark.kafka
class TestKafka(WatchContract):
    @pytest.fixture
    def settings(self, kafka_settings: StreamSettings) -> StreamSettings:
        return kafka_settings


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
async def test_a_worker_that_is_killed_tells_again_with_the_same_id(
    bare_settings: StreamSettings, kafka: str, engine: str, request: pytest.FixtureRequest
) -> None:
    settings = replace(bare_settings, broker=kafka)
    await create_topics(settings)
    address, password = f"ladybug:{settings.data_dir / 'graph'}", ""
    if engine == "neo4j":
        address, _, password = request.getfixturevalue("empty_neo4j")
    await ask(settings, [PAIR])
    await publish(settings, abstract(1, "aspirin causes headache."))

    def ids(records: Sequence[ConsumerRecord]) -> list[str]:
        return [Discovery.from_bytes(record.value).id for record in records]

    seen = []
    for dies in ("written", "told"):
        with WorkerProcess(settings, address, log=settings.data_dir / f"{dies}.log", arguments=[password, dies]) as process:
            assert await asyncio.to_thread(process.wait, 90) == -signal.SIGKILL, process.log
        seen.append(ids(await contents(settings, Topic.DISCOVERIES)))
    (one,) = seen[1]
    assert seen[0] == []
    with WorkerProcess(settings, address, log=settings.data_dir / "lives.log", arguments=[password]) as process:
        await process.ready()
        await caught_up(settings)

        async def again() -> bool:
            return len(await contents(settings, Topic.DISCOVERIES)) > 1

        await until(again, "it is told again")
        await publish(settings, abstract(2, "aspirin causes headache."))  # the answer is there already
        await caught_up(settings)
        assert process.metric('biorelay_discoveries_total{kind="completed"}') == 1
        assert process.metric("biorelay_discovery_delay_seconds_count") == 1
        process.terminate()
        assert process.wait() == 0
    records = await contents(settings, Topic.DISCOVERIES)
    assert ids(records) == [one, one]
    assert len({headers.get(record.headers, "ce_time") for record in records}) == 1
    async with open_store(address, password=password or None) as store:
        assert await store.outbox() == []


class Killed(BaseException):
    """The process is gone: nothing behind this happens."""


class Broker(Box):
    """Keeps what it is sent; `dies` says whether the process lives to hear that it was kept."""

    def __init__(self, *, keeps: bool, dies: bool) -> None:
        super().__init__()
        self.keeps, self.dies, self.done = keeps, dies, asyncio.Event()

    async def send(self, messages: Sequence[Outbound]) -> list[BaseException | None]:
        results = await super().send(messages) if self.keeps else []
        self.done.set()
        if self.dies:
            raise Killed
        return results

    def ids(self) -> list[str]:
        return [headers.get(m.headers, "ce_id") or "" for m in self.sent if m.topic.endswith("discoveries")]


def task(number: int, text: str) -> Task:
    extractor = DictionaryExtractor()
    value = extractor.relations(extractor.entities(abstract(number, text))).to_bytes()
    key = f"pubmed:{number}"
    return Task(Inbound("biorelay.relations", 0, number, 1000, key.encode(), value), key, Revision(0, number), 1000)


async def test_a_crash_between_the_graph_and_the_topic_repeats_with_the_same_id(tmp_path: Path, journal: Journal) -> None:
    settings = StreamSettings(data_dir=tmp_path)

    def step() -> GraphStep:
        made = GraphStep(settings, lambda: open_store(tmp_path / "graph"), journal, Metrics(settings))
        made.watch.put(PAIR)
        made.asked.set()
        return made

    first = step()
    await first.run([task(1, "aspirin causes headache.")])
    await first.close()  # dies behind the commit: nothing was told
    ids = []
    for broker in (Broker(keeps=False, dies=True), Broker(keeps=True, dies=True), Broker(keeps=True, dies=False)):
        again = step()
        await again.run([task(1, "aspirin causes headache.")])  # what was not acknowledged comes again, and adds nothing
        telling = asyncio.ensure_future(relay(again, broker, settings, Metrics(settings), lambda: True))
        await asyncio.wait_for(broker.done.wait(), PATIENCE)
        if broker.dies:
            with pytest.raises(Killed):
                await telling
        else:

            async def forgotten(made: GraphStep = again) -> bool:
                return await (await made.store()).waiting(10) == []

            await until(forgotten, "the outbox is empty")
            telling.cancel()
        ids.append(broker.ids())
        await again.close()
    (one,) = ids[1]
    assert ids == [[], [one], [one]]
    last = step()
    await last.run([task(2, "aspirin causes headache.")])
    assert [type(told) for told, _ in await (await last.store()).waiting(10)] == [Change]  # the answer was there already
    await last.close()


async def test_nothing_is_written_before_the_questions_are_known(tmp_path: Path, journal: Journal) -> None:
    settings = StreamSettings(data_dir=tmp_path)
    step = GraphStep(settings, lambda: open_store(tmp_path / "graph"), journal, Metrics(settings))
    writing = asyncio.ensure_future(step.run([task(1, "aspirin causes headache.")]))
    store = await step.store()
    await asyncio.sleep(0.05)
    assert (await store.stats()).articles == 0
    step.watch.put(PAIR)
    step.asked.set()
    await writing
    assert [type(told).__name__ for told, _ in await store.waiting(10)] == ["Change", "Discovery"]
    await step.close()


def test_no_more_questions_stand_than_the_settings_allow() -> None:
    watch = Watch()

    def record(question: Question) -> Any:
        return SimpleNamespace(key=question.id.encode(), value=question.to_bytes())

    _heed(record(PAIR), watch, 2)
    _heed(record(BRIDGE), watch, 2)
    _heed(record(PAIR), watch, 2)  # in its own place
    with pytest.raises(TooManyQuestions) as caught:
        _heed(record(OPEN), watch, 2)
    assert caught.value.limit == "limits.questions"
    assert set(watch.questions) == {PAIR.id, BRIDGE.id}
    _heed(SimpleNamespace(key=PAIR.id.encode(), value=None), watch, 2)
    _heed(record(OPEN), watch, 2)
    assert set(watch.questions) == {OPEN.id, BRIDGE.id}
