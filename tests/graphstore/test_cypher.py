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
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"ask", "summaries", "Query"}:
                named = ast.walk(node.args[0])
                found |= {part.value for part in named if isinstance(part, ast.Constant) and isinstance(part.value, str)}
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("count_"):
                found.add(node.value)
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_every_query_has_a_file_on_every_engine(engine: str) -> None:
    empty = {name for name in asked() if not cypher.statements(engine, name)}
    needless = {
        "neo4j": {"create_keys", "read_outbox"},
        "ladybug": {"layout", "set_layout", "watch_clock", "watch_lock"},
    }
    assert empty <= needless[engine], "only Neo4j's indexes and LadybugDB's one writer make a query needless"


def test_no_file_is_forgotten() -> None:
    opening = {"schema", "ping", "tables", "evidence_apart"}
    assert {file.stem.removesuffix(".plain") for file in FOLDER.glob("*/*.cypher")} - opening == asked()


def test_unknown_query() -> None:
    with pytest.raises(LookupError, match="no query 'nothing' for neo4j"):
        cypher.statements("neo4j", "nothing")


def test_ladybug_takes_lists_of_maps_in_columns() -> None:
    """Of the maps only the fields that a statement names, and what a WITH carries on with them."""
    statement = cypher.statements("ladybug", "create_retractions")[0]
    assert statement.splitlines() == [
        "UNWIND range(1, size($rows__source)) AS r",
        "WITH $rows__source[r] AS r__source, $rows__target[r] AS r__target",
        "MATCH (a:Article {id: r__source})",
        "WITH r__source, r__target, a",
        "MATCH (t:Article {id: r__target})",
        "MERGE (a)-[:RETRACTS]->(t)",
    ]
    rows = [
        {"source": "pubmed:1", "kind": "retracts", "target": "pubmed:2"},
        {"source": "pubmed:3", "kind": "retracts", "target": "pubmed:4"},
    ]
    assert cypher.columns(statement, {"rows": rows}) == {"rows__source": ["pubmed:1", "pubmed:3"], "rows__target": ["pubmed:2", "pubmed:4"]}
    assert "UNWIND $rows AS r" in cypher.statements("neo4j", "create_retractions")[0]
    assert cypher.statements("ladybug", "entities")[0].startswith("UNWIND $curies AS x\n")


def test_an_engine_may_say_apart_what_asks_papers_only() -> None:
    assert cypher.statements("ladybug", "bridges", plain=True) != cypher.statements("ladybug", "bridges")
    assert cypher.statements("neo4j", "near", plain=True) == cypher.statements("neo4j", "near")


def test_neo4j_gathers_what_a_statement_returns() -> None:
    statement = "MATCH (a)-[r:R]-(b)\nRETURN max(r.n, 0) AS most, [a.x, b.x] AS pair,\n  b.y AS y\nORDER BY most DESC, y\nLIMIT $limit"
    gathered = statement.replace("RETURN", "WITH") + "\nRETURN collect([most, pair, y]) AS gathered"
    assert cypher.gathered(statement) == (gathered, ("most", "pair", "y"))


@pytest.mark.parametrize(
    "statement",
    [
        "MATCH (a)\nRETURN a.x AS x\nUNION\nMATCH (b)\nRETURN b.x AS x",
        "MATCH (a)\nRETURN DISTINCT a.x AS x",
        "MATCH (a)\nRETURN a.x",
        "MATCH (a)\nSET a.x = 1",
    ],
)
def test_what_neo4j_does_not_gather(statement: str) -> None:
    assert cypher.gathered(statement) == (statement, ())


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
