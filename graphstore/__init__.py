"""The graph: one protocol, Neo4j and an embedded engine behind it. Each engine's driver is imported when it is opened."""

from pathlib import Path

from graphstore.contribution import Contribution
from graphstore.errors import (
    GraphAuthError,
    GraphBadAddress,
    GraphBadContribution,
    GraphBadImport,
    GraphBadQuery,
    GraphBusyImport,
    GraphError,
    GraphLocked,
    GraphOutOfMemory,
    GraphRefuses,
    GraphTimeout,
    GraphUnavailable,
    GraphUnknownArticle,
    GraphUnknownEntity,
    GraphUnknownSource,
)
from graphstore.store import GraphStore

__all__ = [
    "Contribution",
    "GraphAuthError",
    "GraphBadAddress",
    "GraphBadContribution",
    "GraphBadImport",
    "GraphBadQuery",
    "GraphBusyImport",
    "GraphError",
    "GraphLocked",
    "GraphOutOfMemory",
    "GraphRefuses",
    "GraphStore",
    "GraphTimeout",
    "GraphUnavailable",
    "GraphUnknownArticle",
    "GraphUnknownEntity",
    "GraphUnknownSource",
    "open_store",
]

NEO4J_SCHEMES = {"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"}


def open_store(
    url: str | Path,
    *,
    user: str = "neo4j",
    password: str | None = None,
    database: str | None = None,
    ca_file: Path | None = None,
    read_only: bool = False,
    query_timeout: float = 15.0,
    write_timeout: float = 60.0,
    retries: int = 8,
) -> GraphStore:
    """The graph at `bolt://host:port`, `neo4j://host`, `ladybug:FOLDER` or a folder's path; opened by `async with` or `await`.

    `query_timeout` and `write_timeout` are seconds, per transaction. `retries` bounds how often a write that crossed
    another writer's is tried again. `bolt+s` and `neo4j+s` are TLS, the server's certificate checked against `ca_file` (PEM) or the
    system's authorities. The embedded engine knows no user, password, database or authority.
    Raises `GraphBadAddress` for any other address.
    """
    text = str(url)
    scheme, colon, rest = text.partition(":")
    if colon and scheme in NEO4J_SCHEMES:
        from graphstore.neo4j import Neo4jStore

        return Neo4jStore(
            text,
            user=user,
            password=password,
            database=database,
            ca_file=ca_file,
            read_only=read_only,
            query_timeout=query_timeout,
            write_timeout=write_timeout,
            retries=retries,
        )
    if colon and "://" in text:
        raise GraphBadAddress(f"{text!r} is not a graph's address", remedy="Use bolt://HOST:PORT, neo4j://HOST, or a folder's path.")
    from graphstore.embedded import EmbeddedStore

    folder = Path(rest if colon and scheme == "ladybug" else text)
    return EmbeddedStore(folder, read_only=read_only, query_timeout=query_timeout, write_timeout=write_timeout)
