"""Edges: between two entities, the sentences behind them, how sure they are, what is disputed, what changed."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from biorelay.explorer.drawing import edges_of
from biorelay.explorer.lists import Listed, page_of
from biorelay.explorer.parameters import CUT, Asked, Beside, Paged, Text, Window, Year
from biorelay.explorer.state import Store
from graphstore.answers import Edge, Entity, Sentence
from graphstore.changes import Development
from graphstore.contribution import Polarity
from graphstore.support import Disputed, Reckoning
from processors.records import EntityType, Predicate

router = APIRouter(tags=["edges"])

Start = Annotated[Text, Field(examples=["mesh:D003000"])]
End = Annotated[Text, Field(examples=["mesh:D006973"])]


class Ends(Asked):
    """Two entities, by CURIE or whole name; their order does not count."""

    subject: Start
    """one, by CURIE or whole name"""
    object: End
    """the other, by CURIE or whole name"""


class Between(Ends, Beside):
    """Two entities, and which relations between them."""


class Behind(Ends, Paged):
    """Which sentences."""

    predicate: Predicate | None = None
    """only relations of this type"""
    polarity: Polarity | None = None
    """only sentences that state it in this way"""


class Summed(Ends):
    """Of which edges the confidence is spelled out."""

    predicate: Predicate | None = None
    """only of relations of this type"""
    limit: Annotated[int, Field(ge=1, le=CUT)] = 50
    """papers that are spelled out, the surest first"""


class Both(Asked):
    """Which disputed edges."""

    entity: Text | None = None
    """of this entity only, by CURIE or whole name"""
    type: EntityType | None = None
    """only of an entity of this type; with `entity` the other end's"""
    predicate: Predicate | None = None
    """only relations of this type"""
    min_papers: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """papers that state it, at least"""
    min_negated: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """papers that deny it, at least"""
    limit: Annotated[int, Field(ge=1, le=CUT)] = 50
    """edges, at most"""


class Since(Asked):
    """Between which years."""

    since: Year
    """what the papers after this year changed"""
    until: Year | None = None
    """up to the end of this one; this year where not given"""
    entity: Text | None = None
    """of this entity only, by CURIE or whole name"""
    predicate: Predicate | None = None
    """only relations of this type"""
    min_papers: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """only relations that so many papers state positively, before or after"""
    limit: Annotated[int, Field(ge=1, le=CUT)] = 50
    """edges, at most, the largest difference first"""


class Joint(BaseModel):
    """Two entities and the edges between them, the most papers first."""

    subject: Entity
    object: Entity
    edges: list[Edge]


@router.get("/edges")
async def edges(store: Store, asked: Annotated[Between, Query()]) -> Joint:
    """The edges between two entities."""
    subject, object_, found = await edges_of(store, asked.subject, asked.object, asked)
    return Joint(subject=subject, object=object_, edges=found)


@router.get("/edges/evidence")
async def evidence(store: Store, asked: Annotated[Behind, Query()]) -> Listed[Sentence]:
    """The sentences behind what the graph says of two entities, the most probable first, those of retracted papers last.

    Spans count Unicode code points of the document's text; `text` begins at `span.start`.
    """
    a, c = (await store.resolve(asked.subject)).id, (await store.resolve(asked.object)).id
    return page_of(await store.evidence(a, c, asked.predicate, polarity=asked.polarity, limit=asked.wanted), asked)


@router.get("/edges/confidence")
async def confidence(store: Store, asked: Annotated[Summed, Query()]) -> Listed[Reckoning]:
    """How the confidence of each edge between two entities comes about, paper by paper: a sum that can be redone by hand."""
    a, c = (await store.resolve(asked.subject)).id, (await store.resolve(asked.object)).id
    return Listed(items=await store.reckon(a, c, asked.predicate, limit=asked.limit))


@router.get("/contradicted")
async def contradicted(store: Store, asked: Annotated[Both, Query()]) -> Listed[Disputed]:
    """Edges that papers both state and deny, with the best sentence of either side."""
    curie = (await store.resolve(asked.entity)).id if asked.entity else None
    found = await store.contradicted(
        curie,
        type=asked.type,
        predicate=asked.predicate,
        min_papers=asked.min_papers,
        min_negated=asked.min_negated,
        limit=asked.limit,
    )
    return Listed(items=found, bounded=len(found) == asked.limit)


@router.get("/changes")
async def changes(store: Store, asked: Annotated[Since, Query()]) -> Listed[Development]:
    """What the papers of some years changed: edges that appeared, grew stronger or weaker, or vanished."""
    curie = (await store.resolve(asked.entity)).id if asked.entity else None
    until = asked.until or datetime.now(UTC).year
    seen = Window().window(asked.predicate, asked.min_papers)
    found = await store.changes(asked.since, until, curie=curie, limit=asked.limit, **seen)
    return Listed(items=found, bounded=found.bounded, notes=found.notes)
