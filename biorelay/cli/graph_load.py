"""`biorelay graph load`: what `biorelay extract` wrote, into the graph, without Kafka."""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.cli.failure import BAD_INPUT
from biorelay.cli.options import AsJson, ProblemsTo
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from biorelay.cli.inputs import Inputs, Problems
    from biorelay.settings import Settings
    from processors.records import Relations, Revision
    from processors.sources import Problem

    Loadable = Relations | Problem

BATCH = 64

Loaded = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILES", help="What `biorelay extract` wrote, plain or gzip. Stdin where there are none.", show_default=False),
]


def load(
    ctx: typer.Context,
    files: Loaded = None,
    revision: Annotated[
        str | None,
        typer.Option(
            "--revision", metavar="EPOCH:OFFSET", help="How new the documents' state is. Default 0:0, older than all that streams."
        ),
    ] = None,
    problems_to: ProblemsTo = None,
    as_json: AsJson = False,
) -> None:
    """Load relations into the graph, without Kafka.

    A document's relations replace what the graph held of it, unless that is newer; loading a file twice changes nothing.

    \b
    Examples:
      biorelay extract abstracts.xml.gz -o relations.jsonl
      biorelay graph load relations.jsonl
      biorelay extract abstracts.xml.gz | biorelay graph load -
    """
    from biorelay.cli.console import emit, say
    from biorelay.cli.inputs import Inputs, Problems
    from biorelay.loading import REVISION, read_relations

    settings = settings_of(ctx)
    inputs = Inputs(files or (), read_relations)
    problems = Problems()
    started = time.monotonic()
    try:
        documents, changes = asyncio.run(_load(settings, inputs, problems, _revision(revision) if revision else REVISION))
    finally:
        problems.write(problems_to)
    seconds = time.monotonic() - started
    if as_json:
        emit({"documents": documents, "changes": changes, "refused": len(problems)})
    rate = documents / max(seconds, 1e-9)
    say(f"loaded {documents:,} documents into {settings.graph_url}: {changes:,} changes of edges ({rate:.0f} documents/s)")
    if problems:
        raise typer.Exit(BAD_INPUT)


async def _load(settings: "Settings", inputs: "Inputs[Loadable]", problems: "Problems", revision: "Revision") -> tuple[int, int]:
    from biorelay.asking import graph_of
    from biorelay.cli.progress import progress
    from graphstore import Contribution
    from processors.sources import Problem

    documents = changes = 0
    batch: list[Contribution] = []
    async with graph_of(settings, read_only=False) as store:
        with progress("loading", "documents") as advance:
            for item in inputs:
                if isinstance(item, Problem):
                    problems.add(item)
                    continue
                batch.append(Contribution.of(item, revision))
                if len(batch) == BATCH:
                    changes += len(await store.apply(batch, outbox=False))
                    documents += len(batch)
                    batch.clear()
                    advance(documents, inputs.share)
            changes += len(await store.apply(batch, outbox=False))
            documents += len(batch)
    return documents, changes


def _revision(text: str) -> "Revision":
    from processors.errors import RecordError
    from processors.records import Revision

    try:
        return Revision.parse(text)
    except RecordError as error:
        raise BadInput(f"--revision: {error}") from error
