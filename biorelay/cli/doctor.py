"""`biorelay doctor`: what is missing, and how to mend it."""

import asyncio
from typing import TYPE_CHECKING

import typer

from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of, state_of

if TYPE_CHECKING:
    from biorelay.doctor import Finding


def doctor(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Say what is missing and how to mend it.

    Looks at the installation, the model, the vocabulary, the machine, the broker and the graph, and writes nothing.

    Exit code 1 where something that was asked for does not work.

    \b
    Examples:
      biorelay doctor
      biorelay doctor --json
    """
    from biorelay.doctor import Verdict

    worst = asyncio.run(_examine(ctx, as_json))
    if worst is Verdict.PROBLEM:
        raise typer.Exit(1)


async def _examine(ctx: typer.Context, as_json: bool) -> str:
    from dataclasses import asdict

    from biorelay.cli.console import emit
    from biorelay.doctor import Verdict, examine

    worst = Verdict.OK
    state = state_of(ctx)
    async for finding in examine(settings_of(ctx), state.config, state.options):
        worst = max(worst, finding.verdict, key=list(Verdict).index)
        if as_json:
            emit(asdict(finding))
        else:
            _show(finding)
    return worst


_STYLES = {"ok": "green", "note": "cyan", "warning": "yellow", "problem": "bold red"}


def _show(finding: "Finding") -> None:
    from biorelay.cli.console import out, show

    out().print(f"{finding.verdict:8}", style=_STYLES[finding.verdict], end="")
    show(f"{finding.what}: {finding.says}")
    if finding.mend:
        show(f"        {finding.mend}")
