"""A document as published."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from processors.records.base import Count, Curie, Part, PartialDate, Record, Several

RETRACTED_TYPE = "Retracted Publication"
"""PubMed's publication type of an article that was retracted."""


class Section(Part):
    """One section of an abstract; unlabelled abstracts have one section without a label."""

    label: str | None = None
    category: str | None = None  # NlmCategory: BACKGROUND, OBJECTIVE, METHODS, RESULTS, CONCLUSIONS, UNASSIGNED
    text: str


class Heading(Part):
    """Where a section of an abstract begins in the document's text: at its label, or at its first word where it has none."""

    label: str | None
    start: Count


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
    sections: Several[Section] = ()
    journal: str | None = None
    published: PartialDate | None = None
    revised: PartialDate | None = None
    language: str | None = None  # ISO 639-2, as PubMed writes it: eng, fre
    publication_types: Several[str] = ()
    mesh: Several[MeshHeading] = ()
    retracted: bool = False  # the article's own record says so
    links: Several[Link] = ()
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
    def headings(self) -> tuple[Heading, ...]:
        """Where the sections of a structured abstract begin in `text`; none where no section has a label."""
        if not any(section.label for section in self.sections):
            return ()
        found, start = [], len(self.title) + 1
        for section in self.sections:
            found.append(Heading(label=section.label, start=start))
            start += len(f"{section.label}: " if section.label else "") + len(section.text) + 1
        return tuple(found)

    @property
    def year(self) -> int | None:
        return int(self.published[:4]) if self.published else None
