"""What a question sees of the graph: which edges, and as the literature stood when.

"As of" a year: an edge is what the papers of that year and the years before say of it, retracted ones (as is known today) and those
of unknown year left out. Its counts, years, best evidence and weight are recounted from its evidence, and an entity's degree is the
number of its edges that a paper had stated by then, in whatever way. Searches first look for candidates by what the edges say today,
for an edge had no more papers then than now; what they find is recounted before it is ranked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypedDict, TypeVar

from graphstore.confidence import MILLION, confidence, least_weight
from graphstore.errors import GraphBadQuery
from graphstore.steps import Row, Steps, ask, bounded
from processors.records import Predicate

Years = tuple[int | None, int | None]
"""From one year to another, both included; None is open."""

FIRST, LAST = 0, 9999
SEVERAL, HUB = 2, 2000
REMEMBERED = 20_000  # edges and entities
ALL: Years = (None, None)

T = TypeVar("T")


def is_hub(degree: int) -> bool:
    """Whether an entity has so many edges that those of `SEVERAL` papers are looked at first, and all only where they settle nothing."""
    return degree > HUB


class Seeing(TypedDict, total=False):
    """Which edges a question may use, and when; whatever is left out does not restrict."""

    predicate: Predicate | None
    """Only edges of this predicate."""
    min_papers: int
    """Only edges that so many papers state positively; 1 unless given."""
    min_confidence: float
    """Only edges of this confidence (0 to 1) or more."""
    first: Years
    """Only edges whose first paper is of these years. An edge without a known year is in no range."""
    last: Years
    """Only edges whose last paper is of these years."""
    as_of: int | None
    """As the literature stood at the end of this year."""


class Answers(list[T]):
    """Answers, best first. `bounded`: there may be more or better ones past a bound; `notes` say in words what was left out."""

    def __init__(self, answers: Iterable[T] = (), notes: Iterable[str] = (), *, bounded: bool = False) -> None:
        super().__init__(answers)
        self.notes = tuple(notes)
        self.bounded = bounded


class Notes:
    """What a search leaves out, as it goes."""

    def __init__(self) -> None:
        self._said: dict[str, bool] = {}

    def bound(self, note: str) -> None:
        """Something was not looked at."""
        self._said[note] = True

    def say(self, note: str) -> None:
        """Something worth knowing that bounds nothing."""
        self._said.setdefault(note, False)

    def on(self, answers: Iterable[T]) -> Answers[T]:
        return Answers(answers, self._said, bounded=any(self._said.values()))


@dataclass(frozen=True, slots=True)
class Lens:
    """The edges of `Seeing`, checked."""

    predicate: Predicate | None = None
    min_papers: int = 1
    min_confidence: float = 0.0
    first: tuple[int, int] = (FIRST, LAST)
    last: tuple[int, int] = (FIRST, LAST)
    as_of: int | None = None
    _stood: dict[str, Row | None] = field(default_factory=dict, repr=False, compare=False)
    """What was recounted for this question, by the edge's key: one question asks of an edge several times."""
    _degrees: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, seeing: Seeing, *, least: int = 1) -> Self:
        """`least` is the lowest `min_papers` that the question takes: where 0, edges that no paper states positively are seen too.

        Raises `GraphBadQuery` for what is out of bounds, and `TypeError` for what is not in `Seeing`.
        """
        if unknown := seeing.keys() - Seeing.__annotations__.keys():
            raise TypeError(f"no such restriction: {', '.join(sorted(unknown))}")
        papers = seeing.get("min_papers", 1)
        bounded("min_papers", papers, least, MILLION)
        wanted = seeing.get("min_confidence", 0.0)
        if not 0 <= wanted <= 1:
            raise GraphBadQuery(f"min_confidence is {wanted}, outside 0 to 1", remedy="Ask with min_confidence from 0 to 1.")
        year, today = seeing.get("as_of"), datetime.now(UTC).year
        if year is not None and year > today:
            raise GraphBadQuery(f"as_of is {year}, in the future", remedy=f"Ask for a year up to {today}.")
        if year is not None:
            bounded("as_of", year, 1000, today)
        return cls(
            predicate=seeing.get("predicate"),
            min_papers=papers,
            min_confidence=wanted,
            first=_years("first", seeing.get("first", ALL)),
            last=_years("last", seeing.get("last", ALL)),
            as_of=year,
        )

    @property
    def keys(self) -> int:
        """How many keys the edges between two entities can have, at most."""
        return 1 if self.predicate else len(Predicate)

    @property
    def parameters(self) -> dict[str, Any]:
        """The queries' parameters: what an edge of today must have so that it can be what is looked for."""
        first, last = self.first, self.last
        if self.as_of is not None:
            first, last = (max(first[0], 1), min(first[1], self.as_of)), (max(last[0], FIRST), LAST)
        weight = least_weight(self.min_confidence)
        plain = self.predicate is None and weight == 0 and first == last == (FIRST, LAST)
        return {
            "predicate": self.predicate or "",
            "min_papers": self.min_papers,
            "min_weight": weight,
            "first_from": first[0],
            "first_to": first[1],
            "last_from": last[0],
            "last_to": last[1],
            "plain": plain,
        }

    @property
    def several(self) -> dict[str, Any]:
        """As `parameters`, of edges that several papers state: of a hub's edges few, and the best are mostly among them.

        An engine to which a `glance` spares nothing may answer with no rows.
        """
        return self.parameters | {"min_papers": max(self.min_papers, SEVERAL), "glance": True}

    @property
    def known(self) -> dict[str, int]:
        """The years of a first paper that makes two entities known to be related."""
        return {"known_from": FIRST, "known_to": LAST} if self.as_of is None else {"known_from": 1, "known_to": self.as_of}

    def recounted(self, rows: list[Row]) -> Steps[list[Row]]:
        """Rows of edges with `key`, as they stood; those that were not there, or not such, are left out."""
        if self.as_of is None:
            return rows
        if len(self._stood) > REMEMBERED:
            self._stood.clear()
        keys = sorted({row["key"] for row in rows} - self._stood.keys())
        then = {row["key"]: row for row in (yield from ask("recount_until", keys=keys, until=self.as_of))}
        self._stood.update({key: then.get(key) for key in keys})
        found = ((row, self._stood[row["key"]]) for row in rows)
        return [row | stood for row, stood in found if stood is not None and self._sees(stood)]

    def degrees(self, degrees: dict[str, int]) -> Steps[dict[str, int]]:
        """The degrees of entities, given those of today, as they stood."""
        if self.as_of is None:
            return degrees
        if len(self._degrees) > REMEMBERED:
            self._degrees.clear()
        curies = sorted(degrees.keys() - self._degrees.keys())
        found = {row["curie"]: row["degree"] for row in (yield from ask("degrees_until", curies=curies, until=self.as_of))}
        self._degrees.update({curie: found.get(curie, 0) for curie in curies})
        return {curie: self._degrees[curie] for curie in degrees}

    def absent(self, curies: Iterable[str], notes: Notes) -> Steps[None]:
        """Say which of these entities no paper related to anything by then."""
        if self.as_of is None:
            return
        wanted = sorted(set(curies))
        first = {row["curie"]: row["first_year"] for row in (yield from ask("first_years", curies=wanted))}
        for curie in wanted:
            if curie not in first:
                notes.say(f"no paper of a known year relates {curie} to anything")
            elif first[curie] > self.as_of:
                notes.say(f"no paper related {curie} to anything by the end of {self.as_of}; the first one is of {first[curie]}")

    def _sees(self, row: Row) -> bool:
        return bool(
            row["papers"] >= self.min_papers
            and confidence(row["weight"]) >= self.min_confidence
            and self.first[0] <= row["first_year"] <= self.first[1]
            and self.last[0] <= row["last_year"] <= self.last[1]
        )


def _years(name: str, years: Years) -> tuple[int, int]:
    low, high = years
    if low is None and high is None:
        return FIRST, LAST
    found = (1 if low is None else low, LAST if high is None else high)
    if not 1 <= found[0] <= found[1] <= LAST:
        raise GraphBadQuery(f"{name} is no range of years: {low} to {high}", remedy="Ask from an earlier year to a later one.")
    return found
