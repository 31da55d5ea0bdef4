"""How much the graph holds, and what answers."""

from importlib.metadata import version

from fastapi import APIRouter
from pydantic import BaseModel

from biorelay.explorer.state import Shared
from graphstore.answers import Stats
from models.runtime.artefact import find_artefact, read_manifest
from models.runtime.errors import ArtefactError

router = APIRouter(tags=["graph"])


class Holding(BaseModel):
    """How much the graph holds, by which engine, and the versions of what answers; None where an artefact cannot be read."""

    graph: Stats
    engine: str
    software: str
    model: str | None
    """name@version of the model that reads what is pasted; sentences name the one that read them"""
    vocabulary: str | None
    """name@version of the vocabulary that completes names and links"""


@router.get("/stats")
async def stats(shared: Shared) -> Holding:
    """How much the graph holds, and what answers."""
    return Holding(
        graph=await shared.store.stats(),
        engine=shared.store.engine,
        software=version("biorelay"),
        model=await shared.aside(_model, shared.settings.model),
        vocabulary=await _vocabulary(shared),
    )


def _model(reference: str | None) -> str | None:
    try:
        manifest = read_manifest(find_artefact(reference))
    except ArtefactError:
        return None
    return f"{manifest.name}@{manifest.version}"


async def _vocabulary(shared: Shared) -> str | None:
    try:
        return (await shared.vocabulary()).version
    except ArtefactError:
        return None
