"""The explorer's own metrics, by route template and not by address, so that their number is bounded."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIMITS = (
    "limits.document_bytes",
    "limits.text_characters",
    "serve.extractions",
    "serve.hosts",
    "serve.listeners",
    "serve.request_s",
    "serve.requests_per_s",
)
"""The settings whose limits a request can meet (docs/limits.md)."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
API = "/api/v1"
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class ExplorerMetrics:
    """The metrics of one explorer, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.requests = Counter(
            "biorelay_explorer_requests",
            "Requests answered, by route, method and class of the status",
            ["route", "method", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "biorelay_explorer_request_seconds",
            "Time until a request's answer began, by route",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.limits = Counter("biorelay_explorer_limits", "Times a limit was met, by the setting that has it", ["limit"], registry=registry)
        self.extractions = Gauge("biorelay_explorer_extractions", "Abstracts that are being read by the model", registry=registry)
        self.listeners = Gauge("biorelay_explorer_listeners", "Clients that are told of discoveries", registry=registry)
        self.info = Gauge("biorelay_explorer_info", "What runs: 1", ["software", "engine"], registry=registry)
        self.started = Gauge("biorelay_explorer_start_time_seconds", "Unix time at which this process started", registry=registry)
        self.started.set(time.time())
        for limit in LIMITS:
            self.limits.labels(limit)

    def limited(self, error: BaseException) -> None:
        """Count an error that says which setting's limit was met."""
        limit = getattr(error, "limit", None)
        if limit in LIMITS:
            self.limits.labels(limit).inc()

    def exposition(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class Measured:
    """Counts every request and times it until its answer begins."""

    def __init__(self, app: ASGIApp, metrics: ExplorerMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._metrics.seconds.labels(route_of(scope)).observe(time.perf_counter() - began)
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(route_of(scope), method, f"{status // 100}xx").inc()


def route_of(scope: Scope) -> str:
    """The template of the route that answered, such as `/api/v1/papers/{id}`; `other` where none did."""
    template = getattr(scope.get("route"), "path", None)
    if not template:
        return "other"
    route = str(template).replace(":path}", "}")
    path = scope["path"].removeprefix(scope.get("root_path") or "")
    return API + route if path.startswith(f"{API}/") and not route.startswith(API) else route  # routers may know their own part only
