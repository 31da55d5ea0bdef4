"""What a command does when it fails: one place for every command.

A `BiorelayError` prints one line and its remedy; a stack trace only comes with `--debug`.
Exit codes: 1 failure, 2 bad input (files, records, names, settings, usage), 130 interrupted, 141 the reader of our output went away.
"""

import os
import sys
from typing import Any

from typer import Abort, Exit
from typer.core import TyperGroup

from biorelay.refusals import BadInput, SettingsError
from models.runtime.errors import Action, BiorelayError

FAILURE, BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141


_USERS = frozenset(
    {
        "corpus.unknown",
        "evaluation.gold",
        "graph.bad-address",
        "graph.bad-import",
        "graph.bad-query",
        "graph.unknown-article",
        "graph.unknown-entity",
        "graph.unknown-source",
        "stream.credentials-unusable",
        "stream.dead-letter-missing",
        "training.recipe",
    }
)
"""Codes of errors that stop a command because of what its user named."""


def exit_code(error: BiorelayError) -> int:
    """2 where other input would have worked, else 1."""
    users = error.action is Action.DEAD_LETTER or isinstance(error, BadInput | SettingsError) or error.code in _USERS
    return BAD_INPUT if users else FAILURE


def report(error: BiorelayError) -> None:
    """The one line, and the remedy, on stderr."""
    from biorelay.cli.console import err, say

    err().print("error: ", style="bold red", end="")
    say(f"{error}")
    if error.remedy:
        say(f"       {error.remedy}")


class Commands(TyperGroup):
    """The root of the commands: whatever one of them raises ends here, as a line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt as error:
            from biorelay.cli.console import say

            say("interrupted")
            raise Exit(INTERRUPTED) from error
        except BrokenPipeError as error:
            # The interpreter flushes stdout once more at its end, and would complain there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Exit(BROKEN_PIPE) from error
        except Exception as error:
            # An exit_code means that Typer itself raised it: a usage error, or an Exit.
            _tame(error)
            if isinstance(error, Abort) or hasattr(error, "exit_code") or ctx.params.get("debug"):
                raise
            known = as_known(error)
            report(known)
            raise Exit(exit_code(known)) from error
        return result

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        try:
            return super().make_context(*arguments, **more)
        except Exception as error:
            _tame(error)
            raise


def _tame(error: Exception) -> None:
    """Make a usage error's message printable: it quotes what was typed, or what a script was given to type."""
    from biorelay.cli.console import printable

    if isinstance(getattr(error, "message", None), str):
        error.message = printable(error.message)  # type: ignore[attr-defined]  # Typer's own class is not public


def as_known(error: Exception) -> BiorelayError:
    """`error` itself, the first of ours in a group, or what it is called to a user."""
    if isinstance(error, BiorelayError):
        return error
    if isinstance(error, ExceptionGroup):
        ours = error.subgroup(BiorelayError)
        return as_known((ours or error).exceptions[0])
    if isinstance(error, UnicodeEncodeError) and error.reason.startswith("surrogates"):  # what Python makes of such bytes of an argument
        return BadInput(f"{error.object[:80]!r} is not UTF-8", remedy="Write it in UTF-8; see `locale charmap`.")
    if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
        place = f"{error.filename}: " if error.filename else ""
        return BiorelayError(f"{place}{error.strerror or error}")
    return BiorelayError(
        f"unexpected {type(error).__name__}: {str(error).partition(chr(10))[0]}",
        remedy="This should not happen: run `biorelay --debug ...` for the stack trace, and report it.",
    )
