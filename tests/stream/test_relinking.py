"""A new vocabulary links what was published before, without reading it again. On the embedded broker and on a real Kafka."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord

from biorelay.relinking import Relinker
from graphstore import open_store
from graphstore.answers import Snapshot
from graphstore.contribution import Contribution
from processors.linking import Link, Linker, load_linker
from processors.records import Entities, EntityType, Relations, Revision
from processors.relinking import Move
from stream import StreamSettings, headers
from stream.settings import Stage
from stream.topics import Topic
from tests.vocabularies import small_linker, write_vocabulary

from .contract import header, publish
from .kit import abstract, at_work, caught_up, contents, graph_of, newest, send_raw, snapshot_of, until
from .linking import NAMES, LinkingExtractor

ASPIRIN, HEADACHE = (EntityType.CHEMICAL, "aspirin"), (EntityType.DISEASE, "headache")
MOVED = NAMES | {ASPIRIN: ("chebi:15365", "acetylsalicylic acid"), HEADACHE: ("hp:0002315", "headache")}
MERGED = NAMES | {ASPIRIN: ("mesh:D008094", "lithium")}


@pytest.fixture
def old(tmp_path: Path) -> LinkingExtractor:
    return LinkingExtractor(small_linker(tmp_path / "vocabulary" / "1", NAMES))


def another(tmp_path: Path, names: dict[tuple[EntityType, str], tuple[str, str]], version: str = "2") -> LinkingExtractor:
    return LinkingExtractor(small_linker(tmp_path / "vocabulary" / version, names))


def relinker(settings: StreamSettings, made: LinkingExtractor, **how: bool) -> Relinker:
    return Relinker(settings, made, made.linker, **how)


def graph(settings: StreamSettings) -> str:
    return f"ladybug:{settings.data_dir / 'graph'}"


class RelinkingContract:
    """Subclasses give the fixture `settings`: a broker with this prefix's topics."""

    @pytest.mark.parametrize("names", [MOVED, MERGED], ids=["moved", "merged"])
    async def test_topics_and_graph_are_a_fresh_runs(
        self, settings: StreamSettings, old: LinkingExtractor, tmp_path: Path, names: dict[tuple[EntityType, str], tuple[str, str]]
    ) -> None:
        """While workers are at work: only what changed is written, at its revision, and the graph follows."""
        new = another(tmp_path, names)
        documents = [abstract(number, "The patient had nausea." if number % 5 == 0 else "") for number in range(20)]
        positions = await publish(settings, *documents)
        async with at_work(settings, extractor=lambda: old):
            await caught_up(settings)
            await publish(settings, documents[7].id)
            await caught_up(settings)
            before = await contents(settings, Topic.ENTITIES)
        async with at_work(settings, extractor=lambda: new) as worker:
            would = await relinker(settings, new, dry=True).run()
            assert await contents(settings, Topic.ENTITIES) == before
            done = await relinker(settings, new).run()
            await caught_up(settings)
            assert f'outcome="answered",stage="relations"}} {done.written}.0' in worker.metrics.exposition().decode()
        assert (done.done, done.wanted) == (19, 19)
        assert (would.outcomes, would.moves) == (done.outcomes, done.moves)
        changed = [document for document in documents if "aspirin" in document.text or (names is MOVED and "headache" in document.text)]
        changed = [document for document in changed if document is not documents[7]]
        assert done.written == len(changed) == len(await contents(settings, Topic.ENTITIES)) - len(before)
        assert done.left == 0
        living = {document.id: (document, place) for document, place in zip(documents, positions, strict=True)}
        entities, relations = newest(await contents(settings, Topic.ENTITIES)), newest(await contents(settings, Topic.RELATIONS))
        assert entities.pop(documents[7].id).value is None
        del living[documents[7].id]
        for key, (document, place) in living.items():
            made = new if document in changed else old
            assert entities[key].value == made.entities(document).to_bytes()
            assert edges(relations[key].value) == edges(made.relations(made.entities(document)).to_bytes())
            for record in (entities[key], relations[key]):
                assert header(record, headers.REVISION) == f"0:{place.offset}"
        ids = [header(record, "ce_id") for record in await contents(settings, Topic.RELATIONS)]
        assert len(set(ids)) == len(ids)
        assert await snapshot_of(graph(settings)) == await graph_of_records(tmp_path / "batch", relations)
        assert dict((await relinker(settings, new).run()).outcomes) == {"current": done.written}  # what it wrote itself
        assert (await relinker(settings, new).run()).wanted == 0
        again = await relinker(settings, new, again=True).run()
        assert (again.done, again.written, again.left) == (19, 0, 0)

    async def test_an_answer_of_older_links_that_is_on_its_way_does_not_win(
        self, settings: StreamSettings, old: LinkingExtractor, tmp_path: Path
    ) -> None:
        """Entities of the old vocabulary that the relations agent has not read yet would be answered after the new ones."""
        new = another(tmp_path, MOVED)
        await publish(settings, *[abstract(number) for number in range(6)])
        async with at_work(replace(settings, stages=(Stage.NER,)), extractor=lambda: old):
            await caught_up(settings, Stage.NER)
        told: set[str] = set()
        running = asyncio.ensure_future(relinker(settings, new).run(lambda now: told.add(now.behind)))

        async def waits() -> bool:
            return any(said.startswith("relations has yet to read") for said in told)

        await until(waits, "it waits for the relations agent")
        assert len(await contents(settings, Topic.ENTITIES)) == 6
        async with at_work(settings, extractor=lambda: old):
            done = await running
            await caught_up(settings)
        assert done.written > 0
        last = newest(await contents(settings, Topic.RELATIONS))
        assert new.linker.version in {vocabulary_of(record) for record in last.values()}
        for key, record in newest(await contents(settings, Topic.ENTITIES)).items():
            assert vocabulary_of(last[key]) == Entities.from_bytes(record.value).provenance.vocabulary

    async def test_stopped_it_goes_on(self, settings: StreamSettings, old: LinkingExtractor, tmp_path: Path) -> None:
        settings = replace(settings, batch=2)
        await publish(settings, *[abstract(number, "aspirin caused headache.") for number in range(12)])
        held = HeldLinker(another(tmp_path, MOVED).linker, after=5)
        new = LinkingExtractor(held)
        async with at_work(settings, extractor=lambda: old):
            await caught_up(settings)
            running = asyncio.ensure_future(relinker(settings, new).run())
            await asyncio.to_thread(held.begun.wait, 30)
            running.cancel()
            held.go.set()
            await asyncio.gather(running, return_exceptions=True)
            some = await relinker(settings, new).run()
            await caught_up(settings)
        assert 0 < some.outcomes["renamed"] <= 10
        last = newest(await contents(settings, Topic.RELATIONS))
        assert {vocabulary_of(record) for record in last.values()} == {held.version}

    async def test_what_cannot_be_read_is_left_as_it_is(self, settings: StreamSettings, old: LinkingExtractor, tmp_path: Path) -> None:
        new = another(tmp_path, MOVED)
        stamp = list(headers.stamp(Revision(0, 0), 0))
        alien = old.entities(abstract(2, "aspirin caused headache.")).to_bytes()
        async with at_work(replace(settings, stages=(Stage.RELATIONS, Stage.GRAPH)), extractor=lambda: old):
            await send_raw(
                settings,
                Topic.ENTITIES,
                {"key": b"pubmed:1", "value": b"{no entities", "headers": stamp},
                {"key": b"pubmed:3", "value": alien, "headers": stamp},  # says that it is pubmed:2
                {"key": b"pubmed:4", "value": b"{}"},  # of no revision
                {"key": b"no curie", "value": b"{}", "headers": stamp},
                {"key": b"pubmed:5", "value": None, "headers": stamp},
            )
            await caught_up(settings, Stage.RELATIONS, Stage.GRAPH)
            before = len(await contents(settings, Topic.RELATIONS))
            done = await relinker(settings, new).run()
        assert (done.done, dict(done.outcomes), done.written) == (2, {"unreadable": 2}, 0)
        assert len(await contents(settings, Topic.RELATIONS)) == before

    async def test_what_another_model_judged_is_not_judged_anew(
        self, settings: StreamSettings, old: LinkingExtractor, tmp_path: Path
    ) -> None:
        await publish(settings, abstract(1, "aspirin caused headache, lithium caused nausea."), abstract(2, "aspirin caused nausea."))
        async with at_work(settings, extractor=lambda: old):
            await caught_up(settings)
            merged = another(tmp_path, MERGED)
            newer = LinkingExtractor(merged.linker, generation=2)
            done = await relinker(settings, newer).run()
            await caught_up(settings)
        assert dict(done.outcomes) == {"other-model": 1, "renamed": 1}
        assert done.moves == {Move("mesh:D001241", "mesh:D008094"): 1}
        last = newest(await contents(settings, Topic.RELATIONS))
        assert Relations.from_bytes(last["pubmed:1"].value).provenance == old.provenance
        made_by = Relations.from_bytes(last["pubmed:2"].value).provenance
        assert (made_by.model, made_by.generation, made_by.vocabulary) == ("dictionary@1", 1, merged.linker.version)


class TestEmbedded(RelinkingContract):
    @pytest.fixture
    def settings(self, embedded_settings: StreamSettings) -> StreamSettings:
        return embedded_settings


@pytest.mark.kafka
@pytest.mark.slow
class TestKafka(RelinkingContract):
    @pytest.fixture
    def settings(self, kafka_settings: StreamSettings) -> StreamSettings:
        return kafka_settings

    async def test_a_version_that_is_published_meanwhile_wins(
        self, settings: StreamSettings, old: LinkingExtractor, tmp_path: Path
    ) -> None:
        first, second = abstract(1, "aspirin caused headache."), abstract(1, "cocaine caused headache.")
        await publish(settings, first)
        held = HeldLinker(another(tmp_path, MOVED).linker, after=0)
        async with at_work(settings, extractor=lambda: old):
            await caught_up(settings)
            running = asyncio.ensure_future(relinker(settings, LinkingExtractor(held)).run())
            await asyncio.to_thread(held.begun.wait, 30)
            [position] = await publish(settings, second)
            await caught_up(settings)
            held.go.set()
            await running
            await caught_up(settings)
        for topic, made in ((Topic.ENTITIES, old.entities(second)), (Topic.RELATIONS, old.relations(old.entities(second)))):
            last = newest(await contents(settings, topic))[second.id]
            assert header(last, headers.REVISION) == f"0:{position.offset}"
            assert last.value == made.to_bytes()
        assert await snapshot_of(graph(settings)) == await graph_of(tmp_path / "batch", {1: (Revision(0, position.offset), second)}, old)

    @pytest.mark.timeout(300)
    async def test_killed_it_goes_on(self, settings: StreamSettings, old: LinkingExtractor, tmp_path: Path) -> None:
        """Two at once, one of them killed: together they link everything."""
        settings = replace(settings, batch=4)
        vocabulary = write_vocabulary(tmp_path / "vocabulary" / "2", MOVED)
        documents = [abstract(number, f"Case {number}: aspirin caused headache.") for number in range(90)]
        await publish(settings, *documents)
        async with at_work(settings, extractor=lambda: old):
            await caught_up(settings)
        new = LinkingExtractor(load_linker(vocabulary))  # has rolled over all workers: what they are given again must not be of the old one
        async with at_work(settings, extractor=lambda: new):
            with run_apart(settings, vocabulary, tmp_path / "1.log") as one, run_apart(settings, vocabulary, tmp_path / "2.log") as two:

                async def begun() -> bool:
                    return len(await contents(settings, Topic.RELATIONS)) > len(documents) + 12

                await until(begun, "some are linked anew")
                os.kill(one.pid, signal.SIGKILL)
                assert await asyncio.to_thread(two.wait, 200) == 0, (tmp_path / "2.log").read_text()
            await caught_up(settings)
        last = newest(await contents(settings, Topic.RELATIONS))
        assert {vocabulary_of(record) for record in last.values()} == {"small@2"}


class HeldLinker(Linker):
    """A linker that says when it begins the document after so many, and goes on when it is told to."""

    def __init__(self, linker: Linker, after: int) -> None:
        super().__init__(linker._vocabulary)
        self.begun, self.go = threading.Event(), threading.Event()
        self._left = after
        self._counting = threading.Lock()

    def resolve(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[Link]:
        with self._counting:
            self._left -= 1
            wait = self._left < 0
        if wait:
            self.begun.set()
            assert self.go.wait(60)
        return super().resolve(document_id, text, mentions)


def run_apart(settings: StreamSettings, vocabulary: Path, log: Path) -> "subprocess.Popen[bytes]":
    told = json.dumps(asdict(settings) | {"security": None}, default=str)
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, "-m", "tests.stream.linking", told, str(vocabulary)], stdout=out, stderr=out)


def vocabulary_of(record: ConsumerRecord) -> str | None:
    return Relations.from_bytes(record.value).provenance.vocabulary


async def graph_of_records(folder: Path, records: dict[str, ConsumerRecord]) -> Snapshot:
    """A fresh graph of these relations."""
    async with open_store(f"ladybug:{folder}") as store:
        for record in records.values():
            if record.value is not None:
                revision = Revision.parse(header(record, headers.REVISION) or "")
                await store.apply([Contribution.of(Relations.from_bytes(record.value), revision)])
        return await store.snapshot()


def edges(value: bytes) -> set[tuple[str, ...]]:
    """What a record of relations says, whichever side of a pair stands first."""
    found = Relations.from_bytes(value)
    made_by = found.provenance
    return {
        (*sorted(f"{one.id} {one.name}" for one in (relation.subject, relation.object)), relation.predicate, str(relation.probability))
        for relation in found.relations
    } | {(made_by.model, str(made_by.generation), made_by.vocabulary or "")}
