"""The worker's own HTTP endpoint: /metrics, /healthz and /readyz, answered by a thread, so that a frozen event loop can be told."""

import json
import logging
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from prometheus_client import CONTENT_TYPE_LATEST

from .errors import EndpointTaken
from .metrics import Metrics

log = logging.getLogger(__name__)


_AT_ONCE = 32
"""Connections that are held at a time; one more is closed unheard."""


class Endpoint:
    """Serves one worker's metrics; a context manager. Port 0 finds a free one, which `port` then tells.

    More than `per_second` requests are told 429, so that who asks all the time does not take the worker's time.
    """

    def __init__(self, metrics: Metrics, host: str, port: int, *, per_second: float = 100.0) -> None:
        self._rate = _Rate(per_second)
        self._metrics = metrics
        self._host = host
        self.port = port
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        """Raises `EndpointTaken`."""
        handler = type("Handler", (_Handler,), {"metrics": self._metrics, "rate": self._rate})
        try:
            server = _Server((self._host, self.port), handler)
        except OSError as error:
            raise EndpointTaken(
                f"cannot listen on {self._host}:{self.port}: {error.strerror}", remedy="Choose another metrics port, or 0 for none."
            ) from error
        self.port = server.server_address[1]
        self._server = server
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        log.info("metrics on http://%s:%d/metrics", self._host, self.port)
        return self

    def __exit__(self, *_: object) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


class _Rate:
    """A bucket of one second's requests that fills steadily."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._room = max(per_second, 1.0)
        self._left = self._room
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def allows(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._left = min(self._left + (now - self._at) * self._per_second, self._room)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 2 * _AT_ONCE

    def __init__(self, *arguments: Any) -> None:
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()


class _Handler(BaseHTTPRequestHandler):
    metrics: Metrics
    rate: _Rate
    server_version = "biorelay"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        if not self.rate.allows():
            self.metrics.limits.labels("limits.requests_per_s").inc()
            self._answer(HTTPStatus.TOO_MANY_REQUESTS, b"ask less often\n", "text/plain; charset=utf-8")
            return
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(HTTPStatus.OK, self.metrics.exposition(), CONTENT_TYPE_LATEST)
        elif path in {"/healthz", "/readyz"}:
            wrong = self.metrics.health() if path == "/healthz" else self.metrics.readiness()
            body = json.dumps({"status": "not ok" if wrong else "ok", "wrong": wrong}).encode()
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK, body, "application/json")
        else:
            self._answer(HTTPStatus.NOT_FOUND, b"/metrics, /healthz and /readyz are here\n", "text/plain; charset=utf-8")

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        log.debug(format, *args)
