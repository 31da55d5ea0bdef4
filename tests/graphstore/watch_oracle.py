"""Standing questions answered from scratch: every way of entities is tried, in plain Python."""

import random
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise, permutations
from typing import Any

from graphstore import Contribution, GraphStore
from graphstore.watched import Watch
from processors.records import Discovery, DiscoveryKind, EntityType, Predicate, Question, QuestionStep
from tests.graphstore.documents import random_contribution
from tests.graphstore.oracle import Oracle

Answers = dict[tuple[str, ...], tuple[frozenset[str], ...]]
"""By way: the predicates that make each step."""


def answers(question: Question, graph: dict[str, Any]) -> Answers:
    types = {curie: label.partition("|")[0] for curie, (label, _) in graph["entities"].items()}
    edges: dict[frozenset[str], dict[str, tuple]] = defaultdict(dict)
    for key, counts in graph["edges"].items():
        low, predicate, high = key.split("|")
        edges[frozenset((low, high))][predicate] = counts
    found: Answers = {}
    for steps in question.ways:
        free = len(steps) - bool(question.end)
        for middle in permutations(sorted(types.keys() - {question.start, question.end}), free):
            way = (question.start, *middle, *([question.end] if question.end else []))
            kinds = tuple(
                frozenset(p for p, counts in edges[frozenset(ends)].items() if fits(step, p, counts))
                for step, ends in zip(steps, pairwise(way), strict=True)
            )
            typed = all(step.type in {None, types.get(entity)} for step, entity in zip(steps, way[1:], strict=True))
            related = question.end is None and len(way) == 3 and any(sum(c[:3]) for c in edges[frozenset((way[0], way[-1]))].values())
            if all(kinds) and typed and not related:
                found[way] = kinds
    return found


def fits(step: QuestionStep, predicate: str, counts: tuple) -> bool:
    papers, negated, speculated, *_, confidence = counts
    stated = {"positive": papers, "negated": negated, "speculated": speculated}[step.polarity]
    return step.predicate in {None, predicate} and stated >= step.min_papers and confidence >= step.min_confidence


def expected(question: Question, before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, DiscoveryKind, tuple[str, ...]]]:
    """What the step from one graph to the next does to a question."""
    old, new = answers(question, before), answers(question, after)
    told = {(question.id, DiscoveryKind.COMPLETED, way) for way in new.keys() - old.keys()}
    told |= {(question.id, DiscoveryKind.BROKEN, way) for way in old.keys() - new.keys()}
    if question.changes:
        told |= {(question.id, DiscoveryKind.CHANGED, way) for way in new.keys() & old.keys() if old[way] != new[way]}
    return told


def told_of(discoveries: Sequence[Discovery]) -> list[tuple[str, DiscoveryKind, tuple[str, ...]]]:
    return [(d.question, d.kind, tuple(entity.id for entity in d.entities)) for d in discoveries]


def random_question(rng: random.Random, letters: str) -> Question:
    """Any question over these letters' entities."""
    start, end = (f"test:{letter}" for letter in rng.sample(letters, 2))
    closed = rng.random() < 0.6
    length = rng.randint(1, 3 if closed else 2)
    if rng.random() < 0.2:
        return Question(id=f"q{rng.random()}", start=start, end=end if closed else None, max_hops=length, min_papers=rng.randint(1, 2))
    steps = []
    for place in range(length):
        polarity = rng.choice(("positive", "positive", "positive", "negated", "speculated"))
        steps.append(
            QuestionStep(
                type=None if closed and place == length - 1 else rng.choice((None, None, *list(EntityType)[:3])),
                predicate=rng.choice((None, None, Predicate.BIND)),
                polarity=polarity,
                min_papers=rng.choice((1, 1, 2)),
                min_confidence=rng.choice((0.0, 0.0, 0.6)) if polarity == "positive" else 0.0,
            )
        )
    return Question.of(start, end if closed else None, tuple(steps), id=f"q{rng.random()}", changes=rng.random() < 0.3)


async def discoveries(store: GraphStore) -> list[Discovery]:
    """What the outbox holds for the questions; it is emptied."""
    told = await store.outbox(1_000_000)
    await store.outbox_done([one.id for one in told])
    return [one for one in told if isinstance(one, Discovery)]


async def watched_run(
    store: GraphStore, rng: random.Random, *, batches: int, letters: str = "abcdefg", size: int = 6, watch: Watch | None = None
) -> int:
    """Random batches and random questions that come and go; each batch tells what a fresh answering before and after it gives.

    In one run of two no question asks for changes, so that edges beside others are passed over.

    Returns how much was told.
    """
    watch = watch or Watch()
    oracle, asked, count = Oracle(), {}, 0
    changes = rng.random() < 0.5
    for _ in range(batches):
        for _ in range(rng.randrange(8)):
            question = random_question(rng, letters)
            question = question.model_copy(update={"changes": question.changes and changes})
            asked[question.id] = question
            watch.put(question)
        if asked and rng.random() < 0.3:
            gone = rng.choice(sorted(asked))
            del asked[gone]
            watch.remove(gone)
        batch: list[Contribution] = [random_contribution(rng, letters=letters) for _ in range(rng.randint(1, size))]
        before = oracle.graph()
        oracle.apply(batch)
        after = oracle.graph()
        await store.apply(batch, watch=watch)
        told = told_of(await discoveries(store))
        assert len(set(told)) == len(told)
        assert set(told) == {one for question in asked.values() for one in expected(question, before, after)}
        count += len(told)
    return count
