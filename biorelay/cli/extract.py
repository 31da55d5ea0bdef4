"""`biorelay extract`: files in, entities and relations out; no Kafka, no graph."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.cli import completing
from biorelay.cli.failure import BAD_INPUT
from biorelay.cli.options import Files, InputFormat, OutputFormat, ProblemsTo
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from biorelay.cli.inputs import Inputs, Problems
    from models.runtime.errors import BiorelayError
    from processors.records import Abstract, Entities, Relations
    from processors.sources import Outcome

    Write = Callable[[Entities, Relations], None]
    Many = Callable[..., Iterator[tuple[Entities, Relations]]]


def extract(
    ctx: typer.Context,
    files: Files = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT", help="Write there instead of stdout.")] = None,
    output_format: Annotated[
        OutputFormat,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"One of {', '.join(form.value for form in OutputFormat)}. jsonl holds everything and can be loaded into a graph;"
            " kgx with -o writes OUT_nodes.jsonl and OUT_edges.jsonl.",
        ),
    ] = OutputFormat.JSONL,
    input_format: InputFormat = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            max=256,
            help="Processes, each with a model of its own (some 350 MB); on a GPU threads that share one. On a CPU the answer does not"
            " depend on it. Default: 1, and on a GPU as many as fill its batches.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            autocompletion=completing.models,
            help="Name, name@version or folder. Default: the settings' or the shipped one.",
        ),
    ] = None,
    sibling: Annotated[
        Path | None,
        typer.Option(
            "--sibling", metavar="FOLDER", help="A pairwise model that judges relations: more accurate, some twenty times as slow."
        ),
    ] = None,
    problems_to: ProblemsTo = None,
) -> None:
    """Find the entities and relations in abstracts.

    On a CPU the same input gives the same bytes, whatever the number of workers.

    Exit code 2 where a record was refused: it is named on stderr, and its neighbours' results are written all the same.

    \b
    Examples:
      biorelay extract abstracts.xml.gz -o relations.jsonl
      biorelay extract corpus.pubtator --format pubtator --workers 2
      biorelay extract abstracts.xml.gz --format kgx -o my-graph
      zcat abstracts.jsonl.gz | biorelay extract | biorelay graph load -
    """
    from biorelay.cli.console import say
    from biorelay.cli.inputs import Problems, abstracts_in
    from biorelay.extractor import Extractor

    settings = settings_of(ctx)
    inputs = abstracts_in(files, settings, input_format)
    asked = settings.extractor() | {"model": model or settings.model, "sibling": sibling or settings.sibling}
    extractor = Extractor.load(**asked)  # here too where processes do the work: what is wrong with it is told once, and at once
    if caution := extractor.placement.caution:
        say(f"warning: the encoder runs on {extractor.provider}: {caution}", style="yellow")
    problems = Problems()
    counts: Counter[str] = Counter()
    started = time.monotonic()
    with ExitStack() as stack:
        stack.callback(problems.write, problems_to)
        stack.callback(extractor.close)
        write = stack.enter_context(_written(output_format, output))
        workers = workers or extractor.feeders
        if workers > 1 and extractor.provider == "cpu":
            from biorelay.processes import extract_many

            many: Many = partial(extract_many, asked, processes=workers)
        else:
            many = partial(extractor.extract_many, workers=workers)
        _run(many, inputs, problems, counts, write)
    seconds = time.monotonic() - started
    say(
        f"{counts['documents']:,} documents, {counts['mentions']:,} mentions, {counts['relations']:,} relations"
        f" in {seconds:.1f} s ({counts['documents'] / max(seconds, 1e-9):.1f} documents/s)"
        + (f"; {counts['deletions']:,} deletions passed over" if counts["deletions"] else "")
        + (f"; {len(problems):,} refused" if problems else "")
    )
    if problems:
        raise typer.Exit(BAD_INPUT)


@contextmanager
def _written(form: OutputFormat, output: Path | None) -> "Iterator[Write]":
    """Yields what writes one document; the format's foot follows where the block ends well."""
    from processors.outputs import open_output
    from processors.outputs.kgx import Kgx, lines

    if form is OutputFormat.KGX and output:
        graph = Kgx()
        base = output.with_suffix("") if output.suffix == ".jsonl" else output
        with base.with_name(f"{base.name}_nodes.jsonl").open("wb") as nodes, base.with_name(f"{base.name}_edges.jsonl").open("wb") as edges:

            def both(_: "Entities", relations: "Relations") -> None:
                own, found = graph.add(relations)
                nodes.write(lines(own))
                edges.write(lines(found))

            yield both
            nodes.write(lines(graph.linked()))
        return
    out = open_output(form.value)
    with output.open("wb") if output else nullcontext(sys.stdout.buffer) as sink:

        def one(entities: "Entities", relations: "Relations") -> None:
            sink.write(out.write(entities, relations))
            sink.flush()

        sink.write(out.begin())
        yield one
        sink.write(out.end())


def _run(many: "Many", inputs: "Inputs[Outcome]", problems: "Problems", counts: "Counter[str]", write: "Write") -> None:
    from biorelay.cli.progress import progress
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

    with progress("extracting", "documents") as advance:
        for entities, relations in many(abstracts(), on_error=refused):
            write(entities, relations)
            counts["documents"] += 1
            counts["mentions"] += len(entities.mentions)
            counts["relations"] += len(relations.relations)
            advance(counts["documents"], inputs.share)
