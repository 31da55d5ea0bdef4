"""What was published before is read again with a newer model, beside the live stream. On the embedded broker and on a real Kafka."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from processors.records import Abstract, Entities, Relations, Revision, Status
from stream import StreamSettings, headers, list_dead_letters
from stream.embedded import EmbeddedBroker
from stream.partitioner import partition_of
from stream.reextract import _KEY, Progress, Reextraction, _newest
from stream.settings import Stage
from stream.topics import Topic

from .contract import header, publish
from .dictionary import DictionaryExtractor
from .kit import abstract, at_work, caught_up, contents, graph_of, newest, send_raw, snapshot_of, until

OLD, NEW = DictionaryExtractor(1), DictionaryExtractor(2)


def graph(settings: StreamSettings) -> str:
    return f"ladybug:{settings.data_dir / 'graph'}"


class ReextractionContract:
    """Subclasses give the fixture `settings`: a broker with this prefix's topics."""

    async def test_old_answers_are_replaced_at_their_revision(self, settings: StreamSettings, tmp_path: Path) -> None:
        """While a worker with the old model is still at work: the newest version of each document gets the new model's answers."""
        documents = [abstract(number) for number in range(20)]
        again = [replace_text(document) for document in documents[:5]]
        await publish(settings, *documents)
        async with at_work(settings):
            await caught_up(settings)
            positions = await publish(settings, *again, documents[5].id)
            await caught_up(settings)
            done = await Reextraction(settings, NEW).run()
            await caught_up(settings)
        assert (done.done, done.wanted) == (19, 19)
        first = {record.key.decode(): record.offset for record in reversed(await contents(settings, Topic.ABSTRACTS))}
        living = {document.id: document for document in (*documents, *again)} | {documents[5].id: None}
        for topic, made in ((Topic.ENTITIES, entities), (Topic.RELATIONS, relations)):
            last = newest(await contents(settings, topic))
            for key, document in living.items():
                assert last[key].value == (None if document is None else made(document))
        revised = {document.id: position.offset for document, position in zip(again, positions, strict=False)}
        expected = {
            int(key[7:]): (Revision(0, revised.get(key, first[key])), document) for key, document in living.items() if document is not None
        }
        assert await snapshot_of(graph(settings)) == await graph_of(tmp_path / "batch", expected, NEW)
        assert [letter async for letter in list_dead_letters(settings)] == []
        assert (await Reextraction(settings, NEW).run()).wanted == 0  # this model has read it all
        assert (await Reextraction(settings, NEW, again=True).run()).done == 19

    async def test_it_waits_for_the_live_stages(self, settings: StreamSettings) -> None:
        await publish(settings, *[abstract(number) for number in range(8)])
        told: list[str] = []
        running = asyncio.ensure_future(Reextraction(settings, NEW, most_behind=3).run(lambda now: told.append(now.behind)))

        async def waits() -> bool:
            return "ner is behind by 8 messages" in told

        await until(waits, "it waits for the stage that is behind")
        assert await contents(settings, Topic.ENTITIES) == []
        async with at_work(settings):
            done = await running
            await caught_up(settings)
        assert done.done == 8
        assert not done.behind
        last = newest(await contents(settings, Topic.RELATIONS))
        assert {made_by(record) for record in last.values()} == {2}

    async def test_what_fails_is_set_aside_and_what_is_no_document_is_left_alone(self, settings: StreamSettings) -> None:
        good, poison = abstract(1), abstract(2, "POISON for one model and not for the other.")
        home = partition_of(b"pubmed:3", settings.partitions)
        async with at_work(settings, extractor=Tolerant):
            await publish(settings, good, poison)
            await send_raw(settings, Topic.ABSTRACTS, {"key": b"no curie", "value": b"{}"})
            astray = {"key": b"pubmed:3", "value": abstract(3).to_bytes(), "partition": (home + 1) % settings.partitions}
            await send_raw(settings, Topic.ABSTRACTS, astray)
            await caught_up(settings)
            before = [letter.code async for letter in list_dead_letters(settings)]
            done = await Reextraction(settings, NEW).run()
            await caught_up(settings)
        assert done.done == 3  # the stray one where the agent sent it on to
        letters = [letter async for letter in list_dead_letters(settings)][len(before) :]
        assert [(letter.document, letter.model, letter.code) for letter in letters] == [(poison.id, "dictionary@2", "stream.unexpected")]
        last = newest(await contents(settings, Topic.RELATIONS))
        assert {key: Relations.from_bytes(record.value).status for key, record in last.items()} == {
            good.id: Status.OK,
            poison.id: Status.FAILED,
            "pubmed:3": Status.OK,
        }

    async def test_nobody_waited_for_it_since_its_publication(self, settings: StreamSettings) -> None:
        """Lag and freshness are of what readers wait for: the history must not raise an alarm."""
        await publish(settings, abstract(1))
        async with at_work(settings):
            await caught_up(settings)
        async with at_work(settings) as worker:
            await Reextraction(settings, NEW).run()
            await caught_up(settings)
            told = worker.metrics.exposition().decode()
        assert 'biorelay_documents_total{outcome="answered",stage="relations"} 1.0' in told
        assert 'biorelay_documents_total{outcome="ok",stage="graph"} 1.0' in told
        assert "biorelay_publish_to_queryable_seconds_count 0.0" in told
        record = (await contents(settings, Topic.RELATIONS))[-1]
        published = headers.published_at(record.headers)
        assert published == (await contents(settings, Topic.ABSTRACTS))[0].timestamp
        assert published < (headers.waited_since(record.headers) or 0)


class TestEmbedded(ReextractionContract):
    @pytest.fixture
    def settings(self, embedded_settings: StreamSettings) -> StreamSettings:
        return embedded_settings


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_broker_that_goes_while_it_is_asked_is_waited_for(bare_settings: StreamSettings) -> None:
    """Between two partitions: what is asked then is what the next one holds. aiokafka waits by itself where it asks for offsets."""
    with EmbeddedBroker(bare_settings) as broker:
        settings = replace(bare_settings, broker=broker.address, broker_timeout=2.0)
        await publish(settings, *[abstract(number) for number in range(8)])
        async with at_work(settings):
            await caught_up(settings)
        told: list[str] = []

        def tell(now: Progress) -> None:
            if not told:
                broker.set_up(False)
            told.append(now.behind)

        running = asyncio.ensure_future(Reextraction(settings, NEW, again=True).run(tell))

        async def waits() -> bool:
            return running.done() or "does not answer" in told[-1] if told else running.done()

        await until(waits, "it says that it waits")
        assert not running.done()
        broker.set_up(True)
        done = await running
        assert (done.done, done.wanted) == (8, 8)
        assert not done.behind


@pytest.mark.kafka
@pytest.mark.slow
class TestKafka(ReextractionContract):
    @pytest.fixture
    def settings(self, kafka_settings: StreamSettings) -> StreamSettings:
        return kafka_settings

    async def test_a_version_that_is_published_meanwhile_wins(self, settings: StreamSettings, tmp_path: Path) -> None:
        old, new = abstract(1), replace_text(abstract(1))
        await publish(settings, old)
        slow = Held(2)
        async with at_work(settings):
            await caught_up(settings)
            running = asyncio.ensure_future(Reextraction(settings, slow).run())
            await asyncio.to_thread(slow.begun.wait, 30)
            [position] = await publish(settings, new)
            await caught_up(settings)
            slow.go.set()
            await running
            await caught_up(settings)
        for topic, made in ((Topic.ENTITIES, OLD.entities(new)), (Topic.RELATIONS, OLD.relations(OLD.entities(new)))):
            last = newest(await contents(settings, topic))[new.id]
            assert header(last, headers.REVISION) == f"0:{position.offset}"
            assert last.value == made.to_bytes()
        assert await snapshot_of(graph(settings)) == await graph_of(tmp_path / "batch", {1: (Revision(0, position.offset), new)})

    async def test_a_model_rolls_over(self, settings: StreamSettings, tmp_path: Path) -> None:
        """Old and new workers at once, then the new ones alone, then the history: nothing of the old model stays."""
        documents = [abstract(number) for number in range(90)]
        settings = replace(settings, metrics_port=0)
        finding = replace(settings, stages=(Stage.NER, Stage.RELATIONS))
        old, new = replace(finding, worker="old"), replace(finding, worker="new")
        async with at_work(replace(settings, stages=(Stage.GRAPH,))), at_work(new, extractor=lambda: NEW):
            async with at_work(old, extractor=lambda: OLD):
                positions = await publish(settings, *documents[:60])
                await caught_up(settings)
            positions += await publish(settings, *documents[60:])
            await caught_up(settings)
            found = {by: sum(made_by(record) == by for record in await contents(settings, Topic.RELATIONS)) for by in (1, 2)}
            await Reextraction(settings, NEW).run()
            await caught_up(settings)
        assert found[1] > 0
        assert found[2] >= 30
        last = newest(await contents(settings, Topic.RELATIONS))
        assert {key: made_by(record) for key, record in last.items()} == {document.id: 2 for document in documents}
        expected: dict[int, tuple[Revision, Abstract | None]] = {
            number: (Revision(0, position.offset), document)
            for number, (document, position) in enumerate(zip(documents, positions, strict=True))
        }
        assert await snapshot_of(graph(settings)) == await graph_of(tmp_path / "batch", expected, NEW)

    async def test_killed_it_goes_on(self, settings: StreamSettings, tmp_path: Path) -> None:
        """Several at once, one of them killed: together they read everything."""
        settings = replace(settings, batch=4)
        documents = [abstract(number, f"Case {number}: aspirin caused seizures SLOW ly.") for number in range(90)]
        positions = await publish(settings, *documents)
        async with at_work(replace(settings, threads=8)):
            await caught_up(settings)
            with running_again(settings, tmp_path / "1.log") as one, running_again(settings, tmp_path / "2.log") as two:

                async def begun() -> bool:
                    return len(await contents(settings, Topic.RELATIONS)) > len(documents) + 12

                await until(begun, "some are read again")
                os.kill(one.pid, signal.SIGKILL)
                assert await asyncio.to_thread(two.wait, 90) == 0, (tmp_path / "2.log").read_text()
            await caught_up(settings)
        expected: dict[int, tuple[Revision, Abstract | None]] = {
            number: (Revision(0, position.offset), document)
            for number, (document, position) in enumerate(zip(documents, positions, strict=True))
        }
        assert await snapshot_of(graph(settings)) == await graph_of(tmp_path / "batch", expected, NEW)
        assert (await Reextraction(settings, NEW).run()).wanted == 0


@given(st.lists(st.tuples(st.sampled_from([b"a" * 16, b"b" * 15 + b"\0", b"c" * 16]), st.integers(0, 9), st.booleans())))
def test_the_newest_of_each_key(messages: list[tuple[bytes, int, bool]]) -> None:
    rows = [(key, min(older, offset), offset, deleted) for offset, (key, older, deleted) in enumerate(messages)]
    best: dict[bytes, tuple[int, int, bool]] = {}
    for key, revision, offset, deleted in rows:
        if key not in best or best[key][:2] <= (revision, offset):
            best[key] = revision, offset, deleted
    wanted = sorted(offset for _, offset, deleted in best.values() if not deleted)
    assert sorted(_newest(np.array(rows, _KEY))) == wanted


def made_by(record: ConsumerRecord) -> int:
    return Relations.from_bytes(record.value).provenance.generation


class Tolerant(DictionaryExtractor):
    """A model that the poison does no harm."""

    def entities(self, abstract: Abstract) -> Entities:
        return super().entities(abstract.model_copy(update={"sections": ()}))


class Held(DictionaryExtractor):
    """A model that says when it begins, and goes on when it is told to."""

    def __init__(self, generation: int) -> None:
        super().__init__(generation)
        self.begun, self.go = threading.Event(), threading.Event()

    def entities(self, abstract: Abstract) -> Entities:
        self.begun.set()
        assert self.go.wait(60)
        return super().entities(abstract)


def running_again(settings: StreamSettings, log: Path) -> "subprocess.Popen[bytes]":
    told = json.dumps(asdict(settings) | {"security": None}, default=str)
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, "-m", "tests.stream.reextracting", told], stdout=out, stderr=out)


def replace_text(document: Abstract) -> Abstract:
    return abstract(int(document.id[7:]), f"Revised {document.id}: cocaine caused nausea.")


def entities(document: Abstract) -> bytes:
    return NEW.entities(document).to_bytes()


def relations(document: Abstract) -> bytes:
    return NEW.relations(NEW.entities(document)).to_bytes()
