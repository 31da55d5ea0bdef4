"""Short looks at a graph, which the contract's parts share."""

from collections import defaultdict

from graphstore import Contribution, GraphStore
from processors.records import Counts

AB = "test:a|Association|test:b"


async def counts(store: GraphStore) -> dict[str, tuple[int, int, int]]:
    return {e.key: (e.counts.papers, e.counts.negated, e.counts.speculated) for e in (await store.snapshot()).edges}


async def kinds(store: GraphStore, *batch: Contribution) -> list[tuple[str, str, int, int]]:
    return [(c.edge, c.kind.value, c.before.papers, c.after.papers) for c in await store.apply(batch)]


def joined(changes: list) -> None:
    """In the outbox's order, what one change of an edge leaves is what the next one finds."""
    last: dict[str, Counts] = defaultdict(Counts)
    for change in changes:
        assert change.before == last[change.edge], change
        last[change.edge] = change.after
