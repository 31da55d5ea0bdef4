"""`biorelay graph changes`: what the papers of some years changed."""

from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.graph_options import Limit, OfPredicate, predicate_of, tell
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.changes import Development
    from graphstore.lens import Answers


def changes(
    ctx: typer.Context,
    since: Annotated[int, typer.Option("--from", metavar="YEAR", help="The end of this year.", show_default=False)],
    until: Annotated[int, typer.Option("--to", metavar="YEAR", help="Against the end of this one.", show_default=False)],
    name: Annotated[str | None, typer.Option("--entity", metavar="NAME", help="Only relations of this entity, by CURIE or name.")] = None,
    predicate: OfPredicate = None,
    min_papers: Annotated[
        int, typer.Option("--min-papers", min=0, help="Only relations that so many papers stated positively at either time.")
    ] = 1,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Show what the papers between two years changed: relations that appeared, grew stronger or weaker, or vanished.

    A relation grows weaker by papers that negate it, and by papers that a notice of these years retracts.

    \b
    Examples:
      biorelay graph changes --from 1990 --to 2000
      biorelay graph changes --from 1990 --to 2000 --entity clonidine --json
    """
    from biorelay.cli.console import emit, say, table
    from biorelay.cli.wording import counts

    async def asked(store: "GraphStore") -> "Answers[Development]":
        curie = (await store.resolve(name)).id if name else None
        return await store.changes(since, until, curie=curie, limit=limit, predicate=predicate_of(predicate), min_papers=min_papers)

    found = ask(settings_of(ctx), asked)
    if as_json:
        for one in found:
            emit(one.model_dump(mode="json") | {"bounded": found.bounded})
    else:
        rows = [
            [
                one.kind.value,
                one.subject.name,
                one.edge.predicate.value,
                one.object.name,
                _papers(one.before.papers),
                _now(one, counts(one.edge)),
            ]
            for one in found
        ]
        table(["change", "name", "relation", "name", f"by {since}", f"by {until}"], rows)
        if not found:
            say(f"no paper after {since} and up to {until} changed anything here")
    tell(found)


def _papers(count: int) -> str:
    return f"{count} paper{'' if count == 1 else 's'}"


def _now(one: "Development", counts: str) -> str:
    stood = one.edge.counts
    told = counts if stood.papers or stood.negated or stood.speculated else "0 papers"
    return f"{told}, {one.retracted} retracted" if one.retracted else told
