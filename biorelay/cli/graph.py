"""`biorelay graph`: load a graph without Kafka, and ask it."""

from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.graph_among import among
from biorelay.cli.graph_changes import changes
from biorelay.cli.graph_contradicted import confidence, contradicted
from biorelay.cli.graph_discover import discover, path
from biorelay.cli.graph_export import export
from biorelay.cli.graph_growth import growth
from biorelay.cli.graph_import import import_, sources
from biorelay.cli.graph_load import load
from biorelay.cli.graph_options import (
    AsOf,
    First,
    Last,
    Limit,
    MinConfidence,
    Name,
    OfPredicate,
    OfType,
    Other,
    emit_all,
    polarity_of,
    predicate_of,
    seeing,
    tell,
    type_of,
)
from biorelay.cli.graph_outside import beside, compare, outside, show_beside
from biorelay.cli.graph_papers import article, retracted
from biorelay.cli.graph_rollup import rollup
from biorelay.cli.graph_verify import verify
from biorelay.cli.options import AsJson, PolarityName
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.answers import Neighbour, Sentence
    from graphstore.lens import Answers

app = typer.Typer(no_args_is_help=True, help="Load a graph without Kafka, and ask it.")
app.command()(load)
app.command("import")(import_)
app.command()(export)
app.command()(sources)
app.command()(outside)
app.command()(compare)
app.command()(growth)
app.command()(article)
app.command()(confidence)
app.command()(contradicted)
app.command()(retracted)
app.command()(verify)
app.command()(among)
app.command()(rollup)
app.add_typer(discover, name="discover")
app.command()(path)
app.command()(changes)


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
    min_confidence: MinConfidence = 0.0,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    with_outside: Annotated[
        bool, typer.Option("--outside", help="List what imported graphs say of it too, whatever the filters, each row with its source.")
    ] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List what an entity is related to, the most papers first; what no paper states positively only with --polarity.

    With --outside the edges of imported graphs stand below the literature's: -> leads from the entity, <- to it.

    \b
    Examples:
      biorelay graph neighbours clonidine
      biorelay graph neighbours mesh:D003000 --type Disease --min-papers 2
      biorelay graph neighbours clonidine --polarity negated
      biorelay graph neighbours clonidine --polarity negated --min-papers 1
      biorelay graph neighbours clonidine --as-of 1990 --min-confidence 0.8
      biorelay graph neighbours clonidine --outside --limit 10
    """
    from biorelay.cli.console import table
    from biorelay.cli.wording import counts

    least = min_papers if min_papers is not None else int(polarity is PolarityName.POSITIVE)
    seen = seeing(predicate=predicate, min_papers=least, min_confidence=min_confidence, first=first, last=last, as_of=as_of)

    async def literature(store: "GraphStore", curie: str) -> "Answers[Neighbour]":
        return await store.neighbours(curie, type=type_of(of_type), polarity=polarity_of(polarity), limit=limit, **seen)

    if with_outside:
        show_beside(ask(settings_of(ctx), lambda store: beside(store, name, literature, limit=limit)), as_json=as_json)
        return

    async def asked(store: "GraphStore") -> "Answers[Neighbour]":
        return await literature(store, (await store.resolve(name)).id)

    found = ask(settings_of(ctx), asked)
    if as_json:
        emit_all(found)
    else:
        rows = [[n.edge.predicate.value, n.entity.name, n.entity.type, n.entity.id, counts(n.edge)] for n in found]
        table(["relation", "name", "type", "id", "papers"], rows)
    tell(found)


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
    from biorelay.cli.wording import read_by, show_sentence

    async def asked(store: "GraphStore") -> "list[Sentence]":
        a, c = (await store.resolve(name)).id, (await store.resolve(other)).id
        return await store.evidence(a, c, predicate_of(predicate), polarity=polarity_of(polarity), limit=limit)

    found = ask(settings_of(ctx), asked)
    if as_json:
        for sentence in found:
            emit(sentence.model_dump(mode="json"))
        return
    for sentence in found:
        show(f"{sentence.predicate.value}  {sentence.probability:.2f}  {sentence.title}", style="bold")
        show_sentence(sentence, "   ")
        show(f"   {read_by(sentence)}")
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
