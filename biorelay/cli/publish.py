"""`biorelay publish`: files onto the ingest topic, resumable."""

import asyncio
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.cli.failure import BAD_INPUT
from biorelay.cli.options import AsJson, Files, InputFormat, ProblemsTo
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from biorelay.cli.inputs import Inputs, Problems
    from biorelay.positions import Positions
    from biorelay.publishing import Report
    from processors.sources import Outcome
    from stream.settings import StreamSettings

Lists = Annotated[
    list[Path] | None,
    typer.Option("--retractions", metavar="LIST", help="A list of retracted articles: PMIDs, or CSV or TSV with a column of them."),
]
Replaces = Annotated[
    Path | None, typer.Option("--replaces", metavar="OLD", help="The list's older version: what it alone names is taken back.")
]


def publish(
    ctx: typer.Context,
    files: Files = None,
    input_format: InputFormat = None,
    retractions: Lists = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the entries of the lists back.")] = False,
    replaces: Replaces = None,
    list_name: Annotated[str, typer.Option("--list-name", metavar="NAME", help="Keep the entries apart from other lists'.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check everything, send nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Begin at the start of each file, whatever was published before.")] = False,
    problems_to: ProblemsTo = None,
    as_json: AsJson = False,
) -> None:
    """Publish abstracts, deletions as tombstones, and lists of retracted articles, to the ingest topic.

    How far each file is acknowledged is remembered in the data folder: after a kill, the same command goes on from there.

    Exit code 2 where a record was refused; its neighbours are published all the same.

    \b
    Examples:
      biorelay publish pubmed26n1219.xml.gz
      biorelay publish --dry-run new/*.xml.gz
      zcat abstracts.jsonl.gz | biorelay publish -
      biorelay publish --retractions retraction_watch.csv --list-name watch
      biorelay publish --retractions new.csv --replaces old.csv
      echo 12345678 | biorelay publish --retractions - --withdraw
    """
    from dataclasses import asdict

    from biorelay.cli.console import emit
    from biorelay.cli.inputs import Problems, abstracts_in
    from biorelay.positions import Positions

    settings = settings_of(ctx)
    work = [(abstracts_in(files, settings, input_format), "")] if files or not retractions else []
    if retractions or withdraw or replaces or list_name:
        work.append(_lists(retractions or [], withdraw=withdraw, replaces=replaces, name=list_name))
    problems = Problems()
    reports: list[Report] = []
    started = time.monotonic()
    try:
        for inputs, order in work:
            if dry_run:
                _check(inputs, problems, reports)
                continue
            stream = settings.stream()
            positions = Positions(settings.data_dir / "published", f"{stream.broker}/{stream.prefix}/{stream.epoch}")
            asyncio.run(_publish(inputs, order, problems, reports, stream, positions, again=again))
    finally:
        problems.write(problems_to)
    if as_json:
        for report in reports:
            emit(asdict(report))
    _summary(reports, time.monotonic() - started, dry_run=dry_run)
    if problems:
        raise typer.Exit(BAD_INPUT)


def _lists(files: list[Path], *, withdraw: bool, replaces: Path | None, name: str) -> "tuple[Inputs[Outcome], str]":
    """The entries of retraction lists, and what is done with them: the same file may be published, withdrawn and published again."""
    from biorelay.cli.inputs import Inputs
    from processors.sources.retractions import LIST_NAME, read_replacement, read_retractions

    if not files:
        raise BadInput("--withdraw, --replaces and --list-name are about a list", remedy="Name it: --retractions LIST.")
    if replaces and (withdraw or len(files) > 1):
        raise BadInput("--replaces goes with one list, and not with --withdraw", remedy="Send the other lists by themselves.")
    if replaces and not replaces.is_file():
        raise BadInput(f"{replaces} cannot be read", remedy="Name the file of the list's older version.")
    if name and not LIST_NAME.fullmatch(name):
        raise BadInput(f"--list-name {name!r} is none", remedy="Use letters, digits, dots, dashes and underscores.")
    if replaces:
        old = replaces.stat()
        order = f"replaces {replaces.resolve()} {old.st_size} {old.st_mtime_ns}"
        return Inputs(files, lambda stream: read_replacement(stream, replaces, name=name)), f"{order} {name}"
    read = partial(read_retractions, name=name, withdraw=withdraw)
    return Inputs(files, read), f"{'withdraw' if withdraw else 'retract'} {name}"


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
    order: str,
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
                known = None if file == STDIN else Acknowledged(positions, file, order=order, again=again)
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
    retractions = sum(r.retractions for r in reports)
    skipped, refused = sum(r.skipped for r in reports), sum(r.refused for r in reports)
    parts = [f"{abstracts:,} abstracts", f"{deletions:,} deletions"]
    if retractions:
        parts.insert(1, f"{retractions:,} retractions")
    if skipped:
        parts.append(f"{skipped:,} published before")
    if refused:
        parts.append(f"{refused:,} refused")
    rate = "" if dry_run else f" ({(abstracts + retractions + deletions) / max(seconds, 1e-9):,.0f}/s)"
    say(f"{'would publish' if dry_run else 'published'}: {', '.join(parts)}{rate}")
