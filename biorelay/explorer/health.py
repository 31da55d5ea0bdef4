"""What watches the service: is it alive, can it answer, its metrics."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from biorelay.explorer.state import Shared

router = APIRouter(tags=["service"])


class Health(BaseModel):
    """The service is well."""

    status: str = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """The process is alive."""
    return Health()


@router.get("/readyz")
async def readyz(shared: Shared) -> Health:
    """The graph answers; 503 where it does not."""
    await shared.ready()
    return Health()


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text."}})
async def metrics(shared: Shared) -> Response:
    """The service's own metrics, for Prometheus."""
    return Response(shared.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
