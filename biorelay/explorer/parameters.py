"""What the routes' parameters have in common. Whatever a route does not know is refused, so that a typing error is not a silent filter."""

import unicodedata
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from graphstore.contribution import Polarity
from graphstore.lens import Seeing
from processors.records import EntityType, Predicate

LONGEST = 512
"""Characters of a name or a CURIE."""
MOST = 1000
"""Answers of one question, over all its pages: what the graph gives at once."""
CUT = 200
"""Answers of one page."""


def _clean(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("is empty")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError("holds a control character, or half of one")
    return text


Text = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_clean)]
"""A name, a CURIE or a part of one."""
Year: TypeAlias = Annotated[int, Field(ge=1000, le=9999)]


class Asked(BaseModel):
    """Base of the routes' parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Paged(Asked):
    """Which part of the answers."""

    limit: Annotated[int, Field(ge=1, le=CUT)] = 50
    """answers on one page"""
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,4}$")] = "0"
    """where the page begins, as `next` of the page before says"""

    @property
    def start(self) -> int:
        return int(self.cursor)

    @property
    def wanted(self) -> int:
        """How many answers to ask for: up to the end of the page, and one that tells whether there are more."""
        return min(self.start + self.limit + 1, MOST)


class Window(Asked):
    """Of which time, and how sure, what a question sees must be."""

    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    """only relations of this confidence or more"""
    since: Year | None = None
    """only relations that a paper of this year or later states"""
    until: Year | None = None
    """only relations that a paper of this year or earlier states"""
    as_of: Year | None = None
    """as the literature stood at the end of this year"""

    def window(self, predicate: Predicate | None, min_papers: int) -> Seeing:
        """As the store takes it."""
        return {
            "predicate": predicate,
            "min_papers": min_papers,
            "min_confidence": self.min_confidence,
            "first": (None, self.until),
            "last": (self.since, None),
            "as_of": self.as_of,
        }


class Seen(Window):
    """Which relations a question of ways sees: papers state every step."""

    predicate: Predicate | None = None
    """only relations of this type"""
    min_papers: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """only relations that so many papers state positively"""

    @property
    def seeing(self) -> Seeing:
        return self.window(self.predicate, self.min_papers)


class Beside(Window):
    """Which relations of an entity are seen: several predicates, what is at the other end, in what way papers state them."""

    predicate: Annotated[tuple[Predicate, ...], Field(max_length=len(Predicate))] = ()
    """only relations of these types; may be given several times"""
    type: EntityType | None = None
    """only entities of this type"""
    polarity: Polarity | None = None
    """only relations that a paper states in this way; any where not given"""
    min_papers: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """only relations that so many papers state positively; 1 where not given, with another polarity 0"""

    @property
    def predicates(self) -> tuple[Predicate | None, ...]:
        """Those that are asked for, each once; (None,) for all."""
        wanted = tuple(dict.fromkeys(self.predicate))
        return wanted if 0 < len(wanted) < len(Predicate) else (None,)

    @property
    def least(self) -> int:
        """`min_papers`, or what is meant where it is not given."""
        return self.min_papers if self.min_papers is not None else int(self.polarity in (None, Polarity.POSITIVE))
