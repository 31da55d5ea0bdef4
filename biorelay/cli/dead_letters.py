"""`biorelay dead-letters`: what was set aside, why, and sending it again."""

import asyncio
import base64
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli import completing
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from stream.dead_letters import DeadLetter, Replay
    from stream.settings import StreamSettings

app = typer.Typer(no_args_is_help=True, help="Messages that were set aside: look at them, send them again.")

Code = Annotated[str | None, typer.Option("--code", metavar="CODE", help="Only those with this error code, such as record.not-json.")]
StageName = Annotated[
    str | None,
    typer.Option("--stage", metavar="STAGE", autocompletion=completing.stage, help="Only those of this stage: ner, relations, graph."),
]
Document = Annotated[str | None, typer.Option("--document", metavar="CURIE", help="Only those of this document, such as pubmed:227508.")]


@app.command("list")
def list_letters(
    ctx: typer.Context, code: Code = None, stage: StageName = None, document: Document = None, as_json: AsJson = False
) -> None:
    """List what was set aside, oldest first: id, document, stage, error.

    \b
    Examples:
      biorelay dead-letters list
      biorelay dead-letters list --code record.not-json --json
    """
    from biorelay.cli.console import emit, say, table

    letters = asyncio.run(_letters(settings_of(ctx).stream(), code, stage, document))
    if as_json:
        for letter in letters:
            emit(_as_json(letter))
    else:
        rows = [[x.id, _when(x.at), x.document or "-", x.stage, x.attempts, x.code, x.error] for x in letters]
        table(["id", "at", "document", "stage", "attempts", "code", "error"], rows)
        say(f"{len(letters)} dead letters")


@app.command("show")
def show_letter(
    ctx: typer.Context,
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it: partition:offset.")],
    raw: Annotated[bool, typer.Option("--raw", help="Only the original bytes, as they were, on stdout.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter: why, where, and the original bytes.

    \b
    Examples:
      biorelay dead-letters show 0:17
      biorelay dead-letters show 0:17 --raw > broken.json
    """
    import sys

    from biorelay.cli.console import emit, show
    from stream.dead_letters import show_dead_letter

    letter = asyncio.run(show_dead_letter(settings_of(ctx).stream(), letter_id))
    if raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(letter.value or b"")
        sys.stdout.buffer.flush()
    elif as_json:
        emit(_as_json(letter) | _bytes(letter))
    else:
        for name, value in _as_json(letter).items():
            show(f"{name:10} {'-' if value is None else value}")
        show()
        show("(a deletion: no value)" if letter.value is None else letter.value.decode(errors="backslashreplace"))


@app.command()
def replay(
    ctx: typer.Context,
    letter_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Which; as `list` shows them.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them, or all that the options below choose.")] = False,
    code: Code = None,
    stage: StageName = None,
    document: Document = None,
    as_json: AsJson = False,
) -> None:
    """Send dead letters again to where they failed, with the revision they had: a newer state of the document always wins.

    \b
    Examples:
      biorelay dead-letters replay 0:17 0:18
      biorelay dead-letters replay --all --code graph.bad-contribution
    """
    from collections import Counter

    from biorelay.cli.console import emit, say, table

    if bool(letter_ids) == everything:
        raise BadInput("say which dead letters: ids, or --all", remedy="`biorelay dead-letters list` shows the ids.")
    replays = asyncio.run(_replay(settings_of(ctx).stream(), letter_ids or [], code, stage, document))
    if as_json:
        for done in replays:
            emit({"id": done.letter.id, "document": done.letter.document, "outcome": done.outcome.value})
        return
    table(["id", "document", "outcome"], [[done.letter.id, done.letter.document or "-", done.outcome.value] for done in replays])
    counts = Counter(done.outcome.value for done in replays)
    say(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "no dead letters")


async def _letters(stream: "StreamSettings", code: str | None, stage: str | None, document: str | None) -> "list[DeadLetter]":
    from stream.dead_letters import list_dead_letters

    return [letter async for letter in list_dead_letters(stream, code=code, stage=stage, document=document)]


async def _replay(stream: "StreamSettings", ids: list[str], code: str | None, stage: str | None, document: str | None) -> "list[Replay]":
    from stream.dead_letters import replay_dead_letters, show_dead_letter

    letters = [await show_dead_letter(stream, letter_id) for letter_id in ids] if ids else await _letters(stream, code, stage, document)
    return await replay_dead_letters(stream, letters)


def _as_json(letter: "DeadLetter") -> dict[str, Any]:
    return {
        "id": letter.id,
        "at": _when(letter.at),
        "document": letter.document,
        "stage": letter.stage,
        "code": letter.code,
        "error": letter.error,
        "attempts": letter.attempts,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "revision": letter.revision,
        "software": letter.software,
        "model": letter.model,
        "bytes": None if letter.value is None else len(letter.value),
        "cut_from": letter.cut_from,
    }


def _bytes(letter: "DeadLetter") -> dict[str, Any]:
    """The value as text where it is text, else in base64: no byte is lost either way."""
    if letter.value is None:
        return {"value": None}
    try:
        return {"value": letter.value.decode()}
    except UnicodeDecodeError:
        return {"value_base64": base64.b64encode(letter.value).decode()}


def _when(milliseconds: int) -> str:
    from stream.headers import moment

    at = moment(milliseconds)
    return at.isoformat(timespec="seconds") if at else "-"
