"""What the server's errors mean. No server."""

import pytest
from neo4j.exceptions import Neo4jError, ServiceUnavailable

from graphstore import GraphError, open_store
from graphstore.errors import GraphOutOfMemory, GraphRefuses, GraphTimeout, GraphUnavailable
from graphstore.neo4j import Neo4jStore
from models.runtime.errors import Action


def explained(error: Exception) -> GraphError:
    store = open_store("bolt://127.0.0.1:1", password="secret")
    assert isinstance(store, Neo4jStore)
    return store._explained(error)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("Neo.DatabaseError.Transaction.TransactionCommitFailed", GraphUnavailable),  # its disk is full
        ("Neo.DatabaseError.Transaction.TransactionStartFailed", GraphUnavailable),
        ("Neo.DatabaseError.Database.UnableToStartDatabase", GraphUnavailable),
        ("Neo.TransientError.General.DatabaseUnavailable", GraphUnavailable),
        ("Neo.ClientError.Transaction.TransactionTimedOut", GraphTimeout),
        ("Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", GraphRefuses),
        ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", GraphRefuses),
        ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", GraphOutOfMemory),
        ("Neo.DatabaseError.Statement.ExecutionFailed", GraphError),
        ("Neo.ClientError.Statement.SyntaxError", GraphError),
    ],
)
def test_an_outage_is_no_document_s_fault(code: str, meaning: type[GraphError]) -> None:
    found = explained(Neo4jError._hydrate_neo4j(code=code, message="no space left on device"))
    assert type(found) is meaning
    assert (found.action is Action.RETRY) is (meaning is not GraphError)


def test_a_server_that_is_gone_is_waited_for() -> None:
    assert explained(ServiceUnavailable("nobody there")).action is Action.RETRY
