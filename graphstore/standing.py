"""Whether a way of entities answers a standing question, before a batch and after it, and the message that tells of it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from graphstore.confidence import confidence
from graphstore.lens import Lens
from graphstore.routes import edges, route
from graphstore.steps import Row, Steps, ask
from graphstore.watched import POLARITIES, Counted, Filter, Plain, Way, sorted_pair, stated, ways_of
from processors.records import Discovery, DiscoveryEntity, DiscoveryKind, DiscoveryStep, Predicate, Question, edge_key

HUB = 1000
"""Edges of an entity beyond which no way passes it, unless the question names it."""
FAN = 50
"""Of an answer asked for now: the best neighbours of the start from which it is looked further."""
Pair = tuple[str, str]
Both = tuple[Plain | None, Plain | None]
"""What an edge counts before the batch and after it."""
NOTHING = Counted(0, 0, 0, 0)
ALL = Lens(min_papers=0)
"""Edges between two entities whatever they state."""
UNKNOWN = 1 << 60


class Answer(NamedTuple):
    """A way of a question as entities, from its start on."""

    way: Way
    path: tuple[str, ...]

    @property
    def steps(self) -> Iterator[tuple[Filter, Pair]]:
        return zip(self.way.filters, pairwise(self.path), strict=True)

    @property
    def pairs(self) -> Iterator[Pair]:
        """The pairs of entities whose edges decide: its steps, and the ends of A - b - ?."""
        yield from (sorted_pair(*ends) for ends in pairwise(self.path))
        if self.leads_on:
            yield sorted_pair(self.path[0], self.path[-1])

    @property
    def leads_on(self) -> bool:
        """Whether it is an answer of A - b - ?, so that nothing may relate its ends directly."""
        return self.way.end is None and len(self.path) == 3


class Cause(NamedTuple):
    """What moved an edge last; compared by its place in the batch."""

    place: int
    document: str
    change: str
    revision: str


class Found(NamedTuple):
    """What happened to an answer."""

    answer: Answer
    kind: DiscoveryKind
    cause: Cause | None
    score: float


class Board:
    """The edges and entities on the ways that are looked at, as far as they are known."""

    def __init__(self) -> None:
        self.edges: dict[Pair, dict[str, Both]] = defaultdict(dict)  # by pair and predicate
        self.whole: dict[Pair, int] = {}  # pairs of which all edges of at least so many papers are known
        self.entities: dict[str, Row] = {}
        self.types: dict[str, str] = {}

    # the graph

    def know(self, entities: Iterable[str]) -> Steps[None]:
        """Names, types and degrees."""
        for row in (yield from ask("entities", curies=sorted(set(entities) - self.entities.keys()))):
            self.entities[row["curie"]] = row
            self.types[row["curie"]] = row["type"]

    def weigh(self, pairs: Iterable[Pair]) -> Steps[None]:
        """All edges between these entities, as they are now and, where the batch did not move them, were before."""
        wanted = sorted(set(pairs))
        for pair in wanted:
            self.whole[pair] = 0
        for row in (yield from edges(wanted, ALL)):
            self.edges[row["source"], row["target"]].setdefault(row["predicate"], (Counted.of(row),) * 2)

    def around(self, entities: Iterable[str], least: int, types: Iterable[str | None]) -> Steps[dict[str, set[str]]]:
        """With whom of these types these entities have an edge that at least so many papers state; hubs are left out. None: any type."""
        entities, kinds = set(entities), {kind or "" for kind in types}
        yield from self.know(entities)
        found: dict[str, set[str]] = {entity: set() for entity in entities if self.degree(entity) <= HUB}
        for row in (yield from ask("watch_around", curies=sorted(found.keys() & self.entities.keys()), least=least, types=sorted(kinds))):
            found[row["curie"]].add(row["other"])
            self.types[row["other"]] = row["type"]
            self.met(row)
            pair = sorted_pair(row["curie"], row["other"])
            self.edges[pair].setdefault(row["predicate"], (Counted.of(row),) * 2)
            self.whole[pair] = min(self.whole.get(pair, UNKNOWN), least)
        return found

    def met(self, row: Row) -> None:
        """An entity beyond a moved edge, as the graph has it."""

    def degree(self, entity: str) -> int:
        row = self.entities.get(entity)
        return row["degree"] if row else 0

    def type(self, entity: str) -> str:
        return self.types.get(entity, "")

    # the answers

    def possible(self, answer: Answer) -> bool:
        """Whether the entities are of the types that are asked for, and none that it passes is a hub. They must be known."""
        way, path = answer
        if any(kind and self.type(entity) != kind for kind, entity in zip(way.types, path[1:], strict=True)):
            return False
        free = path[1:] if answer.leads_on else path[1:-1]
        return all(self.degree(entity) <= HUB for entity in free)

    def fits(self, wanted: Filter, pair: Pair, when: int) -> bool:
        """Whether any edge of the pair makes the step, before the batch (0) or after it (1)."""
        for predicate, states in self.edges[pair].items():  # noqa: SIM110  a generator takes twice as long
            if wanted.fits(predicate, states[when]):
                return True
        return False

    def fitting(self, wanted: Filter, pair: Pair, when: int) -> list[tuple[str, Plain]]:
        """The edges that make a step, by predicate; the strongest first."""
        found = []
        for predicate, states in self.edges[pair].items():
            counted = states[when]
            if counted is not None and wanted.fits(predicate, counted):
                found.append((predicate, counted))
        return sorted(found, key=lambda edge: (-edge[1][wanted.polarity], edge[0]))

    def known(self, answer: Answer, when: int) -> bool:
        """Whether a paper that counts relates the ends of A - b - ? directly."""
        if not answer.leads_on:
            return False
        states = self.edges[sorted_pair(answer.path[0], answer.path[-1])].values()
        return any(stated(both[when]) for both in states)

    def holds(self, answer: Answer, when: int) -> bool:
        return all(self.fits(wanted, sorted_pair(*ends), when) for wanted, ends in answer.steps) and not self.known(answer, when)

    def kinds(self, answer: Answer, when: int) -> list[set[str]]:
        """The predicates that make each step."""
        return [{predicate for predicate, _ in self.fitting(wanted, sorted_pair(*ends), when)} for wanted, ends in answer.steps]

    def score(self, answer: Answer) -> float:
        """The fewest papers of any step, times 1/sqrt(degree) of every entity passed."""
        steps = [(wanted, self.fitting(wanted, sorted_pair(*ends), 1)[:1]) for wanted, ends in answer.steps]
        papers = [edges[0][1][wanted.polarity] for wanted, edges in steps if edges]
        return route(answer.path, papers or [0], map(self.degree, answer.path[1:-1])).score

    # the messages

    def told(self, found: Sequence[Found]) -> Steps[list[Discovery]]:
        """The messages, each step with its best sentence."""
        positive: set[str] = set()
        others: set[tuple[str, int]] = set()
        for one in found:
            for wanted, ends in one.answer.steps:
                for predicate, _ in self.fitting(wanted, sorted_pair(*ends), 1)[:1]:
                    key = edge_key(ends[0], Predicate(predicate), ends[1])
                    if wanted.polarity == 0:
                        positive.add(key)
                    else:
                        others.add((key, wanted.polarity))
        sentences = {(key, 0): row for key in positive if (row := self.written(key)) is not None}
        missing = sorted(key for key in positive if (key, 0) not in sentences)
        for row in (yield from ask("watch_sentences", keys=missing, limit=1)):
            sentences[row["key"], 0] = row
        for key, polarity in sorted(others):
            for row in (yield from ask("evidence", keys=[key], polarity=POLARITIES[polarity], limit=1)):
                sentences[key, polarity] = row
        return [self._message(one, sentences) for one in found]

    def written(self, key: str) -> Mapping[str, Any] | None:
        """An edge's best evidence, where it is at hand because the batch wrote it."""

    def _message(self, found: Found, sentences: "Sentences") -> Discovery:
        answer, kind, cause, score = found
        question = answer.way.question
        path = tuple(self._step(wanted, ends, cause, sentences) for wanted, ends in answer.steps)
        told = "\n".join((question.id, kind, *answer.path, str(cause and (cause.change, cause.document))))
        return Discovery(
            id=hashlib.sha256(told.encode()).hexdigest()[:32],
            question=question.id,
            path=path,
            score=score,
            document=cause.document if cause else path[-1].document,
            kind=kind,
            entities=tuple(self._entity(entity) for entity in answer.path),
            known=kind is DiscoveryKind.BROKEN and self.known(answer, 1),
            change=cause.change if cause else "",
            revision=cause.revision if cause else "",
        )

    def _entity(self, curie: str) -> DiscoveryEntity:
        row = self.entities.get(curie)
        return DiscoveryEntity(id=curie, name=row["name"] if row else "", type=self.type(curie))

    def _step(self, wanted: Filter, ends: Pair, cause: Cause | None, sentences: "Sentences") -> DiscoveryStep:
        pair = sorted_pair(*ends)
        now = self.fitting(wanted, pair, 1)
        if now:
            predicate, counted = now[0]
        else:
            predicate = next((p for p, _ in self.fitting(wanted, pair, 0)), None) or next(iter(self.edges[pair]))
            counted = self.edges[pair][predicate][1] or NOTHING
        papers, negated, speculated, weight = counted
        sentence = sentences.get((edge_key(ends[0], Predicate(predicate), ends[1]), wanted.polarity)) if now else None
        return DiscoveryStep(
            subject=ends[0],
            predicate=Predicate(predicate),
            object=ends[1],
            papers=papers,
            negated=negated,
            speculated=speculated,
            confidence=confidence(weight),
            evidence=sentence["sentence"] if sentence else "",
            document=sentence["document"] if sentence else cause.document if cause else "unknown:none",
            holds=bool(now),
        )


Sentences = Mapping[tuple[str, int], Mapping[str, Any]]
"""Evidence by its edge's key and its polarity."""
PREDICATES = {predicate.value for predicate in Predicate}


def best_first(found: Found) -> tuple[float, tuple[str, ...]]:
    return -found.score, found.answer.path


def present(question: Question, limit: int) -> Steps[list[Discovery]]:
    """The ways that answer a question now, the best first, as messages that nobody caused; of hubs only a part is looked at."""
    board = Board()
    answers: list[Answer] = []
    for way in ways_of(question):
        paths = yield from _paths(board, way)
        answers += [Answer(way, path) for path in paths if len(set(path)) == len(path)]
    yield from board.know(entity for answer in answers for entity in answer.path)
    answers = [answer for answer in answers if board.possible(answer)]
    yield from board.weigh({pair for answer in answers for pair in answer.pairs})
    found = [Found(answer, DiscoveryKind.COMPLETED, None, board.score(answer)) for answer in answers if board.holds(answer, 1)]
    return (yield from board.told(sorted(found, key=best_first)[:limit]))


def _paths(board: Board, way: Way) -> Steps[list[tuple[str, ...]]]:
    """The ways that there could be, by the best neighbours of the ends."""
    if way.end and len(way.filters) == 1:
        return [(way.start, way.end)]
    near: dict[str, dict[str, None]] = {}
    for end in (way.start, *([way.end] if way.end else [])):
        rows = yield from ask("watch_best", curie=end, limit=HUB)
        near[end] = dict.fromkeys(row["other"] for row in rows)
    first = near[way.start]
    if len(way.filters) == 1:
        return [(way.start, b) for b in first]
    if len(way.filters) == 2 and way.end:
        return [(way.start, b, way.end) for b in first if b in near[way.end]]
    around = yield from board.around(list(first)[:FAN], way.filters[1].papers, way.types[1:2])
    if way.end is None:
        return [(way.start, b, other) for b, others in around.items() for other in others]
    return [(way.start, b, other, way.end) for b, others in around.items() for other in others if other in near[way.end]]
