"""Lays a graph of so many relations quickly: the store's own `write`, of very many documents at once.

An edge that a thousand documents state is so counted and written a few times and not a thousand. Each query is cut into transactions
of its own, so a crash leaves half a graph; for benchmarks only. `tests/benchmarks` holds it to what `apply` makes of the same documents.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from graphstore import Contribution, GraphStore
from graphstore.steps import Query, Row, ask
from graphstore.transaction import write

DOCUMENTS = 20_000
"""Documents of one `write`; they are held in memory."""

ROWS = 4000
"""Rows of one transaction."""


@dataclass(slots=True)
class Laid:
    """What was laid."""

    documents: int = 0
    statements: int = 0
    edges: set[str] = field(default_factory=set)


async def lay(store: GraphStore, documents: Iterable[Contribution], relations: int, *, at_once: int = DOCUMENTS) -> Laid:
    """Lay documents until they state `relations` different edges; all of them where they state fewer."""
    laid = Laid()
    source = iter(documents)
    while batch := list(islice(_until(source, relations, laid), at_once)):
        steps = write(batch, outbox=False)
        rows: list[Row] | None = None
        while True:
            try:
                query = steps.send(rows) if rows is not None else next(steps)
            except StopIteration:
                break
            rows = []
            for part in query.apart():
                rows = await _in_parts(store, part)
            rows = [] if query.empty else rows
    return laid


def _until(documents: Iterator[Contribution], relations: int, laid: Laid) -> Iterator[Contribution]:
    while len(laid.edges) < relations and (document := next(documents, None)) is not None:
        statements = document.statements()
        laid.documents += 1
        laid.statements += len(statements)
        laid.edges |= {statement.key for statement in statements.values()}
        yield document


async def _in_parts(store: GraphStore, query: Query) -> list[Row]:
    """The rows of a query that goes through one list, asked for in parts of that list."""
    [(name, values)] = [(name, value) for name, value in query.parameters.items() if isinstance(value, list)]
    found: list[Row] = []
    for start in range(0, len(values), ROWS):
        part = query.parameters | {name: values[start : start + ROWS]}
        found += await store._run(partial(ask, query.name, **part), write=True)
    return found
