"""An abstract that somebody pastes, read by the model as `biorelay extract` reads it."""

import json
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from biorelay.explorer.refusals import BadRequest
from biorelay.explorer.state import Shared
from models.runtime.errors import BiorelayError
from processors.records import Abstract, Entities, Mention, Provenance, Relation, Relations, Span
from processors.sources import Cleaning, Limits, Problem, read

if TYPE_CHECKING:
    from biorelay.extractor import Extractor
    from biorelay.settings import Settings

router = APIRouter(tags=["extraction"])

EXAMPLE: JsonDict = {
    "title": "Naloxone reverses the antihypertensive effect of clonidine.",
    "abstract": "In unanesthetized, spontaneously hypertensive rats the decrease in blood pressure produced by clonidine was inhibited"
    " or reversed by nalozone.",
}


class Pasted(BaseModel):
    """A title and an abstract; either may be empty. Labels (`METHODS: ...`) become sections."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    title: Annotated[str, Field(max_length=1_000_000)] = ""
    abstract: Annotated[str, Field(max_length=1_000_000)] = ""


class Extracted(BaseModel):
    """What the models find. Every offset counts Unicode code points of `text`, which is the title, a blank, and the abstract, cleaned."""

    id: str
    """a name made of the text, under which what no database knows is called"""
    title: str
    text: str
    sentences: tuple[Span, ...]
    mentions: tuple[Mention, ...]
    relations: tuple[Relation, ...]
    provenance: Provenance


@router.post("/extract")
async def extract(shared: Shared, pasted: Pasted) -> Extracted:
    """The entities and relations of an abstract. Nothing of it is stored. 503 where as many are being read as may be at once."""
    abstract = abstract_of(pasted, shared.settings)

    def both(extractor: "Extractor") -> tuple[Entities, Relations]:
        return extractor.extract(abstract)

    entities, relations = await shared.by_model(both)
    return Extracted(
        id=entities.id,
        title=entities.article.title,
        text=entities.text,
        sentences=entities.sentences,
        mentions=entities.mentions,
        relations=relations.relations,
        provenance=entities.provenance,
    )


def abstract_of(pasted: Pasted, settings: "Settings") -> Abstract:
    """The record that the reader of JSON lines makes of it. Raises `BadRequest` where it refuses it."""
    digest = sha256(f"{pasted.title} {pasted.abstract}".encode("utf-8", "surrogatepass")).hexdigest()
    line = json.dumps({"id": f"local:pasted-{digest[:16]}", "title": pasted.title, "abstract": pasted.abstract}).encode()
    limits = Limits(max_document_bytes=settings.limits.document_bytes, max_text_characters=settings.limits.text_characters)
    found = next(read(BytesIO(line), format="jsonl", limits=limits, cleaning=Cleaning(**settings.cleaning.model_dump())))
    if isinstance(found, Abstract):
        return found
    error: BiorelayError | None = found.error if isinstance(found, Problem) else None
    raise BadRequest(str(error or "this is no abstract"), remedy=(error and error.remedy) or "Give a title, an abstract, or both.")
