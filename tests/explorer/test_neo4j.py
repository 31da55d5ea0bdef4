"""The API over a real Neo4j: the same graph, the same answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from biorelay.settings import load_settings
from graphstore import open_store
from processors.records import Relations
from tests.explorer.conftest import Api, filled, serving
from tests.explorer.contract import ApiContract
from tests.services import Neo4jAddress

pytestmark = [pytest.mark.neo4j, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def address(neo4j: Neo4jAddress, extracted: list[Relations]) -> Neo4jAddress:
    """The session's server with the explorer's graph, and nothing else, in it."""
    from neo4j import GraphDatabase

    with GraphDatabase.driver(neo4j.url, auth=(neo4j.user, neo4j.password)) as driver, driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()

    async def fill() -> None:
        async with open_store(neo4j.url, user=neo4j.user, password=neo4j.password) as store:
            await filled(store, extracted)

    asyncio.run(fill())
    return neo4j


class TestNeo4j(ApiContract):
    @pytest.fixture
    async def api(
        self, options: list[str], loaded: dict[str, Any], address: Neo4jAddress, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[Api]:
        monkeypatch.setenv("BIORELAY_GRAPH_PASSWORD", address.password)
        wanted = [*(one for one in options if not one.startswith("graph.url")), f"graph.url={address.url}", f"graph.user={address.user}"]
        async with serving(load_settings(options=wanted), loaded) as client:
            yield client
