"""Arguments and options that the graph's questions share, and what becomes of them."""

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.options import EntityKind, PolarityName, PredicateName
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from graphstore.contribution import Polarity
    from graphstore.lens import Answers, Seeing
    from processors.records import EntityType, Predicate


class RankName(StrEnum):
    """`graphstore.measures.Measure` again, without loading numpy for `--help`; a test holds the two together."""

    DAMPED_PAPERS = "damped_papers"
    PATH_COUNT = "path_count"
    LINKING_TERMS = "linking_terms"
    DEGREE_WEIGHTED = "degree_weighted"
    ADAMIC_ADAR = "adamic_adar"
    AVERAGE_MINIMUM_WEIGHT = "average_minimum_weight"
    CONFIDENCE_PRODUCT = "confidence_product"


Name = Annotated[str, typer.Argument(metavar="NAME", help="An entity: its CURIE, such as mesh:D003924, or its name.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Another entity, by CURIE or name.")]
OfType = Annotated[EntityKind | None, typer.Option("--type", help="Only entities of this type.")]
Via = Annotated[EntityKind | None, typer.Option("--via", help="Only ways through entities of this type.")]
OfPredicate = Annotated[PredicateName | None, typer.Option("--predicate", help="Only relations of this type.")]
MinPapers = Annotated[int, typer.Option("--min-papers", min=1, help="Only relations that so many papers state positively.")]
MinConfidence = Annotated[float, typer.Option("--min-confidence", min=0, max=1, help="Only relations of this confidence or more.")]
First = Annotated[
    str | None, typer.Option("--first", metavar="YEARS", help="Only relations first stated in these years: 1990-2005, 1990- or -2005.")
]
Last = Annotated[str | None, typer.Option("--last", metavar="YEARS", help="Only relations last stated in these years.")]
AsOf = Annotated[int | None, typer.Option("--as-of", metavar="YEAR", help="As the literature stood at the end of that year.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="At most so many answers.")]
Rank = Annotated[RankName, typer.Option("--rank", help="The measure to rank by.")]
Damping = Annotated[
    float | None,
    typer.Option(
        "--damping", min=0, max=4, help="How much hubs are damped, by damped_papers (0.5) and degree_weighted (0.4).", show_default=False
    ),
]
Significance = Annotated[
    int | None,
    typer.Option(
        "--significance", metavar="N", min=1, max=100_000, help="Compare with N random graphs of the same degrees.", show_default=False
    ),
]
VerifyIn = Annotated[
    list[Path] | None,
    typer.Option(
        "--verify", metavar="FILE", help="Look whether these abstracts state the answers: see graph verify. May be given several times."
    ),
]
VerifyMost = Annotated[
    int, typer.Option("--most", metavar="N", min=1, max=100_000, help="With --verify: read at most so many documents for each answer.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the random graphs.")]


def seeing(
    *,
    predicate: PredicateName | None = None,
    min_papers: int = 1,
    min_confidence: float = 0.0,
    first: str | None = None,
    last: str | None = None,
    as_of: int | None = None,
) -> "Seeing":
    """The filters as the store takes them. Raises `BadInput` for what is no range of years."""
    return {
        "predicate": predicate_of(predicate),
        "min_papers": min_papers,
        "min_confidence": min_confidence,
        "first": years("--first", first),
        "last": years("--last", last),
        "as_of": as_of,
    }


def years(option: str, text: str | None) -> tuple[int | None, int | None]:
    """`1990-2005`, `1990-`, `-2005` or `1990`."""
    if text is None:
        return None, None
    found = re.fullmatch(r"(\d{4})?(-)?(\d{4})?", text.strip())
    if not found or not text.strip("- ") or (found[1] and found[3] and not found[2]):
        raise BadInput(f"{option}: {text!r} is no range of years", remedy="Write 1990-2005, 1990-, -2005 or 1990.")
    low, high = found[1], found[3] if found[2] else found[1]
    return int(low) if low else None, int(high) if high else None


def tell(answers: "Answers[Any]") -> None:
    """What was left out, for a person."""
    from biorelay.cli.console import say

    for note in answers.notes:
        say(f"note: {note}")


def emit_all(answers: "Answers[Any]", **more: dict[str, Any]) -> None:
    """The answers as JSON, each with whether something was left out; `more` are further fields by the id of an answer's entity."""
    from biorelay.cli.console import emit

    for answer in answers:
        extra = {name: values.get(answer.entity.id) for name, values in more.items()}
        emit(answer.model_dump(mode="json") | extra | {"bounded": answers.bounded})


def type_of(kind: EntityKind | None) -> "EntityType | None":
    """As the store takes it."""
    from processors.records import EntityType

    return None if kind is None else EntityType(kind.value)


def predicate_of(name: PredicateName | None) -> "Predicate | None":
    """As the store takes it."""
    from processors.records import Predicate

    return None if name is None else Predicate(name.value)


def polarity_of(name: PolarityName) -> "Polarity | None":
    """As the store takes it."""
    from graphstore.contribution import Polarity

    return None if name is PolarityName.ANY else Polarity(name.value)
