"""Standing questions, and the messages that tell what newly answers them or no longer does."""

import hashlib
import json
import re
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from processors.records.base import Count, Curie, Part, Probability, Record, Several
from processors.records.kinds import EntityType, Predicate

MOST_STEPS = 3
"""Of a way between two named entities; from one to anything it is one step less."""
_ID = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,198}[^\s\x00-\x1f\x7f])?")


class QuestionStep(Part):
    """What one step of a way must be: an edge of that predicate (any, where None) which so many papers state that way.

    `type` is what it leads to (any entity, where None). `min_confidence` sums the papers that state it positively.
    """

    type: EntityType | None = None
    predicate: Predicate | None = None
    polarity: Literal["positive", "negated", "speculated"] = "positive"
    min_papers: Annotated[int, Field(ge=1)] = 1
    min_confidence: Probability = 0.0


class Question(Record):
    """A standing question: the value of `biorelay.questions`.

    An answer is a way of entities, each one step from the next, from `start` to `end`, or to whatever fits where `end` is None.
    `steps` says what each step must be. Without it the ways are those with `min_papers` on every step and any entity between: of one
    to `max_hops` steps to `end`; of exactly `max_hops` where `end` is None. A way of two steps to no named end leads only to what no
    paper relates to `start` directly.
    """

    schema_name: ClassVar[str] = "biorelay.question/1"
    schema_: Literal["biorelay.question/1"] = Field(default="biorelay.question/1", alias="schema")
    id: str
    start: Curie
    end: Curie | None = None
    max_hops: Annotated[int, Field(ge=1, le=4)] = 2
    min_papers: Annotated[int, Field(ge=1)] = 1
    steps: Several[QuestionStep] = ()
    label: str = ""  # for people
    created_by: str = ""
    changes: bool = False  # tell also where an answer stays and its kinds of relations change

    @classmethod
    def of(
        cls,
        start: str,
        end: str | None,
        steps: tuple[QuestionStep, ...],
        *,
        id: str | None = None,  # noqa: A002
        label: str = "",
        created_by: str = "",
        changes: bool = False,
    ) -> Self:
        """A question of these steps; without an id it gets one that follows from what it asks. Raises pydantic's `ValidationError`."""
        asked = {"start": start, "end": end, "steps": [step.model_dump(mode="json") for step in steps]}
        own = id or hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]
        told = {"label": label, "created_by": created_by, "changes": changes}
        return cls.model_validate({"id": own, "start": start, "end": end, "steps": steps, "max_hops": min(len(steps) or 1, 4), **told})

    @property
    def ways(self) -> tuple[tuple[QuestionStep, ...], ...]:
        """The steps of every way that answers it."""
        if self.steps:
            return (self.steps,)
        step = QuestionStep(min_papers=self.min_papers)
        lengths = range(1, self.max_hops + 1) if self.end else (self.max_hops,)
        return tuple((step,) * length for length in lengths)

    @model_validator(mode="after")
    def _can_be_watched(self) -> Self:
        if not _ID.fullmatch(self.id):
            raise ValueError("the id is empty, longer than 200 characters, or holds a control character or blanks at its ends")
        if self.start == self.end:
            raise ValueError(f"both ends are {self.start}: name two different entities")
        most, length = MOST_STEPS if self.end else MOST_STEPS - 1, len(self.steps) or self.max_hops
        if length > most:
            raise ValueError(f"a way of {length} steps {'between two entities' if self.end else 'to no named end'}: at most {most}")
        if self.end and self.steps and self.steps[-1].type:
            raise ValueError("the last step leads to a named end, which has its own type")
        if any(step.min_confidence and step.polarity != "positive" for step in self.steps):
            raise ValueError("a least confidence is one of positive papers: ask for it, or for another polarity, not for both")
        return self


class DiscoveryKind(StrEnum):
    """`changed`: the answer stays, but a step gained or lost a kind of relation (told where the question asks for it)."""

    COMPLETED = "completed"
    BROKEN = "broken"
    CHANGED = "changed"


class DiscoveryEntity(Part):
    """An entity on the way; name and type are empty where the graph no longer holds it."""

    id: Curie
    name: str = ""
    type: str = ""


class DiscoveryStep(Part):
    """One edge of a path, the strongest where several fit, with its best sentence.

    Where `holds` is false the step answers no longer: the counts are what is left, the sentence is empty, and `document` is the one
    that broke it.
    """

    subject: Curie
    predicate: Predicate
    object: Curie
    papers: Count
    evidence: str  # the best sentence
    document: Curie
    negated: Count = 0
    speculated: Count = 0
    confidence: Probability = 0.0
    holds: bool = True


class Discovery(Record):
    """A path that newly answers a standing question, or no longer does: the value of `biorelay.discoveries`.

    `entities` are the way from the question's start on, one more than `path` has steps. `score`: the fewest papers of any step, times
    1/sqrt(degree) of every entity passed on the way; of a broken path it is 0.
    """

    schema_name: ClassVar[str] = "biorelay.discovery/1"
    schema_: Literal["biorelay.discovery/1"] = Field(default="biorelay.discovery/1", alias="schema")
    id: str  # deterministic: a consumer can tell a repeat
    question: str
    path: Several[DiscoveryStep]
    score: float
    document: Curie  # whose message completed or broke it
    kind: DiscoveryKind = DiscoveryKind.COMPLETED
    entities: Several[DiscoveryEntity] = ()
    known: bool = False  # broken because a paper relates the ends directly now
    change: str = ""  # id of the edge's change, as on biorelay.graph-changes
    revision: str = ""  # epoch:offset of the document
