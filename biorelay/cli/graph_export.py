"""`biorelay graph export`: the graph, or an imported one, for other tools."""

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.options import AsJson, EntityKind, PredicateName
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.exports.writing import Written


class GraphFormat(StrEnum):
    """`graphstore.exports.EXPORTS` and the documents' formats, without loading them for `--help`; a test holds the two together."""

    KGX = "kgx"
    KGX_TSV = "kgx-tsv"
    GRAPHML = "graphml"
    CSV = "csv"
    PUBTATOR = "pubtator"
    BIOC = "bioc"
    BIOC_JSON = "bioc-json"


def export(
    ctx: typer.Context,
    form: Annotated[GraphFormat, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(form.value for form in GraphFormat)}.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="Where to: OUT_nodes and OUT_edges with the format's suffix, or one file OUT. Gzip where OUT ends in .gz.",
        ),
    ],
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="An imported graph instead of the literature's.")] = None,
    of_type: Annotated[EntityKind | None, typer.Option("--type", help="Only relations of an entity of this type.")] = None,
    predicate: Annotated[PredicateName | None, typer.Option("--predicate", help="Only relations of this type.")] = None,
    min_papers: Annotated[
        int,
        typer.Option("--min-papers", min=0, help="Only relations that so many papers state positively; 0: also those only negated."),
    ] = 0,
    min_confidence: Annotated[
        float, typer.Option("--min-confidence", min=0.0, max=1.0, help="Only relations of at least this confidence.")
    ] = 0.0,
    linked: Annotated[bool, typer.Option("--linked", help="Only relations of entities that a database knows.")] = False,
    sentences: Annotated[
        int, typer.Option("--sentences", min=0, max=1000, help="At most so many sentences with each relation, the most probable first.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Write the graph for other tools.

    kgx is JSON lines, kgx-tsv tables, both with Biolink's categories and predicates; what papers negate is an edge of its own with
    negated: true, and retracted papers are left out. pubtator and bioc write the documents instead, with the sentences that state
    a relation at their true offsets, blanks between them.

    \b
    Examples:
      biorelay graph export kgx -o literature
      biorelay graph export kgx-tsv -o literature.gz --linked --min-papers 2
      biorelay graph export graphml -o genes.graphml --type Gene --min-confidence 0.9
      biorelay graph export csv -o curated --source hetionet
    """
    from biorelay.cli.console import emit, say
    from biorelay.cli.progress import progress
    from graphstore.exporting import Chosen
    from processors.records import EntityType, Predicate

    chosen = Chosen(
        type=EntityType(of_type.value) if of_type else None,
        predicate=Predicate(predicate.value) if predicate else None,
        min_papers=min_papers,
        min_confidence=min_confidence,
        linked=linked,
        sentences=sentences,
    )
    if source and chosen != Chosen(sentences=sentences):
        raise BadInput(
            "an imported graph is exported whole", remedy="Leave out --type, --predicate, --min-papers, --min-confidence and --linked."
        )
    if not output.absolute().parent.is_dir():
        raise BadInput(f"there is no folder {output.parent}", remedy="Make it first.")
    documents = form in (GraphFormat.PUBTATOR, GraphFormat.BIOC, GraphFormat.BIOC_JSON)
    if documents and (source or chosen != Chosen(sentences=sentences)):
        raise BadInput(f"{form.value} writes documents whole", remedy="Leave out --source and the filters.")

    async def written(store: "GraphStore") -> "Written":
        from graphstore.exports import open_export
        from graphstore.exports.documents import export_documents
        from graphstore.exports.writing import export_graph

        with progress("exporting", "documents" if documents else "relations") as advance:
            if documents:
                return await export_documents(store, form.value, output, advance=lambda count: advance(count, -1.0))
            graph = await store.complete_graph(source) if source else None
            total = graph.edges if graph else max((await store.stats()).edges, 1)

            def told(count: int) -> None:
                advance(count, min(count / total, 1.0))

            return await export_graph(store, open_export(form.value), output, chosen=chosen, source=graph, advance=told)

    started = time.monotonic()
    done = ask(settings_of(ctx), written)
    seconds = time.monotonic() - started
    if as_json:
        emit({"files": [str(file) for file in done.files], "nodes": done.nodes, "edges": done.edges})
    files = " and ".join(str(file) for file in done.files)
    if documents:
        say(f"wrote {done.nodes:,} documents with {done.edges:,} statements to {files} in {seconds:.1f} s")
    else:
        say(f"wrote {done.nodes:,} nodes and {done.edges:,} edges to {files} in {seconds:.1f} s")
