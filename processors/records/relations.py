"""What a document states: typed relations between its entities, with the words behind each."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from processors.records.base import Count, Curie, Part, Probability, Record, Several
from processors.records.entities import Article, Provenance, Span, Status
from processors.records.kinds import EntityType, Predicate


class Participant(Part):
    """An entity as the subject or object of a relation, with every place where the document names it."""

    id: Curie
    name: str  # the vocabulary's name, or the longest mention where it is not linked
    type: EntityType
    spans: Several[Span]


class CueKind(StrEnum):
    NEGATION = "negation"
    SPECULATION = "speculation"


class Cue(Part):
    """The words that negate or hedge a relation (`not`, `may`), as a span of the document's text."""

    kind: CueKind
    start: Count
    end: Count


class Evidence(Part):
    """The words behind a relation: the sentences from the one mention to the other, at the pair's closest mentions."""

    start: Count
    end: Count
    text: str
    subject: Span  # spans in the document's text, inside start:end
    object: Span
    cues: Several[Cue] = ()  # why the relation is judged negated or speculated
    section: str | None = None  # where it begins: "title", or the label of the abstract's section; None where that has none


class Relation(Part):
    """A typed relation between two entities, as one document states it."""

    subject: Participant
    object: Participant
    predicate: Predicate
    probability: Probability  # calibrated
    novel: Probability | None = None  # that it is the article's own finding, not background; None: this model does not judge it
    negated: bool | None = None  # None: this model does not judge it
    speculated: bool | None = None
    evidence: Evidence


class Relations(Record):
    """All relations of a document: the value of `biorelay.relations`. A newer message replaces an older one."""

    schema_name: ClassVar[str] = "biorelay.relations/1"
    schema_: Literal["biorelay.relations/1"] = Field(default="biorelay.relations/1", alias="schema")
    id: Curie
    status: Status = Status.OK
    article: Article = Article()
    relations: Several[Relation] = ()
    provenance: Provenance
