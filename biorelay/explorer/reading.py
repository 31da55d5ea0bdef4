"""The graph as a service reads it: open for days, while another process writes.

Neo4j needs nothing for that. The embedded engine's reader sees the file as it was when it was opened, and only for as long as the
writer has not moved its log into it. So a folder is looked at before and after each transaction: what was written is seen after
`refresh` seconds, and an answer that was read while the file changed is thrown away and asked for again.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from biorelay.asking import graph_of
from graphstore import GraphStore, GraphUnavailable
from graphstore.steps import Steps, T

if TYPE_CHECKING:
    from biorelay.settings import Settings

FILE = "graph.lbug"
LOG = "graph.lbug.wal"
PATIENCE = 10.0
"""Seconds for which a question is asked again whose answer the writer spoiled."""
PAUSE = 0.05

Stamp = tuple[int, int, int] | None
"""A file's inode, size and time of change."""


def graph_for(settings: "Settings") -> GraphStore:
    """The graph of the settings for a service: not yet opened, and opened by its first question. Raises `GraphBadAddress`."""
    first = graph_of(settings)
    if first.engine != "ladybug":
        return first
    folder = Path(settings.graph_url.removeprefix("ladybug:"))
    return FollowedStore(folder, lambda: graph_of(settings), readers=settings.serve.readers, refresh=settings.serve.refresh_s)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One opened state of the file; the stamps are of just before it was opened."""

    store: GraphStore
    file: Stamp
    log: Stamp
    opened: float


class FollowedStore(GraphStore):
    """An embedded graph that another process may be writing, with `readers` questions at a time."""

    engine = "ladybug"

    def __init__(self, folder: Path, opened: Callable[[], GraphStore], *, readers: int, refresh: float) -> None:
        """`opened` makes a store of the folder for reading, `refresh` is in seconds."""
        self._file, self._log = folder / FILE, folder / LOG
        self._opened = opened
        self._refresh = refresh
        self._readers = readers
        self._opening = asyncio.Lock()
        self._free: asyncio.LifoQueue[_Reader | None] = asyncio.LifoQueue()
        for _ in range(readers):
            self._free.put_nowait(None)

    async def open(self) -> None:
        """Nothing: a question opens what it needs."""

    async def close(self) -> None:
        """Wait for the questions that are being answered, and let go of the file."""
        held = [await self._free.get() for _ in range(self._readers)]
        for reader in held:
            if reader is not None:
                await reader.store.close()
            self._free.put_nowait(None)

    async def _run(self, steps: Callable[[], Steps[T]], *, write: bool) -> T:
        reader = await self._free.get()
        until = time.monotonic() + PATIENCE
        try:
            while True:
                if reader is not None and self._outdated(reader):
                    old, reader = reader, None
                    await old.store.close()
                if reader is None:
                    reader = await self._read()
                try:
                    found = await reader.store._run(steps, write=write)
                except Exception:
                    if _stamp(self._file) == reader.file:
                        raise
                else:
                    if _stamp(self._file) == reader.file:
                        return found
                if time.monotonic() >= until:
                    raise GraphUnavailable("the graph is written faster than it can be read", remedy="Try again in a moment.")
                await asyncio.sleep(PAUSE)
        finally:
            self._free.put_nowait(reader)

    async def _read(self) -> _Reader:
        """One after the other: LadybugDB 0.22 fails where two threads load its library at the same time."""
        async with self._opening:
            reader = _Reader(self._opened(), _stamp(self._file), _stamp(self._log), time.monotonic())
            await reader.store.open()
            return reader

    def _outdated(self, reader: _Reader) -> bool:
        """The file itself must not change below a reader; of what the log gained it may know a little later."""
        if _stamp(self._file) != reader.file:
            return True
        return time.monotonic() >= reader.opened + self._refresh and _stamp(self._log) != reader.log


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
