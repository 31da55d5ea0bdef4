"""A gold document, as training and evaluation see it."""

import hashlib
import unicodedata
from dataclasses import dataclass, field

from processors.records import EntityType, Predicate


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A span of code points in `Document.text`; `ids` are the corpus's own identifiers, empty where it gives none."""

    start: int
    end: int
    type: EntityType
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One annotated abstract; mentions are sorted and stand in its text."""

    corpus: str  # corpus/split
    pmid: str  # where the corpus gives none, the document's own name: line-17
    title: str
    text: str  # the title, a space, the abstract
    mentions: tuple[GoldMention, ...]
    relations: dict[tuple[str, str], str] = field(default_factory=dict)  # unordered pair of ids, sorted -> relation type
    novel: dict[tuple[str, str], bool] = field(default_factory=dict)  # of its relations: is it the article's own finding, where annotated

    @property
    def abstract(self) -> str:
        return self.text[len(self.title) + 1 :]

    def fingerprints(self) -> set[str]:
        """What makes another document the same one: its PMID, its normalised text, and its normalised abstract where that is long.

        Normalised: NFKC, case-folded, letters and digits only; so spacing, punctuation and markup do not hide a copy.
        """
        marks = {f"pmid:{self.pmid}"} if self.pmid.isdecimal() else set()
        for name, text, shortest in (("text", self.text, 0), ("abstract", self.abstract, 200)):
            letters = normalise(text)
            if len(letters) > shortest:
                marks.add(f"{name}:{hashlib.sha256(letters.encode()).hexdigest()}")
        return marks


def normalise(text: str) -> str:
    """NFKC, case-folded, letters and digits only."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def relation_key(a: str, b: str) -> tuple[str, str]:
    """The key of an unordered pair of ids."""
    return (a, b) if a <= b else (b, a)


PREDICATES: tuple[str, ...] = tuple(p.value for p in Predicate)
"""BioRED's eight relation types."""

LABELS: tuple[str, ...] = ("None", *PREDICATES)
"""The pair head's labels."""

ENTITY_TYPES: tuple[EntityType, ...] = tuple(EntityType)
"""The six entity types in the order of the artefact's heads."""
