"""Once, or again and again: what a run that goes on for months does with what went wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from biorelay.sourcing.errors import HostRefuses, SourcingError, StateUnusable
from biorelay.sourcing.remote import Sleep, Tell
from models.runtime.errors import Action, BiorelayError

_SOON: Final = 60.0
"""Seconds until what was away (host, broker, disk) is asked again, however seldom there is something new."""


async def repeatedly(once: Callable[[], Awaitable[None]], every: float | None, *, tell: Tell, sleep: Sleep = asyncio.sleep) -> None:
    """Do it, and every so many seconds again; with None once.

    What is away, missing or damaged is told and waited for. Raised is what waiting does not mend: settings, state, a host that refuses the
    very first time, and once all that goes wrong.
    """
    first = True
    while True:
        seconds = every or 0.0
        try:
            await once()
        except BiorelayError as error:
            waits = error.action is Action.RETRY or isinstance(error, SourcingError)
            if every is None or not waits or isinstance(error, StateUnusable) or (first and isinstance(error, HostRefuses)):
                raise
            seconds = min(every, _SOON) if error.action is Action.RETRY else every
            tell(f"{error}. {error.remedy or ''}".rstrip())
        if every is None:
            return
        first = False
        tell(f"looks again in {seconds / 60:.0f} min")
        await sleep(seconds)
