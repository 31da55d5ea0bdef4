"""What the graph tells and is asked: changes of its edges, standing questions, and the paths that answer them."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

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


class Question(Record):
    """A standing question: the value of `biorelay.questions`."""

    schema_name: ClassVar[str] = "biorelay.question/1"
    schema_: Literal["biorelay.question/1"] = Field(default="biorelay.question/1", alias="schema")
    id: str
    start: Curie
    end: Curie | None = None  # None: open discovery
    max_hops: Annotated[int, Field(ge=1, le=4)] = 2
    min_papers: Annotated[int, Field(ge=1)] = 1


class DiscoveryStep(Part):
    """One edge of a path."""

    subject: Curie
    predicate: Predicate
    object: Curie
    papers: Count
    evidence: str  # the best sentence
    document: Curie


class Discovery(Record):
    """A path that newly answers a standing question: the value of `biorelay.discoveries`."""

    schema_name: ClassVar[str] = "biorelay.discovery/1"
    schema_: Literal["biorelay.discovery/1"] = Field(default="biorelay.discovery/1", alias="schema")
    id: str
    question: str
    path: tuple[DiscoveryStep, ...]
    score: float
    document: Curie
