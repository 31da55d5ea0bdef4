"""`biorelay graph import` and `sources`: graphs of others, laid beside the literature."""

import asyncio
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from biorelay.settings import Settings
    from graphstore.imports.reading import Reading
    from graphstore.outside import Source


class OutsideFormat(StrEnum):
    """The formats of whole graphs, of `graphstore.imports.IMPORTS`."""

    KGX = "kgx"
    HETIONET = "hetionet"


class Ontology(StrEnum):
    """The formats of ontologies, of `graphstore.imports.IMPORTS`; a test holds them together."""

    MESH = "mesh"
    DO = "do"
    GO = "go"
    OBO = "obo"


def import_(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILES", help="A file of nodes and a file of edges, plain or gzip; or an ontology's.", show_default=False),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="What the graph is called in answers. Default: the ontology's name."),
    ] = None,
    form: Annotated[OutsideFormat, typer.Option("--format", metavar="FORMAT", help="kgx (tables or JSON lines) or hetionet.")] = (
        OutsideFormat.KGX
    ),
    ontology: Annotated[
        Ontology | None, typer.Option("--ontology", metavar="NAME", help="Read what is a kind of what: mesh, do, go or obo (any other).")
    ] = None,
    same: Annotated[
        list[Path] | None,
        typer.Option(
            "--map",
            metavar="FILE",
            help="Identifiers to write instead: a table apart by tabs, theirs in the first column, ours in the last.",
        ),
    ] = None,
    prefer: Annotated[
        list[str] | None,
        typer.Option("--prefer", metavar="PREFIX", help="Write a concept by its cross-reference of this prefix, such as mesh. Repeatable."),
    ] = None,
    skip_dangling: Annotated[bool, typer.Option("--skip-dangling", help="Pass over edges of which an end is no node.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove what was imported as --source, and read nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lay an outside graph, or an ontology, beside the literature.

    It is never counted as papers or evidence, and every answer marks it by its source. An import takes the place of the source's older
    one when it is whole; what was cut off goes on where it stopped when the same files are given again. Identifiers are written with
    our prefixes.

    \b
    Examples:
      biorelay graph import nodes.tsv edges.tsv.gz --source drugs
      biorelay graph import hetionet-v1.0-nodes.tsv.gz hetionet-v1.0-edges.sif.gz --format hetionet --source hetionet
      biorelay graph import --ontology mesh d2026.bin
      biorelay graph import --ontology do doid.obo --prefer mesh
      biorelay graph import --source drugs --remove
    """
    from biorelay.cli.console import emit, say

    settings = settings_of(ctx)
    name = source or (ontology.value if ontology else None)
    if name is None:
        raise BadInput("the graph has no name", remedy="Give it one: --source NAME.")
    if remove:
        if files:
            raise BadInput("--remove reads no files", remedy="Leave the files out, or --remove.")
        gone = asyncio.run(_remove(settings, name))
        if as_json:
            emit({"source": name, "removed": gone})
        say(f"removed {name}" if gone else f"nothing was imported as {name}")
        return
    from graphstore.imports import open_import
    from graphstore.imports.mapping import read_mapping
    from graphstore.outside import checked_source

    checked_source(name)
    reading = open_import(
        (ontology or form).value,
        files or (),
        source=name,
        same=read_mapping(same or ()),
        prefer=[prefix.casefold() for prefix in prefer or ()],
    )
    started = time.monotonic()
    done, there = asyncio.run(_import(settings, name, reading, skip_dangling=skip_dangling))
    seconds = time.monotonic() - started
    if as_json:
        emit(done.model_dump(mode="json", exclude={"fingerprint"}))
    rate = (done.nodes + done.edges) / max(seconds, 1e-9)
    skipped = f", {done.skipped:,} of them passed over" if done.skipped else ""
    how = "of the same files are there already" if there else f"in {seconds:.1f} s ({rate:,.0f}/s)"
    say(f"{name}: {done.nodes:,} nodes and {done.edges:,} edges{skipped}, {how}")


async def _import(settings: "Settings", name: str, reading: "Reading", *, skip_dangling: bool) -> "tuple[Source, bool]":
    """The graph that was read in, and whether it was there already."""
    from biorelay.asking import graph_of
    from biorelay.cli.progress import progress

    async with graph_of(settings, read_only=False) as store:
        before = await store.sources()
        with progress(f"importing {name}", "nodes and edges") as advance:
            done = await store.import_graph(
                name,
                reading.nodes(),
                reading.edges(),
                fingerprint=reading.fingerprint,
                skip_dangling=skip_dangling,
                advance=lambda count: advance(count, reading.share),
            )
    return done, any(graph.id == done.id and graph.state == done.state for graph in before)


async def _remove(settings: "Settings", name: str) -> int:
    from biorelay.asking import graph_of

    async with graph_of(settings, read_only=False) as store:
        return await store.remove_source(name)


def sources(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the imported graphs.

    \b
    Examples:
      biorelay graph sources
    """
    from biorelay.cli.console import emit, say, table

    found = ask(settings_of(ctx), lambda store: store.sources())
    if as_json:
        for graph in found:
            emit(graph.model_dump(mode="json", exclude={"fingerprint"}))
        return
    table(["source", "state", "nodes", "edges", "skipped"], [[g.source, g.state.value, g.nodes, g.edges, g.skipped] for g in found])
    if not found:
        say("no graph was imported")
