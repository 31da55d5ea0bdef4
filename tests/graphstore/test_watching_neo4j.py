"""Several graph agents on one Neo4j: each with its own watch of the same questions, none behind what the others write."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from graphstore import Contribution, GraphStore, open_store
from graphstore.watched import Watch
from processors.records import Discovery, DiscoveryKind, Question, QuestionStep
from tests.graphstore.documents import chain, document, random_contribution, relation, tombstone
from tests.graphstore.oracle import Oracle
from tests.graphstore.watch_oracle import answers, discoveries, expected, random_question, told_of
from tests.services import Neo4jAddress

pytestmark = pytest.mark.neo4j
LETTERS = "abcdefg"
STEP = QuestionStep()


@pytest.fixture
async def agents(neo4j: Neo4jAddress) -> AsyncIterator[list[GraphStore]]:
    """Three stores on the session's Neo4j, which is emptied."""
    from neo4j import AsyncGraphDatabase

    async with AsyncGraphDatabase.driver(neo4j.url, auth=(neo4j.user, neo4j.password)) as driver:
        await driver.execute_query("MATCH (n) DETACH DELETE n")
    stores = [await open_store(neo4j.url, user=neo4j.user, password=neo4j.password) for _ in range(3)]
    try:
        yield stores
    finally:
        await asyncio.gather(*(store.close() for store in stores))


def watches(questions: list[Question]) -> list[Watch]:
    found = [Watch() for _ in range(3)]
    for watch in found:
        for question in questions:
            watch.put(question)
    return found


async def test_one_agent_completes_what_another_began(agents: list[GraphStore]) -> None:
    one, two, three = watches([Question.of("test:a", "test:d", (STEP, STEP, STEP), id="q")])
    for store, watch, batch in zip(
        [*agents, agents[0]],
        [one, two, three, one],
        [chain(1, 1, "ab"), chain(2, 2, "cd"), chain(3, 3, "xy"), chain(4, 4, "bc")],
        strict=True,
    ):
        await store.apply([batch], watch=watch)
    (found,) = await discoveries(agents[0])
    assert [entity.id for entity in found.entities] == ["test:a", "test:b", "test:c", "test:d"]
    await agents[1].apply([tombstone(1, 5)], watch=two)
    await agents[2].apply([chain(4, 6, "bc"), chain(5, 6, "bc")], watch=three)
    (found,) = await discoveries(agents[0])
    assert (found.kind, found.document) == (DiscoveryKind.BROKEN, "pubmed:1")
    await agents[0].apply([document(6, 7, relation("a", "b"))], watch=one)
    (found,) = await discoveries(agents[0])
    assert (found.kind, found.document) == (DiscoveryKind.COMPLETED, "pubmed:6")


@pytest.mark.parametrize("seed", range(2))
async def test_agents_in_turn_tell_what_one_alone_would(agents: list[GraphStore], seed: int) -> None:
    rng, oracle = random.Random(seed), Oracle()
    questions = [random_question(rng, LETTERS) for _ in range(40)]
    watching = watches(questions)
    for _ in range(15):
        turn = rng.randrange(3)
        batch = [random_contribution(rng, letters=LETTERS) for _ in range(rng.randint(1, 5))]
        before = oracle.graph()
        oracle.apply(batch)
        await agents[turn].apply(batch, watch=watching[turn])
        told = told_of(await discoveries(agents[0]))
        assert sorted(told) == sorted({one for question in questions for one in expected(question, before, oracle.graph())})


@pytest.mark.parametrize("seed", range(4))
async def test_agents_at_once_miss_nothing(agents: list[GraphStore], seed: int) -> None:
    """The last that is told of an answer is how it stands in the end, and completing and breaking take turns."""
    rng, oracle = random.Random(seed), Oracle()
    questions = [random_question(rng, LETTERS).model_copy(update={"changes": False}) for _ in range(60)]
    watching = watches(questions)
    logs: list[list[Contribution]] = [[], [], []]
    unique = {
        (c.document, c.revision, c.generation): c for c in (random_contribution(rng, letters=LETTERS, documents=30) for _ in range(90))
    }
    for number, new in enumerate(unique.values()):
        logs[number % 3].append(new)
        oracle.apply([new])

    async def write(store: GraphStore, watch: Watch, log: list[Contribution]) -> None:
        for start in range(0, len(log), 3):
            await store.apply(log[start : start + 3], watch=watch)

    await asyncio.gather(*(write(*agent) for agent in zip(agents, watching, logs, strict=True)))
    standing: dict[tuple[str, tuple[str, ...]], list[DiscoveryKind]] = {}
    for question, kind, way in told_of([one for one in await agents[0].outbox(1_000_000) if isinstance(one, Discovery)]):
        standing.setdefault((question, way), []).append(kind)
    for kinds in standing.values():
        assert kinds == [(DiscoveryKind.COMPLETED, DiscoveryKind.BROKEN)[n % 2] for n in range(len(kinds))]
    open_now = {told for told, kinds in standing.items() if kinds[-1] is DiscoveryKind.COMPLETED}
    graph = oracle.graph()
    assert open_now == {(question.id, way) for question in questions for way in answers(question, graph)}
