"""The broker and the graph: whether they answer, and whether they are as they should be."""

import asyncio
import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from biorelay.doctor.finding import Finding, Verdict, failed
from biorelay.settings import Settings
from models.runtime.errors import BiorelayError

DATABASE_S = 20.0
_NAMED = re.compile(r"CREATE (?:\w+ )*(?:CONSTRAINT|INDEX) (\w+)")


async def broker(settings: Settings, *, asked_for: bool) -> Finding:
    """Reachable, enough brokers, the topics there and as they should be."""
    from stream.connection import admin
    from stream.fitting import FIX, differences
    from stream.topics import check_topics, describe_topics

    stream = settings.stream()
    try:
        async with admin(stream) as client:
            brokers = len((await client.describe_cluster())["brokers"])
        states = await describe_topics(stream)
        partitions = check_topics(states, stream)
    except BiorelayError as error:
        if asked_for or error.code != "stream.broker-unreachable":
            return failed("broker", error)
        mend = "Only publish, worker, consume, topics and dead-letters need one: `make services` starts a real Kafka here."
        return Finding("broker", Verdict.NOTE, f"none at {stream.broker}, the default address", mend)
    answers = f"{stream.broker} answers ({brokers} broker{'' if brokers == 1 else 's'})"
    if brokers < stream.replication:
        mend = f"Set topics.replication to {brokers} at most, or add brokers."
        return Finding("broker", Verdict.PROBLEM, f"{answers}, too few for topics.replication {stream.replication}", mend)
    if wrong := differences(states, stream):
        told = "; ".join(f"{difference.topic}: {difference}" for difference in wrong[:3])
        more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        mend = f"`{FIX}`" if all(difference.alterable for difference in wrong) else "`biorelay topics describe` says how to mend each."
        return Finding("broker", Verdict.WARNING, f"{answers}; {told}{more}", mend)
    if stream.security.protocol == "SASL_PLAINTEXT" and not all(_here(server.strip()) for server in stream.broker.split(",")):
        mend = "Set broker.security to SASL_SSL, and broker.ca_file where the authority is your own."
        return Finding("broker", Verdict.WARNING, f"{answers}; the login crosses the network without encryption", mend)
    return Finding("broker", Verdict.OK, f"{answers}; {len(states)} topics as they should be, {partitions} partitions a stage")


def _here(place: str) -> bool:
    """Whether host or host:port is this machine itself."""
    host = place.rpartition(":")[0] or place
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


async def graph(settings: Settings) -> Finding:
    """Reachable, its version, its constraints, what it holds, and whether it can be written."""
    from biorelay.asking import graph_of
    from graphstore.embedded import FILE

    embedded = settings.graph_url.startswith("ladybug:")
    folder = Path(settings.graph_url.removeprefix("ladybug:"))
    if embedded and not (folder / FILE).exists():
        return Finding("graph", Verdict.OK, f"none in {folder} yet: made by `biorelay graph load` or a worker")
    try:
        async with asyncio.timeout(DATABASE_S), graph_of(settings) as store:
            stats = await store.stats()
        holds = f"{stats.articles:,} articles, {stats.edges:,} relations" if stats.articles else "empty"
        return _embedded(settings, folder / FILE, holds) if embedded else await _neo4j(settings, holds)
    except BiorelayError as error:
        return failed("graph", error)
    except TimeoutError:
        says = f"{settings.graph_url} gave no answer within {DATABASE_S:.0f} s"
        return Finding("graph", Verdict.PROBLEM, says, "Check that it runs and what keeps it busy.")


def _embedded(settings: Settings, file: Path, holds: str) -> Finding:
    from biorelay.doctor.finding import version

    says = f"{settings.graph_url} opens (ladybug {version('ladybug')}); {holds}"
    if not os.access(file, os.W_OK):
        return Finding("graph", Verdict.WARNING, f"{says}; its file cannot be written", f"Give yourself the right to write {file}.")
    return Finding("graph", Verdict.OK, says)


async def _neo4j(settings: Settings, holds: str) -> Finding:
    """Neo4j's own word on its version, its schema and its access; raises nothing of the driver's."""
    from neo4j.exceptions import DriverError, Neo4jError

    try:
        async with asyncio.timeout(DATABASE_S):
            told, access, there = await _told(settings)
    except (Neo4jError, DriverError, OSError) as error:
        said = getattr(error, "message", None) or str(error)
        return Finding("graph", Verdict.WARNING, f"{settings.graph_url} answers; {holds}; but tells no more: {said}", "Look at its log.")
    says = f"{settings.graph_url} answers ({told}); {holds}"
    if access is not None and access != "read-write":
        mend = f"Make it writable: ALTER DATABASE {settings.graph.database} SET ACCESS READ WRITE, or look at its cluster."
        return Finding("graph", Verdict.PROBLEM, f"{says}; the database is {access}", mend)
    if missing := sorted(_expected() - there):
        if holds == "empty":
            return Finding("graph", Verdict.OK, f"{says}; its constraints are made by the first worker or `biorelay graph load`")
        mend = "Start a worker, or run `biorelay graph load`: both make what is missing."
        return Finding("graph", Verdict.WARNING, f"{says}; without {', '.join(missing)}", mend)
    scheme, _, place = settings.graph_url.partition("://")
    if not scheme.endswith("+s") and settings.graph.secret() is not None and not _here(place.partition("/")[0]):
        mend = f"Use {scheme}+s://, and graph.ca_file where the authority is your own."
        return Finding("graph", Verdict.WARNING, f"{says}; the password crosses the network without encryption", mend)
    return Finding("graph", Verdict.OK, f"{says}; {len(_expected())} constraints and indexes, can be written")


async def _told(settings: Settings) -> tuple[str, str | None, set[str]]:
    from neo4j import READ_ACCESS, AsyncGraphDatabase

    from graphstore.trust import addressed

    name, password = settings.graph.database, settings.graph.secret()
    auth = (settings.graph.user, password) if password is not None else None
    url, trust = addressed(settings.graph_url, settings.graph.ca_file)

    async def rows(session: Any, query: str, **parameters: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await (await session.run(query, parameters)).data()
        return found

    async with AsyncGraphDatabase.driver(url, auth=auth, connection_timeout=5.0, notifications_min_severity="OFF", **trust) as driver:
        async with driver.session(database=name, default_access_mode=READ_ACCESS) as session:
            (server,) = await rows(session, "CALL dbms.components() YIELD name, versions, edition RETURN versions[0] AS version, edition")
            there = {row["name"] for row in await rows(session, "SHOW CONSTRAINTS YIELD name")}
            there |= {row["name"] for row in await rows(session, "SHOW INDEXES YIELD name")}
        async with driver.session(database="system", default_access_mode=READ_ACCESS) as session:
            access = await rows(session, "SHOW DATABASE $name YIELD access", name=name)
    return f"Neo4j {server['version']} {server['edition']}", access[0]["access"] if access else None, there


def _expected() -> set[str]:
    """The names in `schema.cypher`."""
    from graphstore import cypher

    return {name for statement in cypher.statements("neo4j", "schema") for name in _NAMED.findall(statement)}
