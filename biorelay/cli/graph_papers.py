"""`biorelay graph article` and `retracted`: how articles stand."""

from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from graphstore.answers import Paper


def article(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ARTICLE", help="A PMID, or any document's CURIE.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, max=1000, help="At most so many of its statements.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show how an article stands: what retracts, corrects or doubts it, and what it states.

    \b
    Examples:
      biorelay graph article 16867246
      biorelay graph article pubmed:16867246 --json
    """
    from biorelay.cli.console import emit, show
    from biorelay.cli.wording import arrow, by_what, link, reference, show_sentence
    from biorelay.refusals import BadInput
    from processors.sources.identifiers import document_id

    id_ = document_id(name)
    if id_ is None:
        raise BadInput("an empty text names no article")
    found = ask(settings_of(ctx), lambda store: store.paper(id_, limit=limit))
    if as_json:
        emit(found.model_dump(mode="json"))
        return
    show(f"{found.id}  {found.title}".rstrip(), style="bold")
    show(f"   {reference(found)}")
    if found.retracted:
        show(f"   RETRACTED {by_what(found.id, found.retracted_by)}", style="bold red")
    for bond in found.links:
        show(f"   {link(found.id, bond)}")
    for claim in found.claims:
        show(f"   {arrow(claim.subject_name, claim.sentence.predicate, claim.object_name)}  {claim.sentence.probability:.2f}")
        show_sentence(claim.sentence, "      ")
    if found.evidence > len(found.claims):
        show(f"   ... {found.evidence - len(found.claims)} more")


def retracted(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the retracted articles that the graph holds, the newest first, and what retracts each.

    \b
    Examples:
      biorelay graph retracted
      biorelay graph retracted --limit 1000 --json
    """
    from biorelay.cli.console import emit, say, table
    from biorelay.cli.wording import by_what

    found: list[Paper] = ask(settings_of(ctx), lambda store: store.retracted(limit=limit))
    if as_json:
        for paper in found:
            emit(paper.model_dump(mode="json", exclude={"links", "evidence", "claims"}))
    else:
        rows = [[paper.id, paper.year or "", paper.title, by_what(paper.id, paper.retracted_by)] for paper in found]
        table(["article", "year", "title", "retracted"], rows)
        if not found:
            say("the graph holds no retracted article")
