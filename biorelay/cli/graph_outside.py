"""`biorelay graph outside`, `compare` and `neighbours --outside`: what imported graphs say, beside the literature."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from biorelay.asking import ask
from biorelay.cli.graph_options import tell
from biorelay.cli.options import AsJson, PredicateName
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.answers import Neighbour
    from graphstore.comparing import Comparison
    from graphstore.curated import Curated
    from graphstore.lens import Answers

SourceName = Annotated[str | None, typer.Option("--source", metavar="NAME", help="Only what was imported by this name.")]
LITERATURE = "literature"
"""The source of the graph's own edges, beside the names that others were imported by."""

BiolinkName = Annotated[str | None, typer.Option("--predicate", metavar="BIOLINK", help="Only this predicate, such as biolink:treats.")]


def outside(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A concept: its CURIE or its name, in the literature or an imported graph.")],
    other: Annotated[str | None, typer.Argument(metavar="OTHER", help="Only what joins it with this one.", show_default=False)] = None,
    source: SourceName = None,
    predicate: BiolinkName = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what imported graphs say of a concept, each marked by its source, and how many papers relate the same two.

    The papers are the literature's own, of whatever relation between the two; 0 where it says nothing.

    \b
    Examples:
      biorelay graph outside clonidine
      biorelay graph outside mesh:D003000 --source hetionet --predicate biolink:treats
      biorelay graph outside clonidine hypertension --json
    """
    from biorelay.cli.console import emit, say, table

    async def asked(store: "GraphStore") -> "tuple[list[Curated], dict[tuple[str, str], int]]":
        curie = await meant(store, name)
        if other is None:
            found = await store.curated_of(curie, source=source, predicate=predicate, limit=limit)
        else:
            found = await store.curated_between(curie, await meant(store, other), source=source, predicate=predicate, limit=limit)
        return found, await store.papers_of_pairs([(edge.subject.id, edge.object.id) for edge in found])

    found, papers = ask(settings_of(ctx), asked)
    if as_json:
        for edge in found:
            emit(edge.model_dump(mode="json") | {"papers": papers.get((edge.subject.id, edge.object.id), 0)})
        return
    rows = [
        [
            e.source,
            e.subject.name or e.subject.id,
            ("not " if e.negated else "") + e.predicate.removeprefix("biolink:"),
            e.object.name or e.object.id,
            e.object.id,
            e.primary_source,
            len(e.publications),
            papers.get((e.subject.id, e.object.id), 0),
        ]
        for e in found
    ]
    table(["source", "subject", "relation", "object", "id", "said by", "cites", "papers"], rows)
    if not found:
        say("no imported graph says anything of it")


async def meant(store: "GraphStore", text: str) -> str:
    """The CURIE meant: the literature's entity of that name, else the concept of an imported graph. Raises `GraphUnknownEntity`."""
    from graphstore import GraphUnknownEntity

    try:
        return (await store.resolve(text)).id
    except GraphUnknownEntity as error:
        found = await store.find_concepts(text)
        wanted = text.strip().casefold()
        whole = [concept.id for concept in found if wanted in (concept.id.casefold(), concept.name.casefold())]
        if whole:
            return whole[0]
        nearest = ", ".join(f"{concept.name} ({concept.id})" for concept in found[:3])
        raise GraphUnknownEntity(str(error), remedy=f"Did you mean {nearest}?" if nearest else error.remedy) from error


class Beside(NamedTuple):
    """What the literature and what imported graphs say of one concept."""

    curie: str
    literature: "Answers[Neighbour]"
    outside: "Answers[Curated]"


async def beside(
    store: "GraphStore", name: str, literature: "Callable[[GraphStore, str], Awaitable[Answers[Neighbour]]]", *, limit: int
) -> Beside:
    """Both words on a concept that one of the two knows, at most `limit` edges of each. Raises `GraphUnknownEntity`."""
    from graphstore import GraphUnknownEntity
    from graphstore.lens import Answers, Notes

    curie = await meant(store, name)
    try:
        ours = await literature(store, curie)
    except GraphUnknownEntity:
        ours = Answers(notes=[f"the literature has no entity {curie}"])
    theirs, notes = await store.curated_of(curie, limit=limit + 1), Notes()
    if len(theirs) > limit:
        notes.bound(f"the first {limit} of more edges of imported graphs are shown")
    return Beside(curie, ours, notes.on(theirs[:limit]))


def show_beside(found: Beside, *, as_json: bool) -> None:
    """The literature's edges, then those of imported graphs."""
    from biorelay.cli.console import emit, table
    from biorelay.cli.wording import counts

    if as_json:
        for n in found.literature:
            emit({"source": LITERATURE} | n.model_dump(mode="json") | {"bounded": found.literature.bounded})
        for edge in found.outside:
            emit(edge.model_dump(mode="json") | {"bounded": found.outside.bounded})
    else:
        rows = [[n.edge.predicate.value, n.entity.name, n.entity.type, n.entity.id, counts(n.edge), LITERATURE] for n in found.literature]
        table(["relation", "name", "type", "id", "papers", "source"], rows + [_beside_row(edge, found.curie) for edge in found.outside])
    tell(found.literature)
    tell(found.outside)


def _beside_row(edge: "Curated", curie: str) -> list[str]:
    leads = edge.subject.id == curie
    other = edge.object if leads else edge.subject
    told = ("not " if edge.negated else "") + edge.predicate.removeprefix("biolink:")
    relation = f"{told} ->" if leads else f"<- {told}"
    category = other.category.partition("|")[0].removeprefix("biolink:")
    return [relation, other.name or other.id, category, other.id, f"cites {len(edge.publications)}", edge.source]


def compare(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The name that a graph was imported by.")],
    predicate: BiolinkName = None,
    ours: Annotated[PredicateName | None, typer.Option("--ours", help="Only the literature's relations of this type.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, max=1000, help="At most so many of what only one side says.")] = 10,
    most: Annotated[int, typer.Option("--most", min=1, help="Look at so many edges of each side at most.")] = 10_000_000,
    as_json: AsJson = False,
) -> None:
    """Say what an imported graph states and the literature does not, and the other way round.

    Counted are relations between two entities that both of them know. They agree where both relate the two, in whatever way.

    \b
    Examples:
      biorelay graph compare hetionet
      biorelay graph compare hetionet --predicate biolink:treats --limit 50
    """
    from biorelay.cli.console import emit, say, show, table
    from biorelay.cli.progress import progress

    async def asked(store: "GraphStore") -> "Comparison":
        total = (await store.complete_graph(source)).edges + (await store.stats()).edges
        with progress("comparing", "relations") as advance:
            return await store.compare(
                source,
                predicate=predicate,
                literature_predicate=ours.value if ours else None,
                limit=limit,
                most=most,
                advance=lambda count: advance(count, min(count / max(total, 1), 1.0)),
            )

    found = ask(settings_of(ctx), asked)
    if as_json:
        emit(found.model_dump(mode="json"))
        return
    told = "relations between two that both know are stated there too"
    show(f"{source}: {found.outside_agreed:,} of {found.outside:,} {told}")
    show(f"literature: {found.literature_agreed:,} of {found.literature:,} {told}")
    if found.only_outside:
        show(f"only in {source}, the most cited first:", style="bold")
        rows = [[e.subject.name, e.predicate.removeprefix("biolink:"), e.object.name, len(e.publications)] for e in found.only_outside]
        table(["subject", "relation", "object", "cites"], rows)
    if found.only_literature:
        show("only in the literature, the most papers first:", style="bold")
        table(
            ["subject", "relation", "object", "papers"],
            [[s.subject.name, s.predicate.value, s.object.name, s.papers] for s in found.only_literature],
        )
    if found.bounded:
        say(f"bounded: looked at {found.read:,} of the {found.edges:,} edges of {source} and {found.literature_read:,} of the literature")
