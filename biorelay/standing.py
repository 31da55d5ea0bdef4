"""Standing questions out of what a user says: entities by CURIE or name, types between, and what each step must be."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from biorelay.asking import graph_of
from biorelay.naming import said_curie
from biorelay.refusals import BadInput
from processors.records import EntityType, Predicate, Question, QuestionStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from biorelay.settings import Settings

ANY = "any"
_POLARITIES = ("positive", "negated", "speculated")


class Ends(NamedTuple):
    """The named entities of a question; `unknown` are those that the graph does not have, `unasked` says why it could not be asked."""

    start: str
    end: str | None
    unknown: tuple[str, ...]
    unasked: str | None


async def ends_of(settings: "Settings", start: str, end: str | None) -> Ends:
    """The CURIEs that are meant. One that the graph has not met stands as it is: it may come later.

    Raises `GraphUnknownEntity` for a name that the graph does not know, what `graph_of` raises where a name needs the graph, and
    `BadInput` for what is neither name nor CURIE.
    """
    from graphstore.errors import GraphError, GraphUnknownEntity

    given = [text.strip() for text in (start, *([end] if end is not None else []))]
    curies = [said_curie(text) for text in given]
    found, unknown = [], []
    unasked: str | None = None
    try:
        async with graph_of(settings) as store:
            for text, curie in zip(given, curies, strict=True):
                try:
                    found.append((await store.resolve(text)).id)
                except GraphUnknownEntity:
                    if not curie:
                        raise
                    found.append(text)
                    unknown.append(text)
    except GraphUnknownEntity:
        raise
    except GraphError as error:
        if not all(curies):
            raise
        found, unasked = given, str(error)
    return Ends(found[0], found[1] if len(found) > 1 else None, tuple(unknown), unasked)


def entity_type(text: str) -> EntityType | None:
    """`Gene`, in any case; None for `any`. Raises `BadInput`."""
    wanted = text.strip().casefold()
    if wanted == ANY:
        return None
    for kind in EntityType:
        if kind.value.casefold() == wanted:
            return kind
    raise BadInput(f"{text!r} is no type of entity", remedy=f"Say {', '.join(EntityType)}, or any.")


def steps_of(via: str | None, of_type: str | None, step: QuestionStep, *, closed: bool) -> tuple[QuestionStep, ...]:
    """As many steps as `via` (types between, separated by commas) asks for, each as `step` says; the last leads to `of_type`."""
    between = [entity_type(text) for text in via.split(",")] if via else []
    last = entity_type(of_type) if of_type else None
    if last and closed:
        raise BadInput(
            "a type is asked of what has no name: the question names both ends", remedy="Leave out --type, or the second entity."
        )
    return tuple(step.model_copy(update={"type": kind}) for kind in (*between, last))


def step_of(text: str) -> QuestionStep:
    """One step as `--step` has it: `type=Gene,predicate=Bind,polarity=negated,min-papers=2,min-confidence=0.8`, any of them.

    Raises `BadInput`.
    """
    fields: dict[str, object] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals and name.casefold() in {ANY, *(kind.value.casefold() for kind in EntityType)}:
            name, value = "type", name
        try:
            fields[name.replace("-", "_")] = _FIELDS[name](value)
        except KeyError:
            raise BadInput(f"a step has no {name!r}", remedy=f"Say {', '.join(_FIELDS)}: type=Gene,min-papers=2.") from None
        except ValueError:
            raise BadInput(f"{name} of a step cannot be {value!r}", remedy="For example: type=Gene,predicate=Bind,min-papers=2.") from None
    return checked_step(fields)


def checked_step(fields: "dict[str, object]") -> QuestionStep:
    """A step of these fields. Raises `BadInput` where one is out of bounds."""
    try:
        return QuestionStep.model_validate(fields)
    except ValidationError as error:
        raise _refused(error) from error


def question_of(ends: Ends, steps: "Sequence[QuestionStep]", **about: object) -> Question:
    """The question. Raises `BadInput` where it cannot be watched: too many steps, twice the same entity."""
    try:
        return Question.of(ends.start, ends.end, tuple(steps), **about)  # type: ignore[arg-type]  # checked by the record
    except ValidationError as error:
        raise _refused(error) from error


def asked(question: Question) -> str:
    """A question on one line: `mesh:D011928 - Gene - mesh:D005395 (2 papers)`."""
    ways = question.ways
    said = []
    for way in ways:
        line = question.start
        for place, step in enumerate(way):
            reached = question.end if place == len(way) - 1 and question.end else f"any {step.type}" if step.type else "anything"
            line += f" -{_filter(step)}- {reached}"
        said.append(line)
    return "; or ".join(said)


def _filter(step: QuestionStep) -> str:
    told = []
    if step.predicate:
        told.append(step.predicate.value)
    if step.polarity != "positive":
        told.append(step.polarity)
    if step.min_papers > 1:
        told.append(f"{step.min_papers} papers")
    if step.min_confidence:
        told.append(f"confidence {step.min_confidence:g}")
    return f"[{', '.join(told)}]" if told else ""


def _predicate(text: str) -> Predicate:
    return next((kind for kind in Predicate if kind.value.casefold() == text.casefold()), None) or Predicate(text)


def _polarity(text: str) -> str:
    if text not in _POLARITIES:
        raise ValueError(text)
    return text


_FIELDS: dict[str, Callable[[str], object]] = {
    "type": entity_type,
    "predicate": _predicate,
    "polarity": _polarity,
    "min-papers": int,
    "min-confidence": float,
}


def _refused(error: ValidationError) -> BadInput:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return BadInput(f"{place}: {said}" if place else said, remedy="See `biorelay watch add --help`.")
