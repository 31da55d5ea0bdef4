"""What the options before the command's name say, for every command: which settings, and whether to debug."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

if TYPE_CHECKING:
    from biorelay.settings import Settings


@dataclass
class State:
    """One command's surroundings."""

    config: Path | None = None
    options: tuple[str, ...] = ()
    debug: bool = False

    @cached_property
    def settings(self) -> "Settings":
        """The settings, read when first asked for: `--help` needs none."""
        from biorelay.settings import load_settings

        return load_settings(self.config, self.options)


def state_of(ctx: Context) -> State:
    """The state that the root command made."""
    state = ctx.find_object(State)
    if state is None:
        raise LookupError("the command was not started from the root")
    return state


def settings_of(ctx: Context) -> "Settings":
    """The settings that this command runs with."""
    return state_of(ctx).settings
