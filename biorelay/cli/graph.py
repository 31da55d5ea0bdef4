"""`biorelay graph`: load a graph without Kafka, and ask it."""

from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.graph_load import load
from biorelay.cli.graph_papers import article, retracted
from biorelay.cli.options import AsJson, EntityKind, PolarityName, PredicateName
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.answers import Finding, Neighbour, Path, Sentence
    from graphstore.contribution import Polarity
    from processors.records import EntityType, Predicate

app = typer.Typer(no_args_is_help=True, help="Load a graph without Kafka, and ask it.")
discover = typer.Typer(no_args_is_help=True, help="What joins two entities, and what an entity may be joined to.")
app.command()(load)
app.command()(article)
app.command()(retracted)
app.add_typer(discover, name="discover")

Name = Annotated[str, typer.Argument(metavar="NAME", help="An entity: its CURIE, such as mesh:D003924, or its name.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Another entity, by CURIE or name.")]
OfType = Annotated[EntityKind | None, typer.Option("--type", help="Only entities of this type.")]
Via = Annotated[EntityKind | None, typer.Option("--via", help="Only ways through entities of this type.")]
OfPredicate = Annotated[PredicateName | None, typer.Option("--predicate", help="Only relations of this type.")]
MinPapers = Annotated[int, typer.Option("--min-papers", min=1, help="Only relations that so many papers state positively.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="At most so many answers.")]


@app.command()
def find(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="A CURIE, or a part of a name.")],
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Find entities by name.

    \b
    Examples:
      biorelay graph find clonidine
      biorelay graph find mesh:D003000 --json
    """
    from biorelay.cli.console import emit, say, table

    found = ask(settings_of(ctx), lambda store: store.find(text, limit=limit))
    if as_json:
        for entity in found:
            emit(entity.model_dump(mode="json"))
    else:
        table(["id", "name", "type", "relations"], [[entity.id, entity.name, entity.type, entity.degree] for entity in found])
        if not found:
            say(f"no entity's name contains {text!r}")


@app.command()
def neighbours(
    ctx: typer.Context,
    name: Name,
    of_type: OfType = None,
    predicate: OfPredicate = None,
    polarity: Annotated[PolarityName, typer.Option("--polarity", help="Only relations that a paper states in this way.")] = (
        PolarityName.POSITIVE
    ),
    min_papers: Annotated[
        int | None,
        typer.Option("--min-papers", min=0, help="Only relations that so many papers state positively. Default 1, with --polarity 0."),
    ] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List what an entity is related to, the most papers first; what no paper states positively only with --polarity.

    \b
    Examples:
      biorelay graph neighbours clonidine
      biorelay graph neighbours mesh:D003000 --type Disease --min-papers 2
      biorelay graph neighbours clonidine --polarity negated
      biorelay graph neighbours clonidine --polarity negated --min-papers 1
    """
    from biorelay.cli.console import emit, table
    from biorelay.cli.wording import counts

    async def asked(store: "GraphStore") -> "list[Neighbour]":
        curie = (await store.resolve(name)).id
        least = min_papers if min_papers is not None else int(polarity is PolarityName.POSITIVE)
        return await store.neighbours(
            curie, type=_type(of_type), predicate=_predicate(predicate), polarity=_polarity(polarity), min_papers=least, limit=limit
        )

    found = ask(settings_of(ctx), asked)
    if as_json:
        for neighbour in found:
            emit(neighbour.model_dump(mode="json"))
    else:
        rows = [[n.edge.predicate.value, n.entity.name, n.entity.type, n.entity.id, counts(n.edge)] for n in found]
        table(["relation", "name", "type", "id", "papers"], rows)


@discover.command("open")
def discover_open(
    ctx: typer.Context,
    name: Name,
    of_type: OfType = None,
    via: Via = None,
    min_papers: MinPapers = 1,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Find what an entity is not related to yet, but reached through its neighbours: A - B - ?

    Answers are ranked by how many ways lead there, hubs damped; each shows its best ways with their sentences.

    \b
    Examples:
      biorelay graph discover open clonidine --type Disease
      biorelay graph discover open mesh:D003000 --via Gene --limit 3 --json
    """
    from biorelay.cli.console import emit, say, show
    from biorelay.cli.wording import entity, show_path

    async def asked(store: "GraphStore") -> "list[Finding]":
        curie = (await store.resolve(name)).id
        return await store.discover_open(curie, type=_type(of_type), via=_type(via), min_papers=min_papers, limit=limit)

    found = ask(settings_of(ctx), asked)
    if as_json:
        for finding in found:
            emit(finding.model_dump(mode="json"))
        return
    for rank, finding in enumerate(found, start=1):
        ways = f"{finding.links} way{'' if finding.links == 1 else 's'}"
        show(f"{rank}. {entity(finding.entity)}  score {finding.score:.3f}, {ways}", style="bold")
        for path in finding.paths:
            show_path(path)
    if not found:
        say("nothing within two steps that is not related already")


@discover.command("closed")
def discover_closed(
    ctx: typer.Context,
    name: Name,
    other: Other,
    of_type: OfType = None,
    min_papers: MinPapers = 1,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Find what joins two entities: A - ? - C.

    \b
    Examples:
      biorelay graph discover closed clonidine hypertension
      biorelay graph discover closed mesh:D003000 mesh:D006973 --type Gene
    """

    async def asked(store: "GraphStore") -> "list[Path]":
        a, c = (await store.resolve(name)).id, (await store.resolve(other)).id
        return await store.discover_closed(a, c, type=_type(of_type), min_papers=min_papers, limit=limit)

    _show_paths(ask(settings_of(ctx), asked), as_json=as_json)


@app.command()
def path(
    ctx: typer.Context,
    name: Name,
    other: Other,
    max_hops: Annotated[int, typer.Option("--max-hops", min=1, max=4, help="At most so many steps.")] = 3,
    min_papers: MinPapers = 1,
    limit: Limit = 5,
    as_json: AsJson = False,
) -> None:
    """Find ways from one entity to another, best first, each step with its sentence.

    \b
    Examples:
      biorelay graph path clonidine hypertension
      biorelay graph path mesh:D003000 mesh:D006973 --max-hops 4
    """

    async def asked(store: "GraphStore") -> "list[Path]":
        a, c = (await store.resolve(name)).id, (await store.resolve(other)).id
        return await store.paths(a, c, max_hops=max_hops, min_papers=min_papers, limit=limit)

    _show_paths(ask(settings_of(ctx), asked), as_json=as_json)


@app.command()
def evidence(
    ctx: typer.Context,
    name: Name,
    other: Other,
    predicate: OfPredicate = None,
    polarity: Annotated[PolarityName, typer.Option("--polarity", help="Only sentences of this kind.")] = PolarityName.ANY,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Show the sentences behind what the graph says of two entities; those of retracted papers last, and by what they are retracted.

    \b
    Examples:
      biorelay graph evidence clonidine hypertension
      biorelay graph evidence clonidine hypertension --polarity negated
      biorelay graph evidence mesh:D003000 mesh:D006973 --json
    """
    from biorelay.cli.console import emit, say, show
    from biorelay.cli.wording import show_sentence

    async def asked(store: "GraphStore") -> "list[Sentence]":
        a, c = (await store.resolve(name)).id, (await store.resolve(other)).id
        return await store.evidence(a, c, _predicate(predicate), polarity=_polarity(polarity), limit=limit)

    found = ask(settings_of(ctx), asked)
    if as_json:
        for sentence in found:
            emit(sentence.model_dump(mode="json"))
        return
    for sentence in found:
        show(f"{sentence.predicate.value}  {sentence.probability:.2f}  {sentence.title}", style="bold")
        show_sentence(sentence, "   ")
    if not found:
        say("the graph says nothing of the two together")


@app.command()
def stats(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Count what the graph holds.

    \b
    Examples:
      biorelay graph stats
    """
    from biorelay.cli.console import emit, table

    found = ask(settings_of(ctx), lambda store: store.stats())
    if as_json:
        emit(found.model_dump(mode="json"))
    else:
        table(["what", "how many"], [[key, value] for key, value in found.model_dump().items()])


def _show_paths(paths: "list[Path]", *, as_json: bool) -> None:
    from biorelay.cli.console import emit, say, show
    from biorelay.cli.wording import show_path

    if as_json:
        for found in paths:
            emit(found.model_dump(mode="json"))
        return
    for rank, found in enumerate(paths, start=1):
        names = " - ".join([found.steps[0].source.name, *(step.target.name for step in found.steps)])
        show(f"{rank}. {names}  score {found.score:.3f}", style="bold")
        show_path(found)
    if not paths:
        say("nothing joins the two within these bounds")


def _type(kind: EntityKind | None) -> "EntityType | None":
    from processors.records import EntityType

    return None if kind is None else EntityType(kind.value)


def _predicate(name: PredicateName | None) -> "Predicate | None":
    from processors.records import Predicate

    return None if name is None else Predicate(name.value)


def _polarity(name: PolarityName) -> "Polarity | None":
    from graphstore.contribution import Polarity

    return None if name is PolarityName.ANY else Polarity(name.value)
