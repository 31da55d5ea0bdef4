"""`biorelay graph contradicted` and `confidence`: what papers disagree about, and how sure a relation is."""

from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.graph_options import Limit, Name, OfPredicate, OfType, Other, predicate_of, type_of
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.support import Disputed, Reckoning


def contradicted(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only relations of this entity, by CURIE or name.", show_default=False)
    ] = None,
    of_type: OfType = None,
    predicate: OfPredicate = None,
    min_papers: Annotated[int, typer.Option("--min-papers", min=1, help="Only relations that so many papers state positively.")] = 1,
    min_negated: Annotated[int, typer.Option("--min-negated", min=1, help="Only relations that so many papers deny.")] = 1,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List relations that papers both state and deny, each with the best sentence of either side.

    Ranked by the papers of the weaker side, then by all. A paper that does both counts on both sides.

    \b
    Examples:
      biorelay graph contradicted
      biorelay graph contradicted clonidine --type Disease
      biorelay graph contradicted --min-papers 2 --min-negated 2 --json
    """
    from biorelay.cli.console import emit, say, show
    from biorelay.cli.wording import arrow, counts, show_sentence

    async def asked(store: "GraphStore") -> "list[Disputed]":
        curie = None if name is None else (await store.resolve(name)).id
        return await store.contradicted(
            curie, type=type_of(of_type), predicate=predicate_of(predicate), min_papers=min_papers, min_negated=min_negated, limit=limit
        )

    found = ask(settings_of(ctx), asked)
    if as_json:
        for disputed in found:
            emit(disputed.model_dump(mode="json"))
        return
    for disputed in found:
        line = arrow(disputed.subject.name, disputed.edge.predicate, disputed.object.name)
        show(f"{line}  ({counts(disputed.edge)})", style="bold")
        for sentence in (disputed.stated, disputed.denied):
            if sentence:
                show_sentence(sentence, "   ")
    if not found:
        say("no relation within these bounds is both stated and denied")


def confidence(
    ctx: typer.Context,
    name: Name,
    other: Other,
    predicate: OfPredicate = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Spell out so many papers of each relation.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show how sure the relations of two entities are, and the sum that says so, paper by paper.

    docs/confidence.md explains the formula and how well it holds.

    \b
    Examples:
      biorelay graph confidence clonidine hypertension
      biorelay graph confidence mesh:D003000 mesh:D006973 --json
    """
    from biorelay.cli.console import emit, say

    async def asked(store: "GraphStore") -> "list[Reckoning]":
        a, c = (await store.resolve(name)).id, (await store.resolve(other)).id
        return await store.reckon(a, c, predicate_of(predicate), limit=limit)

    found = ask(settings_of(ctx), asked)
    for reckoning in found:
        if as_json:
            emit(reckoning.model_dump(mode="json"))
        else:
            _show(reckoning)
    if not found and not as_json:
        say("the graph says nothing of the two together")


def _show(found: "Reckoning") -> None:
    from biorelay.cli.console import show
    from biorelay.cli.wording import counts

    show(f"{found.edge.predicate.value}  confidence {found.edge.confidence:.3f}  ({counts(found.edge)})", style="bold")
    for paper in found.papers:
        show(f"   {paper.document}{f', {paper.year}' if paper.year else ''}  p {paper.probability:.4g}  share {_nats(paper.share)}")
    if more := found.edge.counts.papers - len(found.papers):
        show(f"   {more} more  share {_nats(found.others)}")
    if found.papers:
        show(f"   sum {_nats(found.weight)}: at least one is right, {found.noisy_or:.3f}")
        show(f"   names and identifiers err too, so a share counts {found.counted:g}: {found.edge.confidence:.3f}")


def _nats(share: int) -> str:
    return f"{share / 1e6:.3f}"
