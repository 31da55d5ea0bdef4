"""What stands before the routes: who may ask, how often, how much and for how long; and what a browser may do with the answer."""

import asyncio
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from contextlib import suppress

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from biorelay.explorer.measuring import ExplorerMetrics
from biorelay.explorer.problems import response_to
from biorelay.explorer.refusals import BodyTooLarge, ExplorerError, ForeignHost, TooManyRequests, TooSlow

LOCAL = ("localhost", "127.0.0.1", "[::1]")
"""By what a service on a loopback address may be called. A foreign site's name that leads here is somebody's trick (DNS rebinding)."""
UNRATED = ("/healthz", "/readyz", "/metrics", "/assets/")
"""What may be asked as often as anybody likes: it costs next to nothing, and a page has many assets."""
CLIENTS = 10_000
"""Clients whose requests are counted; those that were silent the longest are forgotten."""
BURST_S = 5.0
"""So many seconds' worth of requests may come at once."""
POLICY = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    with suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host == "localhost"


class Guard:
    """Refuses what no route should have to see, and sets the headers of every answer.

    - a Host that is none of `hosts` (where there are any): 421;
    - more than `per_second` requests of one client, after a burst: 429;
    - a body of more than `most_bytes`: 413;
    - an answer that has not begun after `seconds`: 504.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: ExplorerMetrics,
        hosts: Collection[str],
        per_second: float,
        most_bytes: int,
        larger: Mapping[str, int],
        seconds: float,
        root: str = "",
    ) -> None:
        """`larger` are paths' beginnings with more than `most_bytes`, `root` is the path under which a proxy offers the service."""
        self._app = app
        self._metrics = metrics
        self._hosts = frozenset(host.casefold() for host in hosts)
        self._buckets = Buckets(per_second)
        self._most_bytes = most_bytes
        self._larger = larger
        self._seconds = seconds
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["root_path"] = self._root or scope.get("root_path", "")  # a proxy may take it off the path, or leave it there
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                limit.reschedule(None)
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        try:
            async with asyncio.timeout(self._seconds) as limit:
                try:
                    self._check(scope)
                    await self._app(scope, await self._whole(scope, receive), guarded)
                except ExplorerError as error:
                    if begun:
                        raise
                    self._metrics.limited(error)
                    await response_to(error)(scope, receive, guarded)
        except TimeoutError:
            if begun or not limit.expired():
                raise
            slow = TooSlow(
                f"the answer took longer than {self._seconds:g} s", remedy="Ask for less: fewer hops, more papers.", limit="serve.request_s"
            )
            self._metrics.limited(slow)
            limit = asyncio.timeout(None)  # what `guarded` stops
            async with limit:
                await response_to(slow)(scope, receive, guarded)

    def _check(self, scope: Scope) -> None:
        """Raises `ForeignHost`, `TooManyRequests` and `BodyTooLarge`."""
        headers = {name: value for name, value in scope["headers"] if name in {b"host", b"content-length"}}
        name = host_of(headers.get(b"host", b"").decode("latin-1"))
        if self._hosts and name not in self._hosts:
            raise ForeignHost(
                f"the service is not called {name[:80]!r}", remedy="Name it in serve.hosts, or call it by its address.", limit="serve.hosts"
            )
        path = path_of(scope)
        if not path.startswith(UNRATED) and (wait := self._buckets.take(client_of(scope))) > 0:
            raise TooManyRequests(
                "more requests than one client may send", remedy="Ask less often.", limit="serve.requests_per_s", after=wait
            )
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:20]) > (most := self._most(scope)):
            raise _too_large(most)

    async def _whole(self, scope: Scope, receive: Receive) -> Receive:
        """The body read before the route begins, so that one that is too large is told so, however it is sent. Raises `BodyTooLarge`."""
        if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            return receive
        body = bytearray()
        more, most = True, self._most(scope)
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return receive  # the client left
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                raise _too_large(most)
        told = False

        async def once() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        return once

    def _most(self, scope: Scope) -> int:
        path = path_of(scope)
        return next((most for begin, most in self._larger.items() if path.startswith(begin)), self._most_bytes)


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"the body has more than {most} bytes", remedy="Send less at a time.", limit="limits.document_bytes")


def path_of(scope: Scope) -> str:
    """The path without a proxy's prefix."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path") or "")


class Buckets:
    """A bucket of requests for each client, which fills steadily."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._room = max(per_second * BURST_S, 1.0)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Take one; 0, or in how many seconds there will be one."""
        now = time.monotonic()
        left, at = self._left.pop(client, (self._room, now))
        left = min(left + (now - at) * self._per_second, self._room)
        allowed = left >= 1
        self._left[client] = (left - 1 if allowed else left, now)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._per_second


def client_of(scope: Scope) -> str:
    """Whose requests are counted together: an address, or an IPv6 network of one household."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def host_of(header: str) -> str:
    """A Host header's name without its port, in lower case."""
    name = header.strip().casefold()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0]
