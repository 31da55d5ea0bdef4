"""The graph in LadybugDB, in this process: for laptops, demos and tests. One writer; other processes may read.

The database's calls block, so they run in one thread of the store's own, one transaction at a time.
"""

import asyncio
import contextlib
import errno
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import ladybug

from graphstore import cypher
from graphstore.errors import GraphBadAddress, GraphError, GraphLocked, GraphOutOfMemory, GraphTimeout, GraphUnavailable
from graphstore.steps import Row, Steps, T
from graphstore.store import GraphStore

log = logging.getLogger(__name__)

FILE = "graph.lbug"
POOL = min(max(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4, 512 * 2**20), 8 * 2**30)
"""Bytes that the buffer pool may grow to: a quarter of the machine's memory, where the default takes most of it. Moving the log into the
file needs room for all that it touches: 512 MiB were too few at 300 thousand relations."""
THREADS = 2
CHECKPOINT = 32 * 2**20
"""Bytes of log between two checkpoints, at least: at 16 MiB they took a third of the writing time, and a reader replays it all."""
SHARE = 8
"""And at least this part of the file: what a checkpoint costs grows with the graph. At 300 thousand relations it is ten seconds of work."""
DAMAGED = "WAL file is corrupted"
WRITING = 3.0
"""Seconds within which a log that a reader finds damaged may be one whose end was just being written."""
MOVING = ("checkpoint", "invalid local node offset", DAMAGED)
"""What the engine says to a reader that opens the file while the writer is at work on it; a moment later it can be read."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class EmbeddedStore(GraphStore):
    """The graph in a folder; it is created where it is missing, unless `read_only`. See `graphstore.open_store`."""

    engine = "ladybug"
    alone = True
    # The file's lock does not keep this process from opening it twice, which would corrupt it.
    _written: ClassVar[set[Path]] = set()
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, folder: Path, *, read_only: bool, query_timeout: float, write_timeout: float) -> None:
        self._folder = folder
        self._read_only = read_only
        self._limits = {False: query_timeout, True: write_timeout}
        self._thread: ThreadPoolExecutor | None = None
        self._database: Any = None
        self._connection: Any = None
        self._paced = CHECKPOINT
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        async with self._opening:
            if self._thread is not None:
                return
            thread = ThreadPoolExecutor(1, thread_name_prefix="graph")
            try:
                await _finished(thread, self._open)
            except BaseException:
                thread.shutdown(wait=False)
                raise
            self._thread = thread
        if not self._read_only:
            await self._upgrade()

    async def close(self) -> None:
        async with self._opening:
            thread, self._thread = self._thread, None
            if thread is not None:
                await _finished(thread, self._close)
                thread.shutdown()

    async def _run(self, steps: Callable[[], Steps[T]], *, write: bool) -> T:
        if write and self._read_only:
            raise GraphLocked(f"the graph in {self._folder} was opened read-only", remedy="Open it for writing.")
        await self.open()
        if self._thread is None:
            raise GraphUnavailable(f"the graph in {self._folder} is closed")
        return await _finished(self._thread, lambda: self._transaction(steps(), write=write))

    def _open(self) -> None:
        path = self._folder / FILE
        if self._read_only and not path.exists():
            raise GraphBadAddress(f"there is no graph in {self._folder}", remedy="Load one first: biorelay graph load FILES.")
        if not self._read_only:
            self._claim()
        try:
            if not self._read_only:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._database = self._opened(str(path))
            self._paced = CHECKPOINT
            self._connection = ladybug.Connection(self._database)
            if not self._read_only:
                for statement in cypher.statements(self.engine, "schema"):
                    self._execute(statement)
                self._modernise()
        except (RuntimeError, OSError) as error:
            self._close()
            raise self._explained(error) from error
        except BaseException:
            self._close()
            raise

    def _modernise(self) -> None:
        """Move the evidence of a graph that an older version wrote to where it is now; all of it or nothing."""
        [tables] = cypher.statements(self.engine, "tables")
        if "STATES" not in {row["name"] for row in self._execute(tables)}:
            return
        log.info("moving the evidence in %s, which an older version wrote", self._folder)
        self._execute("BEGIN TRANSACTION")
        for statement in cypher.statements(self.engine, "evidence_apart"):
            self._execute(statement)
        self._execute("COMMIT")

    def _opened(self, path: str) -> Any:
        """Open the file. A reader waits while the writer moves its log into the file, and takes the log as far as it is written."""
        began = time.monotonic()
        while True:
            try:
                return ladybug.Database(
                    path,
                    read_only=self._read_only,
                    buffer_pool_size=POOL,
                    max_num_threads=THREADS,
                    checkpoint_threshold=CHECKPOINT,
                    throw_on_wal_replay_failure=not self._read_only,
                )
            except RuntimeError as error:
                patience = WRITING if DAMAGED in str(error) else self._limits[False]
                if not (self._read_only and any(sign in str(error) for sign in MOVING) and time.monotonic() < began + patience):
                    raise
                time.sleep(0.05)

    def _claim(self) -> None:
        with self._guard:
            if self._folder.resolve() in self._written:
                raise GraphLocked(f"the graph in {self._folder} is open for writing in this process", remedy="Share the one store.")
            self._written.add(self._folder.resolve())

    def _close(self) -> None:
        for part in (self._connection, self._database):
            if part is not None:
                part.close()
        self._connection = self._database = None
        if not self._read_only:
            with self._guard:
                self._written.discard(self._folder.resolve())

    def _transaction(self, steps: Steps[T], *, write: bool) -> T:
        """Run the steps between BEGIN and COMMIT; whatever goes wrong rolls all of it back."""
        self._connection.set_query_timeout(0)
        self._execute("BEGIN TRANSACTION" if write else "BEGIN TRANSACTION READ ONLY")
        try:
            result = self._walk(steps, time.monotonic() + self._limits[write])
            self._connection.set_query_timeout(0)
            self._execute("COMMIT")
        except BaseException:
            # The engine may have rolled back by itself, and then says that there is no transaction.
            with contextlib.suppress(GraphError):
                self._execute("ROLLBACK")
            raise
        if write:
            self._pace()
        return result

    def _pace(self) -> None:
        """Let the log grow with the file, in few steps."""
        wanted = (self._folder / FILE).stat().st_size // SHARE
        if wanted > 1.5 * self._paced:
            self._execute(f"CALL checkpoint_threshold={wanted}")  # the engine takes no parameter there
            self._paced = wanted

    def _walk(self, steps: Steps[T], deadline: float) -> T:
        try:
            query = next(steps)
            while True:
                rows: list[Row] = []
                for part in query.apart():
                    rows = []
                    if part.parameters.get("glance"):
                        continue  # it looks through all of a hub's edges for the few as it does for the many
                    for statement in cypher.statements(self.engine, part.name, plain=bool(part.parameters.get("plain"))):
                        rows = self._rows(statement, part.parameters, rows, deadline)
                query = steps.send([] if query.empty else rows)
        except StopIteration as done:
            result: T = done.value
            return result

    def _rows(self, statement: str, given: dict[str, Any], before: list[Row], deadline: float) -> list[Row]:
        """A statement's rows. One that names `$row_...` is run for each row of the statement before it; see `graphstore.cypher`."""
        if not any(name.startswith("row_") for name in cypher.parameters(statement)):
            return self._limited(statement, given, deadline)
        each = ({f"row_{name}": value for name, value in row.items()} for row in before)
        return [row for values in each for row in self._limited(statement, given | values, deadline)]

    def _limited(self, statement: str, parameters: dict[str, Any], deadline: float) -> list[Row]:
        """A statement within what its transaction's time limit leaves; the engine's own limit is each statement's."""
        left = round((deadline - time.monotonic()) * 1000)
        if left <= 0:
            raise self._late()
        self._connection.set_query_timeout(left)
        return self._execute(statement, parameters)

    def _execute(self, statement: str, parameters: dict[str, Any] | None = None) -> list[Row]:
        try:
            with self._connection.execute(statement, cypher.columns(statement, parameters or {})) as answer:
                names = answer.get_column_names()
                sums = [name for name, kind in zip(names, answer.get_column_data_types(), strict=True) if kind == "INT128"]
                rows = [dict(zip(names, row, strict=True)) for row in answer.get_all()]
        except RuntimeError as error:  # the engine raises nothing else
            raise self._explained(error) from error
        for name in sums:  # of whole numbers, which come as Decimal
            for row in rows:
                row[name] = None if row[name] is None else int(row[name])
        return rows

    def _late(self) -> GraphTimeout:
        return GraphTimeout(f"a query on the graph in {self._folder} ran past its time limit", remedy="Ask for less, or raise the limit.")

    def _explained(self, error: Exception) -> GraphError:
        """The engine's error in our terms."""
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "Could not set lock" in text:
            return GraphLocked(
                f"the graph in {self._folder} is open for writing in another process: {text}",
                remedy="Stop that process, or open the graph read-only.",
            )
        if "Interrupted" in text:
            return self._late()
        if "read-only mode while checkpoint" in text:
            return GraphUnavailable(f"the graph in {self._folder} is being written: {text}", remedy="Try again in a moment.")
        if "Cannot write to file" in text or (isinstance(error, OSError) and error.errno in FULL):
            return GraphUnavailable(f"the graph in {self._folder} cannot be written: {text}", remedy="Make room on its disk.")
        if "Buffer manager exception" in text:
            return GraphOutOfMemory(f"the graph in {self._folder} has no memory for a transaction: {text}", remedy="Lower worker.batch.")
        if DAMAGED in text:
            return GraphBadAddress(
                f"the log of the graph in {self._folder} is damaged: {text}", remedy="Remove the folder and load the documents again."
            )
        if self._read_only and ("Cannot find property" in text or "does not exist" in text):
            return GraphBadAddress(
                f"the graph in {self._folder} was written by an older biorelay: {text}",
                remedy="Open it once for writing, by a worker or biorelay graph load: that adds what is missing and keeps what is there.",
            )
        if "not a valid" in text or "cannot be a directory" in text or isinstance(error, OSError):
            return GraphBadAddress(f"{self._folder} holds no graph that can be opened: {text}", remedy="Name another folder.")
        return GraphError(f"the graph in {self._folder} refuses a statement: {text}")


async def _finished(thread: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    """Run the call in the thread. A cancelled caller leaves it running to its end: a transaction is never cut in the middle."""
    return await asyncio.wrap_future(thread.submit(call))
