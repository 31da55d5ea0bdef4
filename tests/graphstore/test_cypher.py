"""Every query is a file, found by name, and has no value of its own pasted in."""

import ast
from pathlib import Path

import pytest

import graphstore
from graphstore import cypher

FOLDER = Path(cypher.__file__).parent
ENGINES = ("neo4j", "ladybug")


def asked() -> set[str]:
    """The names of all queries that the code asks for."""
    found = set()
    for file in Path(graphstore.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"ask", "summaries"}:
                named = ast.walk(node.args[0])
                found |= {part.value for part in named if isinstance(part, ast.Constant) and isinstance(part.value, str)}
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("count_"):
                found.add(node.value)
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_every_query_has_a_file_on_every_engine(engine: str) -> None:
    empty = {name for name in asked() if not cypher.statements(engine, name)}
    needless = {"neo4j": {"create_keys", "read_outbox"}, "ladybug": {"watch_clock", "watch_clocks", "watch_lock"}}
    assert empty <= needless[engine], "only Neo4j's indexes and LadybugDB's one writer make a query needless"


def test_no_file_is_forgotten() -> None:
    assert {file.stem for file in FOLDER.glob("*/*.cypher")} - {"schema", "ping"} == asked()


def test_unknown_query() -> None:
    with pytest.raises(LookupError, match="no query 'nothing' for neo4j"):
        cypher.statements("neo4j", "nothing")


def test_no_cypher_in_python() -> None:
    words = ("MATCH (", "MERGE (", "UNWIND ", "RETURN ")
    for file in Path(graphstore.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not any(word in node.value for word in words), f"{file.name}: {node.value}"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/*.cypher")), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_questions_are_bounded_and_never_of_variable_length(file: Path) -> None:
    text = file.read_text()
    assert "*1.." not in text
    assert "*.." not in text
    if "ORDER BY" in text:
        assert "LIMIT $limit" in text
