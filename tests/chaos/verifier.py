"""Proves that every acknowledged document's newest state, and nothing else, is in the topics and in the graph.

What is true is the log of the abstracts topic, which must hold every acknowledged document where the broker said. From it everything
else is computed anew: entities and relations to the byte, the graph in plain Python (`tests.graphstore.reference`) and, for a full
proof, by a fresh batch load into the embedded engine.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import ConsumerRecord, TopicPartition

from graphstore import open_store
from graphstore.answers import Snapshot
from graphstore.contribution import Contribution, State
from processors.records import Abstract, Change, Counts, Discovery, DiscoveryKind, Revision
from stream import StreamSettings, headers
from stream.connection import reader
from stream.steps import Extractor
from stream.topics import Topic, partitions_of
from tests.graphstore.oracle import held
from tests.graphstore.reference import fresh_load
from tests.graphstore.watch_oracle import answers

from .documents import QUESTIONS
from .sending import Acknowledged, digest

_FOLLOWED = (Topic.ABSTRACTS, Topic.ENTITIES, Topic.RELATIONS, Topic.GRAPH_CHANGES, Topic.DISCOVERIES, Topic.DEAD_LETTERS)


@dataclass
class Findings:
    """What is wrong, in words; empty where all is well."""

    lost: list[str] = field(default_factory=list)  # an acknowledged document's newest state is missing somewhere
    wrong: list[str] = field(default_factory=list)  # something is there that follows from no document
    doubled: list[str] = field(default_factory=list)  # an edge counts more papers than there are, or a change was told under two ids
    stale: list[str] = field(default_factory=list)  # the newest state is on the topic, and an older one was sent behind it
    untold: list[str] = field(default_factory=list)  # changes and discoveries that are missing, or out of their edge's order
    dead: list[str] = field(default_factory=list)  # dead letters, where no document is bad

    def __bool__(self) -> bool:
        return any(self.counts().values())

    def counts(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in Findings.__dataclass_fields__}

    def add(self, other: "Findings") -> None:
        for name in Findings.__dataclass_fields__:
            getattr(self, name).extend(getattr(other, name))


class Topics:
    """Everything that the topics ever held, read on from where it was left."""

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._next: dict[TopicPartition, int] = {}

    async def new(self) -> dict[Topic, list[ConsumerRecord]]:
        """The messages since the last call, by topic; of one partition in their order."""
        found: dict[Topic, list[ConsumerRecord]] = {topic: [] for topic in _FOLLOWED}
        name_of = {topic.named(self._settings.prefix): topic for topic in _FOLLOWED}
        async with reader(self._settings) as consumer:
            places = [
                TopicPartition(name, number) for name, topic in name_of.items() for number in range(partitions_of(topic, self._settings))
            ]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            for place in places:
                consumer.seek(place, self._next.get(place, 0))
            while behind := [place for place in places if await consumer.position(place) < ends[place]]:
                for place, records in (await consumer.getmany(*behind, timeout_ms=500)).items():
                    found[name_of[place.topic]] += [record for record in records if record.offset < ends[place]]
            self._next = dict(ends)
        return found


@dataclass(slots=True)
class _Answers:
    """Of one document on one topic: the newest message, and every state that was sent by its revision."""

    last: tuple[str, str] = ("", "")
    seen: set[tuple[str, str]] = field(default_factory=set)


class Ledger:
    """What the topics said so far; judges each topic against the log, without a broker or a graph."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.log: dict[tuple[int, int], tuple[str, str]] = {}  # partition, offset: document, digest
        self.newest: dict[str, ConsumerRecord] = {}
        self._expected: dict[str, tuple[str, str, str, Contribution]] = {}  # by document: revision, entities, relations, contribution
        self._answers: dict[Topic, dict[str, _Answers]] = {Topic.ENTITIES: {}, Topic.RELATIONS: {}}
        self.changes = Chains()
        self.discoveries: dict[str, Discovery] = {}
        self.repeated: Counter[Topic] = Counter()
        self.dead: list[str] = []

    def take(self, found: dict[Topic, list[ConsumerRecord]]) -> set[str]:
        """Remember new messages; the documents that they touch."""
        touched: set[str] = set()
        for record in found[Topic.ABSTRACTS]:
            document = record.key.decode()
            self.log[record.partition, record.offset] = (document, digest(record.value))
            self.newest[document] = record
            touched.add(document)
        for document in touched:
            self._expect(document)
        for topic, answers_ in self._answers.items():
            for record in found[topic]:
                document = record.key.decode()
                touched.add(document)
                state = (headers.get(record.headers, headers.REVISION) or "", digest(record.value))
                told = answers_.setdefault(document, _Answers())
                self.repeated[topic] += state in told.seen
                told.last = state
                told.seen.add(state)
        for record in found[Topic.GRAPH_CHANGES]:
            self.repeated[Topic.GRAPH_CHANGES] += not self.changes.take(Change.from_bytes(record.value))
        for record in found[Topic.DISCOVERIES]:
            discovery = Discovery.from_bytes(record.value)
            self.repeated[Topic.DISCOVERIES] += discovery.id in self.discoveries
            self.discoveries.setdefault(discovery.id, discovery)
        for record in found[Topic.DEAD_LETTERS]:
            code = headers.get(record.headers, headers.ERROR_CODE)
            self.dead.append(f"{record.key!r}: {code}: {headers.get(record.headers, headers.ERROR)}")
        return touched

    def _expect(self, document: str) -> None:
        record = self.newest[document]
        revision = Revision(0, record.offset)
        if record.value is None:
            self._expected[document] = (str(revision), "", "", Contribution(document, revision, 0, None))
            return
        entities = self._extractor.entities(Abstract.from_bytes(record.value))
        relations = self._extractor.relations(entities)
        contribution = Contribution.of(relations, revision)
        self._expected[document] = (str(revision), digest(entities.to_bytes()), digest(relations.to_bytes()), contribution)

    @property
    def survivors(self) -> list[Contribution]:
        """The newest contribution of each document."""
        return [expected[3] for expected in self._expected.values()]

    def judge_log(self, acknowledged: Iterable[Acknowledged]) -> Findings:
        """Is each acknowledged document where the broker said it is?"""
        found = Findings()
        for line in acknowledged:
            if self.log.get((line.partition, line.offset)) != (line.document, line.value):
                found.lost.append(f"{line.document} of round {line.round} is not at {line.partition}:{line.offset} of the log")
        return found

    def judge_topics(self, documents: Iterable[str]) -> Findings:
        """Is the newest state of each document the last on entities and relations, to the byte?"""
        found = Findings()
        for document in sorted(documents):
            if document not in self._expected:
                found.wrong.append(f"{document} was never published")
                continue
            revision, entities, relations, _ = self._expected[document]
            for topic, value in ((Topic.ENTITIES, entities), (Topic.RELATIONS, relations)):
                told = self._answers[topic].get(document, _Answers())
                if told.last == (revision, value):
                    continue
                if (revision, value) in told.seen:
                    found.stale.append(f"{document} on {topic}: {told.last[0]} was sent behind {revision}")
                elif any(state[0] == revision for state in told.seen):
                    found.wrong.append(f"{document} on {topic}: another answer at {revision} than the extractor's")
                else:
                    found.lost.append(f"{document} on {topic}: {revision} is missing, the last is {told.last[0] or 'none'}")
        return found

    def judge_graph(self, snapshot: Snapshot) -> Findings:
        """Is the graph what the survivors give, counted in plain Python?"""
        found = Findings()
        markers = tuple(marker for marker in snapshot.markers if marker.state is not State.UNSEEN)
        have, want = held(snapshot.model_copy(update={"markers": markers})), fresh_load(self.survivors)
        for part, what in want.items():
            if what == have[part]:
                continue
            if part in {"evidence", "links"}:
                wanted_lines, lines = Counter(map(str, what)), Counter(map(str, have[part]))
                found.lost += [f"graph {part}: {line} is missing" for line in sorted(wanted_lines - lines)]
                found.wrong += [f"graph {part}: {line} is too many" for line in sorted(lines - wanted_lines)]
                continue
            for key in sorted(what.keys() | have[part].keys()):
                wanted, there = what.get(key), have[part].get(key)
                if wanted == there:
                    continue
                if part == "edges" and wanted and there and sum(there[:3]) > sum(wanted[:3]):
                    found.doubled.append(f"graph edge {key}: {there[:3]} papers, {wanted[:3]} stated it")
                elif there is None:
                    found.lost.append(f"graph {part}: {key} is missing")
                else:
                    found.wrong.append(f"graph {part}: {key} is {there}, not {wanted}")
        return found

    def judge_told(self, snapshot: Snapshot) -> Findings:
        """Do the changes lead from nothing to the graph as it is, and the discoveries to the questions' answers now?"""
        found = Findings(untold=self.changes.judge({edge.key: edge.counts for edge in snapshot.edges}))
        graph = fresh_load(self.survivors)
        for question in QUESTIONS:
            balance: Counter[tuple[str, ...]] = Counter()
            for told in self.discoveries.values():
                if told.question == question.id:
                    step = {DiscoveryKind.COMPLETED: 1, DiscoveryKind.BROKEN: -1, DiscoveryKind.CHANGED: 0}[told.kind]
                    balance[tuple(entity.id for entity in told.entities)] += step
            now = answers(question, graph)
            for way in sorted(balance.keys() | now.keys()):
                if balance[way] != (way in now):
                    found.untold.append(f"question {question.id}: {' - '.join(way)} was told {balance[way]:+d}, holds: {way in now}")
        return found


class Chains:
    """The changes of each edge, which must follow from each other: the counts before one are those after the one before."""

    def __init__(self) -> None:
        self.state: dict[str, Counts] = {}
        self._ids: set[str] = set()
        self._early: dict[str, list[Change]] = {}
        self.disordered: list[str] = []

    def take(self, change: Change) -> bool:
        """False where it was told before."""
        if change.id in self._ids:
            return False
        self._ids.add(change.id)
        early = self._early.setdefault(change.edge, [])
        early.append(change)
        while (follows := next((one for one in early if one.before == self.state.get(change.edge, Counts())), None)) is not None:
            if early[0] is not follows or follows is not change:
                self.disordered.append(f"edge {change.edge}: change {follows.id} came before its turn")
            early.remove(follows)
            self.state[change.edge] = follows.after
        return True

    def judge(self, edges: dict[str, Counts]) -> list[str]:
        """What is missing, given the graph's edges; and, once, what came out of order."""
        found, self.disordered = self.disordered, []
        for edge in sorted(self.state.keys() | edges.keys()):
            told, there = self.state.get(edge, Counts()), edges.get(edge, Counts())
            waiting = self._early.get(edge, [])
            if told != there or waiting:
                found.append(f"edge {edge}: told until {told}, the graph has {there}, {len(waiting)} changes hang in the air")
        return found


async def fresh_graph(folder: Path, survivors: Sequence[Contribution]) -> Snapshot:
    """A batch load of the survivors into a new embedded graph."""
    live = [contribution for contribution in survivors if contribution.relations is not None]
    async with open_store(f"ladybug:{folder}") as store:
        for first in range(0, len(live), 200):
            await store.apply(live[first : first + 200], outbox=False)
        return await store.snapshot()


def judge_fresh(streamed: Snapshot, fresh: Snapshot) -> Findings:
    """Are the two graphs equal, to the byte?"""
    found = Findings()
    for part in ("articles", "entities", "edges", "evidence", "links"):
        have, want = Counter(map(repr, getattr(streamed, part))), Counter(map(repr, getattr(fresh, part)))
        found.lost += [f"fresh load: {line} is missing" for line in sorted(want - have)]
        found.wrong += [f"fresh load: {line} is too many" for line in sorted(have - want)]
    return found
