"""How the stores' logic asks for the database: as generators that yield queries and are sent their rows.

So the same Python decides for every engine, and only a loop of a few lines is asynchronous (Neo4j) or runs in a
worker thread (LadybugDB).
"""

from collections.abc import Generator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from graphstore.errors import GraphBadQuery

Row: TypeAlias = dict[str, Any]
T = TypeVar("T")


class Query(NamedTuple):
    """A file of `graphstore/cypher` by its name, and its parameters."""

    name: str
    parameters: dict[str, Any]


Steps: TypeAlias = Generator[Query, list[Row], T]


def ask(name: str, **parameters: Any) -> Steps[list[Row]]:
    """One query. Where a list among its parameters is empty nothing is asked: an empty list has no type in LadybugDB."""
    if any(isinstance(value, list) and not value for value in parameters.values()):
        return []
    return (yield Query(name, parameters))


def bounded(name: str, value: int, low: int, high: int) -> None:
    """Raise `GraphBadQuery` where an argument lies outside its bounds."""
    if not low <= value <= high:
        raise GraphBadQuery(f"{name} is {value}, outside {low} to {high}", remedy=f"Ask with {name} from {low} to {high}.")
