"""A folder on another host, whichever way it is asked."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO, Final, Protocol, Self, TypeVar
from urllib.parse import urlsplit

from biorelay.sourcing.errors import HostAway
from biorelay.sourcing.ftp import Ftp
from biorelay.sourcing.web import Web

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
Tell = Callable[[str], None]

_FIRST_WAIT: Final = 2.0
_LONGEST_WAIT: Final = 120.0


class Remote(Protocol):
    """What following files needs of a host."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def text(self, path: str, limit: int) -> str:
        """A file's text, or, of a path that ends with `/`, what tells the names in that folder."""
        ...

    async def into(self, path: str, file: BinaryIO, limit: int) -> None:
        """Append the rest of a file to one that holds its beginning."""
        ...


def remote(url: str, *, ca_file: Path | None = None, timeout: float = 30.0, agent: str = "biorelay") -> Remote:
    """The host of an http, https or ftp URL."""
    if urlsplit(url).scheme == "ftp":
        return Ftp(url, timeout=timeout)
    return Web(url, ca_file=ca_file, timeout=timeout, agent=agent)


async def patiently(
    operation: Callable[[], Awaitable[T]],
    *,
    tries: int,
    tell: Tell = lambda _: None,
    sleep: Sleep = asyncio.sleep,
    moved: Callable[[], bool] = lambda: False,
) -> T:
    """Do it until the host answers: after as long as it asks for, else after longer and longer waits with jitter.

    Raises its last `HostAway` after so many `tries` in a row without anything `moved`; every other error at once.
    """
    failed, wait = 0, _FIRST_WAIT
    while True:
        try:
            return await operation()
        except HostAway as error:
            failed, wait = (1, _FIRST_WAIT) if moved() else (failed + 1, wait)
            if failed >= tries:
                raise
            seconds = wait * random.uniform(0.5, 1.0) if error.wait is None else error.wait  # noqa: S311  jitter
            tell(f"{error}; asked again in {seconds:.0f} s")
            await sleep(seconds)
            wait = min(2 * wait, _LONGEST_WAIT)
