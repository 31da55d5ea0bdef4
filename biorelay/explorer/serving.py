"""The process that serves: a socket, uvicorn, and an end within its deadline."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from biorelay.explorer.app import create_app
from stream.errors import EndpointTaken
from stream.quiet import quiet

if TYPE_CHECKING:
    from biorelay.settings import Settings

log = logging.getLogger(__name__)

EXIT_STUCK = 75
"""EX_TEMPFAIL, as a worker's: the shutdown deadline passed."""
LAST_S = 1.0
"""Of the deadline, what is left for letting go of the graph when all answers have ended."""
AT_ONCE = 500
"""Connections that are answered at a time; one more is told 503."""


class Serving(uvicorn.Server):
    """One explorer. `started` is told its address when it answers."""

    def __init__(self, settings: "Settings", *, started: Callable[[str], None]) -> None:
        """Raises what `create_app` raises."""
        serve = settings.serve
        app = create_app(settings)
        self._state = app.state.shared
        self._settings = serve
        self._told = started
        self._interrupted = False
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="on",
                proxy_headers=bool(serve.proxies),
                forwarded_allow_ips=list(serve.proxies),
                limit_concurrency=AT_ONCE,
                timeout_graceful_shutdown=max(int(serve.shutdown_s - LAST_S), 0),
            )
        )

    def until_told(self) -> int:
        """Serve until SIGTERM (0) or Ctrl-C (130), the exit codes. Raises `EndpointTaken` where the address cannot be had.

        For a process of its own: that ends at its deadline, whatever else it does.
        """
        taken = _socket(self._settings.host, self._settings.port)
        with taken, quiet():
            asyncio.run(self.serve([taken]))
        return 130 if self._interrupted else 0

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Both signals end it in good order; uvicorn would raise them once more at the end, and die of them."""
        before = {number: signal.signal(number, self._signalled) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._interrupted = self._interrupted or number == signal.SIGINT
        self.handle_exit(number, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            self._told(f"http://{shown}:{port}{self._settings.root_path}/")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._state.stopping.set()
        threading.Thread(target=self._end, name="shutdown-deadline", daemon=True).start()
        await super().shutdown(sockets)

    def _end(self) -> None:
        """Past the deadline the process is gone, whatever hangs: a model that reads, a query of the embedded graph."""
        threading.Event().wait(self._settings.shutdown_s)
        log.warning("not done within %g s: ending", self._settings.shutdown_s)
        os._exit(EXIT_STUCK)


def _socket(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise EndpointTaken(
            f"cannot listen on {host}:{port}: {error.strerror}", remedy="Choose another --port, or --host; 0 takes a free port."
        ) from error
