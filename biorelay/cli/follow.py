"""`biorelay follow`: sources that go on, onto the ingest topic."""

import asyncio
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.failure import BAD_INPUT
from biorelay.cli.options import AsJson, ProblemsTo
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput, SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from biorelay.cli.inputs import Problems
    from biorelay.cli.progress import Advance
    from biorelay.publishing import Report
    from biorelay.settings import Settings
    from biorelay.sourcing.naming import UpdateFile
    from biorelay.sourcing.state import StateFile
    from biorelay.sourcing.updates import Reading
    from stream.client import Publisher
    from stream.settings import StreamSettings

app = typer.Typer(no_args_is_help=True, help="Sources that go on: publish what is new, again and again.")

_EVERY = re.compile(r"(\d{1,6})\s*([mhd])")
_UNITS = {"m": 60, "h": 3600, "d": 86400}


@app.callback()
def follow() -> None:
    """Keep `pubmed` a command of its own: further sources may come beside it."""


@app.command()
def pubmed(
    ctx: typer.Context,
    query: Annotated[
        str | None, typer.Option("--query", metavar="QUERY", help="What PubMed finds for it, by E-utilities, in place of the files.")
    ] = None,
    since_file: Annotated[
        str | None, typer.Option("--since-file", metavar="NAME", help="Begin with this file, such as pubmed26n1275.")
    ] = None,
    baseline: Annotated[bool, typer.Option("--baseline", help="Begin with the newest baseline; of a new year read it too.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop when all that is there is published.")] = False,
    every: Annotated[str | None, typer.Option("--every", metavar="TIME", help="Look again after 30m, 6h, 1d. Default: 1h.")] = None,
    problems_to: ProblemsTo = None,
    as_json: AsJson = False,
) -> None:
    """Publish PubMed's daily update files as they come, in the order of their numbers, each checked by its md5; or what a query finds.

    Say once where to begin: --since-file, or --baseline. From then on the same command goes on where it was, also after a kill; so does
    one without either. A file that is missing is waited for, and said. Revisions replace, deletions become tombstones. With --query the
    first run publishes all that is found, a later one what came into PubMed since; pubmed.email must be set.

    \b
    Examples:
      biorelay follow pubmed --since-file pubmed26n1275
      biorelay follow pubmed --once --json
      biorelay follow pubmed --baseline --every 6h
      biorelay --set pubmed.email=me@example.org follow pubmed --query "BRCA1[tiab] AND 2026[dp]" --every 1d
    """
    import logging

    from biorelay.cli.inputs import Problems
    from biorelay.cli.state import state_of
    from biorelay.masking import log_to_stderr

    seconds = _seconds(every, once=once)
    begin = _begin(query, since_file, baseline=baseline)
    settings = settings_of(ctx)
    if query is not None and not settings.pubmed.email:
        raise SettingsError("pubmed.email is not set", remedy="NCBI asks for an address to write to: BIORELAY_PUBMED_EMAIL=me@example.org.")
    if not state_of(ctx).debug:
        log_to_stderr(logging.WARNING)
    problems = Problems()
    try:
        asyncio.run(_run(settings, query, begin, seconds, problems, baseline=baseline, as_json=as_json))
    finally:
        problems.write(problems_to)
    if problems and once:
        raise typer.Exit(BAD_INPUT)


def _seconds(every: str | None, *, once: bool) -> float | None:
    if once and every is not None:
        raise BadInput("--once and --every exclude each other", remedy="Give one of them.")
    found = _EVERY.fullmatch(every or "1h")
    if found is None or found[1].strip("0") == "":
        raise BadInput(f"--every {every!r} is no time", remedy="Say 30m, 6h or 1d; a minute at least.")
    return None if once else float(found[1]) * _UNITS[found[2]]


def _begin(query: str | None, since_file: str | None, *, baseline: bool) -> "UpdateFile | None":
    from biorelay.sourcing.naming import UpdateFile

    if query is not None and (since_file or baseline):
        raise BadInput("--query does not go with --since-file or --baseline", remedy="Follow the files and the query by a run each.")
    if query is not None and not query.strip():
        raise BadInput("--query is empty", remedy='Write it as on PubMed\'s page: "BRCA1[tiab]".')
    if since_file and baseline:
        raise BadInput("--since-file and --baseline exclude each other", remedy="Give one of them.")
    if since_file is None:
        return None
    begin = UpdateFile.parse(since_file)
    if begin is None or begin.number < 1:
        raise BadInput(f"--since-file {since_file!r} is no file of PubMed's", remedy="Name one such as pubmed26n1275.")
    return begin


async def _run(
    settings: "Settings",
    query: str | None,
    begin: "UpdateFile | None",
    every: float | None,
    problems: "Problems",
    *,
    baseline: bool,
    as_json: bool,
) -> None:
    """Until it is done, or told to stop: SIGTERM ends it as if it were done."""
    import signal

    from biorelay.cli.console import say
    from biorelay.cli.progress import progress
    from biorelay.sourcing.schedule import repeatedly
    from biorelay.sourcing.state import StateFile
    from biorelay.sourcing.updates import Reading
    from processors.sources import Cleaning, Limits

    stream = settings.stream()
    target = f"{stream.broker}/{stream.prefix}/{stream.epoch}"
    state = StateFile(settings.data_dir / "published", target, "pubmed files" if query is None else f"pubmed query {query}")
    limits = Limits(max_document_bytes=settings.limits.document_bytes, max_text_characters=settings.limits.text_characters)
    reading = Reading(limits, Cleaning(**settings.cleaning.model_dump()))
    stopped = False

    running = asyncio.current_task()

    def stop() -> None:
        nonlocal stopped
        stopped = True
        if running is not None:
            running.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    try:
        with state.held(), progress("publishing", "records") as advance:
            if query is None:
                once = _files(settings, stream, target, state, reading, begin, problems, advance, baseline=baseline, as_json=as_json)
            else:
                once = _query(settings, stream, state, reading, query, problems, advance, as_json=as_json)
            await repeatedly(once, every, tell=say)
    except asyncio.CancelledError:
        if not stopped:
            raise
        say("stopped; the same command goes on from there")


def _files(
    settings: "Settings",
    stream: "StreamSettings",
    target: str,
    state: "StateFile",
    reading: "Reading",
    begin: "UpdateFile | None",
    problems: "Problems",
    advance: "Advance",
    *,
    baseline: bool,
    as_json: bool,
) -> "Callable[[], Awaitable[None]]":
    from dataclasses import asdict

    from biorelay.cli.console import emit, say
    from biorelay.positions import Positions
    from biorelay.sourcing.remote import remote
    from biorelay.sourcing.spool import Spool
    from biorelay.sourcing.updates import UpdateFiles

    pubmed = settings.pubmed

    def done(report: "Report") -> None:
        if as_json:
            emit(asdict(report))
        say(f"{report.file}: {_counts(report)}")

    async def once() -> None:
        async with (
            remote(pubmed.url, ca_file=pubmed.ca_file, timeout=pubmed.timeout_s, agent=_agent(settings)) as host,
            _Opened(stream) as to,
        ):
            files = UpdateFiles(
                Spool(settings.data_dir / "pubmed" / state.place.name[:16], host, tries=pubmed.tries, tell=say),
                state,
                Positions(settings.data_dir / "published", target),
                reading,
                begin=begin,
                baseline=baseline,
                tell=say,
                refuse=problems.add,
                done=done,
                advance=lambda count: advance(count, -1.0),
            )
            if not files.known():
                raise BadInput(
                    "nothing says where to begin", remedy="Name the first file to read (--since-file pubmed26n1275), or say --baseline."
                )
            await files.run(to.publisher)

    return once


def _query(
    settings: "Settings",
    stream: "StreamSettings",
    state: "StateFile",
    reading: "Reading",
    term: str,
    problems: "Problems",
    advance: "Advance",
    *,
    as_json: bool,
) -> "Callable[[], Awaitable[None]]":
    from dataclasses import asdict

    from biorelay.cli.console import emit, say
    from biorelay.sourcing.eutils import Eutils
    from biorelay.sourcing.query import Query
    from biorelay.sourcing.web import Web

    pubmed, key = settings.pubmed, settings.pubmed.key()

    async def once() -> None:
        web = Web(pubmed.eutils, ca_file=pubmed.ca_file, timeout=pubmed.timeout_s, agent=_agent(settings))
        async with web, _Opened(stream) as to:
            eutils = Eutils(web, tool=pubmed.tool, email=pubmed.email, key=key, tries=pubmed.tries, tell=say)
            report = await Query(eutils, term, state, reading, refuse=problems.add, tell=say, advance=advance).run(to.publisher)
        if as_json:
            emit(asdict(report))
        say(_counts(report))

    return once


def _counts(report: "Report") -> str:
    counts = {
        "abstracts": report.abstracts,
        "deletions": report.deletions,
        "published before": report.skipped,
        "refused": report.refused,
    }
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count or what == "abstracts")


def _agent(settings: "Settings") -> str:
    from biorelay import __version__

    return f"{settings.pubmed.tool}/{__version__}"


class _Opened:
    """A publisher that is opened when there is something to publish."""

    def __init__(self, stream: "StreamSettings") -> None:
        from contextlib import AsyncExitStack

        self._stream = stream
        self._stack = AsyncExitStack()
        self._open: Publisher | None = None

    async def __aenter__(self) -> "_Opened":
        await self._stack.__aenter__()
        return self

    async def __aexit__(self, *about: Any) -> None:
        await self._stack.__aexit__(*about)

    async def publisher(self) -> "Publisher":
        from stream.client import Publisher

        if self._open is None:
            self._open = await self._stack.enter_async_context(Publisher(self._stream))
        return self._open
