"""The graph in Neo4j 5: the reference engine. Any number of writers; each batch is one transaction."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from neo4j import READ_ACCESS, WRITE_ACCESS, AsyncDriver, AsyncGraphDatabase, AsyncResult, AsyncSession, Query
from neo4j.exceptions import AuthError, ClientError, ConfigurationError, ConstraintError, DriverError, Neo4jError, TransientError

from graphstore import cypher
from graphstore.errors import (
    GraphAuthError,
    GraphBadAddress,
    GraphError,
    GraphLocked,
    GraphOutOfMemory,
    GraphRefuses,
    GraphTimeout,
    GraphUnavailable,
)
from graphstore.steps import Crossed, Row, Steps, T, ask
from graphstore.store import GraphStore
from graphstore.trust import addressed, distrusted

log = logging.getLogger(__name__)

Ask: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[AsyncResult]]

LAYOUT = 1  # of what is written; one more where `transaction.upgrade` has more to do
CONNECT = 5.0  # seconds to reach the server; a dead one must not look like a slow one
GRACE = 10.0  # seconds past the server's own limit before a silent connection counts as lost
TIMED_OUT = {
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    "Neo.TransientError.Transaction.LockClientStopped",
    "Neo.ClientError.Transaction.LockClientStopped",
}
READ_ONLY = {"Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase"}
NO_MEMORY = {"Neo.TransientError.General.MemoryPoolOutOfMemoryError", "Neo.TransientError.General.OutOfMemoryError"}
THERE_ALREADY = {"Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", "Neo.ClientError.Schema.ConstraintAlreadyExists"}
UNWELL = ("Neo.DatabaseError.Transaction.", "Neo.DatabaseError.Database.")  # a full disk, say: the server's trouble, no statement's
CROSSED = {"Neo.ClientError.Statement.EntityNotFound"}  # another writer removed an orphaned entity under our feet


class Neo4jStore(GraphStore):
    """See `graphstore.open_store` for the arguments."""

    engine = "neo4j"

    def __init__(
        self,
        url: str,
        *,
        user: str,
        password: str | None,
        database: str | None,
        ca_file: Path | None,
        read_only: bool,
        query_timeout: float,
        write_timeout: float,
        retries: int,
    ) -> None:
        self._url = url
        self._auth = (user, password) if password is not None else None
        self._database = database
        self._ca_file = ca_file
        self._read_only = read_only
        self._limits = {False: query_timeout, True: write_timeout}
        self._retries = retries
        self._driver: AsyncDriver | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        async with self._opening:
            if self._driver is not None:
                return
            address, trust = addressed(self._url, self._ca_file)
            try:
                driver = AsyncGraphDatabase.driver(
                    address,
                    auth=self._auth,
                    connection_timeout=CONNECT,
                    connection_acquisition_timeout=2 * CONNECT,
                    max_transaction_retry_time=CONNECT,
                    notifications_min_severity="OFF",
                    user_agent="biorelay",
                    **trust,
                )
            except (ValueError, ConfigurationError) as error:
                raise GraphBadAddress(f"{self._url} is not an address of Neo4j: {error}", remedy="Use bolt://HOST:PORT.") from error
            try:
                async with asyncio.timeout(CONNECT + GRACE):
                    await self._ping(driver)
                if not self._read_only:
                    await self._create_schema(driver)
            except BaseException as error:
                await driver.close()
                if isinstance(error, (Neo4jError, DriverError, OSError, TimeoutError)):
                    untrusted = await distrusted(self._url, self._ca_file, CONNECT) if not isinstance(error, Neo4jError) else None
                    raise (untrusted or self._explained(error)) from error
                raise
            self._driver = driver
        if not self._read_only:
            await self._upgrade()

    async def _upgrade(self) -> None:
        """What is there says once that it is up to date: to find out takes a look at every relation."""
        [row] = await self._run(lambda: ask("layout"), write=False)
        if (row["version"] or 0) < LAYOUT:
            await super()._upgrade()
            await self._run(lambda: ask("set_layout", version=LAYOUT), write=True)

    async def close(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.close()

    async def _leave(self, driver: AsyncDriver | None) -> None:
        """Give up every connection: where one does not answer at all, those beside it were lost with it, and each would cost its time."""
        if driver is not None and driver is self._driver:
            self._driver = None
            with suppress(Neo4jError, DriverError, OSError, TimeoutError):
                async with asyncio.timeout(CONNECT):
                    await driver.close()

    async def _ping(self, driver: AsyncDriver) -> None:
        async with self._session(driver, write=False) as session:
            for statement in cypher.statements(self.engine, "ping"):
                await (await session.run(statement)).consume()

    async def _create_schema(self, driver: AsyncDriver) -> None:
        """Several workers may start at once: what another one creates meanwhile raises an error, and is then there."""
        for statement in cypher.statements(self.engine, "schema"):
            for attempt in range(self._retries + 1):
                try:
                    async with self._session(driver, write=True) as session:
                        await (await session.run(statement)).consume()
                    break
                except (TransientError, ClientError) as error:
                    if attempt == self._retries or (isinstance(error, ClientError) and error.code not in THERE_ALREADY):
                        raise
                    await asyncio.sleep(_pause(attempt))

    def _session(self, driver: AsyncDriver, *, write: bool) -> AsyncSession:
        return driver.session(database=self._database, default_access_mode=WRITE_ACCESS if write else READ_ACCESS)

    async def _run(self, steps: Callable[[], Steps[T]], *, write: bool) -> T:
        if write and self._read_only:
            raise GraphLocked(f"the graph at {self._url} was opened read-only", remedy="Open it for writing.")
        for attempt in range(self._retries + 1):
            await self.open()
            driver = self._driver
            try:
                async with asyncio.timeout(self._limits[write] + GRACE):
                    return await self._attempt(steps(), write=write)
            except (Neo4jError, DriverError, OSError, TimeoutError, Crossed) as error:
                if isinstance(error, TimeoutError):
                    await self._leave(driver)
                if not isinstance(error, Crossed) and not _crossed(error):
                    raise self._explained(error) from error
                if attempt == self._retries:
                    raise GraphUnavailable(
                        f"a transaction crossed other writers {attempt + 1} times: {error}", remedy="Run fewer graph agents, or wait."
                    ) from error
                self.crossed += 1
                log.debug("transaction crossed another writer's, attempt %d: %s", attempt + 1, error)
                await asyncio.sleep(_pause(attempt))
        raise AssertionError("unreachable")

    async def _attempt(self, steps: Steps[T], *, write: bool) -> T:
        if self._driver is None:
            raise GraphUnavailable(f"the graph at {self._url} is closed")
        async with self._session(self._driver, write=write) as session:
            if not write:
                return await self._answered(steps, self._reading(session))
            async with await session.begin_transaction(timeout=self._limits[write]) as transaction:
                result = await self._answered(steps, transaction.run)
                await transaction.commit()
                return result

    def _reading(self, session: AsyncSession) -> Ask:
        """Reads are a transaction each, which saves the messages that open and close one; the time limit is that of all together.

        In one transaction they would see no other graph: Neo4j isolates its statements, not what a transaction reads.
        """
        end = time.monotonic() + self._limits[False]

        async def run(statement: str, parameters: dict[str, Any]) -> AsyncResult:
            left = end - time.monotonic()
            if left <= 0:
                raise self._timed_out()
            return await session.run(Query(statement, timeout=left), parameters)

        return run

    async def _answered(self, steps: Steps[T], run: Ask) -> T:
        rows: list[Row] | None = None
        while True:
            try:
                query = steps.send(rows) if rows is not None else next(steps)
            except StopIteration as done:
                result: T = done.value
                return result
            rows = []
            given = query.parameters | {part.name: cypher.the_list(part.parameters) for part in query.before}
            for statement in cypher.together(self.engine, tuple(part.name for part in query.before), query.name):
                wanted, names = cypher.gathered(statement)
                answer = await run(wanted, given)
                if names:
                    rows = [dict(zip(names, row, strict=True)) async for record in answer for row in record[0]]
                else:  # no query returns nodes: the driver's `data`, which looks for them, takes nine times as long
                    rows = [dict(zip(answer.keys(), record, strict=True)) async for record in answer]

    def _timed_out(self) -> GraphTimeout:
        return GraphTimeout(f"Neo4j at {self._url} stopped a transaction at its time limit", remedy="Ask for less, or raise the limit.")

    def _explained(self, error: Exception) -> GraphError:
        """The driver's error in our terms."""
        code = (error.code if isinstance(error, Neo4jError) else None) or ""
        if isinstance(error, AuthError) or code.startswith("Neo.ClientError.Security."):
            return GraphAuthError(
                f"Neo4j at {self._url} refuses the login: {_line(error)}",
                remedy="Check BIORELAY_GRAPH_USER and BIORELAY_GRAPH_PASSWORD.",
            )
        if code in TIMED_OUT:
            return self._timed_out()
        if code in READ_ONLY:
            return GraphRefuses(f"Neo4j at {self._url} takes no writes: {_line(error)}", remedy="Make the database writable again.")
        if code in NO_MEMORY:
            return GraphOutOfMemory(
                f"Neo4j at {self._url} has no memory for a transaction: {_line(error)}",
                remedy="Raise dbms.memory.transaction.total.max and db.memory.transaction.max, or lower worker.batch.",
            )
        if code == "Neo.ClientError.Database.DatabaseNotFound":
            return GraphBadAddress(
                f"Neo4j at {self._url} has no database {self._database!r}", remedy="Leave the database out, or create it."
            )
        if isinstance(error, ConfigurationError):
            return GraphBadAddress(f"{self._url} cannot be used: {_line(error)}", remedy="Use bolt://HOST:PORT.")
        if isinstance(error, Neo4jError) and not error.is_retryable() and not code.startswith(UNWELL):
            return GraphError(f"Neo4j at {self._url} refuses a statement: {_line(error)}")
        return GraphUnavailable(
            f"Neo4j at {self._url} does not answer: {_line(error) or type(error).__name__}", remedy="Start it, or check the address."
        )


def _crossed(error: Exception) -> bool:
    """Whether two transactions met, so that trying again helps at once: deadlocks, and what a deadlock can look like."""
    if isinstance(error, Neo4jError) and (error.code in TIMED_OUT):
        return False
    transaction = isinstance(error, TransientError) and (error.code or "").startswith("Neo.TransientError.Transaction.")
    return transaction or isinstance(error, ConstraintError) or (isinstance(error, Neo4jError) and error.code in CROSSED)


def _pause(attempt: int) -> float:
    """Seconds before the next attempt: up to 20 ms, doubling to 2 s, drawn at random so that two writers part."""
    longest: float = min(0.02 * 2**attempt, 2.0)
    return random.uniform(0.2, 1.0) * longest  # noqa: S311


def _line(error: Exception) -> str:
    text = (error.message or str(error)) if isinstance(error, Neo4jError) else str(error)
    return text.splitlines()[0] if text else ""
