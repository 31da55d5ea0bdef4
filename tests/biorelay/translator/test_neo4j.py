"""TRAPI over a real Neo4j: the same answers as over the embedded graph, to the byte but for the log's times."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from graphstore import Contribution, open_store
from processors.records import Revision
from tests.biorelay.graphs import made, samples
from tests.biorelay.translator.conftest import Json, client_of, graph_of
from tests.services import Neo4jAddress

pytestmark = [pytest.mark.neo4j, pytest.mark.timeout(300)]

ASPIRIN, BLEEDING, GENE = {"ids": ["MESH:D001241"]}, {"ids": ["MESH:D006470"]}, {"categories": ["biolink:Gene"]}
SURE = {"attribute_constraints": [{"name": "sure", "id": "biolink:has_confidence_score", "operator": ">", "value": 0.8}]}
QUERIES = [
    graph_of({"a": ASPIRIN, "b": {}}, ("a", "b")),
    graph_of({"a": {}, "b": BLEEDING}, ("a", "b", {"predicates": ["biolink:associated_with"]})),
    graph_of({"a": ASPIRIN, "b": BLEEDING}, ("a", "b")),
    graph_of({"a": ASPIRIN, "b": GENE}, ("a", "b", SURE)),
    graph_of({"a": ASPIRIN, "m": GENE, "c": BLEEDING}, ("a", "m"), ("m", "c")),
    graph_of({"a": ASPIRIN, "m": {}, "c": {}}, ("a", "m"), ("m", "c")),
    graph_of({"a": {"ids": ["MESH:D1", "MESH:D006493"]}, "b": {}}, ("a", "b")),
]


async def answers(folder: Path, *options: str) -> list[Json]:
    async with client_of(folder, *options) as client:
        found = [(await client.post("/trapi/query", json=query)).json() for query in QUERIES]
    return [one | {"logs": [{**entry, "timestamp": ""} for entry in one["logs"]]} for one in found]


def test_the_answers_are_those_of_the_embedded_graph(tmp_path: Path, empty_neo4j: Neo4jAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_GRAPH_PASSWORD", empty_neo4j.password)

    async def asked() -> tuple[list[Any], list[Any]]:
        batch = [Contribution.of(document, Revision(0, 0)) for document in (*made(), *samples())]
        async with open_store(f"ladybug:{tmp_path / 'graph'}") as store:
            await store.apply(batch, outbox=False)
        async with open_store(empty_neo4j.url, user=empty_neo4j.user, password=empty_neo4j.password) as store:
            await store.apply(batch, outbox=False)
        neo4j = (f"graph.url={empty_neo4j.url}", f"graph.user={empty_neo4j.user}")
        return await answers(tmp_path / "graph"), await answers(tmp_path, *neo4j)

    embedded, real = asyncio.run(asked())
    assert embedded == real
    assert sum(len(one["message"]["results"]) for one in real) > 10
