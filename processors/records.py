"""The records that travel: one pydantic model for each topic's value.

Offsets are Unicode code points into the document's text, which is
`title + " " + abstract` (PubTator's convention); `text[start:end] == mention.text` always.
Every record is one JSON object with a `schema` field such as `biorelay.relations/1`.
One message carries a document's whole answer, so a newer one replaces an older one.
Records hold no clock: derived bytes depend on the input, the models and the vocabularies only.
"""

import re
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticSerializationError, from_json

from processors.errors import NotJson, RecordError, UnknownSchema

Curie = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._]*:\S.*$", max_length=512)]
"""A compact identifier with a Bioregistry prefix, such as `pubmed:12345678` or `mesh:D003924`."""

PartialDate = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]
"""A date as exact as the source is: `2021`, `2021-05` or `2021-05-17`."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A number of things, or an offset: as large as every JSON reader keeps exact (RFC 8259, section 6)."""

_INTEGER = re.compile(r"[0-9]{1,18}")


RETRACTED_TYPE = "Retracted Publication"
"""PubMed's publication type of an article that was retracted."""


class EntityType(StrEnum):
    """BioRED's six entity types, by their short names."""

    GENE = "Gene"
    DISEASE = "Disease"
    CHEMICAL = "Chemical"
    VARIANT = "Variant"
    SPECIES = "Species"
    CELL_LINE = "CellLine"


class Predicate(StrEnum):
    """BioRED's eight relation types (Luo et al. 2022, doi:10.1093/bib/bbac282)."""

    ASSOCIATION = "Association"
    POSITIVE_CORRELATION = "Positive_Correlation"
    NEGATIVE_CORRELATION = "Negative_Correlation"
    BIND = "Bind"
    DRUG_INTERACTION = "Drug_Interaction"
    COTREATMENT = "Cotreatment"
    COMPARISON = "Comparison"
    CONVERSION = "Conversion"


BIOLINK: dict[Predicate, str] = {
    Predicate.ASSOCIATION: "biolink:associated_with",
    Predicate.POSITIVE_CORRELATION: "biolink:positively_correlated_with",
    Predicate.NEGATIVE_CORRELATION: "biolink:negatively_correlated_with",
    Predicate.BIND: "biolink:directly_physically_interacts_with",
    Predicate.DRUG_INTERACTION: "biolink:interacts_with",
    Predicate.COTREATMENT: "biolink:related_to",
    Predicate.COMPARISON: "biolink:related_to",
    Predicate.CONVERSION: "biolink:related_to",
}
"""The one table from our predicates to Biolink's (version 4.4)."""

UNDIRECTED: frozenset[Predicate] = frozenset(Predicate)
"""BioRED annotates no direction; an undirected edge's key sorts its two CURIEs."""


class Revision(NamedTuple):
    """How new a document's state is; compared in order. Travels in message headers.

    `epoch` counts re-creations of the abstracts topic, `offset` is the message's Kafka offset there.
    """

    epoch: int
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `epoch:offset`; raise `RecordError` on anything else."""
        epoch, sep, offset = text.partition(":")
        if not (sep and _INTEGER.fullmatch(epoch) and _INTEGER.fullmatch(offset)):
            raise RecordError(f"revision {text!r} is not epoch:offset")
        return cls(int(epoch), int(offset))


class Part(BaseModel):
    """Base of everything inside a record: immutable; unknown fields are ignored, so that older readers read newer records."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False)


class Record(Part):
    """Base of the records: JSON in, JSON out."""

    schema_name: ClassVar[str]
    schema_: str = Field(alias="schema")

    def to_bytes(self) -> bytes:
        """The record as canonical UTF-8 JSON: field order is the model's, nothing that is None is left out.

        Raises `RecordError` where a text holds a lone surrogate, which no UTF-8 can.
        """
        try:
            return self.model_dump_json(by_alias=True).encode()
        except PydanticSerializationError as error:
            raise RecordError(f"{self.schema_name}: a text cannot be written as UTF-8: {error}") from error

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        """Read a message value.

        Raises `NotJson` where the bytes are not UTF-8 JSON, `UnknownSchema` where they name another schema
        or version, `RecordError` where a field is wrong.
        """
        try:
            data = from_json(value, allow_inf_nan=False)
        except ValueError as error:
            raise NotJson(f"the value is not UTF-8 JSON: {error}") from error
        if not isinstance(data, dict):
            raise NotJson(f"the value is a JSON {type(data).__name__}, not an object")
        name = data.get("schema")
        if name != cls.schema_name:
            raise UnknownSchema(
                f"schema {str(name)[:80]!r} is not {cls.schema_name!r}", remedy="Upgrade biorelay, or publish the record in that version."
            )
        try:
            return cls.model_validate_json(value, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "record"
            raise RecordError(f"{cls.schema_name}: {place}: {first['msg']}") from error


class Section(Part):
    """One section of an abstract; unlabelled abstracts have one section without a label."""

    label: str | None = None
    category: str | None = None  # NlmCategory: BACKGROUND, OBJECTIVE, METHODS, RESULTS, CONCLUSIONS, UNASSIGNED
    text: str


class MeshHeading(Part):
    """A MeSH descriptor that an indexer gave the article."""

    id: Curie
    name: str
    major: bool = False


class LinkKind(StrEnum):
    """How one article bears on another (PubMed's CommentsCorrections)."""

    RETRACTS = "retracts"
    RETRACTED_BY = "retracted_by"
    CORRECTS = "corrects"
    CORRECTED_BY = "corrected_by"
    CONCERN_ABOUT = "concern_about"
    CONCERN_IN = "concern_in"


class Link(Part):
    """A link from this article to another one."""

    kind: LinkKind
    target: Curie


class Abstract(Record):
    """A document as published: the value of `biorelay.abstracts`, keyed by `id`."""

    schema_name: ClassVar[str] = "biorelay.abstract/1"
    schema_: Literal["biorelay.abstract/1"] = Field(default="biorelay.abstract/1", alias="schema")
    id: Curie
    title: str
    sections: tuple[Section, ...] = ()
    journal: str | None = None
    published: PartialDate | None = None
    revised: PartialDate | None = None
    language: str | None = None  # ISO 639-2, as PubMed writes it: eng, fre
    publication_types: tuple[str, ...] = ()
    mesh: tuple[MeshHeading, ...] = ()
    retracted: bool = False  # the article's own record says so
    links: tuple[Link, ...] = ()
    source: str | None = None  # where it was read: a file's name, a feed

    @property
    def abstract(self) -> str:
        """The sections as one text; labels are part of it, and so of the offsets."""
        return " ".join(f"{s.label}: {s.text}" if s.label else s.text for s in self.sections)

    @property
    def text(self) -> str:
        """`title + " " + abstract`: the text that every offset counts in."""
        return f"{self.title} {self.abstract}"

    @property
    def year(self) -> int | None:
        return int(self.published[:4]) if self.published else None


class Span(Part):
    """A half-open range of Unicode code points in the document's text."""

    start: Count
    end: Count

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"span ends at {self.end}, before its start {self.start}")
        return self


class Status(StrEnum):
    """`failed`: this revision went to the dead letters, and the document contributes nothing."""

    OK = "ok"
    FAILED = "failed"


class Article(Part):
    """What the graph needs to know of a document besides its relations."""

    title: str = ""
    journal: str | None = None
    year: int | None = None
    retracted: bool = False
    links: tuple[Link, ...] = ()

    @classmethod
    def of(cls, abstract: Abstract) -> Self:
        """PubMed's publication type says it as well as the mark: a client that copies only the types must not revive a retracted paper."""
        retracted = abstract.retracted or RETRACTED_TYPE in abstract.publication_types
        return cls(title=abstract.title, journal=abstract.journal, year=abstract.year, retracted=retracted, links=abstract.links)


class Provenance(Part):
    """Which software, model and vocabulary made a derived record."""

    software: str  # biorelay's version
    model: str  # name@version of the artefact
    generation: Count  # the manifest's integer: a newer model's answer replaces an older one's
    vocabulary: str | None = None  # name@version of the vocabulary artefact


class Mention(Part):
    """An entity named at one place of the text."""

    id: str  # T1, T2, ... in order of (start, end)
    start: Count
    end: Count
    text: str
    type: EntityType
    identifiers: tuple[Curie, ...]  # never empty: an unlinked mention has one local: CURIE
    score: Probability
    link_score: Probability | None = None  # calibrated: how likely the identifiers are right; None where none was linked


class Entities(Record):
    """A document's text, sentences and mentions: the value of `biorelay.entities`."""

    schema_name: ClassVar[str] = "biorelay.entities/1"
    schema_: Literal["biorelay.entities/1"] = Field(default="biorelay.entities/1", alias="schema")
    id: Curie
    status: Status = Status.OK
    article: Article = Article()
    text: str = ""
    sentences: tuple[Span, ...] = ()
    mentions: tuple[Mention, ...] = ()
    provenance: Provenance

    @model_validator(mode="after")
    def _mentions_lie_in_the_text(self) -> Self:
        for mention in self.mentions:
            if self.text[mention.start : mention.end] != mention.text:
                raise ValueError(f"mention {mention.id} does not stand at {mention.start}:{mention.end}")
        return self


class Participant(Part):
    """An entity as the subject or object of a relation, with every place where the document names it."""

    id: Curie
    name: str  # the vocabulary's name, or the longest mention where it is not linked
    type: EntityType
    spans: tuple[Span, ...]


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
    cues: tuple[Cue, ...] = ()  # why the relation is judged negated or speculated


class Relation(Part):
    """A typed relation between two entities, as one document states it."""

    subject: Participant
    object: Participant
    predicate: Predicate
    probability: Probability  # calibrated
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
    relations: tuple[Relation, ...] = ()
    provenance: Provenance


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


RECORDS: tuple[type[Record], ...] = (Abstract, Entities, Relations, Change, Question, Discovery)
"""Every record that travels on a topic."""


def edge_key(subject: str, predicate: Predicate, object_: str) -> str:
    """The key of a relation's edge: `subject|predicate|object`, the two CURIEs sorted where the predicate has no direction."""
    if predicate in UNDIRECTED and object_ < subject:
        subject, object_ = object_, subject
    return f"{subject}|{predicate}|{object_}"
