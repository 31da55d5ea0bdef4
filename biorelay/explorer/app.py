"""The explorer's application: the routes, and what stands before them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.cors import CORSMiddleware

from biorelay.explorer import (
    discovery,
    edges,
    entities,
    extracting,
    health,
    network,
    papers,
    problems,
    questions,
    reference,
    stats,
    status,
    verifying,
)
from biorelay.explorer.describing import RESPONSES, TAGS, described
from biorelay.explorer.guarding import LOCAL, Guard, is_loopback
from biorelay.explorer.measuring import API, Measured
from biorelay.explorer.remembering import Tagged
from biorelay.explorer.state import State
from biorelay.translator import router as translator
from biorelay.translator.routes import BODY

if TYPE_CHECKING:
    from biorelay.settings import Settings

PAGE = Path(__file__).parent / "page"
SUMMARY = "Entities and relations that PubMed abstracts state, with the sentences that state them. Read-only."


def create_app(settings: "Settings") -> FastAPI:
    """The application over the graph that the settings name; opens nothing yet.

    Raises `GraphBadAddress` for an address that is none, and `SettingsError` for views that cannot be read.
    """
    state = State(settings)
    watcher = status.Watcher(settings.serve.workers)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        warm = asyncio.create_task(state.warm())
        watching = asyncio.create_task(watcher.run())
        try:
            yield
        finally:
            warm.cancel()
            watching.cancel()
            await asyncio.gather(warm, watching, return_exceptions=True)
            await state.close()

    app = FastAPI(
        title="biorelay",
        summary=SUMMARY,
        version=version("biorelay"),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )
    app.state.shared = state
    app.state.watcher = watcher
    problems.install(app)
    for module in (entities, edges, papers, discovery, network, verifying, questions, extracting, stats, status):
        app.include_router(module.router, prefix=API, responses=RESPONSES)
    app.include_router(health.router)
    app.include_router(status.page)
    app.include_router(translator)
    app.mount("/assets", StaticFiles(directory=PAGE, check_dir=False), name="assets")

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference.page_of(app.openapi()))

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own documentation does it
    _guarded(app, state)
    return app


def _guarded(app: FastAPI, state: State) -> None:
    """What stands before the routes; the last one added is the first that a request meets."""
    settings, serve = state.settings, state.settings.serve
    hosts = serve.hosts or ((*LOCAL, serve.host) if is_loopback(serve.host) else ())
    app.add_middleware(Tagged)
    if serve.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=serve.origins, allow_methods=["GET", "POST"], allow_headers=["Content-Type", "If-None-Match"]
        )
    app.add_middleware(
        Guard,
        metrics=state.metrics,
        hosts=hosts,
        per_second=serve.requests_per_s,
        most_bytes=settings.limits.document_bytes,
        larger={"/trapi": BODY},
        seconds=serve.request_s,
        root=serve.root_path,
    )
    app.add_middleware(Measured, metrics=state.metrics)
