"""What the graph tells: changes of its edges."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from processors.records.base import Count, Curie, Part, Record
from processors.records.kinds import Predicate


class ChangeKind(StrEnum):
    APPEARED = "appeared"
    STRENGTHENED = "strengthened"
    WEAKENED = "weakened"
    VANISHED = "vanished"


class Counts(Part):
    """What an edge counts: distinct papers, apart by polarity; retracted papers count in none of the three."""

    papers: Count = 0
    negated: Count = 0
    speculated: Count = 0


class Change(Record):
    """An edge of the graph changed: the value of `biorelay.graph-changes`."""

    schema_name: ClassVar[str] = "biorelay.change/1"
    schema_: Literal["biorelay.change/1"] = Field(default="biorelay.change/1", alias="schema")
    id: str  # deterministic: a consumer can tell a repeat
    edge: str
    kind: ChangeKind
    subject: Curie
    predicate: Predicate
    object: Curie
    before: Counts
    after: Counts
    document: Curie
    revision: str  # epoch:offset
