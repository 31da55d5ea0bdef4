"""The usual way to keep such a graph: one MERGE per triple in its own transaction, in an f-string; questions without bounds.

Its graph lies beside ours in the same database, under other labels, with the same entities and edges. It is given what many leave out,
an index on the entities. It keeps papers as a counter and no evidence, so it writes less than ours does.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from graphstore import Contribution
from processors.records import Predicate

LIMIT = 6.0
"""Seconds after which one of its questions is given up."""

QUESTIONS: dict[str, Callable[[str, str], str]] = {
    "neighbours": lambda a, _: f"MATCH (a:Usual {{id: {_text(a)}}})-[r]-(b:Usual) RETURN b.id, r.papers ORDER BY r.papers DESC",
    "closed": lambda a, c: (
        f"MATCH (a:Usual {{id: {_text(a)}}})-[r]-(b:Usual)-[q]-(c:Usual {{id: {_text(c)}}}) "
        f"RETURN b.id, sum(r.papers + q.papers) AS papers ORDER BY papers DESC"
    ),
    "three_hop": lambda a, c: (
        f"MATCH (a:Usual {{id: {_text(a)}}})-[r]-(x:Usual)-[q]-(y:Usual)-[s]-(c:Usual {{id: {_text(c)}}}) "
        f"RETURN x.id, y.id, r.papers + q.papers + s.papers AS papers ORDER BY papers DESC LIMIT 20"
    ),
}


class Usual(Protocol):
    """The usual way on one engine."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def copy(self) -> None:
        """Make its graph out of ours."""

    def run(self, statement: str) -> list[Any]:
        """One statement in its own transaction. Raises `TimeoutError` past `LIMIT`."""


def triples(contribution: Contribution) -> Iterator[str]:
    """A document's statements, one for each of its triples."""
    for relation in contribution.live.relations if contribution.live else ():
        ends = {end.id: end for end in (relation.subject, relation.object)}
        first, second = (ends[id_] for id_ in sorted(ends))
        yield (
            f"MERGE (a:Usual {{id: {_text(first.id)}}}) ON CREATE SET a.name = {_text(first.name)} "
            f"MERGE (b:Usual {{id: {_text(second.id)}}}) ON CREATE SET b.name = {_text(second.name)} "
            f"MERGE (a)-[r:Usual_{relation.predicate}]->(b) ON CREATE SET r.papers = 1 ON MATCH SET r.papers = r.papers + 1"
        )


class UsualNeo4j:
    """Over the official driver, synchronous."""

    def __init__(self, url: str, user: str, password: str) -> None:
        from neo4j import GraphDatabase

        self._driver = GraphDatabase.driver(url, auth=(user, password), notifications_min_severity="OFF")
        self._session = self._driver.session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._driver.close()

    def copy(self) -> None:
        statements = [
            "CREATE CONSTRAINT usual_id IF NOT EXISTS FOR (u:Usual) REQUIRE u.id IS UNIQUE",
            "CALL db.awaitIndexes(60)",
            "MATCH (e:Entity) CALL (e) { CREATE (:Usual {id: e.curie, name: e.name}) } IN TRANSACTIONS OF 10000 ROWS",
        ]
        statements += [
            f"MATCH (s:Entity)-[r:RELATES]->(o:Entity) WHERE r.predicate = '{predicate}' "
            f"CALL (s, o, r) {{ MATCH (a:Usual {{id: s.curie}}) MATCH (b:Usual {{id: o.curie}}) "
            f"CREATE (a)-[:Usual_{predicate} {{papers: r.papers}}]->(b) }} IN TRANSACTIONS OF 10000 ROWS"
            for predicate in Predicate
        ]
        for statement in statements:
            self._session.run(statement).consume()

    def run(self, statement: str) -> list[Any]:
        from neo4j import Query
        from neo4j.exceptions import Neo4jError

        try:
            return self._session.run(Query(statement, timeout=LIMIT)).values()
        except Neo4jError as error:
            if "TransactionTimedOut" in (error.code or ""):
                raise TimeoutError(str(error)) from error
            raise


class UsualEmbedded:
    """On the folder of our own embedded graph, which nobody else may have open."""

    def __init__(self, folder: Path) -> None:
        import ladybug

        from graphstore.embedded import CHECKPOINT, FILE, POOL, THREADS

        self._database = ladybug.Database(folder / FILE, buffer_pool_size=POOL, max_num_threads=THREADS, checkpoint_threshold=CHECKPOINT)
        self._connection = ladybug.Connection(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._database.close()

    def copy(self) -> None:
        statements = [
            "CREATE NODE TABLE Usual(id STRING PRIMARY KEY, name STRING)",
            "COPY Usual FROM (MATCH (e:Entity) RETURN e.curie, e.name)",
        ]
        for predicate in Predicate:
            statements.append(f"CREATE REL TABLE Usual_{predicate}(FROM Usual TO Usual, papers INT64)")
            statements.append(
                f"COPY Usual_{predicate} FROM (MATCH (s:Entity)-[r:RELATES]->(o:Entity) WHERE r.predicate = '{predicate}' "
                "RETURN s.curie, o.curie, r.papers)"
            )
        for statement in statements:
            self._connection.execute(statement).close()
        self._connection.set_query_timeout(round(1000 * LIMIT))

    def run(self, statement: str) -> list[Any]:
        try:
            with self._connection.execute(statement) as answer:
                return list(answer.get_all())
        except RuntimeError as error:
            if "Interrupted" in str(error):
                raise TimeoutError(str(error)) from error
            raise


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def documents_in(usual: Usual, contributions: Sequence[Contribution]) -> int:
    """Write them all; the number of triples."""
    count = 0
    for contribution in contributions:
        for statement in triples(contribution):
            usual.run(statement)
            count += 1
    return count
