"""A real Neo4j keeps the contract, also with several writers, without a server, and with the wrong password."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local import Service
from deploy.local.service import free_ports
from graphstore import (
    Contribution,
    GraphAuthError,
    GraphBadAddress,
    GraphLocked,
    GraphStore,
    GraphTimeout,
    GraphUnavailable,
    cypher,
    open_store,
)
from graphstore.lens import Lens
from graphstore.steps import Steps, ask
from tests.chaos.proxy import Network
from tests.graphstore.contract import GraphStoreContract
from tests.graphstore.documents import chain, document, listed, random_contribution, relation, tombstone
from tests.graphstore.looking import AB, joined
from tests.graphstore.oracle import Oracle, held
from tests.services import Neo4jAddress

FOLDER = Path(cypher.__file__).parent
pytestmark = pytest.mark.neo4j


def opened(address: Neo4jAddress, **options: object) -> GraphStore:
    return open_store(address.url, **({"user": address.user, "password": address.password} | options))  # type: ignore[arg-type]


@pytest.fixture
async def address(neo4j: Neo4jAddress) -> Neo4jAddress:
    """The session's Neo4j with an empty graph; its constraints stay, for they take a second to build."""
    from neo4j import AsyncGraphDatabase

    async with AsyncGraphDatabase.driver(neo4j.url, auth=(neo4j.user, neo4j.password)) as driver:
        await driver.execute_query("MATCH (n) DETACH DELETE n")
    return neo4j


@pytest.fixture
async def store(address: Neo4jAddress) -> AsyncIterator[GraphStore]:
    async with opened(address) as store:
        yield store


class TestNeo4j(GraphStoreContract):
    """The contract; its fixture is this module's `store`."""


def twenty_edges(writer: int, rng: random.Random) -> list[Contribution]:
    """Sixty messages of one writer on the same twenty edges: new, revised, extracted anew, deleted, retracted in each of three ways."""
    edges = [(x, y) for n, x in enumerate("abcdefg") for y in "abcdefg"[n + 1 :]][:20]
    log = []
    for offset in range(60):
        number = writer * 100 + rng.randrange(25)
        if rng.random() < 0.2:
            log.append(tombstone(number, offset))
        elif rng.random() < 0.1:
            log.append(listed(rng.randrange(4) * 100 + rng.randrange(25), offset, f"{writer}/"))
        else:
            chosen = rng.sample(edges, rng.randrange(1, 9))
            names = (rng.choice((None, "Other")), None)
            log.append(
                document(
                    number,
                    offset,
                    *(relation(x, y, negated=rng.random() < 0.2, names=names, probability=rng.choice((0.3, 0.6, 0.9))) for x, y in chosen),
                    year=rng.randrange(1980, 2020),
                    generation=rng.randrange(1, 3),
                    retracted=rng.random() < 0.1,
                    retracts=(rng.randrange(4) * 100 + rng.randrange(25),) if rng.random() < 0.1 else (),
                )
            )
    return log


async def written_by(writers: list[GraphStore], logs: list[list[Contribution]], size: int) -> None:
    async def write(store: GraphStore, log: list[Contribution]) -> None:
        for start in range(0, len(log), size):
            await store.apply(log[start : start + size])

    await asyncio.gather(*(write(store, log) for store, log in zip(writers, logs, strict=True)))


@pytest.mark.parametrize("size", [3, 16])
async def test_four_writers_on_the_same_twenty_edges(address: Neo4jAddress, store: GraphStore, size: int) -> None:
    rng = random.Random(size)
    logs = [twenty_edges(writer, rng) for writer in range(4)]
    oracle = Oracle()
    for log in logs:
        oracle.apply(log)
    writers = [await opened(address) for _ in logs]
    try:
        await written_by(writers, logs, size)
    finally:
        await asyncio.gather(*(writer.close() for writer in writers))
    assert held(await store.snapshot(markers=True)) == oracle.graph()
    joined(await store.outbox(100_000))


async def test_four_writers_of_the_same_documents(address: Neo4jAddress, store: GraphStore) -> None:
    """As after a rebalance: every writer has all messages, each in an order of its own."""
    rng = random.Random(5)
    unique = {(c.document, c.revision, c.generation): c for c in (random_contribution(rng) for _ in range(80))}
    oracle = Oracle()
    oracle.apply(unique.values())
    logs = [rng.sample(list(unique.values()), len(unique)) for _ in range(4)]
    writers = [await opened(address) for _ in logs]
    try:
        await written_by(writers, logs, 8)
    finally:
        await asyncio.gather(*(writer.close() for writer in writers))
    assert held(await store.snapshot(markers=True)) == oracle.graph()
    joined(await store.outbox(100_000))


async def test_an_entity_removed_while_another_writer_waits_for_it_comes_back(address: Neo4jAddress, store: GraphStore) -> None:
    """The first writer holds B, whose only edge it removes, and waits for Z; the second one has found B and waits for it."""
    from neo4j import AsyncGraphDatabase

    log = [chain(1, 1, "bz"), tombstone(1, 2), chain(2, 3, "bc")]
    await store.apply(log[:1])
    async with (
        AsyncGraphDatabase.driver(address.url, auth=(address.user, address.password)) as driver,
        driver.session() as session,
        await session.begin_transaction() as holder,
        opened(address) as first,
        opened(address) as second,
    ):

        async def blocked(number: int) -> None:
            asked = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*) AS n"
            for _ in range(500):
                if (await driver.execute_query(asked)).records[0]["n"] >= number:
                    return
                await asyncio.sleep(0.02)
            pytest.fail(f"{number} transactions never waited")

        await (await holder.run("MATCH (e:Entity {curie: 'test:z'}) SET e.locked = 0")).consume()
        removing = asyncio.create_task(first.apply(log[1:2]))
        await blocked(1)
        adding = asyncio.create_task(second.apply(log[2:]))
        await blocked(2)
        await holder.rollback()
        await asyncio.gather(removing, adding)
        assert second.crossed == 1
    oracle = Oracle()
    oracle.apply(log)
    assert held(await store.snapshot(markers=True)) == oracle.graph()


async def test_writers_of_entities_that_come_and_go(address: Neo4jAddress, store: GraphStore) -> None:
    """Documents that come and go, each with few relations among few entities: those are removed and made anew all the time."""
    rng = random.Random(11)
    logs: list[list[Contribution]] = []
    for writer in range(4):
        mine = []
        for offset in range(150):
            number = writer * 10 + rng.randrange(3)
            mine.append(tombstone(number, offset) if rng.random() < 0.5 else chain(number, offset, "".join(rng.sample("abcdefgh", 2))))
        logs.append(mine)
    oracle = Oracle()
    for log in logs:
        oracle.apply(log)
    writers = [await opened(address) for _ in logs]
    try:
        await written_by(writers, logs, 1)
    finally:
        await asyncio.gather(*(writer.close() for writer in writers))
    assert held(await store.snapshot(markers=True)) == oracle.graph()
    joined(await store.outbox(100_000))


async def test_an_edges_changes_keep_their_order_where_the_clock_goes_back(address: Neo4jAddress, store: GraphStore) -> None:
    from neo4j import AsyncGraphDatabase

    await store.apply([document(1, 0, relation("a", "b"))])
    async with AsyncGraphDatabase.driver(address.url, auth=(address.user, address.password)) as driver:  # it was an hour ahead
        for marked in ("MATCH (n:Outbox) SET n.at = n.at + 3600000000", "MATCH (n:Entity) SET n.clock = n.clock + 3600000000"):
            await driver.execute_query(marked)
    await store.apply([document(2, 1, relation("a", "b"), relation("b", "c"))])
    await store.apply([tombstone(1, 2)])
    told = [(change.edge, change.before.papers, change.after.papers) for change in await store.outbox()]
    assert told[0] == (AB, 0, 1)
    assert [counts for edge, *counts in told if edge == AB] == [[0, 1], [1, 2], [2, 1]]


async def test_workers_may_start_at_once(empty_neo4j: Neo4jAddress) -> None:
    stores = await asyncio.gather(*(_open(empty_neo4j) for _ in range(4)))
    await asyncio.gather(*(store.apply([chain(n, n, "abc")]) for n, store in enumerate(stores)))
    assert (await stores[0].stats()).articles == 4
    await asyncio.gather(*(store.close() for store in stores))


async def _open(address: Neo4jAddress) -> GraphStore:
    return await opened(address)


async def test_wrong_password(address: Neo4jAddress) -> None:
    with pytest.raises(GraphAuthError, match="refuses the login") as caught:
        await opened(address, password="wrong-password")
    assert "BIORELAY_GRAPH_PASSWORD" in (caught.value.remedy or "")
    with pytest.raises(GraphAuthError):
        await opened(address, password=None)


async def test_no_such_database(address: Neo4jAddress) -> None:
    with pytest.raises(GraphBadAddress, match="no database 'elsewhere'"):
        await opened(address, database="elsewhere")


@pytest.mark.parametrize("read_only", [False, True])
async def test_nobody_listens(read_only: bool) -> None:
    async with asyncio.timeout(20):
        with pytest.raises(GraphUnavailable, match="does not answer"):
            await open_store("bolt://127.0.0.1:9", password="x", read_only=read_only)


async def test_not_an_address() -> None:
    with pytest.raises(GraphBadAddress):
        await open_store("bolt+s://[half", password="x")


async def test_read_only(address: Neo4jAddress, store: GraphStore) -> None:
    await store.apply([chain(1, 1, "abc")])
    async with opened(address, read_only=True) as reader:
        assert (await reader.stats()).edges == 2
        with pytest.raises(GraphLocked, match="read-only"):
            await reader.apply([chain(2, 2, "ab")])


async def test_a_failing_transaction_leaves_nothing(store: GraphStore) -> None:
    def broken() -> Steps[None]:
        yield from ask("lock_articles", ids=["pubmed:1"])
        yield from ask("lock_entities", rows=[{"curie": "test:z", "lock": 1}])
        raise RuntimeError("in the middle")

    await store.apply([chain(2, 2, "bc")])
    before = await store.snapshot(markers=True)
    with pytest.raises(RuntimeError, match="in the middle"):
        await store._run(broken, write=True)
    assert await store.snapshot(markers=True) == before


async def test_a_cancelled_caller_leaves_all_or_nothing(store: GraphStore) -> None:
    batch = [chain(n, n, "abcdefgh") for n in range(64)]
    for delay in (0.0, 0.01, 0.05):
        task = asyncio.create_task(store.apply(batch))
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await store.stats()).articles in {0, 64}
    await store.apply(batch)
    assert (await store.stats()).articles == 64


async def test_a_transaction_past_its_limit_is_stopped(address: Neo4jAddress, store: GraphStore) -> None:
    """Another transaction holds the document's lock."""
    from neo4j import AsyncGraphDatabase

    await store.apply([chain(1, 1, "ab")])
    async with (
        AsyncGraphDatabase.driver(address.url, auth=(address.user, address.password)) as driver,
        driver.session() as session,
        await session.begin_transaction() as holder,
        opened(address, write_timeout=0.5) as hasty,
    ):
        await (await holder.run("MATCH (a:Article {id: 'pubmed:1'}) SET a.locked = true")).consume()
        with pytest.raises(GraphTimeout, match="time limit"):
            await hasty.apply([chain(1, 2, "bc")])
    assert (await store.snapshot(markers=True)).markers[0].offset == 1


async def test_a_graph_of_the_first_layout_is_read_and_written_as_it_is(address: Neo4jAddress, store: GraphStore) -> None:
    """Evidence without cues, no link but retractions: what the first version wrote."""
    from neo4j import AsyncGraphDatabase

    log = [chain(1, 1, "abc"), document(2, 2, relation("a", "b"), retracts=(1,)), document(3, 3, relation("a", "b", negated=True))]
    await store.apply(log)
    before = await store.snapshot(markers=True)
    async with AsyncGraphDatabase.driver(address.url, auth=(address.user, address.password)) as driver:
        await driver.execute_query("MATCH (e:Evidence) REMOVE e.cues, e.section, e.novel")
        await driver.execute_query("MATCH ()-[r:RELATES]->() REMOVE r.weight, r.disputed")
        await driver.execute_query("MATCH (l:Layout) DELETE l")
        await driver.execute_query("DROP INDEX article_retracted")
    async with opened(address, read_only=True) as reader:
        assert [(s.cues, s.retracted_by) for s in await reader.evidence("test:a", "test:b")] == [((), ()), ((), ()), ((), ("pubmed:2",))]
        assert [claim.sentence.cues for claim in (await reader.paper("pubmed:1")).claims] == [(), ()]
    async with opened(address) as writer:
        assert [paper.id for paper in await writer.retracted()] == ["pubmed:1"]
        assert await writer.apply(log) == []
        assert await writer.snapshot(markers=True) == before
        assert [found.edge.key for found in await writer.contradicted()] == [AB]
    async with AsyncGraphDatabase.driver(address.url, auth=(address.user, address.password)) as driver:
        await driver.execute_query("MATCH ()-[r:RELATES]->() REMOVE r.weight")
        async with opened(address):
            found = await driver.execute_query("MATCH ()-[r:RELATES]->() RETURN count(r.weight) AS weights")
    assert found.records[0]["weights"] == 0, "a graph that is up to date is not looked through again"


@pytest.mark.slow
async def test_connections_lost_without_a_word_are_given_up_together(
    address: Neo4jAddress, store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them is waited for until its time is over; those beside it in the pool are not tried."""
    monkeypatch.setattr("graphstore.neo4j.GRACE", 0.5)
    [port] = free_ports(1)
    with Network() as network:
        way = network.proxy(port, int(address.url.rpartition(":")[2]))
        async with open_store(f"bolt://127.0.0.1:{port}", user=address.user, password=address.password, query_timeout=2.0) as far:
            await asyncio.gather(*(far.stats() for _ in range(4)))
            assert way.connections > 1
            way.lose()
            way.heal()
            with pytest.raises(GraphUnavailable):
                await far.stats()
            for _ in range(4):
                assert (await far.stats()).articles == 0


async def test_a_server_that_goes_away_and_comes_back(neo4j_service: Service) -> None:
    address = Neo4jAddress(**neo4j_service.settings)
    async with opened(address) as store:
        await store.apply([chain(1, 1, "abc")])
        neo4j_service.kill()
        async with asyncio.timeout(30):
            with pytest.raises(GraphUnavailable):
                await store.apply([chain(2, 2, "abc")])
        await asyncio.to_thread(neo4j_service.start)
        async with asyncio.timeout(60):
            while True:
                try:
                    await store.apply([chain(2, 2, "abc")])
                    break
                except GraphUnavailable:
                    await asyncio.sleep(0.5)
        assert (await store.stats()).articles == 2


async def test_every_query_starts_from_an_index(address: Neo4jAddress, store: GraphStore) -> None:
    """No plan scans a label or all relationships; the outbox and the list of imported graphs are short, and read as they lie."""
    from neo4j import AsyncGraphDatabase

    names = {file.stem for engine in ("common", "neo4j") for file in (FOLDER / engine).glob("*.cypher")}
    names = {name for name in names if not name.startswith(("all_", "count_", "schema", "ping"))}
    lists = {"ids": "pubmed:1", "keys": "test:a|Association|test:b", "curies": "test:a", "left": "test:a", "right": "test:b"}
    lists |= {"without": "test:a", "names": "a"}
    parameters: dict[str, object] = {name: [f"{value}{n}" for n in range(50)] for name, value in lists.items()}
    parameters |= {name: [{"id": "x"}] for name in ("rows", "links", "sides", "pairs")}
    parameters |= dict.fromkeys(("curie", "a", "c", "but", "type", "predicate", "polarity", "text"), "test:a") | {
        "limit": 20,
        "until": 2000,
        "least": 1,
        "min_negated": 1,
        "since": 1990,
        "after": "test:a",
        "rank": "damped_papers",
        "damping": 0.5,
        **Lens(first=(1990, 2000)).parameters,
        **Lens().known,
    }
    scans: list[tuple[str, str]] = []
    await store.apply([document(n, n, *(relation(f"x{n}", f"y{m}") for m in range(10))) for n in range(30)])

    def walk(name: str, plan: dict) -> None:
        operator = plan["operatorType"].partition("@")[0]
        if operator.endswith("Scan") and operator not in {"NodeIndexContainsScan", "NodeIndexScan"}:
            scans.append((name, operator))
        for child in plan.get("children", ()):
            walk(name, child)

    async with AsyncGraphDatabase.driver(address.url, auth=(address.user, address.password)) as driver, driver.session() as session:
        for name in sorted(names - {"outbox", "outside_graphs", "layout", "set_layout"}):
            for statement in cypher.statements("neo4j", name):
                walk(name, (await (await session.run(f"EXPLAIN {statement}", parameters)).consume()).plan)
    assert scans == []
