"""`biorelay graph rollup`, and closed discovery over closures: what is known of a concept and all below it."""

from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.graph_options import MinConfidence, MinPapers, OfPredicate, OfType, predicate_of, tell, type_of
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.lens import Answers
    from graphstore.rollup import Rolled, RolledPath

Below = Annotated[int, typer.Option("--below", min=1, max=5000, help="Follow at most so many descendants, the nearest first.")]
SHOWN = 3
"""Edges shown for one neighbour."""


def rollup(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A concept: its CURIE, such as mesh:D001943, or its name.")],
    of_type: OfType = None,
    predicate: OfPredicate = None,
    min_papers: MinPapers = 1,
    min_confidence: MinConfidence = 0.0,
    below: Below = 1000,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="At most so many neighbours.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what is known of a concept and of all that the imported ontologies have below it, by neighbour.

    What a paper says of a descendant is marked inferred, with the descendant that carries it, and counts as no evidence of the concept.

    \b
    Examples:
      biorelay graph rollup mesh:D006331 --type Chemical
      biorelay graph rollup neoplasms --min-papers 2 --json
    """
    from biorelay.cli.console import emit, say

    async def asked(store: "GraphStore") -> "Answers[Rolled]":
        return await store.rollup(
            await concept(store, name),
            type=type_of(of_type),
            predicate=predicate_of(predicate),
            min_papers=min_papers,
            min_confidence=min_confidence,
            limit=limit,
            below=below,
        )

    found = ask(settings_of(ctx), asked)
    for rolled in found:
        if as_json:
            emit(rolled.model_dump(mode="json"))
        else:
            _show(rolled)
    tell(found)
    if not found:
        say("nothing is known of it, nor of anything below it, within these bounds")


async def concept(store: "GraphStore", name: str) -> str:
    """The CURIE of a concept, by the literature's names or those of the imported ontologies. Raises `GraphUnknownEntity`."""
    from graphstore import GraphUnknownEntity

    try:
        return (await store.resolve(name)).id
    except GraphUnknownEntity:
        wanted = name.strip()
        for found in await store.find_concepts(wanted):
            if found.id == wanted or found.name.casefold() == wanted.casefold():
                return found.id
        raise


def show_rolled_paths(found: "Answers[RolledPath]", *, as_json: bool) -> None:
    """Ways between two closures, each end that is a descendant marked."""
    from biorelay.cli.console import emit, say, show
    from biorelay.cli.wording import show_path

    for rank, rolled in enumerate(found, start=1):
        if as_json:
            emit(rolled.model_dump(mode="json"))
            continue
        steps = rolled.path.steps
        names = " - ".join([steps[0].source.name, *(step.target.name for step in steps)])
        ends = ((rolled.start_inferred, steps[0].source, rolled.start), (rolled.end_inferred, steps[-1].target, rolled.end))
        marks = ", ".join(f"{entity.name} for {asked}" for inferred, entity, asked in ends if inferred)
        show(f"{rank}. {names}  score {rolled.path.score:.3f}{f'  inferred: {marks}' if marks else ''}", style="bold")
        show_path(rolled.path)
    tell(found)
    if not found:
        say("nothing joins the two, nor what is below them, within these bounds")


def _show(rolled: "Rolled") -> None:
    from biorelay.cli.console import show
    from biorelay.cli.wording import arrow, counts, entity, show_sentence

    show(f"{entity(rolled.neighbour)}  papers: {rolled.papers} of its own, {rolled.inferred} inferred", style="bold")
    for one in rolled.edges[:SHOWN]:
        mark = "inferred  " if one.inferred else ""
        show(f"   {mark}{arrow(one.carrier.name, one.edge.predicate, rolled.neighbour.name)}  ({counts(one.edge)})")
        if one.sentence:
            show_sentence(one.sentence, "      ")
    if len(rolled.edges) > SHOWN:
        show(f"   ... {len(rolled.edges) - SHOWN} more")
