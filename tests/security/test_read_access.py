"""Questions cannot write: each runs in a transaction whose writes the engine itself refuses."""

import ast
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

import graphstore
from graphstore import GraphError, GraphLocked, GraphStore, open_store
from graphstore.steps import Steps, ask
from graphstore.transaction import write
from tests.graphstore.documents import chain
from tests.services import Neo4jAddress

ROOT = Path(graphstore.__file__).parent
WRITERS = {
    "neo4j.py": {"_upgrade"},
    "store.py": {"_upgrade", "apply", "outbox_done"},
    "outside_store.py": {"_read_in", "import_graph", "remove_source", "sweep"},
    "watch_store.py": {"_apply_watched"},
}
"""The store's methods that ask for a transaction that may write. Whoever adds one adds it here, and says why it is no question."""


def asking_to_write(tree: ast.Module) -> set[str]:
    """Methods that run steps in a transaction that may write: those that do not say `write=False`."""
    found = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_run":
                    said = next((keyword.value for keyword in node.keywords if keyword.arg == "write"), None)
                    if not (isinstance(said, ast.Constant) and said.value is False):
                        found.add(function.name)
    return found


def test_only_these_may_write() -> None:
    found = {path.name: asking_to_write(ast.parse(path.read_text(encoding="utf-8"))) for path in ROOT.rglob("*.py")}
    assert {name: functions for name, functions in found.items() if functions} == WRITERS


def test_no_query_loads_files_or_calls_procedures() -> None:
    """Files and procedures are out of a query's reach, whatever its parameters."""
    forbidden = re.compile(r"\b(LOAD\s+CSV|LOAD\s+FROM|COPY(?!\s+\w+\s+FROM\s+\(MATCH\b)|apoc\.|INSTALL|ATTACH|CALL\s+dbms)", re.IGNORECASE)
    found = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.cypher") if forbidden.search(_code(path.read_text(encoding="utf-8")))]
    assert found == []


def _code(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))


def intruders() -> dict[str, Callable[[], Steps[object]]]:
    """Writes that somebody might send where questions go."""
    return {
        "a whole contribution": lambda: write([chain(7, 9, "xyz")], outbox=True),
        "removing an entity": lambda: ask("drop_entities", curies=["test:a"]),
        "forgetting what was to be told": lambda: ask("outbox_done", ids=["x"]),
    }


class ReadAccess:
    """What holds on every engine; the fixtures are the engine's."""

    async def test_a_write_through_the_query_path_is_refused(self, store: GraphStore, reader: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc")])
        before = await store.snapshot(markers=True)
        for asked in [store, reader]:
            for name, steps in intruders().items():
                with pytest.raises(GraphError, match=self.refusal):
                    await asked._run(steps, write=False)
                assert await store.snapshot(markers=True) == before, name

    async def test_a_store_opened_for_reading_writes_nothing(self, store: GraphStore, reader: GraphStore) -> None:
        with pytest.raises(GraphLocked, match="opened read-only"):
            await reader.apply([chain(1, 1, "abc")])
        assert (await store.stats()).articles == 0

    refusal = ""


class TestEmbedded(ReadAccess):
    refusal = "read-only|READ ONLY|read only"

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[GraphStore]:
        async with open_store(tmp_path / "graph") as store:
            yield store

    @pytest.fixture
    async def reader(self, store: GraphStore, tmp_path: Path) -> AsyncIterator[GraphStore]:
        del store  # the file is there
        async with open_store(tmp_path / "graph", read_only=True) as reader:
            yield reader


@pytest.mark.neo4j
class TestNeo4j(ReadAccess):
    refusal = "[Ww]riting in read access mode not allowed"

    @pytest.fixture
    async def store(self, empty_neo4j: Neo4jAddress) -> AsyncIterator[GraphStore]:
        async with open_store(empty_neo4j.url, user=empty_neo4j.user, password=empty_neo4j.password) as store:
            yield store

    @pytest.fixture
    async def reader(self, store: GraphStore, empty_neo4j: Neo4jAddress) -> AsyncIterator[GraphStore]:
        del store
        async with open_store(empty_neo4j.url, user=empty_neo4j.user, password=empty_neo4j.password, read_only=True) as reader:
            yield reader
