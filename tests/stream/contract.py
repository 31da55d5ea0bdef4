"""What every broker must carry: one suite, run on the embedded broker and on a real Kafka."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from processors.records import Abstract, Change, Entities, Relations, Revision, Section, Status
from stream import Publisher, RelationStream, StreamSettings, headers, list_dead_letters, replay_dead_letters, show_dead_letter
from stream.client import Position, RelationsMessage
from stream.dead_letters import Outcome
from stream.errors import DeadLetterMissing
from stream.partitioner import partition_of
from stream.settings import Stage
from stream.topics import Topic, dead_letter_bytes

from .dictionary import DictionaryExtractor
from .kit import abstract, at_work, caught_up, contents, graph_of, newest, send_raw, snapshot_of


def header(record: ConsumerRecord, name: str) -> str | None:
    return headers.get(record.headers, name)


async def publish(settings: StreamSettings, *documents: Abstract | str) -> list[Position]:
    """Publish abstracts, and deletions given as CURIEs; where they lie."""
    async with Publisher(settings) as publisher:
        written = [await (publisher.delete(item) if isinstance(item, str) else publisher.publish(item)) for item in documents]
        return [await position for position in written]


async def relations_of(settings: StreamSettings, **how: object) -> list[RelationsMessage]:
    async with RelationStream(settings, follow=False, **how) as stream:
        return [message async for message in stream]


class StreamContract:
    """Subclasses give the fixture `settings`: a broker with this prefix's topics."""

    refuses_no_key: bool  # whether the broker itself keeps messages without a key off compacted topics

    @pytest.fixture
    def settings(self) -> StreamSettings:
        raise NotImplementedError

    async def test_abstracts_become_a_graph(self, settings: StreamSettings) -> None:
        documents = [abstract(number) for number in range(60)]
        positions = await publish(settings, *documents)
        async with at_work(settings):
            await caught_up(settings)
        expected = {int(d.id[7:]): (Revision(0, p.offset), d) for d, p in zip(documents, positions, strict=True)}
        assert await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}") == await graph_of(settings.data_dir / "batch", expected)
        entities, relations = await contents(settings, Topic.ENTITIES), await contents(settings, Topic.RELATIONS)
        published = {record.key: record.timestamp for record in await contents(settings, Topic.ABSTRACTS)}
        extractor = DictionaryExtractor()
        for document, position in zip(documents, positions, strict=True):
            found, stated = newest(entities)[document.id], newest(relations)[document.id]
            assert found.value == extractor.entities(document).to_bytes()
            assert stated.value == extractor.relations(extractor.entities(document)).to_bytes()
            assert found.partition == stated.partition == position.partition
            assert header(found, headers.REVISION) == header(stated, headers.REVISION) == f"0:{position.offset}"
            assert header(stated, headers.PUBLISHED_AT) == str(published[document.id.encode()])
            assert (
                header(found, "ce_id") == header(stated, "ce_id") == f"{document.id}@0:{position.offset}/{extractor.provenance.generation}"
            )
            assert header(stated, "ce_source") == f"/{settings.prefix}/relations"
        changes = await contents(settings, Topic.GRAPH_CHANGES)
        assert changes
        assert all(header(change, "ce_id") == Change.from_bytes(change.value).id for change in changes)

    async def test_the_newest_state_of_a_document_wins(self, settings: StreamSettings) -> None:
        first, second = abstract(1, "aspirin causes headache."), abstract(1, "cocaine causes seizures.")
        gone, back = abstract(2), abstract(3, "lithium causes nausea.")
        await publish(settings, first, gone, back)
        async with at_work(settings):
            await caught_up(settings)
            await publish(settings, second, gone.id, back.id, back)
            await publish(settings, "pubmed:404")
            await caught_up(settings)
        stated = newest(await contents(settings, Topic.RELATIONS))
        assert stated[gone.id].value is None
        assert stated["pubmed:404"].value is None
        assert header(stated[gone.id], headers.REVISION) == f"0:{(await positions_of(settings, gone.id))[-1]}"
        graph = await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}")
        expected = {
            1: (Revision(0, (await positions_of(settings, first.id))[-1]), second),
            3: (Revision(0, (await positions_of(settings, back.id))[-1]), back),
        }
        assert graph == await graph_of(settings.data_dir / "batch", expected)

    async def test_an_older_message_that_comes_late_changes_nothing(self, settings: StreamSettings) -> None:
        document = abstract(1, "cocaine causes seizures.")
        await publish(settings, abstract(9), document)
        async with at_work(settings):
            await caught_up(settings)
            before = await contents(settings, Topic.RELATIONS)
            old = DictionaryExtractor()
            late = old.relations(old.entities(abstract(1, "aspirin causes headache.")))
            revision = Revision.parse(header(newest(before)[document.id], headers.REVISION) or "")
            stale = revision._replace(epoch=revision.epoch, offset=max(revision.offset - 1, 0))
            if stale < revision:
                place = newest(before)[document.id].partition
                pairs = list(headers.stamp(stale, 0))
                message = {"key": document.id.encode(), "value": late.to_bytes(), "headers": pairs, "partition": place}
                await send_raw(settings, Topic.RELATIONS, message)
            await caught_up(settings)
        edges = str(await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}"))
        assert "D003042" in edges

    async def test_garbage_costs_only_itself(self, settings: StreamSettings) -> None:
        good = [abstract(number) for number in range(1, 11)]
        long = abstract(104, "aspirin " * (settings.document_bytes // 8))
        garbage = {
            "record.not-json": {"key": b"pubmed:101", "value": b"this is not JSON"},
            "record.unknown-schema": {"key": b"pubmed:102", "value": b'{"schema":"biorelay.abstract/9","id":"pubmed:102"}'},
            "record.invalid": {"key": b"pubmed:103", "value": b'{"schema":"biorelay.abstract/1","id":"pubmed:103","title":7}'},
            "record.too-large": {"key": b"pubmed:104", "value": long.to_bytes()},
            "stream.key-mismatch": {"key": b"pubmed:105", "value": abstract(11).to_bytes()},
            "stream.unexpected": {"key": b"pubmed:106", "value": abstract(106, "POISON").to_bytes()},
            "stream.too-large": {"key": b"pubmed:108", "value": abstract(108, "HUGE " + "aspirin " * 20).to_bytes()},
            "stream.no-key": {"value": abstract(109).to_bytes()},
            "stream.bad-key": {"key": b"\xff\xfe", "value": abstract(110).to_bytes(), "headers": [("x", b"kept")]},
        }
        if self.refuses_no_key:
            with pytest.raises(KafkaError):
                await send_raw(settings, Topic.ABSTRACTS, garbage.pop("stream.no-key"))
        utf8 = {"key": b"pubmed:111", "value": b'{"schema":"biorelay.abstract/1","id":"pubmed:111","title":"\xff"}'}
        await publish(settings, *good[:5])
        await send_raw(settings, Topic.ABSTRACTS, *garbage.values(), utf8)
        await publish(settings, *good[5:])
        async with at_work(settings) as worker:
            await caught_up(settings)
            assert worker.metrics.registry.get_sample_value("biorelay_documents_total", {"stage": "ner", "outcome": "ok"}) == len(good) + 1
        letters = [letter async for letter in list_dead_letters(settings)]
        by_code = {letter.code: letter for letter in letters if letter.key != utf8["key"]}
        assert set(by_code) == set(garbage)
        for code, message in garbage.items():
            letter = by_code[code]
            assert (letter.key, letter.value) == (message.get("key"), message["value"]), code
            assert (letter.stage, letter.topic) == ("ner", Topic.ABSTRACTS.named(settings.prefix))
            assert (letter.attempts, letter.software, letter.model) == (1, "test", "dictionary@1")
            assert letter.error
        assert ("x", b"kept") in by_code["stream.bad-key"].headers
        assert [letter.code for letter in letters if letter.key == utf8["key"]] == ["record.not-json"]
        stated = newest(await contents(settings, Topic.RELATIONS))
        homeless = {"stream.no-key", "stream.bad-key"}
        readable = {message["key"].decode() for code, message in garbage.items() if code not in homeless}
        for key in readable | {"pubmed:111"}:
            failed = Relations.from_bytes(stated[key].value)
            assert (failed.id, failed.status, failed.relations) == (key, Status.FAILED, ())
            assert header(stated[key], headers.REVISION) == next(letter.revision for letter in letters if letter.key == key.encode())
        for document in good:
            assert Relations.from_bytes(stated[document.id].value).status is Status.OK
        assert len(stated) == len(good) + len(readable) + 1

    async def test_any_partitioner_will_do(self, settings: StreamSettings) -> None:
        def elsewhere(document: Abstract, value: bytes | None) -> dict[str, object]:
            home = partition_of(document.id.encode(), settings.partitions)
            stamp = [(headers.REVISION, b"0:0"), ("x", b"kept")]
            return {"key": document.id.encode(), "value": value, "partition": (home + 1) % settings.partitions, "headers": stamp}

        first, second = abstract(1, "aspirin causes headache."), abstract(1, "cocaine causes seizures.")
        gone = abstract(2)
        await publish(settings, gone)
        await send_raw(settings, Topic.ABSTRACTS, *(elsewhere(d, d.to_bytes()) for d in (first, second)), elsewhere(gone, None))
        async with at_work(settings) as worker:
            await caught_up(settings)
            moved = worker.metrics.registry.get_sample_value("biorelay_documents_total", {"stage": "ner", "outcome": "moved"})
        assert moved == 3
        assert [letter async for letter in list_dead_letters(settings)] == []
        abstracts = [r for r in await contents(settings, Topic.ABSTRACTS) if r.partition == partition_of(r.key, settings.partitions)]
        latest = newest(abstracts)
        assert (latest[second.id].value, latest[gone.id].value) == (second.to_bytes(), None)
        assert header(latest[second.id], "x") == "kept"
        stated = newest(await contents(settings, Topic.RELATIONS))
        assert header(stated[second.id], headers.REVISION) == f"0:{latest[second.id].offset}"
        graph = await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}")
        expected = {1: (Revision(0, latest[second.id].offset), second)}
        assert graph == await graph_of(settings.data_dir / "batch", expected)

    async def test_garbage_on_derived_topics(self, settings: StreamSettings) -> None:
        stamp = [(headers.REVISION, b"0:5"), (headers.PUBLISHED_AT, b"1000")]
        provenance = DictionaryExtractor().provenance
        lies = (
            Entities.model_construct(id="pubmed:3", text="short", provenance=provenance)
            .to_bytes()
            .replace(b'"mentions":[]', b'"mentions":[{"id":"T1"}]')
        )
        for topic in (Topic.ENTITIES, Topic.RELATIONS):
            await send_raw(
                settings,
                topic,
                {"key": b"pubmed:1", "value": b"{}", "headers": stamp},
                {"key": b"pubmed:2", "value": b"{}"},
                {"key": b"pubmed:2", "value": b"{}", "headers": [(headers.REVISION, b"new")]},
                {"key": b"pubmed:3", "value": lies, "headers": stamp},
                {"key": b"pubmed:4", "value": None, "headers": stamp},
            )
        good = abstract(8)
        await publish(settings, good)
        async with at_work(settings):
            await caught_up(settings)
        codes = [(letter.stage, letter.document, letter.code) async for letter in list_dead_letters(settings)]
        assert sorted(codes) == sorted(
            [
                ("graph", "pubmed:1", "record.unknown-schema"),
                ("graph", "pubmed:2", "stream.no-revision"),
                ("graph", "pubmed:2", "stream.no-revision"),
                ("graph", "pubmed:3", "record.unknown-schema"),
                ("relations", "pubmed:1", "record.unknown-schema"),
                ("relations", "pubmed:2", "stream.no-revision"),
                ("relations", "pubmed:2", "stream.no-revision"),
                ("relations", "pubmed:3", "record.invalid"),
            ]
        )
        graph = await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}")
        assert [article.id for article in graph.articles] == [good.id]

    async def test_a_message_too_large_for_dead_letters_is_cut(self, settings: StreamSettings) -> None:
        small = replace(settings, message_bytes=64 * 1024)
        value = b"x" * (2 * dead_letter_bytes(small))
        await send_raw(settings, Topic.ABSTRACTS, {"key": b"pubmed:1", "value": value})
        async with at_work(small):
            await caught_up(small)
        [letter] = [letter async for letter in list_dead_letters(settings)]
        assert letter.cut_from == len(value)
        assert letter.value
        assert value.startswith(letter.value)
        assert len(letter.value) < dead_letter_bytes(small)

    async def test_dead_letters_are_replayed_after_a_fix(self, settings: StreamSettings) -> None:
        bad, overtaken = abstract(1, "POISON aspirin causes headache."), abstract(2, "POISON")
        await publish(settings, bad, overtaken)
        async with at_work(settings):
            await caught_up(settings)
        letters = [letter async for letter in list_dead_letters(settings)]
        assert [letter.code for letter in letters] == ["stream.unexpected"] * 2
        assert await show_dead_letter(settings, letters[0].id) == letters[0]
        with pytest.raises(DeadLetterMissing):
            await show_dead_letter(settings, "0:999")
        await publish(settings, abstract(2, "lithium causes nausea."))
        outcomes = {replay.letter.document: replay.outcome for replay in await replay_dead_letters(settings, letters)}
        assert outcomes == {bad.id: Outcome.REPLAYED, overtaken.id: Outcome.SUPERSEDED}
        again = {replay.letter.document: replay.outcome for replay in await replay_dead_letters(settings, letters)}
        assert again == {bad.id: Outcome.REPEATED, overtaken.id: Outcome.SUPERSEDED}
        async with at_work(settings, extractor=Immune):
            await caught_up(settings)
        stated = newest(await contents(settings, Topic.RELATIONS))
        assert header(stated[bad.id], headers.REVISION) == next(letter.revision for letter in letters if letter.document == bad.id)
        assert Relations.from_bytes(stated[bad.id].value).relations
        assert "D009325" in str(Relations.from_bytes(stated[overtaken.id].value).relations)
        graph = str(await snapshot_of(f"ladybug:{settings.data_dir / 'graph'}"))
        assert "D006261" in graph
        assert "D009325" in graph

    async def test_a_worker_goes_on_where_the_last_one_stopped(self, settings: StreamSettings) -> None:
        await publish(settings, *(abstract(number) for number in range(20)))
        async with at_work(settings):
            await caught_up(settings)
        await publish(settings, *(abstract(number) for number in range(20, 27)))
        async with at_work(settings) as worker:
            await caught_up(settings)
            for stage in Stage:
                assert worker.metrics.registry.get_sample_value("biorelay_documents_total", {"stage": stage, "outcome": "ok"}) == 7

    async def test_a_relation_stream_resumes(self, settings: StreamSettings) -> None:
        await publish(settings, *(abstract(number) for number in range(10)))
        async with at_work(settings):
            await caught_up(settings)
            async with RelationStream(settings, group=f"{settings.prefix}.reader") as stream:
                seen = []
                async for message in stream:
                    seen.append(message.document)
                    if len(seen) == 4:
                        break
            rest = await relations_of(settings, group=f"{settings.prefix}.reader")
            # The fourth was handed out and never said to be handled, so it comes again.
            assert len(rest) == 7
            assert {*seen, *(message.document for message in rest)} == {f"pubmed:{number}" for number in range(10)}
            assert await relations_of(settings, group=f"{settings.prefix}.reader") == []
            await publish(settings, "pubmed:3")
            await caught_up(settings)
            [deletion] = await relations_of(settings, group=f"{settings.prefix}.reader")
        assert (deletion.document, deletion.relations) == ("pubmed:3", None)
        everything = await relations_of(settings)
        assert len(everything) == 11
        assert all(message.revision is not None and message.published_at is not None for message in everything)
        assert await relations_of(settings, since=datetime.now(UTC) + timedelta(hours=1)) == []
        assert await relations_of(settings, since="now") == []


class Immune(DictionaryExtractor):
    """The extractor after its fix."""

    def entities(self, abstract: Abstract) -> Entities:
        sections = tuple(Section(text=section.text.replace("POISON", "")) for section in abstract.sections)
        return super().entities(abstract.model_copy(update={"sections": sections}))


async def positions_of(settings: StreamSettings, document: str) -> list[int]:
    """The offsets of a document's messages on the ingest topic."""
    return [record.offset for record in await contents(settings, Topic.ABSTRACTS) if record.key == document.encode()]
