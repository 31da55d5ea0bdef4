"""The verifier finds what was planted, and nothing where nothing is wrong. No services."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord

from graphstore import open_store
from graphstore.answers import Snapshot
from graphstore.contribution import Contribution
from processors.records import Abstract, Change, Revision
from stream import headers
from stream.topics import Topic

from .documents import Author, NumberedExtractor, Publication
from .faults import KINDS, draw
from .rounds import percentile
from .sending import Acknowledged, Journal, digest
from .verifier import Findings, Ledger, fresh_graph, judge_fresh

EXTRACTOR = NumberedExtractor()


def record(topic: Topic, key: str, value: bytes | None, offset: int, about: tuple[tuple[str, bytes], ...] = ()) -> ConsumerRecord:
    size = len(value or b"")
    return ConsumerRecord(topic.value, 0, offset, 1, 0, key.encode(), value, None, len(key), size, about)


class Said:
    """What topics and graph hold after a round in which all went well; to be spoilt."""

    def __init__(self, count: int = 60) -> None:
        author = Author(1, 0)
        self.log: list[ConsumerRecord] = []
        self.acknowledged: list[Acknowledged] = []
        self.entities: list[ConsumerRecord] = []
        self.relations: list[ConsumerRecord] = []
        self.contributions: list[Contribution] = []
        for offset in range(count):
            self.publish(author.next(), offset)

    def publish(self, publication: Publication, offset: int) -> None:
        document, abstract = publication.document, publication.abstract
        value = None if abstract is None else abstract.to_bytes()
        entities = None if abstract is None else EXTRACTOR.entities(abstract)
        relations = None if entities is None else EXTRACTOR.relations(entities)
        revision = Revision(0, offset)
        about = headers.stamp(revision, 1)
        self.log.append(record(Topic.ABSTRACTS, document, value, offset))
        self.acknowledged.append(Acknowledged(document, 0, offset, digest(value), publication.kind, 0))
        self.entities.append(record(Topic.ENTITIES, document, entities.to_bytes() if entities else None, offset, about))
        self.relations.append(record(Topic.RELATIONS, document, relations.to_bytes() if relations else None, offset, about))
        told = Contribution(document, revision, 0, None) if relations is None else Contribution.of(relations, revision)
        self.contributions.append(told)

    def ledger(self) -> Ledger:
        made = Ledger(EXTRACTOR)
        topics = {Topic.ABSTRACTS: self.log, Topic.ENTITIES: self.entities, Topic.RELATIONS: self.relations}
        made.take({topic: topics.get(topic, []) for topic in Topic})
        return made

    async def graph(self, folder: Path) -> tuple[Snapshot, list[Change]]:
        """The graph, and what the outbox told of it."""
        async with open_store(f"ladybug:{folder}") as store:
            for contribution in self.contributions:
                await store.apply([contribution])
            told = [one for one in await store.outbox(10_000) if isinstance(one, Change)]
            return await store.snapshot(markers=True), told


@pytest.fixture
def said() -> Said:
    return Said()


def counts(findings: Findings) -> dict[str, int]:
    return {name: count for name, count in findings.counts().items() if count}


async def test_nothing_is_found_where_all_is_well(said: Said, tmp_path: Path) -> None:
    snapshot, told = await said.graph(tmp_path / "streamed")
    ledger = said.ledger()
    for change in told:
        assert ledger.changes.take(change)
    assert counts(ledger.judge_log(said.acknowledged)) == {}
    assert counts(ledger.judge_topics(ledger.newest)) == {}
    assert counts(ledger.judge_graph(snapshot)) == {}
    assert ledger.changes.judge({edge.key: edge.counts for edge in snapshot.edges}) == []
    assert counts(judge_fresh(snapshot, await fresh_graph(tmp_path / "fresh", ledger.survivors))) == {}


def test_an_acknowledged_document_that_the_log_lacks_is_lost(said: Said) -> None:
    lost = said.log.pop(7)
    assert counts(said.ledger().judge_log(said.acknowledged)) == {"lost": 1}
    said.log.insert(7, lost)
    said.acknowledged[3] = replace(said.acknowledged[3], value=digest(b"another"))
    assert counts(said.ledger().judge_log(said.acknowledged)) == {"lost": 1}


def test_what_a_topic_lacks_is_lost_and_what_came_late_is_stale(said: Said) -> None:
    newest = {line.document: line for line in said.acknowledged}
    twice = next(line for line in said.acknowledged if newest[line.document] is not line)
    late = next(one for one in said.entities if one.offset == twice.offset)
    said.entities.append(late)
    said.relations = [one for one in said.relations if one.key.decode() != said.acknowledged[0].document]
    found = said.ledger().judge_topics(newest)
    assert counts(found) == {"lost": 1, "stale": 1}
    assert twice.document in found.stale[0]


def test_an_answer_that_is_not_the_extractors_is_wrong(said: Said) -> None:
    place = next(n for n, one in reversed(list(enumerate(said.entities))) if one.value)
    old = said.entities[place]
    said.entities[place] = record(Topic.ENTITIES, old.key.decode(), old.value + b" ", old.offset, old.headers)
    assert counts(said.ledger().judge_topics([old.key.decode()])) == {"wrong": 1}


async def test_a_document_that_the_graph_lacks_or_has_too_many_is_found(said: Said, tmp_path: Path) -> None:
    ledger = said.ledger()
    live = [c for c in said.contributions if c.live and c.live.relations]
    without = [c for c in said.contributions if c.document != live[-1].document]
    said.contributions = without
    snapshot, _ = await said.graph(tmp_path / "lacks")
    assert ledger.judge_graph(snapshot).lost
    fresh = await fresh_graph(tmp_path / "fresh", ledger.survivors)
    assert judge_fresh(snapshot, fresh).lost
    more = Said(61)
    more.publish(Publication("pubmed:777", Abstract(id="pubmed:777", title="Here chem1 caused dis1."), "new"), 99)
    snapshot, _ = await more.graph(tmp_path / "more")
    found = ledger.judge_graph(snapshot)
    assert found.wrong or found.doubled


async def test_a_change_that_was_not_told_is_missed(said: Said, tmp_path: Path) -> None:
    snapshot, told = await said.graph(tmp_path / "streamed")
    edges = {edge.key: edge.counts for edge in snapshot.edges}
    often = max({one.edge for one in told}, key=lambda key: sum(one.edge == key for one in told))
    places = [n for n, one in enumerate(told) if one.edge == often]
    ledger = said.ledger()
    for n, change in enumerate(told):
        if n != places[0]:
            ledger.changes.take(change)
    assert len(ledger.changes.judge(edges)) == 1
    ledger = said.ledger()
    swapped = [*told]
    swapped[places[0]], swapped[places[1]] = swapped[places[1]], swapped[places[0]]
    for change in swapped:
        ledger.changes.take(change)
        assert not ledger.changes.take(change)  # a repeat is known
    assert len(ledger.changes.judge(edges)) >= 1
    assert ledger.changes.judge(edges) == []  # told once


def test_the_journal_is_read_back_from_its_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    assert list(journal.new()) == []
    line = Acknowledged("pubmed:1", 2, 3, "", "deletion", 4)
    journal.write(line)
    assert list(journal.new()) == [line]
    assert list(journal.new()) == []
    journal.write(replace(line, offset=5))
    assert [one.offset for one in journal.new()] == [5]


def test_a_seed_draws_the_same_round_again() -> None:
    for number in range(50):
        first, second = draw(3, number), draw(3, number)
        assert [one.told for one in first] == [one.told for one in second]
        assert 1 <= len(first) <= 3
        assert len({one.place for one in first}) == len(first)
        authors = Author(3, number), Author(3, number)
        assert [authors[0].next() for _ in range(30)] == [authors[1].next() for _ in range(30)]
    assert [one.told for one in draw(4, 0)] != [one.told for one in draw(3, 0)]
    drawn = {one.kind for number in range(400) for one in draw(1, number)}
    assert drawn == set(KINDS)


def test_percentiles() -> None:
    assert percentile([], 0.95) is None
    values = [float(n) for n in range(1, 101)]
    random.Random(1).shuffle(values)
    assert percentile(values, 0.95) == 96
    assert percentile([3.0], 0.95) == 3.0
