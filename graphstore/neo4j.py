"""The graph in Neo4j 5: the reference engine. Any number of writers; each batch is one transaction."""

import asyncio
import logging
import random
from collections.abc import Callable

from neo4j import READ_ACCESS, WRITE_ACCESS, AsyncDriver, AsyncGraphDatabase, AsyncSession
from neo4j.exceptions import AuthError, ClientError, ConfigurationError, ConstraintError, DriverError, Neo4jError, TransientError

from graphstore import cypher
from graphstore.errors import GraphAuthError, GraphBadAddress, GraphError, GraphLocked, GraphTimeout, GraphUnavailable
from graphstore.steps import Row, Steps, T
from graphstore.store import GraphStore

log = logging.getLogger(__name__)

CONNECT = 5.0  # seconds to reach the server; a dead one must not look like a slow one
GRACE = 10.0  # seconds past the server's own limit before a silent connection counts as lost
TIMED_OUT = {
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    "Neo.TransientError.Transaction.LockClientStopped",
    "Neo.ClientError.Transaction.LockClientStopped",
}
THERE_ALREADY = {"Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", "Neo.ClientError.Schema.ConstraintAlreadyExists"}
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
        read_only: bool,
        query_timeout: float,
        write_timeout: float,
        retries: int,
    ) -> None:
        self._url = url
        self._auth = (user, password) if password is not None else None
        self._database = database
        self._read_only = read_only
        self._limits = {False: query_timeout, True: write_timeout}
        self._retries = retries
        self._driver: AsyncDriver | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        async with self._opening:
            if self._driver is not None:
                return
            try:
                driver = AsyncGraphDatabase.driver(
                    self._url,
                    auth=self._auth,
                    connection_timeout=CONNECT,
                    connection_acquisition_timeout=2 * CONNECT,
                    max_transaction_retry_time=CONNECT,
                    notifications_min_severity="OFF",
                    user_agent="biorelay",
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
                    raise self._explained(error) from error
                raise
            self._driver = driver
        if not self._read_only:
            await self._upgrade()

    async def close(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
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
        await self.open()
        for attempt in range(self._retries + 1):
            try:
                async with asyncio.timeout(self._limits[write] + GRACE):
                    return await self._attempt(steps(), write=write)
            except (Neo4jError, DriverError, OSError, TimeoutError) as error:
                if not _crossed(error):
                    raise self._explained(error) from error
                if attempt == self._retries:
                    raise GraphUnavailable(
                        f"a transaction crossed other writers {attempt + 1} times: {error}", remedy="Run fewer graph agents, or wait."
                    ) from error
                log.debug("transaction crossed another writer's, attempt %d: %s", attempt + 1, error)
                await asyncio.sleep(_pause(attempt))
        raise AssertionError("unreachable")

    async def _attempt(self, steps: Steps[T], *, write: bool) -> T:
        if self._driver is None:
            raise GraphUnavailable(f"the graph at {self._url} is closed")
        async with (
            self._session(self._driver, write=write) as session,
            await session.begin_transaction(timeout=self._limits[write]) as transaction,
        ):
            rows: list[Row] | None = None
            while True:
                try:
                    query = steps.send(rows) if rows is not None else next(steps)
                except StopIteration as done:
                    await transaction.commit()
                    result: T = done.value
                    return result
                rows = []
                for statement in cypher.statements(self.engine, query.name):
                    rows = await (await transaction.run(statement, query.parameters)).data()

    def _explained(self, error: Exception) -> GraphError:
        """The driver's error in our terms."""
        code = (error.code if isinstance(error, Neo4jError) else None) or ""
        if isinstance(error, AuthError) or code.startswith("Neo.ClientError.Security."):
            return GraphAuthError(
                f"Neo4j at {self._url} refuses the login: {_line(error)}",
                remedy="Check BIORELAY_GRAPH_USER and BIORELAY_GRAPH_PASSWORD.",
            )
        if code in TIMED_OUT:
            return GraphTimeout(f"Neo4j at {self._url} stopped a transaction at its time limit", remedy="Ask for less, or raise the limit.")
        if code == "Neo.ClientError.Database.DatabaseNotFound":
            return GraphBadAddress(
                f"Neo4j at {self._url} has no database {self._database!r}", remedy="Leave the database out, or create it."
            )
        if isinstance(error, ConfigurationError):
            return GraphBadAddress(f"{self._url} cannot be used: {_line(error)}", remedy="Use bolt://HOST:PORT.")
        if isinstance(error, Neo4jError) and not error.is_retryable():
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
