"""The application over two graphs: one of really extracted samples, and the one whose every number is known (`tests.biorelay.graphs`)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from reasoner_pydantic import Response

from biorelay.explorer.app import create_app
from biorelay.settings import load_settings

Json = dict[str, Any]
Ask = Callable[..., Awaitable[Json]]


@asynccontextmanager
async def client_of(folder: Path, *options: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application over the graph in a folder."""
    app = create_app(load_settings(None, (f"graph.url=ladybug:{folder}", "serve.requests_per_s=10000", *options)))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
            yield client
    finally:
        await app.state.shared.close()


@pytest.fixture
async def client(made_graph: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(made_graph) as one:
        yield one


@pytest.fixture
async def sampled(sampled_graph: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(sampled_graph) as one:
        yield one


def graph_of(nodes: Json, *edges: tuple[Any, ...]) -> Json:
    """A query of these nodes and edges: `("a", "b")` or `("a", "b", {"predicates": [...]})`, named e0, e1."""
    named = {
        f"e{number}": {"subject": edge[0], "object": edge[1]} | (edge[2] if len(edge) > 2 else {}) for number, edge in enumerate(edges)
    }
    return {"message": {"query_graph": {"nodes": nodes, "edges": named}}}


def checked(response: httpx.Response, status: int = 200) -> Json:
    """A response that is TRAPI's by the public schema, and holds together: what is bound is in the knowledge graph, and nothing else is."""
    assert response.status_code == status, response.text[:500]
    told: Json = response.json()
    Response.model_validate(told)
    message = told["message"]
    graph, results = message["knowledge_graph"], message["results"]
    bound = {one["id"] for result in results for places in result["node_bindings"].values() for one in places}
    used = {one["id"] for result in results for found in result["analyses"][0]["edge_bindings"].values() for one in found}
    assert bound == graph["nodes"].keys()
    assert used == graph["edges"].keys()
    assert all(edge["subject"] in bound and edge["object"] in bound for edge in graph["edges"].values())
    assert told["schema_version"].startswith("1.")
    assert (told["status"] == "Success") is (status == 200)
    return told


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    """Ask the known graph: `await ask(nodes, ("a", "b"))`."""

    async def asked(nodes: Json, *edges: tuple[Any, ...], status: int = 200, **more: Any) -> Json:
        return checked(await client.post("/trapi/query", json=graph_of(nodes, *edges) | more), status)

    return asked
