"""The worker's own HTTP endpoint: /metrics, /healthz and /readyz, answered by a thread, so that a frozen event loop can be told."""

import json
import logging
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from prometheus_client import CONTENT_TYPE_LATEST

from .errors import EndpointTaken
from .metrics import Metrics

log = logging.getLogger(__name__)


class Endpoint:
    """Serves one worker's metrics; a context manager. Port 0 finds a free one, which `port` then tells."""

    def __init__(self, metrics: Metrics, host: str, port: int) -> None:
        self._metrics = metrics
        self._host = host
        self.port = port
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        """Raises `EndpointTaken`."""
        handler = type("Handler", (_Handler,), {"metrics": self._metrics})
        try:
            server = ThreadingHTTPServer((self._host, self.port), handler)
        except OSError as error:
            raise EndpointTaken(
                f"cannot listen on {self._host}:{self.port}: {error.strerror}", remedy="Choose another metrics port, or 0 for none."
            ) from error
        server.daemon_threads = True
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


class _Handler(BaseHTTPRequestHandler):
    metrics: Metrics
    server_version = "biorelay"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
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
