"""The graph that the settings name."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from biorelay.settings import Settings
    from graphstore import GraphStore

T = TypeVar("T")


def graph_of(settings: "Settings", *, read_only: bool = True) -> "GraphStore":
    """The graph of the settings, not yet opened; read-only unless it is to be written. Raises `GraphBadAddress`."""
    from graphstore import open_store

    graph = settings.graph
    return open_store(
        settings.graph_url,
        user=graph.user,
        password=graph.secret(),
        database=graph.database,
        ca_file=graph.ca_file,
        read_only=read_only,
        query_timeout=graph.query_timeout_s,
        write_timeout=graph.write_timeout_s,
    )


def ask(settings: "Settings", question: "Callable[[GraphStore], Awaitable[T]]") -> T:
    """Open the graph for reading, ask, and close it; for commands, which have no event loop of their own."""

    async def asked() -> T:
        async with graph_of(settings) as store:
            return await question(store)

    return asyncio.run(asked())
