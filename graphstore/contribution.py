"""One document's contribution to the graph, as a value: what it states, and how new it is.

A contribution replaces the document's older one as a whole. That is what makes redelivery, revision, a newer
model's answer, deletion and retraction one and the same operation.
"""

import hashlib
import json
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple, Self

from graphstore.errors import GraphBadContribution
from processors.records import UNDIRECTED, LinkKind, Predicate, Relation, Relations, Revision, Status, edge_key


class Rank(NamedTuple):
    """How new a document's state is. A lower rank never replaces a higher one; an equal one replaces it (a replay).

    Within one revision and generation an answer is newer than a failure: a replayed dead letter keeps its revision.
    """

    epoch: int
    offset: int
    generation: int
    answered: bool


UNSEEN = Rank(-1, -1, -1, False)
"""The rank of an article that only a link has named so far."""


class State(StrEnum):
    """What the graph holds of a document. Only `live` ones contribute; the others stay as markers of their rank."""

    LIVE = "live"
    FAILED = "failed"
    DELETED = "deleted"
    UNSEEN = "unseen"


class Polarity(StrEnum):
    """Which of an edge's three counts an evidence adds to. Negation outweighs speculation ("may not cause")."""

    POSITIVE = "positive"
    SPECULATED = "speculated"
    NEGATED = "negated"


COUNTS = {Polarity.POSITIVE: "papers", Polarity.NEGATED: "negated", Polarity.SPECULATED: "speculated"}
"""The count of an edge that a polarity adds to."""

SEARCHED = 2_000
"""Characters of a name by which it is found: Neo4j's indexes take no more than 32,766 bytes, and refuse the whole transaction."""
STRENGTH = {Polarity.POSITIVE: 2, Polarity.SPECULATED: 1, Polarity.NEGATED: 0}


class Bearing(NamedTuple):
    """A link from a document to another one, as its own record states it (retracts, corrects, is concerned by, ...)."""

    kind: str  # a LinkKind's value
    target: str


class Ends(NamedTuple):
    """What an edge's key stands for."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One evidence: a document states an edge in these words. Spans count code points of the document's text.

    `subject` and `object` are in the edge's order, which is sorted where the predicate has no direction; the spans and
    the labels (`type|name`) go with them. Unknown years are 0, unknown judgements -1 and unknown names empty, because
    the embedded engine types a list of rows by its first one and a null there spoils the column.
    """

    id: str
    document: str
    key: str
    subject: str
    predicate: str
    object: str
    subject_label: str
    object_label: str
    sentence: str
    sentence_start: int
    sentence_end: int
    subject_start: int
    subject_end: int
    object_start: int
    object_end: int
    probability: float
    negated: int
    speculated: int
    model: str
    vocabulary: str
    year: int
    cues: str = ""  # kind:start:end, apart by spaces
    section: str = ""
    novel: float = -1.0

    @classmethod
    def of(cls, relation: Relation, relations: Relations) -> Self:
        """The evidence of one relation. Its id is a hash of everything it says, so equal content is equal identity."""
        ends = [(relation.subject, relation.evidence.subject), (relation.object, relation.evidence.object)]
        if relation.predicate in UNDIRECTED:
            ends.sort(key=lambda end: end[0].id)
        (subject, subject_span), (object_, object_span) = ends
        content: dict[str, Any] = {
            "document": relations.id,
            "key": edge_key(subject.id, relation.predicate, object_.id),
            "subject": subject.id,
            "predicate": relation.predicate.value,
            "object": object_.id,
            "subject_label": f"{subject.type}|{subject.name}",
            "object_label": f"{object_.type}|{object_.name}",
            "sentence": relation.evidence.text,
            "sentence_start": relation.evidence.start,
            "sentence_end": relation.evidence.end,
            "subject_start": subject_span.start,
            "subject_end": subject_span.end,
            "object_start": object_span.start,
            "object_end": object_span.end,
            "probability": relation.probability,
            "negated": _judgement(relation.negated),
            "speculated": _judgement(relation.speculated),
            "model": relations.provenance.model,
            "vocabulary": relations.provenance.vocabulary or "",
            "year": relations.article.year or 0,
        }
        # What was not told from the first is left out where there is none, so that evidence keeps the id that it had before.
        if relation.evidence.cues:
            content["cues"] = " ".join(f"{cue.kind}:{cue.start}:{cue.end}" for cue in relation.evidence.cues)
        if relation.evidence.section is not None:
            content["section"] = relation.evidence.section
        if relation.novel is not None:
            content["novel"] = relation.novel
        canonical = json.dumps(content, ensure_ascii=True, sort_keys=True).encode()
        return cls(id=hashlib.sha256(canonical).hexdigest()[:32], **content)

    @property
    def polarity(self) -> Polarity:
        if self.negated == 1:
            return Polarity.NEGATED
        return Polarity.SPECULATED if self.speculated == 1 else Polarity.POSITIVE

    @property
    def rank(self) -> str:
        """Sorts as text: positive before speculated before negated, then by probability. An edge's best evidence has the highest."""
        return f"{STRENGTH[self.polarity]}|{self.probability:.9f}|{self.id}"

    def row(self) -> dict[str, Any]:
        """What the stores write of it; the edge's ends follow from its key."""
        return {name: getattr(self, name) for name in WRITTEN} | {"polarity": self.polarity.value, "rank": self.rank}


def evidence_of(rank: str | None) -> str:
    """The id of the evidence that has this rank; empty where there is none."""
    return (rank or "").rpartition("|")[2]


WRITTEN = tuple(field.name for field in fields(Statement) if field.name not in Ends._fields)


@dataclass(frozen=True, slots=True)
class Contribution:
    """A document's whole answer at one revision; `relations` None is a tombstone: the document is deleted.

    Raises `GraphBadContribution` where the relations are another document's.
    """

    document: str
    revision: Revision
    generation: int
    relations: Relations | None

    def __post_init__(self) -> None:
        if self.relations is not None and self.relations.id != self.document:
            raise GraphBadContribution(f"the contribution of {self.document} carries the relations of {self.relations.id}")

    @classmethod
    def of(cls, relations: Relations, revision: Revision) -> Self:
        """A record as its message carried it."""
        return cls(relations.id, revision, relations.provenance.generation, relations)

    @property
    def rank(self) -> Rank:
        return Rank(self.revision.epoch, self.revision.offset, self.generation, self.state is not State.FAILED)

    @property
    def state(self) -> State:
        if self.relations is None:
            return State.DELETED
        return State.LIVE if self.relations.status is Status.OK else State.FAILED

    @property
    def live(self) -> Relations | None:
        """The record, where it contributes at all: a deleted or failed document states nothing and retracts nothing."""
        return self.relations if self.state is State.LIVE else None

    @property
    def retracted(self) -> bool:
        """Whether the article's own record says that it is retracted."""
        article = self.live.article if self.live else None
        return article is not None and (article.retracted or any(link.kind is LinkKind.RETRACTED_BY for link in article.links))

    @property
    def bearings(self) -> frozenset[Bearing]:
        """Its links to other articles."""
        links = self.live.article.links if self.live else ()
        return frozenset(Bearing(link.kind.value, link.target) for link in links if link.target != self.document)

    def statements(self) -> dict[str, Statement]:
        """Its evidence by id. A relation of an entity with itself is not an edge and is left out."""
        if self.live is None:
            return {}
        found = (Statement.of(relation, self.live) for relation in self.live.relations if relation.subject.id != relation.object.id)
        return {statement.id: statement for statement in found}


def keys_between(subject: str, object_: str, predicate: Predicate | None = None) -> list[str]:
    """Every key that an edge between the two entities can have, in either direction."""
    predicates = [predicate] if predicate else list(Predicate)
    return sorted({key for p in predicates for key in (edge_key(subject, p, object_), edge_key(object_, p, subject))})


def _judgement(value: bool | None) -> int:
    return -1 if value is None else int(value)
