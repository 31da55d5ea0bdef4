"""Papers: how an article stands and what it states."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from biorelay.explorer.links import outside_link
from biorelay.explorer.parameters import CUT, LONGEST, Asked, Text
from biorelay.explorer.state import Store
from graphstore.answers import Paper

router = APIRouter(tags=["papers"])

_PMID = re.compile(r"[0-9]{1,10}")

Id = Annotated[Text, Path(description="A PMID or a CURIE.", examples=["pubmed:12345678"], max_length=LONGEST)]


class Shown(Asked):
    """How much of the paper."""

    limit: Annotated[int, Field(ge=0, le=CUT)] = 50
    """sentences, in the order of the text"""


class Article(BaseModel):
    """How an article stands, and its page outside."""

    paper: Paper
    link: str | None


class Taken(Asked):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=CUT)] = 50
    """articles, at most"""


@router.get("/papers/{id:path}")
async def paper(store: Store, id: Id, asked: Annotated[Shown, Query()]) -> Article:  # noqa: A002
    """How an article stands: what retracts it, its links to other articles, and what it states with the sentences."""
    curie = f"pubmed:{int(id)}" if _PMID.fullmatch(id) else id
    return Article(paper=await store.paper(curie, limit=asked.limit), link=outside_link(curie))


@router.get("/retracted")
async def retracted(store: Store, asked: Annotated[Taken, Query()]) -> list[Paper]:
    """The retracted articles that the graph holds, the newest first."""
    return await store.retracted(limit=asked.limit)
