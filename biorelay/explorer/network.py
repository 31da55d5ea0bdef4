"""Parts of the graph for drawing and for downloading, and the stored views."""

import re
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, field_validator, model_validator

from biorelay.explorer.drawing import MOST_EDGES, MOST_ENTITIES, Drawing, among, around, stated_in
from biorelay.explorer.exporting import Format, exported
from biorelay.explorer.parameters import Beside, Text
from biorelay.explorer.state import Shared, State
from biorelay.explorer.views import Shown, View, view_of
from graphstore import GraphUnknownEntity

router = APIRouter(tags=["network"])

_NEXT = re.compile(r",(?=[A-Za-z][A-Za-z0-9._]*:)")
"""Between two CURIEs, and not inside of one."""


class Network(Beside):
    """Which part of the graph: around `center`, among `ids`, or a stored `view`, whose filters those of the request replace."""

    center: Annotated[Text | None, Field(examples=["mesh:D003000"])] = None
    """around this entity, by CURIE or whole name"""
    hops: Annotated[int, Field(ge=1, le=2)] = 1
    """how far around"""
    ids: Annotated[tuple[Text, ...], Field(max_length=MOST_ENTITIES)] = ()
    """among these entities, by CURIE; several by commas, or given several times"""
    view: Text | None = None
    """a stored view"""
    max_edges: Annotated[int, Field(ge=1, le=MOST_EDGES)] = 500
    """edges, the strongest first"""

    @field_validator("ids", mode="before")
    @classmethod
    def _commas(cls, value: Any) -> Any:
        return [part for text in value for part in (_NEXT.split(text) if isinstance(text, str) else [text])]

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(map(bool, (self.center, self.ids, self.view))) != 1:
            raise ValueError("give either center, or ids, or view")
        return self


class Export(Network):
    """A part of the graph as a file."""

    format: Format = Format.CSV
    """kgx is KGX's JSON with Biolink's categories and predicates and sentences; csv and jsonl list the edges"""


class Named(BaseModel):
    """A stored view, and where it is."""

    name: str
    title: str
    description: str
    address: str
    """below this API's root"""
    show: Shown


@router.get("/network")
async def network(shared: Shared, asked: Annotated[Network, Query()]) -> Drawing:
    """Nodes and edges for drawing. A view that the present graph does not hold says so in its notes."""
    return await drawn(shared, asked)


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"content": {form.media_type: {} for form in Format}, "description": "The file, for downloading."}},
)
async def export(shared: Shared, asked: Annotated[Export, Query()]) -> Response:
    """The same part of the graph as a file."""
    drawing = await drawn(shared, asked)
    name = re.sub(r"[^A-Za-z0-9]+", "-", asked.view or asked.center or "selection").strip("-").lower()[:60] or "selection"
    return Response(
        await exported(shared.store, drawing, asked.format),
        media_type=asked.format.media_type,
        headers={"Content-Disposition": f'attachment; filename="biorelay-{name}{asked.format.suffix}"'},
    )


@router.get("/views")
async def views(shared: Shared) -> list[Named]:
    """The stored views: the shipped ones and those of the settings."""
    return [
        Named(name=v.name, title=v.title, description=v.description, address=f"/network?view={v.name}", show=v.show)
        for v in shared.views.values()
    ]


async def drawn(shared: State, asked: Network) -> Drawing:
    """What is asked for. Raises `UnknownView`, and as the store does."""
    store = shared.store
    if asked.view:
        return await _viewed(shared, view_of(shared.views, asked.view), asked)
    if asked.ids:
        return await among(store, asked.ids, asked, most=asked.max_edges)
    return await around(store, asked.center or "", asked, hops=asked.hops, most=asked.max_edges)


async def _viewed(shared: State, view: View, asked: Network) -> Drawing:
    given = {name: getattr(asked, name) for name in asked.model_fields_set & Shown.model_fields.keys()}
    show = view.show.model_copy(update=given)
    try:
        if show.documents:
            found = await stated_in(shared.store, show.documents, show, most=show.max_edges)
        elif show.ids:
            found = await among(shared.store, show.ids, show, most=show.max_edges)
        else:
            found = await around(shared.store, show.center or "", show, hops=show.hops, most=show.max_edges)
    except GraphUnknownEntity as error:
        found = Drawing(nodes=[], edges=[], notes=[f"this graph does not hold the view: {error}"])
    return found.model_copy(update={"view": view.name})
