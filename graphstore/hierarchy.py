"""What stands above and below a concept, by the is-a edges of imported ontologies (MeSH, Disease Ontology, Gene Ontology).

The closure is walked a level at a time, every concept once, so that a cycle ends by itself and no hub is expanded twice.
"""

from enum import Enum

from graphstore.steps import Steps, a_curie, ask, bounded

MOST = 100_000
"""The most concepts that a closure may name."""
LEVELS = 64
"""The most steps that a closure takes; MeSH has 13 levels, the Gene Ontology fewer than 20."""
FEW = 30
"""Concepts that are asked for one by one; more of them at once."""
COMPLETE = "complete"
"""The state of an imported graph that has been read to its end. No other one is seen by any question."""


class Step(Enum):
    """Which way a closure goes."""

    DOWN = "down"
    UP = "up"


def descendants(curie: str, limit: int) -> Steps[list[str]]:
    """The CURIEs below a concept, nearest first and by CURIE within a level, at most `limit`; without the concept itself.

    Empty where no imported ontology has anything below it. Ask for one more than is wanted to learn whether there are more.
    Raises `GraphBadQuery` for what is no CURIE and for a limit outside 1 to `MOST`.
    """
    return (yield from _closure(Step.DOWN, curie, limit))


def ancestors(curie: str, limit: int) -> Steps[list[str]]:
    """The CURIEs above a concept; all else as `descendants`."""
    return (yield from _closure(Step.UP, curie, limit))


def graphs() -> Steps[list[str]]:
    """The ids of the imported graphs that questions see: the complete ones, in order."""
    return sorted(row["id"] for row in (yield from ask("outside_graphs")) if row["state"] == COMPLETE)


def concept_keys(graph_ids: list[str], curies: list[str]) -> list[str]:
    """The keys that these CURIEs have in these graphs."""
    return [f"{graph}|{curie}" for graph in graph_ids for curie in curies]


def _closure(step: Step, curie: str, limit: int) -> Steps[list[str]]:
    bounded("limit", limit, 1, MOST)
    a_curie(curie)
    within = yield from graphs()
    found: dict[str, None] = {}
    level = [curie]
    for _ in range(LEVELS):
        # Those of a level that are known already take places of the answer, hence the known ones on top of the limit.
        near = yield from _next(step, concept_keys(within, level), limit + len(found) + 1)
        level = [name for name in near if name not in found and name != curie]
        found |= dict.fromkeys(level)
        if not level or len(found) >= limit:
            break
    return list(found)[:limit]


def _next(step: Step, keys: list[str], limit: int) -> Steps[list[str]]:
    """What is one step from these concepts, by CURIE."""
    if len(keys) > FEW:
        rows = yield from (ask("children", keys=keys, limit=limit) if step is Step.DOWN else ask("parents", keys=keys, limit=limit))
        return [row["curie"] for row in rows]
    near: set[str] = set()
    for key in keys:
        rows = yield from (ask("child", key=key, limit=limit) if step is Step.DOWN else ask("parent", key=key, limit=limit))
        near |= {row["curie"] for row in rows}
    return sorted(near)
