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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphstore import standing
from graphstore.contribution import Ends, evidence_of
from graphstore.difference import Difference
from graphstore.moves import Moves, Task
from graphstore.standing import UNKNOWN, Answer, Board, Cause, Found, Pair, best_first
from graphstore.steps import Row, Steps, ask
from graphstore.watched import Counted, Edges, Filter, Seen, Watch, Way, sorted_pair, stated
from processors.records import Change, Discovery, DiscoveryKind, EntityType

log = logging.getLogger(__name__)

MOST = 1000
"""Messages of one question from one batch; the best are told."""


class Evaluation(Board):
    """One batch against the questions. `alone`: no other process writes this graph, so the index cannot be behind it."""

    def __init__(self, watch: Watch, *, alone: bool) -> None:
        super().__init__()
        self._watch = watch
        self._alone = alone
        self._moved: dict[Pair, list[str]] = defaultdict(list)  # the keys that the batch moved
        self._moved_with: dict[str, list[str]] = defaultdict(list)  # named ends with which an entity has such an edge
        self._moved_of: dict[str, list[str]] = defaultdict(list)  # the same from the other side
        self._sure: set[str] = set()  # entities of which it was made sure that memory is not behind other writers
        self._met: dict[str, Row] = {}  # entities beyond a moved edge, of which that is to be made sure
        self._answers: dict[tuple[str, tuple[str, ...]], Answer] = {}
        self._inner_of: dict[tuple[str | None, str | None], list[Filter]] = {}  # by both types, what `_inner` found
        self._counted: Mapping[str, Row] = {}  # edges as the batch left them, by key
        self._fresh: dict[str, Mapping[str, Any]] = {}  # evidence that the batch wrote
        self.seen = Seen([], {}, {})
        self.seconds = 0.0
        self.count = 0

    @property
    def asked(self) -> bool:
        """Whether there is any question."""
        return bool(self._watch.questions)

    def steps(
        self,
        wanted: Difference,
        before: Mapping[str, Row],
        after: Mapping[str, Row],
        found: Sequence[Change],
        entities: Mapping[str, Row],
    ) -> Steps[list[Discovery]]:
        """What the batch does to the questions. The edges are written, and so are these entities, at their ends."""
        began = time.perf_counter()
        told: list[Discovery] = []
        if self._watch.questions:
            self._counted = after
            self.entities = dict(entities)
            self.types = {curie: row["type"] for curie, row in entities.items()}
            yield from self._catch_up(entities, "before")
            self._look(wanted, before, after)
            tasks = list(self._find())
            yield from self._hold(tasks)
            yield from self._expand(tasks)
            told = yield from self._judge(wanted, found)
        self.seconds = time.perf_counter() - began
        self.count = len(told)
        return told

    def _catch_up(self, entities: Mapping[str, Row], clock: str) -> Steps[None]:
        """Look anew at who is near entities whose edges other writers changed meanwhile.

        `clock` is what is to be compared: `before` where the batch moved edges of them, so that it holds their locks and its own clock
        stands there.
        """
        watch = self._watch
        if self._alone or not watch.used:
            return
        stale = []
        for entity, row in entities.items():
            if entity in self._sure:
                continue
            if not row["degree"]:  # it has no edges any more
                self.seen.anew[entity] = {}
            elif not watch.stale(entity, row[clock]):
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
            if row["other"] in watch.used:
                self.seen.anew[row["curie"]].setdefault(row["other"], {})[row["predicate"]] = (*Counted.of(row),)

    def _look(self, wanted: Difference, before: Mapping[str, Row], after: Mapping[str, Row]) -> None:
        """Take the edges that could be on a way: those at a named end, and those of entities to which a first step leads."""
        ends, strong, anew = self._watch.ends, self._watch.strong, self.seen.anew
        others = []
        for key, edge in wanted.edges.items():
            if edge.subject in ends or edge.object in ends:
                self._take(key, edge, before.get(key), after.get(key))
            else:
                others.append((key, edge))
        if self._watch.inner:
            begun = self._moved_with.keys() | anew.keys()
            for key, edge in others:
                a, b = edge.subject, edge.object
                if a in strong or b in strong or a in begun or b in begun:
                    self._take(key, edge, before.get(key), after.get(key))

    def _take(self, key: str, ends: Ends, was: Row | None, now: Row | None) -> None:
        pair = sorted_pair(ends.subject, ends.object)
        old, new = Counted.of(was) if was else None, Counted.of(now) if now else None
        self.edges[pair][ends.predicate] = old, new
        if old == new:
            return
        a, b = pair
        used = self._watch.used
        sides = ([pair] if a in used else []) + ([(b, a)] if b in used else [])
        for end, entity in sides:
            self.seen.near.append((end, entity, ends.predicate, new))
        if old is not None and new is not None and not self._watch.weighing and old[:3] == new[:3]:
            return
        if pair not in self._moved:
            for end, entity in sides:
                self._moved_with[entity].append(end)
                self._moved_of[end].append(entity)
        self._moved[pair].append(key)

    def _hold(self, tasks: Sequence[Task]) -> Steps[None]:
        """Lock the far ends of the ways of three steps whose first or last edge moved.

        The first and the last edge have no entity in common, so two writers could each write one and neither see the other's.
        """
        if not self._alone:
            yield from ask("watch_lock", curies=sorted({end for task in tasks for end in task.chains}))

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

    def _related(self, end: str, entity: str) -> bool:
        """Whether papers relate a named end and an entity, before the batch and after it; where that is not in memory it is not said."""
        if not (self._alone or entity in self._sure) or sorted_pair(end, entity) in self._moved:
            return False
        return any(map(stated, self._near(entity).get(end, {}).values()))

    def _is(self, entity: str, kind: EntityType | None) -> bool:
        """Whether an entity can be of the type that is asked for."""
        return kind is None or self.types.get(entity, kind) == kind

    def _fill(self, pair: Pair) -> None:
        """Take the edges between a named end and another entity from memory."""
        if pair in self.whole:
            return
        for end, entity in (pair, pair[::-1]):
            if end in self._watch.used and (self._alone or entity in self._sure):
                states = self.edges[pair]
                for predicate, plain in self._near(entity).get(end, {}).items():
                    states.setdefault(predicate, (plain, plain))
                self.whole[pair] = 0
                return

    # 1. the ways that could have moved

    def _find(self) -> Iterator[Task]:
        watch = self._watch
        for pair in self._moved:
            self._fill(pair)
            moves = Moves(self.edges[pair], together=pair in self.whole and not watch.changing)
            for way in watch.pairs.get(pair, {}).values():
                self._note(way, (way.start, way.end or ""))
            for a, b in (pair, pair[::-1]):
                if a in watch.ends:
                    yield from self._at_an_end(a, b, moves)
                if (inner := self._inner(a, b)) and moves.any(inner):
                    self._between(a, b, moves)

    def _at_an_end(self, a: str, b: str, moves: Moves) -> Iterator[Task]:
        """The edge from a named end `a` to anything `b`."""
        watch = self._watch
        for way in watch.single.get(a, {}).values():
            if self._is(b, way.types[0]) and moves.step(way.filters[0]):
                self._note(way, (a, b))
        for way in watch.double.get(a, {}).values():
            between, last = way.types
            first = self._is(b, between) and moves.step(way.filters[0])
            known = self._is(b, last) and moves.known() and self._leads(way.filters[0], a)
            if first or known:
                yield Task(a, b, way, first, known, {})
        if (bridges := watch.bridges.get(a)) is not None and moves.any(watch.crossing[a]):
            for c in self._meet(bridges, b):
                for (_, turned), way in bridges[c].items():
                    if self._is(b, way.types[0]) and moves.step(way.filters[0]) and self._fitted(way.filters[1], c, b):
                        self._note(way, (a, b, c), turned=turned)
        if a in watch.chains and moves.any(watch.first[a]):
            chains: dict[str, list[tuple[Way, bool]]] = {}
            for c, ways in watch.chains[a].items():
                for (_, turned), way in ways.items():
                    if self._is(b, way.types[0]) and moves.step(way.filters[0]) and self._leads(way.filters[2], c):
                        chains.setdefault(c, []).append((way, turned))
            if chains:
                yield Task(a, b, None, first=True, known=False, chains=chains)

    def _inner(self, b: str, c: str) -> list[Filter]:
        """What an edge must be to be a step between two such entities that have no names."""
        types = self.types.get(b), self.types.get(c)
        found = self._inner_of.get(types)
        if found is None:
            found = self._inner_of[types] = [wanted for near, far, wanted in self._watch.inner if self._is(b, near) and self._is(c, far)]
        return found

    def _leads(self, wanted: Filter, end: str) -> bool:
        """Whether such a step leads from a named end to anything, or did before the batch; without other writers that is in memory."""
        return not self._alone or bool(self._watch.stepping[end][wanted]) or end in self._moved_of

    def _begins(self, b: str) -> Iterator[str]:
        """The named ends from which a way's first step can lead to the entity, before the batch or after it."""
        watch, anew = self._watch, self.seen.anew.get(b)
        if anew is None:
            found = watch.strong.get(b, set())
        else:
            found = {end for end, edges in anew.items() if any(wanted.among(edges) for wanted in watch.first.get(end, ()))}
        yield from found
        yield from (end for end in self._moved_with.get(b, ()) if end in watch.first and end not in found)

    def _between(self, b: str, c: str, moves: Moves) -> None:
        """The edge from `b`, to which a first step may lead from named ends, to anything `c`."""
        watch = self._watch
        if len(self._near(b)) > standing.HUB:
            return

        def moved(way: Way) -> bool:
            first, last = way.types[:2]
            return self._is(b, first) and self._is(c, last) and moves.step(way.filters[1])

        for a in self._begins(b):
            for way in watch.double.get(a, {}).values():
                if moved(way) and not self._related(a, c) and self._fitted(way.filters[0], a, b):
                    self._note(way, (a, b, c))
            chains = watch.chains.get(a, {})
            for d in self._meet(chains, c) if chains else ():
                for (_, turned), way in chains[d].items():
                    if moved(way) and self._fitted(way.filters[0], a, b) and self._fitted(way.filters[2], d, c):
                        self._note(way, (a, b, c, d), turned=turned)

    def _note(self, way: Way, path: tuple[str, ...], *, turned: bool = False) -> None:
        """Keep a way to be judged, unless what is known of it already says that nothing happened to it."""
        if turned:
            way, path = way.reversed(), path[::-1]
        if len(set(path)) < len(path):
            return
        answer = Answer(way, path)
        for pair in answer.pairs:
            self._fill(pair)
        if not self._unsure(answer):
            if self._moves(answer):
                self._answers[way.question.id, path] = answer
            return
        for wanted, ends in answer.steps:
            pair = sorted_pair(*ends)
            if self.whole.get(pair, UNKNOWN) <= wanted.papers and not (self.fits(wanted, pair, 0) or self.fits(wanted, pair, 1)):
                return
        self._answers[way.question.id, path] = answer

    def _unsure(self, answer: Answer) -> list[Pair]:
        """The pairs of which not all edges are known that decide it."""
        found = []
        for wanted, ends in answer.steps:
            pair = sorted_pair(*ends)
            if self.whole.get(pair, UNKNOWN) > wanted.papers:
                found.append(pair)
        if answer.leads_on and self.whole.get(pair := sorted_pair(answer.path[0], answer.path[-1]), UNKNOWN) > 1:
            found.append(pair)
        return found

    def _moves(self, answer: Answer) -> DiscoveryKind | None:
        """What happened to an answer all of whose edges are known."""
        old, new = self.holds(answer, 0), self.holds(answer, 1)
        if old != new:
            return DiscoveryKind.COMPLETED if new else DiscoveryKind.BROKEN
        changed = new and answer.way.question.changes and self.kinds(answer, 0) != self.kinds(answer, 1)
        return DiscoveryKind.CHANGED if changed else None

    # 2. what else is on these ways

    def _expand(self, tasks: Sequence[Task]) -> Steps[None]:
        """Ways of which only the first edge is known: A - b - ? and A - b - d - C, and A - ? - b where A - b makes b known."""
        beyond = [one for task in tasks for one in task.beyond]
        least, types = min((papers for papers, _ in beyond), default=1), {kind for _, kind in beyond}
        around = yield from self.around({task.b for task in tasks}, least, types)
        for a, b in self._moved:
            for entity, other in ((a, b), (b, a)):
                if entity in around:
                    around[entity].add(other)
        yield from self._catch_up(self._met, "clock")
        for task in tasks:
            a, b, way = task.a, task.b, task.way
            for other in around.get(b, ()):
                if way is not None:
                    between, last = way.types
                    if task.first and self._is(other, last) and not self._related(a, other):
                        self._note(way, (a, b, other))
                    if task.known and self._is(other, between) and self._fitted(way.filters[0], a, other):
                        self._note(way, (a, other, b))
                    continue
                for c in self._meet(task.chains, other):
                    for chain, turned in task.chains[c]:
                        if self._is(other, chain.types[1]) and self._fitted(chain.filters[2], c, other):
                            self._note(chain, (a, b, other, c), turned=turned)

    def around(self, entities: Iterable[str], least: int, types: Iterable[str | None]) -> Steps[dict[str, set[str]]]:
        """As the board does, but the neighbours of named ends are in memory where nobody else writes."""
        entities = set(entities)
        inside = entities & self._watch.used.keys() if self._alone else set()
        found = yield from super().around(entities - inside, least, types)
        yield from self.know(inside)
        for entity in inside:
            if self.degree(entity) <= standing.HUB:
                near = self._watch.around.get(entity, {})
                found[entity] = {other for other, edges in near.items() if any(sum(plain[:3]) >= least for plain in edges.values())}
        return found

    def met(self, row: Row) -> None:
        if not self._alone:
            self._met[row["other"]] = row

    def written(self, key: str) -> Mapping[str, Any] | None:
        row = self._counted.get(key)
        return self._fresh.get(evidence_of(row["best"])) if row else None

    # 3. before and after

    def _judge(self, wanted: Difference, changes: Sequence[Change]) -> Steps[list[Discovery]]:
        answers = self._answers.values()
        yield from self.weigh({pair for answer in answers for pair in self._unsure(answer)})
        moving = [(answer, kind) for answer in answers if (kind := self._moves(answer))]
        if not moving:
            return []
        yield from self.know(entity for answer, _ in moving for entity in answer.path)
        causes = _causes(wanted, changes, {key for answer, _ in moving for pair in answer.pairs for key in self._moved.get(pair, ())})
        found = []
        for answer, kind in moving:
            moved = [causes[key] for pair in answer.pairs for key in self._moved.get(pair, ()) if key in causes]
            if moved and self.possible(answer):
                found.append(Found(answer, kind, max(moved), 0.0 if kind is DiscoveryKind.BROKEN else self.score(answer)))
        self._fresh = {row["id"]: row for row in wanted.evidence_new}
        return (yield from self.told(_best(found)))


def _causes(wanted: Difference, found: Sequence[Change], keys: set[str]) -> dict[str, Cause]:
    """Whose message moved each of these edges last. Where only a probability moved there is no Change, and its document is named."""
    rows = (row for rows in (wanted.evidence_gone, wanted.evidence_new) for row in rows if row["key"] in keys)
    causes = {row["key"]: Cause(-1, row["document"], "", "") for row in rows}
    for place, change in enumerate(found):
        if change.edge in keys:
            causes[change.edge] = Cause(place, change.document, change.id, change.revision)
    return causes


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
