"""A host that is asked by FTP (RFC 959), without a login; as `web.Web` asks by HTTP.

Passive mode, and always the host itself, whatever address it names. FTP has no certificates: what comes is checked by md5 files that come
the same way, which tells accidents and no attack. Prefer https.
"""

import asyncio
import ftplib
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Final, Self
from urllib.parse import unquote, urlsplit

from biorelay.sourcing.errors import FileMissing, HostAway, HostRefuses
from biorelay.sourcing.web import CHUNK, SLOWEST

_LINE: Final = 8_192


class Ftp:
    """A folder of a host; an async context manager. A connection for each question, in a thread."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        """`timeout`: seconds for a connection, and between two pieces of an answer."""
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or ftplib.FTP_PORT
        self._folder = unquote(parts.path).rstrip("/")
        self._timeout = timeout
        self._stopped = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopped = True

    async def text(self, path: str, limit: int) -> str:
        """The names in a folder (`path` ends with `/`), or a file's text. Raises as `into`."""
        found = bytearray()

        def take(piece: bytes) -> None:
            found.extend(piece)
            if len(found) > limit:
                raise self._too_large(path, limit)

        if path.endswith("/"):
            await self._ask(
                path, lambda ftp: ftp.retrlines(f"NLST {self._place(path).rstrip('/')}", lambda line: take(f"{line}\n".encode()))
            )
        else:
            await self._ask(path, lambda ftp: ftp.retrbinary(f"RETR {self._place(path)}", take, CHUNK))
        return found.decode("utf-8", "replace")

    async def into(self, path: str, file: BinaryIO, limit: int) -> None:
        """Append what lies there to a file that holds its beginning. Raises `HostAway`, `HostRefuses`, `FileMissing`, and `OSError`."""
        have = file.seek(0, 2)
        since, got = time.monotonic(), 0

        def take(piece: bytes) -> None:
            nonlocal have, since, got
            have += len(piece)
            if have > limit:
                raise self._too_large(path, limit)
            try:
                file.write(piece)
            except OSError as error:  # of the disk, not of the network
                raise _Disk(error) from error
            got += len(piece)
            if (seconds := time.monotonic() - since) > self._timeout:
                if got < SLOWEST * seconds:
                    raise HostAway(f"{self._name(path)} comes at {got / seconds:.0f} bytes a second")
                since, got = time.monotonic(), 0

        begin = have or None
        try:
            await self._ask(path, lambda ftp: ftp.retrbinary(f"RETR {self._place(path)}", take, CHUNK, begin))
        except _Disk as wrapped:
            raise wrapped.error from None

    async def _ask(self, path: str, question: Callable[[ftplib.FTP], object]) -> None:
        try:
            await asyncio.to_thread(self._asked, question)
        except ftplib.error_perm as error:
            code = str(error)[:3]
            if code == "550":
                raise FileMissing(f"{self._name(path)} is not there ({_said(error)})", remedy="Check the address.") from error
            raise HostRefuses(f"{self._name(path)}: {_said(error)}", remedy="Check the address.") from error
        except (ftplib.Error, EOFError, OSError, ValueError) as error:
            raise HostAway(f"{self._name(path)}: {_said(error)}", remedy="Check the network and the address.") from error

    def _asked(self, question: Callable[[ftplib.FTP], object]) -> None:
        with ftplib.FTP(timeout=self._timeout) as ftp:  # noqa: S321  nothing secret goes this way
            ftp.maxline = _LINE
            ftp.connect(self._host, self._port)
            ftp.login()
            question(ftp)
            with suppress(ftplib.Error, OSError, EOFError):
                ftp.quit()

    def _place(self, path: str) -> str:
        return f"{self._folder}/{path}"

    def _name(self, path: str) -> str:
        return f"{self._host}{self._place(path)}"

    def _too_large(self, path: str, limit: int) -> HostRefuses:
        return HostRefuses(f"{self._name(path)} is larger than {limit:,} bytes", remedy="This is none of PubMed's.")


class _Disk(Exception):
    """The file here cannot be written: no error of the network, though both are `OSError`."""

    def __init__(self, error: OSError) -> None:
        self.error = error


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}" if str(error) else type(error).__name__
