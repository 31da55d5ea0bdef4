"""`biorelay distil`: soft labels from pairwise teachers, for a joint recipe to learn from."""

from pathlib import Path
from typing import Annotated

import typer

from biorelay.cli.train import Data, drawn
from biorelay.cli.training_parts import training_parts


def distil(
    teachers: Annotated[list[Path], typer.Argument(metavar="TEACHER...", help="Folders of pairwise models; several are averaged.")],
    data: Data,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the soft labels go (.jsonl.gz).")],
    corpora: Annotated[
        list[str] | None,
        typer.Option("--corpus", metavar="NAME", help="Whose training documents are asked about. Default: biored, bc5cdr."),
    ] = None,
    seen: Annotated[bool, typer.Option("--seen", help="Let a teacher answer also for documents that it learned from.")] = False,
) -> None:
    """Write what pairwise teachers think of every candidate pair of training documents, for the joint model to learn from.

    A teacher answers only for documents whose relations it did not learn: its left-out fold (`fold` in its recipe), its held-out
    documents, and corpora that annotate no such relations.

    \b
    Examples:
      biorelay distil models/relay-pairwise/1 --data ../shared/data -o soft.jsonl.gz
      biorelay distil fold-0 fold-1 fold-2 --corpus biored --data ../shared/data -o soft.jsonl.gz
    """
    from biorelay.cli.console import say

    with training_parts("distil"):
        from models.training.pairwise.targets import write_targets

        with drawn() as told:
            count = write_targets(teachers, corpora or ["biored", "bc5cdr"], data, output, seen=seen, progress=told)
    say(f"soft labels of {count:,} documents are in {output}")
