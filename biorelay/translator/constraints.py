"""Conditions on an edge's attributes, as TRAPI's attribute constraints have them.

`==`, `>` and `<` hold where any item of a list does, `===` where the values are the same; `not` turns the outcome
(ReasonerAPI, qedge_constraints_specification.md). Numbers are compared with numbers and texts with texts. `matches` is not supported:
a stranger's regular expression may run for ever.
"""

from dataclasses import dataclass
from math import floor
from typing import Any, Final

from biorelay.translator.messages import AttributeConstraint
from graphstore.answers import Edge
from graphstore.confidence import MILLION
from processors.outputs.kgx import INFORES

CONFIDENCE: Final = "biolink:has_confidence_score"
EVIDENCE: Final = "biolink:evidence_count"
KNOWLEDGE_LEVEL: Final = "not_provided"
"""Biolink: for text-mined edges, whose author may have asserted, predicted or observed."""
AGENT_TYPE: Final = "text_mining_agent"
SOURCES: Final = ("biolink:primary_knowledge_source", "biolink:knowledge_source")
KNOWN: Final = (
    CONFIDENCE,
    EVIDENCE,
    "biolink:agent_type",
    "biolink:knowledge_level",
    "biolink:negated",
    "biolink:original_predicate",
    "biorelay:first_year",
    "biorelay:last_year",
    *SOURCES,
)
"""Attributes that may be constrained."""


class UnsupportedConstraint(Exception):
    """A condition that is not checked here."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on one attribute."""

    id: str
    operator: str
    value: Any
    negated: bool

    def holds(self, edge: Edge) -> bool:
        """Whether an edge of the graph meets it; an edge without the attribute does not, negated or not."""
        value = _value(self.id, edge)
        if value is None:
            return False
        if self.operator == "===":
            return _same(value, self.value) is not self.negated
        items = self.value if isinstance(self.value, list) else [self.value]
        return any(_compared(self.operator, value, item) for item in items) is not self.negated

    @property
    def least(self) -> tuple[int, float]:
        """What it lets the database leave out: the fewest papers and the lowest confidence of an edge that may meet it."""
        if self.operator == ">" and not self.negated and isinstance(self.value, int | float) and not isinstance(self.value, bool):
            if self.id == EVIDENCE:
                return floor(min(max(self.value, 0), MILLION - 1)) + 1, 0.0
            if self.id == CONFIDENCE:
                return 1, float(min(max(self.value, 0), 1))
        return 1, 0.0


def constraint_of(asked: AttributeConstraint) -> Constraint:
    """A constraint as it came. Raises `UnsupportedConstraint`."""
    if asked.operator == "matches":
        raise UnsupportedConstraint(f"{asked.name[:80]!r} has the operator matches, which is not supported")
    if asked.id not in KNOWN:
        raise UnsupportedConstraint(f"{asked.name[:80]!r} is on {asked.id[:80]!r}, which is not checked; {', '.join(KNOWN)} are")
    return Constraint(asked.id, asked.operator, asked.value, asked.negated)


def _value(id_: str, edge: Edge) -> Any:
    values = {
        CONFIDENCE: edge.confidence,
        EVIDENCE: edge.counts.papers,
        "biolink:agent_type": AGENT_TYPE,
        "biolink:knowledge_level": KNOWLEDGE_LEVEL,
        "biolink:negated": False,
        "biolink:original_predicate": f"biorelay:{edge.predicate}",
        "biorelay:first_year": edge.first_year,
        "biorelay:last_year": edge.last_year,
    }
    return INFORES if id_ in SOURCES else values[id_]


def _same(one: Any, other: Any) -> bool:
    return _kind(one) == _kind(other) and bool(one == other)


def _compared(operator: str, value: Any, item: Any) -> bool:
    if _kind(value) != _kind(item):
        return False
    if operator == "==":
        return bool(value == item)
    if _kind(value) is bool:
        return False
    return bool(value > item) if operator == ">" else bool(value < item)


def _kind(value: Any) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)
