"""How the stores' logic asks for the database: as generators that yield queries and are sent their rows.

So the same Python decides for every engine, and only a loop of a few lines is asynchronous (Neo4j) or runs in a
worker thread (LadybugDB).
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Generator
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

from graphstore.errors import GraphBadQuery

Row: TypeAlias = dict[str, Any]
T = TypeVar("T")
C = TypeVar("C", str, int)


class Crossed(Exception):
    """Another writer removed what this transaction was about to lock. Nothing is wrong: it is undone and starts anew."""


class Query(NamedTuple):
    """A file of `graphstore/cypher` by its name, and its parameters."""

    name: str
    parameters: dict[str, Any]
    before: "tuple[Query, ...]" = ()
    """Queries to be run first whose rows nobody reads, each of one list; Neo4j runs them and this one as one."""

    @property
    def empty(self) -> bool:
        """Whether a list among the parameters is empty: then there is nothing to ask, and an empty list has no type in LadybugDB."""
        return any(isinstance(value, list) and not value for value in self.parameters.values())

    def apart(self) -> "list[Query]":
        """The queries one by one, without empty ones."""
        return [query for query in (*self.before, self._replace(before=())) if not query.empty]


Steps: TypeAlias = Generator[Query, list[Row], T]


def ask(name: str, **parameters: Any) -> Steps[list[Row]]:
    """One query; nothing is asked where a list among its parameters is empty."""
    query = Query(name, parameters)
    return [] if query.empty else (yield query)


def together(*before: Query, then: Query) -> Steps[list[Row]]:
    """Queries in their order; the rows are those of the last one. Each costs a way to the server and back, unless they go together."""
    query = then._replace(before=before)
    return (yield query) if query.apart() else []


def a_text(text: str) -> None:
    """Raise `GraphBadQuery` where half a character stands in a text, which no database takes: bytes of an argument that are no UTF-8."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise GraphBadQuery(f"{text[:80]!r} is not UTF-8", remedy="Write it in UTF-8; see `locale charmap`.")


def a_curie(text: str) -> None:
    """Raise `GraphBadQuery` for what is no CURIE."""
    a_text(text)
    prefix, colon, rest = text.partition(":")
    if not (prefix and colon and rest.strip()):
        raise GraphBadQuery(f"{text!r} is not a CURIE", remedy="Write prefix:identifier, such as mesh:D003924.")


def bounded(name: str, value: int, low: int, high: int) -> None:
    """Raise `GraphBadQuery` where an argument lies outside its bounds."""
    if not low <= value <= high:
        raise GraphBadQuery(f"{name} is {value}, outside {low} to {high}", remedy=f"Ask with {name} from {low} to {high}.")


class Runner(ABC):
    """What runs steps: a store. Its parts are written against this."""

    @abstractmethod
    async def _run(self, steps: Callable[[], Steps[T]], *, write: bool) -> T:
        """Run the steps in one transaction with a time limit; start them anew where the database asks to try again."""

    async def _pages(self, page: Callable[[C], Steps[tuple[T, C | None]]], start: C) -> AsyncIterator[tuple[T, C | None]]:
        """Page after page, each in a transaction of its own, with where the next one begins; None behind the last one."""
        after: C | None = start
        while after is not None:
            rows, after = await self._run(partial(page, after), write=False)
            yield rows, after
