"""A host that is asked by HTTP, politely: one at a time, never elsewhere, never more than was bargained for.

Redirects are followed within the host alone. Certificates are verified. Proxies and logins of the environment are not used.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final, Self

import aiohttp
from yarl import URL

from biorelay.sourcing.errors import FileMissing, HostAway, HostRefuses

CHUNK: Final = 1 << 16
SLOWEST: Final = 1_000
"""Bytes a second, over `timeout`: whoever sends less only keeps the connection."""
LONGEST_WAIT: Final = 3_600.0
"""Seconds; a host that asks for more is asked again then."""

_REDIRECTS: Final = 5
_BUSY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_KEEPING: Final = frozenset({307, 308})


class Web:
    """A host below one URL; an async context manager. Its errors name paths, never what was sent."""

    def __init__(self, url: str, *, ca_file: Path | None = None, timeout: float = 30.0, agent: str = "biorelay") -> None:
        """`timeout`: seconds for a connection, for the head of an answer, and between two pieces of it."""
        self._base = URL(url.rstrip("/") + "/")
        self._ca_file = ca_file
        self._timeout = timeout
        self._agent = agent
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Raises `HostRefuses` where `ca_file` cannot be used."""
        try:
            context = ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
        except (OSError, ssl.SSLError) as error:
            raise HostRefuses(f"{self._ca_file} is no file of authorities", remedy="Name a PEM file in pubmed.ca_file.") from error
        seconds = self._timeout
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=1),
            timeout=aiohttp.ClientTimeout(total=None, connect=seconds, sock_connect=seconds, sock_read=seconds),
            headers={"User-Agent": self._agent, "Accept-Encoding": "identity"},
            auto_decompress=False,  # what is packed is counted and checked packed
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def text(self, path: str, limit: int) -> str:
        """What lies there, as text. Raises as `into`."""
        async with self._answer("GET", path) as answer:
            return (await self._read(answer, path, limit)).decode("utf-8", "replace")

    async def post(self, path: str, fields: Mapping[str, str], limit: int) -> bytes:
        """What the host answers to a form. Raises as `into`."""
        async with self._answer("POST", path, fields=fields) as answer:
            return await self._read(answer, path, limit)

    async def into(self, path: str, file: BinaryIO, limit: int) -> None:
        """Append what lies there to a file that holds its beginning, or write it anew where the host sends all again.

        Raises `HostAway`, with what had come by then in the file, `HostRefuses`, `FileMissing`, and the file's `OSError`.
        """
        have = file.seek(0, 2)
        async with self._answer("GET", path, headers={"Range": f"bytes={have}-"} if have else {}) as answer:
            if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                file.truncate(0)
                raise HostAway(f"{self._name(path)} is no longer than its part here, and is fetched anew", wait=0.0)
            if answer.status == HTTPStatus.PARTIAL_CONTENT and not _continues(answer.headers.get("Content-Range", ""), have):
                raise HostRefuses(f"{self._name(path)}: another part came than was asked for", remedy="Try another mirror.")
            if answer.status != HTTPStatus.PARTIAL_CONTENT:
                have = file.seek(0)
                file.truncate()
            if have + (answer.content_length or 0) > limit:
                raise self._too_large(path, limit)
            async with aclosing(self._chunks(answer, path)) as chunks:
                async for chunk in chunks:
                    have += len(chunk)
                    if have > limit:
                        raise self._too_large(path, limit)
                    file.write(chunk)

    async def _read(self, answer: aiohttp.ClientResponse, path: str, limit: int) -> bytes:
        if (answer.content_length or 0) > limit:
            raise self._too_large(path, limit)
        found = bytearray()
        async with aclosing(self._chunks(answer, path)) as chunks:
            async for chunk in chunks:
                found += chunk
                if len(found) > limit:
                    raise self._too_large(path, limit)
        return bytes(found)

    async def _chunks(self, answer: aiohttp.ClientResponse, path: str) -> AsyncGenerator[bytes]:
        since, got = time.monotonic(), 0
        try:
            async for chunk in answer.content.iter_chunked(CHUNK):
                yield chunk
                got += len(chunk)
                if (seconds := time.monotonic() - since) > self._timeout:
                    if got < SLOWEST * seconds:
                        raise HostAway(f"{self._name(path)} comes at {got / seconds:.0f} bytes a second")
                    since, got = time.monotonic(), 0
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise HostAway(f"{self._name(path)} broke off ({_said(error)})") from error

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, fields: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, where it is one: 200, or 206 and 416 to who asked for the rest."""
        url = self._base.join(URL(path))
        for _ in range(_REDIRECTS):
            answer = await self._asked(method, url, headers or {}, fields)
            try:
                if answer.status in _MOVED:
                    url = self._elsewhere(answer, url, path, keeping=method == "GET" or answer.status in _KEEPING)
                    continue
                self._complain(answer, path, resuming="Range" in (headers or {}))
                yield answer
            finally:
                answer.release()  # closes the connection, where not all was read
            return
        raise HostRefuses(f"{self._name(path)} redirects without end")

    async def _asked(self, method: str, url: URL, headers: Mapping[str, str], fields: Mapping[str, str] | None) -> aiohttp.ClientResponse:
        assert self._session is not None, "use `async with`"  # noqa: S101
        try:
            async with asyncio.timeout(2 * self._timeout):
                return await self._session.request(method, url, headers=headers, data=fields, allow_redirects=False)
        except aiohttp.ClientSSLError as error:
            raise HostRefuses(
                f"no trusted connection to {self._base.host}: {_said(error)}", remedy="See pubmed.ca_file; nothing is taken unverified."
            ) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise HostAway(f"{self._base.host} does not answer ({_said(error)})", remedy="Check the network and the address.") from error

    def _elsewhere(self, answer: aiohttp.ClientResponse, url: URL, path: str, *, keeping: bool) -> URL:
        try:
            target = url.join(URL(answer.headers.get("Location", "")))
        except ValueError:
            target = URL()
        same = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
        secured = (target.scheme, target.port, url.port, target.host) == ("https", 443, 80, url.host)
        if not keeping or not (same or secured):
            raise HostRefuses(
                f"{self._name(path)} sends elsewhere ({(target.host or 'nowhere')[:80]})",
                remedy="Set the address that is meant; no other host is asked.",
            )
        return target

    def _complain(self, answer: aiohttp.ClientResponse, path: str, *, resuming: bool) -> None:
        status = answer.status
        if status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT) or (resuming and status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
            return
        if status in _GONE:
            raise FileMissing(f"{self._name(path)} is not there (HTTP {status})", remedy="Check the address.")
        if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise HostAway(f"{self._name(path)}: HTTP {status}", wait=retry_after(answer.headers.get("Retry-After")))
        raise HostRefuses(f"{self._name(path)}: HTTP {status}", remedy="Check the address, and what it asks for.")

    def _name(self, path: str) -> str:
        return f"{self._base.host}{self._base.join(URL(path)).path}"

    def _too_large(self, path: str, limit: int) -> HostRefuses:
        return HostRefuses(f"{self._name(path)} is larger than {limit:,} bytes", remedy="This is none of PubMed's.")


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a `Retry-After` asks for (RFC 9110, section 10.2.3), `LONGEST_WAIT` at most; None where it says nothing."""
    if not value:
        return None
    if value.strip().isdecimal() and value.isascii():
        return min(float(value[:12]), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    seconds = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _continues(content_range: str, have: int) -> bool:
    return content_range.removeprefix("bytes ").startswith(f"{have}-")


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}" if str(error) else type(error).__name__
