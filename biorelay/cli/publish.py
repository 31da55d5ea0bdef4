"""`biorelay publish`: files onto the ingest topic, resumable."""

import asyncio
import time
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.cli.failure import BAD_INPUT
from biorelay.cli.options import AsJson, Files, InputFormat, ProblemsTo
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from biorelay.cli.inputs import Inputs, Problems
    from biorelay.positions import Positions
    from biorelay.publishing import Report
    from processors.sources import Outcome
    from stream.settings import StreamSettings


def publish(
    ctx: typer.Context,
    files: Files = None,
    input_format: InputFormat = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check everything, send nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Begin at the start of each file, whatever was published before.")] = False,
    problems_to: ProblemsTo = None,
    as_json: AsJson = False,
) -> None:
    """Publish abstracts, and deletions as tombstones, to the ingest topic.

    How far each file is acknowledged is remembered in the data folder: after a kill, the same command goes on from there.

    Exit code 2 where a record was refused; its neighbours are published all the same.

    \b
    Examples:
      biorelay publish pubmed26n1219.xml.gz
      biorelay publish --dry-run new/*.xml.gz
      zcat abstracts.jsonl.gz | biorelay publish -
    """
    from dataclasses import asdict

    from biorelay.cli.console import emit
    from biorelay.cli.inputs import Problems, abstracts_in
    from biorelay.positions import Positions

    settings = settings_of(ctx)
    inputs = abstracts_in(files, settings, input_format)
    problems = Problems()
    reports: list[Report] = []
    started = time.monotonic()
    try:
        if dry_run:
            _check(inputs, problems, reports)
        else:
            stream = settings.stream()
            positions = Positions(settings.data_dir / "published", f"{stream.broker}/{stream.prefix}/{stream.epoch}")
            asyncio.run(_publish(inputs, problems, reports, stream, positions, again=again))
    finally:
        problems.write(problems_to)
    if as_json:
        for report in reports:
            emit(asdict(report))
    _summary(reports, time.monotonic() - started, dry_run=dry_run)
    if problems:
        raise typer.Exit(BAD_INPUT)


def _check(inputs: "Inputs[Outcome]", problems: "Problems", reports: "list[Report]") -> None:
    from biorelay.cli.progress import progress
    from biorelay.publishing import Report
    from processors.sources import Problem

    with progress("reading", "records") as advance:
        for file in inputs.files:
            reports.append(report := Report(str(file)))
            for item in inputs.of(file):
                report.count(item)
                if isinstance(item, Problem):
                    problems.add(item)
                advance(sum(r.done for r in reports), inputs.share)


async def _publish(
    inputs: "Inputs[Outcome]",
    problems: "Problems",
    reports: "list[Report]",
    stream: "StreamSettings",
    positions: "Positions",
    *,
    again: bool,
) -> None:
    from biorelay.cli.console import say
    from biorelay.cli.inputs import STDIN
    from biorelay.cli.progress import progress
    from biorelay.publishing import Acknowledged, Report, publish_records
    from models.runtime.errors import BiorelayError
    from stream.client import Publisher

    async with Publisher(stream) as publisher:
        with progress("publishing", "records") as advance:
            for file in inputs.files:
                reports.append(report := Report(str(file)))
                known = None if file == STDIN else Acknowledged(positions, file, again=again)
                if known and known.complete:
                    report.skipped = known.before
                    inputs.passed(file)
                    say(f"{file}: all {known.before:,} records were published before; --again publishes them again")
                    continue
                try:
                    await publish_records(
                        publisher,
                        inputs.of(file),
                        report,
                        refuse=problems.add,
                        acknowledged=known,
                        advance=lambda: advance(sum(r.done for r in reports), inputs.share),
                    )
                except BiorelayError:
                    if known:
                        say("What was acknowledged is remembered: the same command goes on from there.")
                    raise


def _summary(reports: "list[Report]", seconds: float, *, dry_run: bool) -> None:
    from biorelay.cli.console import say

    abstracts, deletions = sum(r.abstracts for r in reports), sum(r.deletions for r in reports)
    skipped, refused = sum(r.skipped for r in reports), sum(r.refused for r in reports)
    parts = [f"{abstracts:,} abstracts", f"{deletions:,} deletions"]
    if skipped:
        parts.append(f"{skipped:,} published before")
    if refused:
        parts.append(f"{refused:,} refused")
    rate = "" if dry_run else f" ({(abstracts + deletions) / max(seconds, 1e-9):,.0f}/s)"
    say(f"{'would publish' if dry_run else 'published'}: {', '.join(parts)}{rate}")
