"""`biorelay reextract`: what was published before, read again with the model of today."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from biorelay.extractor import Extractor
    from stream.reextract import Progress
    from stream.settings import StreamSettings


def reextract(
    ctx: typer.Context,
    most_behind: Annotated[
        int, typer.Option("--most-behind", metavar="N", min=0, help="Wait while a live stage is behind by more messages.")
    ] = 100,
    rate: Annotated[
        float | None, typer.Option("--rate", metavar="N", min=0.01, help="Documents a second at most. Default: no limit.")
    ] = None,
    nice: Annotated[int, typer.Option("--nice", metavar="N", min=0, max=19, help="Leave the cores to others: 0 (not at all) to 19.")] = 10,
    again: Annotated[bool, typer.Option("--again", help="Begin at the start, whatever this model has read before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the published abstracts again with the model of the settings, and replace the older model's answers.

    First let every worker run the new model (a rolling restart loses nothing), then run this: the newest version of each document that the
    ingest topic holds gets new entities and relations; graph and topics replace the older ones. Live documents go first: while a stage of
    the workers is behind, nothing is read here. After a kill, the same command goes on from there; several share the work.

    \b
    Examples:
      biorelay reextract
      biorelay reextract --rate 20 --nice 19
      biorelay --set model=./my-model reextract --json
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
    done = asyncio.run(_run(settings.stream(), extractor, most_behind, rate, again=again))
    made_by = extractor.provenance
    if as_json:
        emit({"model": made_by.model, "generation": made_by.generation, "documents": done.done, "wanted": done.wanted})
    say(f"{done.done:,} documents read again with {made_by.model} (generation {made_by.generation})")


async def _run(stream: "StreamSettings", extractor: "Extractor", most_behind: int, rate: float | None, *, again: bool) -> "Progress":
    from biorelay.cli.console import say
    from biorelay.cli.progress import progress
    from stream.reextract import Reextraction

    waiting = ""
    with progress("reading again", "documents") as advance:

        def tell(now: "Progress") -> None:
            nonlocal waiting
            if now.behind and not waiting:
                say(f"waiting: {now.behind}")
            waiting = now.behind
            advance(now.done, now.done / now.wanted if now.wanted else -1.0)

        return await Reextraction(stream, extractor, most_behind=most_behind, rate=rate, again=again).run(tell)
