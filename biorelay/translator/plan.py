"""A query graph, checked: what is asked of which node and edge, or why it is not answered.

Answered are graphs of one or two edges that hang together and have at least one node with ids. Nothing is passed over in silence: what
narrows an answer and is not supported is refused, what changes nothing is told in the log.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from biorelay.translator import biolink
from biorelay.translator.constraints import Constraint, UnsupportedConstraint, constraint_of
from biorelay.translator.messages import QNode, Query, QueryGraph
from processors.records import Predicate

BATCH: Final = 100
"""The most ids of a node."""
EDGES: Final = 2
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


class Refused(Exception):
    """A query that is not answered: the HTTP status, one of TRAPI's short codes, and a sentence with the remedy."""

    def __init__(self, status: HTTPStatus, code: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.code = code


class Log:
    """What is worth knowing about an answer, in order. `level` is the least that is told."""

    def __init__(self, level: str | None = None) -> None:
        self._least = LEVELS.index(level or "INFO")
        self.entries: list[dict[str, str]] = []

    def add(self, level: str, code: str, message: str) -> None:
        """One entry, stamped with the time (UTC)."""
        if LEVELS.index(level) >= self._least:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            self.entries.append({"timestamp": now, "level": level, "code": code, "message": message})


@dataclass(frozen=True, slots=True)
class Node:
    """A query node. `pinned` maps our identifiers to the client's; None where the node is open to all of `wanted`."""

    key: str
    pinned: Mapping[str, str] | None
    wanted: biolink.Wanted


@dataclass(frozen=True, slots=True)
class Edge:
    """A query edge between two nodes, by their keys. `predicates` are ours; none where no edge of ours can match."""

    key: str
    subject: str
    object: str
    predicates: frozenset[Predicate]
    constraints: tuple[Constraint, ...] = ()

    def other(self, key: str) -> str:
        """The key at the other end."""
        return self.object if key == self.subject else self.subject

    @property
    def ends(self) -> tuple[str, str]:
        return self.subject, self.object


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked, in the client's order of keys. `unanswerable`: nothing of ours can match, whatever the graph holds."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    unanswerable: bool = field(default=False)


def plan_of(query: Query, log: Log, *, canonical: Mapping[str, str] = {}) -> Plan:
    """The plan of a query; `canonical` are identifiers that stand for others. Raises `Refused`."""
    _workflow(query)
    for name in sorted(query.model_extra or ()):
        if name == "parameters":
            raise _unsupported("UnsupportedVersion", "parameters is TRAPI 2.0's; write log_level beside message, as TRAPI 1.6 has it")
    graph = query.message.query_graph
    if graph is None:
        raise Refused(
            HTTPStatus.BAD_REQUEST, "MissingQueryGraph", "message.query_graph is missing: only lookups of a query graph are answered"
        )
    edges = _edges(graph, log)
    nodes = {key: _node(key, node, log, canonical) for key, node in graph.nodes.items()}
    _traversable(nodes, edges)
    empty = [node.key for node in nodes.values() if node.pinned is None and not node.wanted.categories]
    for key in empty:
        log.add("INFO", "NoSuchCategory", f"nodes.{key}: the graph has no entities of {_listed(graph.nodes[key].categories)}")
    without = [edge.key for edge in edges if not edge.predicates]
    for key in without:
        asked = (graph.edges or {})[key].predicates
        log.add("INFO", "NoSuchPredicate", f"edges.{key}: no edges of {_listed(asked)}; see meta_knowledge_graph for those that there are")
    qualified = [edge.key for edge in edges if any(one.qualifier_set for one in (graph.edges or {})[edge.key].qualifier_constraints)]
    for key in qualified:
        log.add("INFO", "NoQualifiers", f"edges.{key}: no edge here has qualifiers, so that none meets qualifier_constraints")
    return Plan(nodes, edges, unanswerable=bool(empty or without or qualified))


def _workflow(query: Query) -> None:
    for step in query.workflow or ():
        if step.id != "lookup":
            raise _unsupported("UnsupportedOperation", f"workflow: {step.id[:80]!r} is not done here; lookup is")


def _edges(graph: QueryGraph, log: Log) -> tuple[Edge, ...]:
    if graph.paths:
        raise _unsupported("UnsupportedQuery", "Pathfinder queries are not answered here; ask with edges")
    if not graph.edges:
        raise _refused("QueryNotTraversable", "query_graph.edges is empty: ask for one edge, or for two that hang together")
    if len(graph.edges) > EDGES:
        raise _unsupported("UnsupportedQuery", f"query_graph has {len(graph.edges)} edges; at most {EDGES} are answered")
    _unknown("query_graph", graph, log)
    found = []
    for key, edge in graph.edges.items():
        for end in (edge.subject, edge.object):
            if end not in graph.nodes:
                raise _refused("InvalidQueryGraph", f"edges.{key} names a node {end[:80]!r} that query_graph.nodes lacks")
        if edge.subject == edge.object:
            raise _refused("InvalidQueryGraph", f"edges.{key} joins a node with itself")
        if edge.knowledge_type not in (None, "lookup"):
            raise _unsupported(
                "UnsupportedKnowledgeType", f"edges.{key}: knowledge_type {edge.knowledge_type[:80]!r} is not answered; lookup is"
            )
        _unknown(f"edges.{key}", edge, log)
        try:
            constraints = tuple(constraint_of(one) for one in edge.attribute_constraints)
        except UnsupportedConstraint as error:
            raise _unsupported("UnsupportedConstraint", f"edges.{key}.attribute_constraints: {error}") from error
        found.append(Edge(key, edge.subject, edge.object, biolink.predicates(edge.predicates), constraints))
    return tuple(found)


def _node(key: str, node: QNode, log: Log, canonical: Mapping[str, str]) -> Node:
    if node.set_interpretation not in (None, "BATCH"):
        raise _unsupported(
            "UnsupportedSetInterpretation", f"nodes.{key}: set_interpretation {node.set_interpretation} is not answered; BATCH is"
        )
    if node.constraints:
        names = ", ".join(one.name[:80] for one in node.constraints[:10])
        raise _unsupported("UnsupportedConstraint", f"nodes.{key}.constraints are not supported: {names}")
    if node.member_ids:
        log.add("WARNING", "IgnoredProperty", f"nodes.{key}.member_ids has no meaning with set_interpretation BATCH")
    _unknown(f"nodes.{key}", node, log)
    if node.ids is None:
        wanted = biolink.wanted(node.categories)
        if wanted.coarse:
            text = f"nodes.{key}: {', '.join(wanted.coarse)} cannot be told apart here; answered by {', '.join(sorted(wanted.categories))}"
            log.add("WARNING", "CoarseCategory", text)
        return Node(key, None, wanted)
    if len(node.ids) > BATCH:
        text = f"nodes.{key} has {len(node.ids)} ids; at most {BATCH} are taken (x-trapi.batch_size_limit)"
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "BatchTooLarge", text)
    pinned: dict[str, str] = {}
    for asked in node.ids:
        ours = biolink.ours(asked)
        if ours is None:
            raise _refused(
                "InvalidIdentifier", f"nodes.{key}.ids: {asked[:80]!r} is no CURIE; write prefix:identifier, such as MESH:D003924"
            )
        pinned.setdefault(canonical.get(ours, ours), asked)
    return Node(key, pinned, biolink.EVERY)


def _traversable(nodes: Mapping[str, Node], edges: Sequence[Edge]) -> None:
    met = {end for edge in edges for end in edge.ends}
    if loose := sorted(nodes.keys() - met):
        raise _refused("QueryNotTraversable", f"nodes.{loose[0]} is at no edge")
    if len(edges) == EDGES and not set(edges[0].ends) & set(edges[1].ends):
        raise _refused("QueryNotTraversable", "the two edges have no node in common")
    if all(node.pinned is None for node in nodes.values()):
        raise _refused("QueryNotTraversable", "no node has ids: give at least one")


def identifiers(query: Query) -> Iterator[str]:
    """All identifiers of a query's nodes as we write them, as far as they are CURIEs."""
    graph = query.message.query_graph
    for node in graph.nodes.values() if graph else ():
        for asked in (node.ids or ())[:BATCH]:
            if ours := biolink.ours(asked):
                yield ours


def _unknown(place: str, read: Any, log: Log) -> None:
    """Tell of properties that TRAPI 1.6 does not have; refuse those of 2.0 that would narrow the answer."""
    for name in sorted(read.model_extra or ()):
        if name == "constraints":
            text = f"{place}.constraints is TRAPI 2.0's; use attribute_constraints and qualifier_constraints, as TRAPI 1.6 has them"
            raise _unsupported("UnsupportedConstraint", text)
        log.add("WARNING", "UnknownProperty", f"{place}.{name[:80]} is not known to TRAPI 1.6 and was not looked at")


def _listed(names: Sequence[str] | None) -> str:
    return ", ".join((names or ())[:10])


def _refused(code: str, text: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, code, text)


def _unsupported(code: str, text: str) -> Refused:
    return Refused(HTTPStatus.NOT_IMPLEMENTED, code, text)
