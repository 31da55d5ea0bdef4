"""`biorelay relink`: what was published before, under the identifiers of a new vocabulary."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from biorelay.extractor import Extractor
    from biorelay.relinking import Relinking
    from stream.reextract import Progress
    from stream.settings import StreamSettings

SHOWN = 20


def relink(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would change, write nothing.")] = False,
    most_behind: Annotated[
        int, typer.Option("--most-behind", metavar="N", min=0, help="Wait while a live stage is behind by more messages.")
    ] = 100,
    rate: Annotated[
        float | None, typer.Option("--rate", metavar="N", min=0.01, help="Documents a second at most. Default: no limit.")
    ] = None,
    nice: Annotated[int, typer.Option("--nice", metavar="N", min=0, max=19, help="Leave the cores to others: 0 (not at all) to 19.")] = 10,
    again: Annotated[
        bool, typer.Option("--again", help="Begin at the start, and link what this vocabulary has linked before as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Link the mentions of everything published anew, with the vocabulary of the settings; the texts are not read again.

    First let every worker run the new vocabulary (a rolling restart loses nothing), then run this: entities and relations whose
    identifiers or names changed are written again, and graph and topics follow. The models' probabilities stay; only where mentions are
    grouped into entities otherwise does the model judge the document's pairs anew. Live documents go first: while a stage of the
    workers is behind, nothing is read here. After a kill, the same command goes on from there; several share the work.

    \b
    Examples:
      biorelay --set vocabulary=./vocabulary/3 relink --dry-run
      biorelay --set vocabulary=./vocabulary/3 relink
      biorelay relink --rate 200 --json
    """
    import logging
    import os

    from biorelay.cli.console import emit, say
    from biorelay.cli.state import state_of
    from biorelay.extractor import Extractor
    from biorelay.masking import log_to_stderr

    settings = settings_of(ctx)
    if not state_of(ctx).debug:
        log_to_stderr(logging.WARNING)
    extractor = Extractor.load(**settings.extractor())
    os.nice(nice)
    done = asyncio.run(_run(settings.stream(), extractor, most_behind, rate, again=again, dry=dry_run))
    found = _told(done, extractor)
    if as_json:
        emit(found | {"dry_run": dry_run})
    else:
        _table(done, extractor)
    say(
        f"{done.done:,} documents read, {done.written:,} {'would be ' if dry_run else ''}written with {extractor.provenance.vocabulary}: "
        f"{done.moved:,} mentions moved, {done.linked:,} linked for the first time, {done.unlinked:,} no longer linked"
    )
    if done.left:
        say(f"{done.left:,} documents keep their older links; those that another model judged follow with `biorelay reextract`")


def _told(done: "Relinking", extractor: "Extractor") -> dict[str, object]:
    return {
        "vocabulary": extractor.provenance.vocabulary,
        "documents": done.done,
        "wanted": done.wanted,
        "written": done.written,
        "left": done.left,
        "outcomes": dict(sorted(done.outcomes.items())),
        "mentions": {"moved": done.moved, "linked": done.linked, "unlinked": done.unlinked},
        "moves": [{"before": move.before, "after": move.after, "mentions": count} for move, count in done.moves.most_common(SHOWN)],
    }


def _table(done: "Relinking", extractor: "Extractor") -> None:
    """The most frequent moves."""
    from biorelay.cli.console import table

    if not done.moves:
        return
    rows = [
        (move.before or "(not linked)", move.after or "(not linked)", extractor.linker.name_of(move.after) or "", f"{count:,}")
        for move, count in done.moves.most_common(SHOWN)
    ]
    table(("before", "after", "name", "mentions"), rows)


async def _run(
    stream: "StreamSettings", extractor: "Extractor", most_behind: int, rate: float | None, *, again: bool, dry: bool
) -> "Relinking":
    from biorelay.cli.console import say
    from biorelay.cli.progress import progress
    from biorelay.relinking import Relinker

    waiting = ""
    with progress("linking again", "documents") as advance:

        def tell(now: "Progress") -> None:
            nonlocal waiting
            if now.behind and not waiting:
                say(f"waiting: {now.behind}")
            waiting = now.behind
            advance(now.done, now.done / now.wanted if now.wanted else -1.0)

        run = Relinker(stream, extractor, extractor.linker, most_behind=most_behind, rate=rate, again=again, dry=dry)
        return await run.run(tell)
