"""Standing questions in memory, found by what changed: an edge's ends lead to the questions that it can bear on.

A way is one of five shapes, and every edge of it is at most one step away from a named end:

    A - C           A - ?           A - b - C           A - b - ?           A - b - d - C

An edge at a named end leads to its questions at once. One that is not (b - ?, b - d) is of interest only where its end b is near a
named end, so the index keeps what is near each (`near`): whoever has any edge with it. That is kept in step by the changes themselves.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from graphstore.confidence import least_weight
from graphstore.contribution import COUNTS
from graphstore.steps import Row
from processors.records import EntityType, Question, QuestionStep

UNCOMMITTED = 600_000_000
"""Microseconds for which a transaction may have been under way, its clock set and its edges not yet to be seen: ten minutes."""
K = TypeVar("K")
L = TypeVar("L")
V = TypeVar("V")
POLARITIES = tuple(COUNTS)


def sorted_pair(a: str, b: str) -> tuple[str, str]:
    """Two entities by which their edges are found, whichever came first."""
    return (a, b) if a < b else (b, a)


class Counted(NamedTuple):
    """What an edge counts; the first three in the order of `POLARITIES`."""

    papers: int
    negated: int
    speculated: int
    weight: int

    @classmethod
    def of(cls, row: Row) -> "Counted":
        """The counts of a query's row. Where it tells no weight, no question asks for one."""
        return cls(row["papers"], row["negated"], row["speculated"], row.get("weight", 0))


Plain = tuple[int, int, int, int]
"""`Counted` without its name: hundreds of thousands are kept, and Python's collector leaves plain tuples alone."""
Edges = dict[str, Plain]
"""The edges between two entities, by predicate."""


def stated(counted: Plain | None) -> bool:
    """Whether any paper states the edge, in whatever way; None is no edge."""
    return counted is not None and counted[0] + counted[1] + counted[2] > 0


class Filter(NamedTuple):
    """What an edge must be to make a step."""

    predicate: str | None
    polarity: int  # its place in `POLARITIES`
    papers: int
    weight: int

    @classmethod
    def of(cls, step: QuestionStep) -> "Filter":
        predicate = step.predicate and step.predicate.value
        return cls(predicate, POLARITIES.index(step.polarity), step.min_papers, least_weight(step.min_confidence))

    def fits(self, predicate: str, counted: Plain | None) -> bool:
        """Whether an edge of that predicate with these counts makes the step; None is no edge."""
        if counted is None or counted[self.polarity] < self.papers or counted[3] < self.weight:
            return False
        return self.predicate is None or self.predicate == predicate

    def among(self, edges: Edges) -> bool:
        """Whether any of the edges makes the step."""
        for predicate, counted in edges.items():  # noqa: SIM110  a generator takes twice as long
            if self.fits(predicate, counted):
                return True
        return False


class Way(NamedTuple):
    """One shape of answers of one question. `types` are those of the entities after the start; a named end has none."""

    question: Question
    start: str
    end: str | None
    filters: tuple[Filter, ...]
    types: tuple[EntityType | None, ...]

    def reversed(self) -> "Way":
        """The same way from its other end."""
        assert self.end is not None  # noqa: S101
        return Way(self.question, self.end, self.start, self.filters[::-1], (*self.types[:-1][::-1], None))


class Inner(NamedTuple):
    """A step between two entities that have no names: their types, that of the one nearer to the start first, and its edge."""

    near: EntityType | None
    far: EntityType | None
    filter: Filter


def ways_of(question: Question) -> Iterator[Way]:
    """The ways of a question, as it reads them."""
    for steps in question.ways:
        yield Way(question, question.start, question.end, tuple(map(Filter.of, steps)), tuple(step.type for step in steps))


class Seen(NamedTuple):
    """What the index learns from one transaction, once it is committed."""

    near: list[tuple[str, str, str, Counted | None]]  # a named end, who is near it, by which predicate, with which counts now
    anew: dict[str, dict[str, Edges]]  # what was found near those that another writer had changed
    clocks: dict[str, int]


class Watch:
    """The standing questions of one graph agent, to be given to `GraphStore.apply`; not for two stores."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()  # the questions do not change while a batch is written
        self.questions: dict[str, Question] = {}
        self.near: dict[str, dict[str, Edges]] = {}  # who has an edge with a named end: with which, and what the edges count
        self.around: dict[str, dict[str, Edges]] = {}  # the very same edges from the other side
        self.strangers: set[str] = set()  # named ends whose neighbours are not yet known here
        self.clocks: dict[str, int] = {}  # an entity's clock, where `near` is right as of then; only servers have clocks
        self.since: int | None = None  # what has an earlier clock was committed when the first neighbours were read
        self.seconds = 0.0  # what the last batch's questions took
        self.told = 0  # what came of them
        self.weighing = 0  # questions that ask for confidence
        self.changing = 0  # questions that ask for changes of answers that stay
        self._used: dict[str, int] = {}  # ways that need to know who is near this named end
        self._ends: dict[str, int] = {}
        self.pairs: dict[tuple[str, str], dict[str, Way]] = {}  # A - C, by its sorted ends
        self.single: dict[str, dict[str, Way]] = {}  # A - ?
        self.double: dict[str, dict[str, Way]] = {}  # A - b - ?
        self.bridges: dict[str, dict[str, dict[tuple[str, bool], Way]]] = {}  # A - b - C from either end, by the other end
        self.chains: dict[str, dict[str, dict[tuple[str, bool], Way]]] = {}  # A - b - d - C from either end
        self.crossing: dict[str, dict[Filter, int]] = {}  # what the first edge of bridges must be, and for how many ways
        self.first: dict[str, dict[Filter, int]] = {}  # what the first edge of A - b - ? and of chains must be, and for how many ways
        self.stepping: dict[str, dict[Filter, set[str]]] = {}  # by the end and such a filter: who is near by an edge that fits it
        self.strong: dict[str, set[str]] = {}  # the same from the other side: the ends with which an entity has such an edge
        self.inner: dict[Inner, int] = {}  # what edges that touch no named end must be, and for how many ways

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def used(self) -> Mapping[str, int]:
        """The named ends of which it must be known who is near, and for how many ways."""
        return self._used

    @property
    def ends(self) -> Mapping[str, int]:
        """All named ends, and of how many ways."""
        return self._ends

    def put(self, question: Question) -> None:
        """Watch a question, in place of the one of that id."""
        if self.questions.get(question.id) == question:
            return
        self.remove(question.id)
        self.questions[question.id] = question
        self.weighing += any(step.min_confidence for step in question.steps)
        self.changing += question.changes
        for way in ways_of(question):
            self._file(way)

    def remove(self, id: str) -> None:  # noqa: A002
        """Watch it no longer. Nothing happens where it is not watched."""
        question = self.questions.pop(id, None)
        if question is None:
            return
        self.weighing -= any(step.min_confidence for step in question.steps)
        self.changing -= question.changes
        for way in ways_of(question):
            self._unfile(way)

    def _file(self, way: Way) -> None:
        id_ = way.question.id
        for end in _ends(way):
            _more(self._ends, end)
        if len(way.filters) == 1:
            if way.end:
                self.pairs.setdefault(sorted_pair(way.start, way.end), {})[id_] = way
            else:
                self.single.setdefault(way.start, {})[id_] = way
            return
        if way.end is None:
            self.double.setdefault(way.start, {})[id_] = way
            self._begin(way)
        else:
            shelf = self.bridges if len(way.filters) == 2 else self.chains
            for turned, seen in enumerate((way, way.reversed())):
                assert seen.end is not None  # noqa: S101
                shelf.setdefault(seen.start, {}).setdefault(seen.end, {})[id_, bool(turned)] = seen
                if shelf is self.chains:
                    self._begin(seen)
                else:
                    _more(self.crossing.setdefault(seen.start, {}), seen.filters[0])
        for inner in _inner(way):
            _more(self.inner, inner)
        for end in _ends(way):
            if _more(self._used, end) == 1:
                self.strangers.add(end)

    def _unfile(self, way: Way) -> None:
        id_ = way.question.id
        for end in _ends(way):
            _fewer(self._ends, end)
        if len(way.filters) == 1:
            if way.end:
                _drop(self.pairs, sorted_pair(way.start, way.end), id_)
            else:
                _drop(self.single, way.start, id_)
            return
        if way.end is None:
            _drop(self.double, way.start, id_)
            self._begin_no_more(way)
        else:
            shelf = self.bridges if len(way.filters) == 2 else self.chains
            for turned, seen in enumerate((way, way.reversed())):
                assert seen.end is not None  # noqa: S101
                _drop(shelf[seen.start], seen.end, (id_, bool(turned)))
                if not shelf[seen.start]:
                    del shelf[seen.start]
                if shelf is self.chains:
                    self._begin_no_more(seen)
                else:
                    _fewer_of(self.crossing, seen.start, seen.filters[0])
        for inner in _inner(way):
            _fewer(self.inner, inner)
        gone = [end for end in _ends(way) if not _fewer(self._used, end)]
        self.strangers.difference_update(gone)
        self._drop_ends(gone)

    def _begin(self, way: Way) -> None:
        """Keep who makes the first step of a way."""
        end, wanted = way.start, way.filters[0]
        if _more(self.first.setdefault(end, {}), wanted) == 1:
            stepping = {entity for entity, edges in self.around.get(end, {}).items() if wanted.among(edges)}
            self.stepping.setdefault(end, {})[wanted] = stepping
            for entity in stepping:
                self.strong.setdefault(entity, set()).add(end)

    def _begin_no_more(self, way: Way) -> None:
        end, wanted = way.start, way.filters[0]
        if not _fewer_of(self.first, end, wanted):
            stepped = self.stepping[end][wanted]
            _drop(self.stepping, end, wanted)
            for entity in stepped:
                self._mark(end, entity)

    def _mark(self, end: str, entity: str) -> None:
        """The edges between the two have changed: which first steps do they make?"""
        edges, strong = self.near.get(entity, {}).get(end, {}), False
        for wanted, stepping in self.stepping.get(end, {}).items():
            if wanted.among(edges):
                stepping.add(entity)
                strong = True
            else:
                stepping.discard(entity)
        if strong:
            self.strong.setdefault(entity, set()).add(end)
        elif end in self.strong.get(entity, ()):
            self.strong[entity].discard(end)
            if not self.strong[entity]:
                del self.strong[entity]

    def _drop_ends(self, ends: Iterable[str]) -> None:
        for end in ends:
            for entity in self.around.pop(end, ()):
                _drop(self.near, entity, end)

    def acquaint(self, ends: Iterable[str], edges: Iterable[tuple[str, str, str, Counted]], clock: int) -> None:
        """The edges of named ends as the graph has them: with whom, and by which predicate. `clock`: the server's, before that."""
        for end, entity, predicate, counted in edges:
            self._join(end, entity)[predicate] = (*counted,)
        if self.since is None:
            self.since = clock - UNCOMMITTED
        for end in ends:
            self.strangers.discard(end)
            for entity in self.around.get(end, ()) if end in self.first else ():
                self._mark(end, entity)

    def forget(self) -> None:
        """What is near the named ends is no longer known; it is read again before the next batch."""
        self.near.clear()
        self.around.clear()
        self.strong.clear()
        for stepping in self.stepping.values():
            for entities in stepping.values():
                entities.clear()
        self.clocks.clear()
        self.strangers = set(self._used)
        self.since = None

    def stale(self, entity: str, clock: int) -> bool:
        """Whether another writer has changed an entity's edges since its `near` was known. `clock`: the one before this batch's."""
        known = self.clocks.get(entity)
        return clock > (self.since or 0) if known is None else clock != known

    def learn(self, seen: Seen) -> None:
        """Keep what a committed transaction changed."""
        for entity, near in seen.anew.items():
            gone = self.near.pop(entity, {})
            for end in gone:
                _drop(self.around, end, entity)
            for end, edges in near.items():
                self._join(end, entity).update(edges)
            for end in gone.keys() | near.keys():
                self._mark(end, entity)
        for end, entity, predicate, counted in seen.near:
            if end not in self._used or entity in seen.anew:
                continue
            if counted is not None:
                self._join(end, entity)[predicate] = (*counted,)
            elif end in self.near.get(entity, {}):
                self.near[entity][end].pop(predicate, None)
                if not self.near[entity][end]:
                    _drop(self.near, entity, end)
                    _drop(self.around, end, entity)
            if end in self.first:
                self._mark(end, entity)
        self.clocks |= seen.clocks

    def _join(self, end: str, entity: str) -> Edges:
        """The edges between the two, for both sides."""
        edges = self.near.setdefault(entity, {}).setdefault(end, {})
        self.around.setdefault(end, {})[entity] = edges
        return edges


def _ends(way: Way) -> tuple[str, ...]:
    return (way.start, way.end) if way.end else (way.start,)


def _inner(way: Way) -> Iterator[Inner]:
    """The steps that touch no named end, as they are seen from each of the ends."""
    if len(way.filters) > 2 or way.end is None:
        for seen in (way, way.reversed()) if way.end else (way,):
            yield Inner(seen.types[0], seen.types[1], seen.filters[1])


def _more(counts: dict[K, int], key: K) -> int:
    """Count one more; how many there are."""
    counts[key] = counts.get(key, 0) + 1
    return counts[key]


def _fewer(counts: dict[K, int], key: K) -> int:
    """Count one fewer; how many are left. What none is left of is not kept."""
    counts[key] -= 1
    return counts[key] or counts.pop(key)


def _fewer_of(shelf: dict[K, dict[L, int]], key: K, part: L) -> int:
    left = _fewer(shelf[key], part)
    if not shelf[key]:
        del shelf[key]
    return left


def _drop(shelf: dict[K, dict[L, V]], key: K, part: L) -> None:
    del shelf[key][part]
    if not shelf[key]:
        del shelf[key]
