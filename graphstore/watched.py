"""Standing questions in memory, found by what changed: an edge's ends lead to the questions that it can bear on.

A way is one of five shapes, and every edge of it is at most one step away from a named end:

    A - C           A - ?           A - b - C           A - b - ?           A - b - d - C

An edge at a named end leads to its questions at once. One that is not (b - ?, b - d) is of interest only where its end b is near a
named end, so the index keeps what is near each (`near`): whoever has any edge with it. That is kept in step by the changes themselves.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from graphstore.confidence import least_weight
from graphstore.steps import Row
from processors.records import EntityType, Question, QuestionStep

UNCOMMITTED = 600_000_000
"""Microseconds for which a transaction may have been under way, its clock set and its edges not yet to be seen: ten minutes."""
K = TypeVar("K")
L = TypeVar("L")
V = TypeVar("V")
POLARITIES = ("positive", "negated", "speculated")


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

    @property
    def stated(self) -> bool:
        """Whether any paper counts."""
        return self.papers + self.negated + self.speculated > 0


Plain = tuple[int, int, int, int]
"""`Counted` without its name: hundreds of thousands are kept, and Python's collector leaves plain tuples alone."""
Edges = dict[str, Plain]
"""The edges between two entities, by predicate."""


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
        self._used: defaultdict[str, int] = defaultdict(int)  # ways that need to know who is near this named end
        self._ends: defaultdict[str, int] = defaultdict(int)
        self.pairs: dict[tuple[str, str], dict[str, Way]] = {}  # A - C, by its sorted ends
        self.single: dict[str, dict[str, Way]] = {}  # A - ?
        self.double: dict[str, dict[str, Way]] = {}  # A - b - ?
        self.bridges: dict[str, dict[str, dict[tuple[str, bool], Way]]] = {}  # A - b - C from either end, by the other end
        self.chains: dict[str, dict[str, dict[tuple[str, bool], Way]]] = {}  # A - b - d - C from either end
        self.first: dict[str, dict[Filter, int]] = {}  # what the first edge of chains must be, by the end, and for how many
        self.inner: dict[Filter, int] = {}  # what edges that touch no named end must be, and for how many ways

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def named(self) -> set[str]:
        """The named ends of which it must be known who is near."""
        return set(self._used)

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
            self._ends[end] += 1
        if len(way.filters) == 1:
            if way.end:
                self.pairs.setdefault(_pair(way.start, way.end), {})[id_] = way
            else:
                self.single.setdefault(way.start, {})[id_] = way
            return
        if way.end is None:
            self.double.setdefault(way.start, {})[id_] = way
        else:
            shelf = self.bridges if len(way.filters) == 2 else self.chains
            for turned, seen in enumerate((way, way.reversed())):
                assert seen.end is not None  # noqa: S101
                shelf.setdefault(seen.start, {}).setdefault(seen.end, {})[id_, bool(turned)] = seen
                if shelf is self.chains:
                    firsts = self.first.setdefault(seen.start, {})
                    firsts[seen.filters[0]] = firsts.get(seen.filters[0], 0) + 1
        for inner in _inner(way):
            self.inner[inner] = self.inner.get(inner, 0) + 1
        for end in _ends(way):
            if not self._used[end]:
                self.strangers.add(end)
            self._used[end] += 1

    def _unfile(self, way: Way) -> None:
        id_ = way.question.id
        for end in _ends(way):
            self._ends[end] -= 1
            if not self._ends[end]:
                del self._ends[end]
        if len(way.filters) == 1:
            if way.end:
                _drop(self.pairs, _pair(way.start, way.end), id_)
            else:
                _drop(self.single, way.start, id_)
            return
        if way.end is None:
            _drop(self.double, way.start, id_)
        else:
            shelf = self.bridges if len(way.filters) == 2 else self.chains
            for turned, seen in enumerate((way, way.reversed())):
                assert seen.end is not None  # noqa: S101
                _drop(shelf[seen.start], seen.end, (id_, bool(turned)))
                if not shelf[seen.start]:
                    del shelf[seen.start]
                if shelf is self.chains:
                    self.first[seen.start][seen.filters[0]] -= 1
                    if not self.first[seen.start][seen.filters[0]]:
                        _drop(self.first, seen.start, seen.filters[0])
        for inner in _inner(way):
            self.inner[inner] -= 1
            if not self.inner[inner]:
                del self.inner[inner]
        gone = []
        for end in _ends(way):
            self._used[end] -= 1
            if not self._used[end]:
                del self._used[end]
                self.strangers.discard(end)
                gone.append(end)
        if gone:
            self._drop_ends(gone)

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
        self.strangers -= set(ends)

    def forget(self) -> None:
        """What is near the named ends is no longer known; it is read again before the next batch."""
        self.near.clear()
        self.around.clear()
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
            for end in self.near.pop(entity, {}):
                _drop(self.around, end, entity)
            for end, edges in near.items():
                self._join(end, entity).update(edges)
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
        self.clocks |= seen.clocks

    def _join(self, end: str, entity: str) -> Edges:
        """The edges between the two, for both sides."""
        edges = self.near.setdefault(entity, {}).setdefault(end, {})
        self.around.setdefault(end, {})[entity] = edges
        return edges


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _ends(way: Way) -> tuple[str, ...]:
    return (way.start, way.end) if way.end else (way.start,)


def _inner(way: Way) -> tuple[Filter, ...]:
    """The filters of the steps that touch no named end."""
    return () if len(way.filters) == 2 and way.end else way.filters[1:2]


def _drop(shelf: dict[K, dict[L, V]], key: K, part: L) -> None:
    del shelf[key][part]
    if not shelf[key]:
        del shelf[key]
