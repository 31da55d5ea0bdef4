"""`biorelay graph among`: what is known within a list of drugs, genes or variants."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.asking import ask
from biorelay.cli.failure import BAD_INPUT
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from biorelay.settings import Settings
    from graphstore.among import Gathered, Joined

STDIN = "-"
LONGEST = 512
"""Characters of a name."""
LARGEST = 2**20
"""Bytes of a list: five hundred entries have far fewer."""


def among(
    ctx: typer.Context,
    entries: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CURIE]...",
            help="Entities, by CURIE or whole name. Stdin, one a line, where there are none and no file, or for -.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[Path | None, typer.Option("--in", metavar="FILE", help="A list: a CURIE or name a line; # begins a remark.")] = None,
    min_papers: Annotated[
        int,
        typer.Option("--min-papers", min=0, help="Only relations that so many papers state positively; 0: what is denied or supposed too."),
    ] = 0,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="At most so many relations.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List all evidenced relations within a list of drugs, genes or variants, interactions first, each with its sentences.

    Names are the graph's, or the vocabulary's others for the same. Entries that the graph does not know are told, and do not stop the
    rest. For research use, not clinical advice.

    \b
    Examples:
      biorelay graph among mesh:D014859 mesh:D000638 aspirin
      biorelay graph among --in drugs.txt --json
      cut -f1 panel.tsv | biorelay graph among
    """
    from biorelay.cli.console import emit, say

    settings = settings_of(ctx)
    wanted = _entries(entries or [], file)
    found = ask(settings, lambda store: store.among(wanted, min_papers=min_papers, limit=limit))
    if taken := _taken(found.unknown, settings):
        curies = [taken.get(entry.strip(), entry) for entry in wanted]
        before, found = found, ask(settings, lambda store: store.among(curies, min_papers=min_papers, limit=limit))
        unknown = tuple(entry for entry in before.unknown if taken.get(entry, entry) in found.unknown)
        found = found.model_copy(update={"unknown": unknown})
        names = {entity.id: entity.name for entity in found.entities}
        for entry, curie in taken.items():
            if curie in names:
                say(f"{entry} is {names[curie]} ({curie})")
    if as_json:
        emit(found.model_dump(mode="json"))
    else:
        _show(found)
    for entry in found.unknown:
        say(f"unknown: {entry if len(entry) <= 80 else entry[:80] + '...'}", style="yellow")
    if not found.entities:
        say("the graph knows none of the list's entries: look them up by biorelay graph find NAME")
        raise typer.Exit(BAD_INPUT)


def _entries(named: list[str], file: Path | None) -> list[str]:
    """The list's entries, from the command line, a file and stdin. Raises `BadInput` where a file cannot be read or is too large."""
    wanted = [entry for entry in named if entry != STDIN]
    if file is not None and str(file) != STDIN:
        try:
            with file.open("rb") as stream:
                wanted += _lines(stream.read(LARGEST + 1), str(file))
        except OSError as error:
            raise BadInput(f"{file} cannot be read: {error.strerror}") from error
    if STDIN in named or str(file) == STDIN or not (named or file):
        if sys.stdin.isatty():
            raise BadInput("nothing is named and stdin is a terminal", remedy="Name entities, or a file by --in, or pipe a list in.")
        wanted += _lines(sys.stdin.buffer.read(LARGEST + 1), "stdin")
    return wanted


def _taken(unknown: "Sequence[str]", settings: "Settings") -> dict[str, str]:
    """By entry: the identifier that the vocabulary has for this other name of it, such as a drug's by its trade name."""
    if not unknown:
        return {}
    from biorelay.sought import named
    from processors.vocabulary import Vocabulary

    vocabulary = Vocabulary.open(settings.vocabulary)
    found = ((entry, named(entry, vocabulary)) for entry in unknown if len(entry) <= LONGEST)
    return {entry: one.id for entry, one in found if one}


def _lines(content: bytes, name: str) -> list[str]:
    if len(content) > LARGEST:
        raise BadInput(f"{name} has more than {LARGEST:,} bytes", remedy="A list has at most 500 entries; ask of its parts.")
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _show(found: "Gathered") -> None:
    from biorelay.cli.console import say, show

    known = len(found.entities)
    show(f"{known} of {known + len(found.unknown)} entries known, {len(found.relations)} relations among them. {found.notice}")
    for joined in found.relations:
        _show_one(joined)
    if found.bounded:
        say("more relations than are shown: raise --limit")


def _show_one(joined: "Joined") -> None:
    from biorelay.cli.console import show
    from biorelay.cli.wording import arrow, counts, show_sentence

    edge = joined.edge
    line = arrow(joined.subject.name, edge.predicate, joined.object.name)
    show(f"{line}  ({counts(edge)}; confidence {edge.confidence:.2f})", style="bold")
    for sentence in joined.sentences:
        show_sentence(sentence, "   ")
