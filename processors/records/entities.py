"""What was found in a document: its sentences, and the entities that it names."""

from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from processors.records.abstract import RETRACTED_TYPE, Abstract, Heading, Link
from processors.records.base import Count, Curie, Part, Probability, Record, Several
from processors.records.kinds import EntityType


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
    links: Several[Link] = ()

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
    identifiers: Several[Curie]  # never empty: an unlinked mention has one local: CURIE
    score: Probability
    link_score: Probability | None = None  # calibrated: how likely the identifiers are right; None where none was linked


TITLE = "title"
"""What evidence in a document's title says of its section."""


class Entities(Record):
    """A document's text, sentences and mentions: the value of `biorelay.entities`."""

    schema_name: ClassVar[str] = "biorelay.entities/1"
    schema_: Literal["biorelay.entities/1"] = Field(default="biorelay.entities/1", alias="schema")
    id: Curie
    status: Status = Status.OK
    article: Article = Article()
    text: str = ""
    sentences: Several[Span] = ()
    headings: Several[Heading] = ()  # of a structured abstract, in the text's order
    mentions: Several[Mention] = ()
    provenance: Provenance

    def section_at(self, place: int) -> str | None:
        """`title`, or the label of the section that holds a place of the text; None where the abstract has no label there."""
        if place < len(self.article.title):
            return TITLE
        before = [heading for heading in self.headings if heading.start <= place]
        return before[-1].label if before else None

    @model_validator(mode="after")
    def _mentions_lie_in_the_text(self) -> Self:
        for mention in self.mentions:
            if mention.end > len(self.text) or self.text[mention.start : mention.end] != mention.text:
                raise ValueError(f"mention {mention.id} does not stand at {mention.start}:{mention.end}")
        return self
