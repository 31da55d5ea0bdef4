"""The two engines as the graph's benchmark runs them: a Neo4j of this run's own, and the embedded one in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.graph_usual import Usual, UsualEmbedded, UsualNeo4j
from benchmarks.stream_process import cpu_seconds
from deploy.local import start_neo4j
from deploy.local.service import free_ports
from graphstore import GraphStore, open_store

HEAP, PAGES = "2g", "512m"
"""Neo4j's memory: heap and page cache."""

WRITE_LIMIT = 300.0
"""Seconds; the first batches on a cold JVM are slow, and laying the base takes large transactions."""


@dataclass(frozen=True)
class Engine:
    """One engine with an empty database."""

    name: str
    folder: Path
    url: str
    user: str = "neo4j"
    password: str | None = None
    pid: int | None = None

    def store(self, *, query_timeout: float = 15.0) -> GraphStore:
        return open_store(self.url, user=self.user, password=self.password, query_timeout=query_timeout, write_timeout=WRITE_LIMIT)

    def usual(self) -> Usual:
        """The usual way beside it; the embedded engine's store must be closed."""
        if self.name == "neo4j":
            return UsualNeo4j(self.url, self.user, self.password or "")
        return UsualEmbedded(self.folder)

    def server_cpu(self) -> float:
        """CPU seconds of the server so far; 0 where the engine is in this process."""
        return cpu_seconds(self.pid) if self.pid else 0.0

    def disk(self) -> int:
        """Bytes of the database's files, its log included."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())


@contextmanager
def neo4j(folder: Path, *, keep: bool = False) -> Iterator[Engine]:
    """`keep`: its folder can be copied afterwards."""
    service = start_neo4j(folder, free_ports(1)[0], memory=HEAP, page_cache=PAGES)
    try:
        graph = service.settings
        yield Engine("neo4j", folder / "data", graph["url"], graph["user"], graph["password"], service.pid)
    finally:
        if keep:
            service.stop(300)
        service.kill()


@contextmanager
def embedded(folder: Path, *, keep: bool = False) -> Iterator[Engine]:
    yield Engine("embedded", folder, f"ladybug:{folder}")


ENGINES = {"neo4j": neo4j, "embedded": embedded}
