"""`biorelay extract`: files in, entities and relations out; no Kafka, no graph."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from biorelay.cli.failure import BAD_INPUT
from biorelay.cli.options import Files, InputFormat, ProblemsTo
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from biorelay.cli.inputs import Inputs, Problems
    from biorelay.extractor import Extractor
    from models.runtime.errors import BiorelayError
    from processors.records import Abstract
    from processors.sources import Outcome


class Format(StrEnum):
    """What is written."""

    JSONL = "jsonl"
    PUBTATOR = "pubtator"


def extract(
    ctx: typer.Context,
    files: Files = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT", help="Write there instead of stdout.")] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="JSON lines (an entities and a relations record a document) or PubTator.")
    ] = Format.JSONL,
    input_format: InputFormat = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="Threads; the answer does not depend on it.")] = 1,
    model: Annotated[
        str | None, typer.Option("--model", help="Name, name@version or folder. Default: the settings' or the shipped one.")
    ] = None,
    problems_to: ProblemsTo = None,
) -> None:
    """Find the entities and relations in abstracts.

    The same input gives the same bytes, whatever the number of workers.

    Exit code 2 where a record was refused: it is named on stderr, and its neighbours' results are written all the same.

    \b
    Examples:
      biorelay extract abstracts.xml.gz -o relations.jsonl
      biorelay extract corpus.pubtator --format pubtator --workers 2
      zcat abstracts.jsonl.gz | biorelay extract | biorelay graph load -
    """
    from biorelay.cli.console import say
    from biorelay.cli.inputs import Problems, abstracts_in
    from biorelay.extractor import Extractor

    settings = settings_of(ctx)
    inputs = abstracts_in(files, settings, input_format)
    extractor = Extractor.load(model or settings.model, settings.vocabulary, max_characters=settings.limits.text_characters)
    problems = Problems()
    counts: Counter[str] = Counter()
    started = time.monotonic()
    with ExitStack() as stack:
        stack.callback(problems.write, problems_to)
        sink: BinaryIO = stack.enter_context(output.open("wb")) if output else sys.stdout.buffer
        _run(extractor, inputs, problems, counts, sink, output_format, workers)
    seconds = time.monotonic() - started
    say(
        f"{counts['documents']:,} documents, {counts['mentions']:,} mentions, {counts['relations']:,} relations"
        f" in {seconds:.1f} s ({counts['documents'] / max(seconds, 1e-9):.1f} documents/s)"
        + (f"; {counts['deletions']:,} deletions passed over" if counts["deletions"] else "")
        + (f"; {len(problems):,} refused" if problems else "")
    )
    if problems:
        raise typer.Exit(BAD_INPUT)


def _run(
    extractor: "Extractor",
    inputs: "Inputs[Outcome]",
    problems: "Problems",
    counts: "Counter[str]",
    sink: BinaryIO,
    form: Format,
    workers: int,
) -> None:
    from biorelay.cli.progress import progress
    from processors.outputs import open_output
    from processors.sources import Deletion, Problem

    def abstracts() -> "Iterator[Abstract]":
        for item in inputs:
            if isinstance(item, Problem):
                problems.add(item)
            elif isinstance(item, Deletion):
                counts["deletions"] += 1
            else:
                yield item

    def refused(abstract: "Abstract", error: "BiorelayError") -> None:
        problems.add(Problem(abstract.source or "input", abstract.id, None, error))

    out = open_output(form.value)
    with progress("extracting", "documents") as advance:
        sink.write(out.begin())
        for entities, relations in extractor.extract_many(abstracts(), workers=workers, on_error=refused):
            sink.write(out.write(entities, relations))
            sink.flush()
            counts["documents"] += 1
            counts["mentions"] += len(entities.mentions)
            counts["relations"] += len(relations.relations)
            advance(counts["documents"], inputs.share)
        sink.write(out.end())
