"""What a batch does to the standing questions: in the transaction that writes it, after the edges are written.

1. Of the edges that the batch moved, find the ways of the questions that could have one of them in it (`watched.Watch`).
2. Ask the graph for what is not in memory: the further edges of an entity that a moved edge leads to.
3. Compare each way before the batch and after it, and tell what completed, broke or changed, with the best sentence of each step.

The ends of the ways are named, so only entities between them can be hubs. One with more than `HUB` edges is not passed, and is no
answer of A - b - ?: what goes through "human" says nothing, and a batch must not wait for it.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from graphstore import standing
from graphstore.difference import Difference
from graphstore.standing import UNKNOWN, Answer, Board, Cause, Found, Pair, best_first
from graphstore.steps import Row, Steps, ask
from graphstore.watched import Counted, Edges, Filter, Seen, Watch, Way, sorted_pair
from processors.records import Change, Discovery, DiscoveryKind

log = logging.getLogger(__name__)

MOST = 1000
"""Messages of one question from one batch; the best are told."""
_Moves = Callable[[Filter], bool]


class _Task(NamedTuple):
    """A moved edge from the named end `a` to `b`, whose further edges are to be looked at.

    For the way A - b - ? where its first step moved (`first`) or A - b became known or unknown; for the chains of A where `way` is None.
    """

    way: Way | None
    a: str
    b: str
    first: bool
    known: bool


class Evaluation(Board):
    """One batch against the questions. `alone`: no other process writes this graph, so the index cannot be behind it."""

    def __init__(self, watch: Watch, *, alone: bool) -> None:
        super().__init__()
        self._watch = watch
        self._alone = alone
        self._named = watch.named
        self._moved: dict[Pair, list[str]] = defaultdict(list)  # the keys that the batch moved
        self._moved_with: dict[str, list[str]] = defaultdict(list)  # named ends with which an entity has such an edge
        self._moved_of: dict[str, list[str]] = defaultdict(list)  # the same from the other side
        self._sure: set[str] = set()  # entities of which it was made sure that memory is not behind other writers
        self._answers: dict[tuple[str, tuple[str, ...]], Answer] = {}
        self.seen = Seen([], {}, {})
        self.seconds = 0.0
        self.count = 0

    @property
    def reading(self) -> str:
        """The query that reads edges before they change: counts are enough unless a question asks for confidence."""
        return "recount" if self._watch.weighing else "read_edges"

    def steps(
        self, wanted: Difference, before: Mapping[str, Row], after: Mapping[str, Row], found: Sequence[Change]
    ) -> Steps[list[Discovery]]:
        """What the batch does to the questions. The edges are written; names and degrees too."""
        began = time.perf_counter()
        told: list[Discovery] = []
        if self._watch.questions:
            self._look(wanted, before, after)
            yield from self._catch_up({end for pair in self._moved for end in pair}, written=True)
            tasks = list(self._find())
            yield from self._hold(tasks)
            yield from self._expand(tasks)
            told = yield from self._judge(_causes(wanted, found))
        self.seconds = time.perf_counter() - began
        self.count = len(told)
        return told

    def _look(self, wanted: Difference, before: Mapping[str, Row], after: Mapping[str, Row]) -> None:
        self.fresh = {row["id"]: row for row in wanted.evidence_new}
        self.counted = after
        named, weighing = self._named, bool(self._watch.weighing)
        for key, ends in wanted.edges.items():
            pair = sorted_pair(ends.subject, ends.object)
            was, now = before.get(key), after.get(key)
            old, new = (row if row is None else Counted.of(row) for row in (was, now))
            self.edges[pair][ends.predicate] = old, new
            for a, b in (pair, pair[::-1]):
                if a in named:
                    self.seen.near.append((a, b, ends.predicate, new))
            if old is not None and new is not None and (old == new or (not weighing and old[:3] == new[:3])):
                continue
            self._moved[pair].append(key)
            if was is not None and now is None:
                self.labels[ends.subject] = was["subject_label"].partition("|")[0]
                self.labels[ends.object] = was["object_label"].partition("|")[0]
        for a, b in self._moved:
            for end, entity in ((a, b), (b, a)):
                if end in self._named:
                    self._moved_with[entity].append(end)
                    self._moved_of[end].append(entity)

    def _catch_up(self, entities: set[str], *, written: bool) -> Steps[None]:
        """Look anew at who is near entities whose edges other writers changed meanwhile.

        `written`: the batch moved edges of them, so it holds their locks and its own clock stands there.
        """
        if self._alone or not self._named:
            return
        unsure = entities - self._sure
        rows = {row["curie"]: row for row in (yield from ask("watch_clocks", curies=sorted(unsure)))}
        stale = []
        for entity in unsure:
            row = rows.get(entity)
            if row is None:  # it has no edges any more
                self.seen.anew[entity] = {}
            elif not self._watch.stale(entity, row["before" if written else "clock"]):
                self.seen.clocks[entity] = row["clock"]
            elif row["degree"] <= standing.HUB:
                self.seen.clocks[entity] = row["clock"]
                self.seen.anew[entity] = {}
                stale.append(entity)
            else:
                continue  # it is not passed
            self._sure.add(entity)
        stale.sort()
        for row in (yield from ask("watch_near", curies=stale)):
            if row["other"] in self._named:
                self.seen.anew[row["curie"]].setdefault(row["other"], {})[row["predicate"]] = (*Counted.of(row),)

    def _hold(self, tasks: "Sequence[_Task]") -> Steps[None]:
        """Lock the far ends of the ways of three steps whose first or last edge moved.

        The first and the last edge have no entity in common, so two writers could each write one and neither see the other's.
        """
        if not self._alone:
            far = {end for task in tasks if task.way is None for end in self._watch.chains[task.a]}
            yield from ask("watch_lock", curies=sorted(far))

    def _near(self, entity: str) -> Mapping[str, Edges]:
        """The named ends with which it has edges after the batch, and what they count; at most what it moved is missing."""
        anew = self.seen.anew.get(entity)
        return anew if anew is not None else self._watch.near.get(entity, {})

    def _meet(self, shelf: Mapping[str, object], entity: str) -> list[str]:
        """The named ends on the shelf with which the entity has an edge, or had one before the batch."""
        near = self._near(entity)
        met = [end for end in near if end in shelf] if len(near) < len(shelf) else [end for end in shelf if end in near]
        return met + [end for end in self._moved_with.get(entity, ()) if end in shelf and end not in near]

    def _fitted(self, wanted: Filter, end: str, entity: str) -> bool:
        """Whether what is in memory of a named end and an entity near it can make a step; what the batch moved may."""
        edges = self._near(entity).get(end)
        if edges is not None and wanted.among(edges):
            return True
        return sorted_pair(end, entity) in self._moved

    def _fill(self, pair: Pair) -> None:
        """Take the edges between a named end and another entity from memory."""
        if pair in self.whole:
            return
        for end, entity in (pair, pair[::-1]):
            if end in self._named and (self._alone or entity in self._sure):
                states = self.edges[pair]
                for predicate, plain in self._near(entity).get(end, {}).items():
                    states.setdefault(predicate, (Counted(*plain),) * 2)
                self.whole[pair] = 0
                return

    # 1. the ways that could have moved

    def _find(self) -> Iterator["_Task"]:
        watch = self._watch
        for pair in self._moved:
            if not any(end in watch.ends or self._near(end) or end in self._moved_with for end in pair):
                continue
            for way in watch.pairs.get(pair, {}).values():
                self._note(way, (way.start, way.end or ""))
            self._fill(pair)
            # Where all edges between the two are known, one that comes beside others moves nothing unless that itself is asked for.
            together = pair in self.whole and not watch.changing
            states = self.edges[pair]
            flips: dict[Filter, bool] = {}

            def moves(
                wanted: Filter,
                states: Mapping[str, standing.Both] = states,
                flips: dict[Filter, bool] = flips,
                together: bool = together,
            ) -> bool:
                if wanted not in flips:
                    fits = [(wanted.fits(p, old), wanted.fits(p, new)) for p, (old, new) in states.items()]
                    both = [any(side) for side in zip(*fits, strict=True)]
                    flips[wanted] = both[0] != both[1] if together else any(old != new for old, new in fits)
                return flips[wanted]

            inner = any(map(moves, watch.inner))
            stated = [(bool(old and old.stated), bool(new and new.stated)) for old, new in states.values()]
            known = any(old for old, _ in stated) != any(new for _, new in stated) if together else any(o != n for o, n in stated)
            for a, b in (pair, pair[::-1]):
                yield from self._at_an_end(a, b, moves, known=known)
                if inner:
                    self._between(a, b, moves)

    def _at_an_end(self, a: str, b: str, moves: _Moves, *, known: bool) -> Iterator["_Task"]:
        """The edge from a named end `a` to anything `b`."""
        watch = self._watch
        for way in watch.single.get(a, {}).values():
            if moves(way.filters[0]):
                self._note(way, (a, b))
        for way in watch.double.get(a, {}).values():
            if (first := moves(way.filters[0])) or (known and not (self._alone and not self._middles(way.filters[0], a))):
                yield _Task(way, a, b, first, known)
        if (bridges := watch.bridges.get(a)) is not None:
            for c in self._meet(bridges, b):
                for (_, turned), way in bridges[c].items():
                    if moves(way.filters[0]) and self._fitted(way.filters[1], c, b):
                        self._note(way, (a, b, c), turned=turned)
        if a in watch.chains and any(map(moves, watch.first[a])):
            yield _Task(None, a, b, first=True, known=False)

    def _middles(self, wanted: Filter, a: str) -> set[str]:
        """Who can be between in A - b - ?, by the edges with A that are in memory or moved."""
        if a in self._moved_of:
            return self._watch.stepping[a][wanted].union(self._moved_of[a])
        return self._watch.stepping[a][wanted]

    def _begins(self, b: str) -> set[str]:
        """The named ends from which a way's first step can lead to the entity, before the batch or after it."""
        watch, anew = self._watch, self.seen.anew.get(b)
        if anew is None:
            found = watch.strong.get(b, set())
        else:
            found = {end for end, edges in anew.items() if any(wanted.among(edges) for wanted in watch.first.get(end, ()))}
        return found.union(end for end in self._moved_with.get(b, ()) if end in watch.first)

    def _between(self, b: str, c: str, moves: _Moves) -> None:
        """The edge from `b`, which is near named ends, to anything `c`."""
        watch = self._watch
        if len(self._near(b)) > standing.HUB:
            return
        for a in self._begins(b):
            for way in watch.double.get(a, {}).values():
                if moves(way.filters[1]) and self._fitted(way.filters[0], a, b):
                    self._note(way, (a, b, c))
            chains = watch.chains.get(a, {})
            for d in self._meet(chains, c) if chains else ():
                for (_, turned), way in chains[d].items():
                    if moves(way.filters[1]) and self._fitted(way.filters[0], a, b):
                        self._note(way, (a, b, c, d), turned=turned)

    def _note(self, way: Way, path: tuple[str, ...], *, turned: bool = False) -> None:
        """Keep a way to be judged, unless what is known of it already says that nothing happened to it."""
        if turned:
            way, path = way.reversed(), path[::-1]
        if len(set(path)) < len(path):
            return
        answer = Answer(way, path)
        sure = True
        for pair in answer.pairs:
            self._fill(pair)
        for wanted, ends in answer.steps:
            pair = sorted_pair(*ends)
            if self.whole.get(pair, UNKNOWN) > wanted.papers:
                sure = False
            elif not (self.fits(wanted, pair, 0) or self.fits(wanted, pair, 1)):
                return
        if sure and answer.leads_on:
            sure = self.whole.get(sorted_pair(path[0], path[-1]), UNKNOWN) <= 1
        if not sure or self._moves(answer):
            self._answers[way.question.id, path] = answer

    def _moves(self, answer: Answer) -> DiscoveryKind | None:
        """What happened to an answer all of whose edges are known."""
        old, new = self.holds(answer, 0), self.holds(answer, 1)
        if old != new:
            return DiscoveryKind.COMPLETED if new else DiscoveryKind.BROKEN
        changed = new and answer.way.question.changes and self.kinds(answer, 0) != self.kinds(answer, 1)
        return DiscoveryKind.CHANGED if changed else None

    # 2. what else is on these ways

    def _expand(self, tasks: "Sequence[_Task]") -> Steps[None]:
        """Ways of which only the first edge is known: A - b - ? and A - b - d - C, and A - ? - b where A - b makes b known."""
        chains = self._watch.chains
        yield from self.know(task.b for task in tasks)
        tasks = [task for task in map(self._typed, tasks) if task.way is None or task.first or task.known]
        second = [task.way.filters[1] for task in tasks if task.way] + [
            way.filters[1] for a in {task.a for task in tasks if task.way is None} for ways in chains[a].values() for way in ways.values()
        ]
        around = yield from self.around({task.b for task in tasks}, min((wanted.papers for wanted in second), default=1))
        for a, b in self._moved:
            for entity, other in ((a, b), (b, a)):
                if entity in around:
                    around[entity].add(other)
        yield from self._catch_up({other for others in around.values() for other in others}, written=False)
        for task in tasks:
            for other in around.get(task.b, ()):
                if task.way is None:
                    for c in self._meet(chains[task.a], other):
                        for (_, turned), way in chains[task.a][c].items():
                            self._note(way, (task.a, task.b, other, c), turned=turned)
                    continue
                between, last = task.way.types
                if task.first and (last is None or self.types.get(other, last) == last):
                    self._note(task.way, (task.a, task.b, other))
                typed = between is None or self.types.get(other, between) == between
                if task.known and typed and self._fitted(task.way.filters[0], task.a, other):
                    self._note(task.way, (task.a, other, task.b))

    def around(self, entities: Iterable[str], least: int) -> Steps[dict[str, set[str]]]:
        """As the board does, but the neighbours of named ends are in memory where nobody else writes."""
        entities = set(entities)
        inside = entities & self._named if self._alone else set()
        found = yield from super().around(entities - inside, least)
        yield from self.know(inside)
        for entity in inside:
            if self.degree(entity) <= standing.HUB:
                near = self._watch.around.get(entity, {})
                found[entity] = {other for other, edges in near.items() if any(sum(plain[:3]) >= least for plain in edges.values())}
        return found

    def _typed(self, task: "_Task") -> "_Task":
        """A task without what its types rule out."""
        if task.way is None:
            return task
        (between, last), kind = task.way.types, self.type(task.b)
        return task._replace(first=task.first and between in {None, kind}, known=task.known and last in {None, kind})

    # 3. before and after

    def _judge(self, causes: "Mapping[str, Cause]") -> Steps[list[Discovery]]:
        answers = self._answers.values()
        yield from self.weigh({pair for answer in answers for pair in answer.pairs if self.whole.get(pair) != 0})
        moving = [(answer, kind) for answer in answers if (kind := self._moves(answer))]
        yield from self.know(entity for answer, _ in moving for entity in answer.path)
        found = []
        for answer, kind in moving:
            moved = [causes[key] for pair in answer.pairs for key in self._moved.get(pair, ()) if key in causes]
            if moved and self.possible(answer):
                found.append(Found(answer, kind, max(moved), 0.0 if kind is DiscoveryKind.BROKEN else self.score(answer)))
        return (yield from self.told(_best(found)))


def _causes(wanted: Difference, found: Sequence[Change]) -> dict[str, Cause]:
    """By key: whose message moved the edge last. Where only a probability moved there is no Change, and its document is named."""
    causes = {row["key"]: Cause(-1, row["document"], "", "") for row in (*wanted.evidence_gone, *wanted.evidence_new)}
    return causes | {change.edge: Cause(place, change.document, change.id, change.revision) for place, change in enumerate(found)}


def _best(found: list[Found]) -> list[Found]:
    """In the order of what caused them; of each question at most `MOST`, those that no longer hold first, then the best."""
    by_question: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        by_question[one.answer.way.question.id].append(one)
    told = []
    for id_, ones in by_question.items():
        if len(ones) > MOST:
            log.warning("question %s: %d messages from one batch, %d are told", id_, len(ones), MOST)
        told += sorted(ones, key=lambda one: (one.kind is not DiscoveryKind.BROKEN, best_first(one)))[:MOST]
    return sorted(told, key=lambda one: (one.cause.place if one.cause else 0, one.answer.way.question.id, best_first(one)))
