"""Discovery: what lies two steps away, what joins two entities, and the ways between them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from biorelay.explorer.parameters import CUT, Seen, Text
from biorelay.explorer.state import Store
from graphstore.answers import Entity, Finding, Path
from graphstore.measures import Measure
from processors.records import EntityType

router = APIRouter(tags=["discovery"])

Limit = Annotated[int, Field(ge=1, le=CUT)]
Damping = Annotated[float, Field(ge=0, le=4)]


class Open(Seen):
    """A - B - ?"""

    start: Annotated[Text, Field(examples=["mesh:D005395"])]
    """A, by CURIE or whole name"""
    target_type: EntityType | None = None
    """only answers of this type"""
    via: EntityType | None = None
    """only ways through entities of this type"""
    rank: Measure = Measure.DAMPED_PAPERS
    """the measure to rank by (docs/discovery.md)"""
    damping: Damping | None = None
    """how much hubs are damped; the measure's own where not given"""
    limit: Limit = 20
    """answers, at most"""


class Closed(Seen):
    """A - ? - C"""

    start: Annotated[Text, Field(examples=["mesh:D005395"])]
    """A, by CURIE or whole name"""
    end: Annotated[Text, Field(examples=["mesh:D011928"])]
    """C, by CURIE or whole name"""
    via: EntityType | None = None
    """only ways through entities of this type"""
    rank: Measure = Measure.DAMPED_PAPERS
    """the measure to rank by (docs/discovery.md)"""
    damping: Damping | None = None
    """how much hubs are damped; the measure's own where not given"""
    limit: Limit = 20
    """answers, at most"""


class Ways(Seen):
    """Ways from one entity to another."""

    start: Annotated[Text, Field(examples=["mesh:D005395"])]
    """by CURIE or whole name"""
    end: Annotated[Text, Field(examples=["mesh:D011928"])]
    """by CURIE or whole name"""
    max_hops: Annotated[int, Field(ge=1, le=4)] = 3
    """steps at most"""
    shortest: bool = False
    """only the ways of the fewest steps"""
    limit: Limit = 10
    """ways, at most"""


class Found(BaseModel):
    """Answers of open discovery, best first; `notes` say what was left out."""

    start: Entity
    items: list[Finding]
    bounded: bool
    notes: tuple[str, ...]


class Joined(BaseModel):
    """Ways between two entities, best first; `notes` say what was left out."""

    start: Entity
    end: Entity
    items: list[Path]
    bounded: bool
    notes: tuple[str, ...]


@router.get("/discover/open")
async def discover_open(store: Store, asked: Annotated[Open, Query()]) -> Found:
    """A - B - ?: what no paper relates to A directly, and is reached through what is related to A."""
    start = await store.resolve(asked.start)
    found = await store.discover_open(
        start.id,
        type=asked.target_type,
        via=asked.via,
        rank=asked.rank,
        damping=asked.damping,
        limit=asked.limit,
        **asked.seeing,
    )
    return Found(start=start, items=found, bounded=found.bounded, notes=found.notes)


@router.get("/discover/closed")
async def discover_closed(store: Store, asked: Annotated[Closed, Query()]) -> Joined:
    """A - ? - C: what joins the two, each with its best sentences."""
    start, end = await store.resolve(asked.start), await store.resolve(asked.end)
    found = await store.discover_closed(
        start.id, end.id, type=asked.via, rank=asked.rank, damping=asked.damping, limit=asked.limit, **asked.seeing
    )
    return Joined(start=start, end=end, items=found, bounded=found.bounded, notes=found.notes)


@router.get("/paths")
async def paths(store: Store, asked: Annotated[Ways, Query()]) -> Joined:
    """Ways from one entity to another of at most four steps, best first."""
    start, end = await store.resolve(asked.start), await store.resolve(asked.end)
    found = await store.paths(start.id, end.id, max_hops=asked.max_hops, shortest=asked.shortest, limit=asked.limit, **asked.seeing)
    return Joined(start=start, end=end, items=found, bounded=found.bounded, notes=found.notes)
