"""Entities: search with completion, the card, what is beside one."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from biorelay.explorer.drawing import beside
from biorelay.explorer.links import outside_link
from biorelay.explorer.lists import Listed, page_of
from biorelay.explorer.names import Match, search
from biorelay.explorer.parameters import CUT, LONGEST, Asked, Beside, Paged, Text
from biorelay.explorer.state import Shared, Store
from graphstore.answers import Entity, Neighbour
from graphstore.contribution import Polarity

router = APIRouter(tags=["entities"])

COUNTED = 1000
"""Edges of an entity that its card counts by type: the strongest."""
SYNONYMS = 50
"""Synonyms that a card shows."""

Curie = Annotated[Text, Path(description="A CURIE, or a whole name that the graph knows.", examples=["mesh:D003000"], max_length=LONGEST)]


class Sought(Asked):
    """What is typed into the search field."""

    q: Annotated[Text, Field(examples=["clonid"])]
    """a CURIE, a name, or how it begins"""
    limit: Annotated[int, Field(ge=1, le=CUT)] = 10
    """entities, at most"""


class Beneath(Paged, Beside):
    """Which relations of the entity, and which part of them."""


class Card(BaseModel):
    """What is known of an entity at a glance. Counts are of relations that a paper states positively, its `counted` strongest."""

    entity: Entity
    synonyms: list[str]
    """other names that the vocabulary has for it, as it keys them: in lower case, without marks"""
    link: str | None
    """its page in the database that its CURIE names"""
    predicates: dict[str, int]
    """relations by predicate"""
    types: dict[str, int]
    """relations by the type at their other end"""
    counted: int
    first_year: int | None
    last_year: int | None
    notes: list[str] = []


@router.get("/search")
async def find(shared: Shared, asked: Annotated[Sought, Query()]) -> Listed[Match]:
    """Entities of the graph by name, synonym or CURIE, the likeliest first: whole names, then the best connected.

    `matched` is the synonym by which one was found, where its own name does not hold the text.
    """
    return Listed(items=await search(shared, asked.q, limit=asked.limit))


@router.get("/entities/{curie:path}/neighbours")
async def neighbours(store: Store, curie: Curie, asked: Annotated[Beneath, Query()]) -> Listed[Neighbour]:
    """What an entity is related to, the most papers first."""
    entity = await store.resolve(curie)
    found = await beside(store, entity.id, asked, limit=asked.wanted)
    return page_of(found, asked, found.notes, bounded=found.bounded)


@router.get("/entities/{curie:path}")
async def card(shared: Shared, curie: Curie) -> Card:
    """What is known of an entity at a glance."""
    store = shared.store
    entity = await store.resolve(curie)
    found = await store.neighbours(entity.id, polarity=Polarity.POSITIVE, limit=COUNTED)
    names = await shared.synonyms()
    years = [(one.edge.first_year, one.edge.last_year) for one in found if one.edge.first_year and one.edge.last_year]
    return Card(
        entity=entity,
        synonyms=names.of(entity.id)[:SYNONYMS] if names else [],
        link=outside_link(entity.id),
        predicates=dict(Counter(one.edge.predicate.value for one in found).most_common()),
        types=dict(Counter(one.entity.type for one in found).most_common()),
        counted=len(found),
        first_year=min((first for first, _ in years), default=None),
        last_year=max((last for _, last in years), default=None),
        notes=[f"only its {COUNTED} strongest relations are counted"] if found.bounded else [],
    )
