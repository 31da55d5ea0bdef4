"""Is a pair that was discovered stated in the abstracts that are stored? As `biorelay graph verify`, within bounds."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, ValidationError

from biorelay.explorer.parameters import Asked, Text
from biorelay.explorer.refusals import BadRequest
from biorelay.explorer.state import Shared, State
from biorelay.sought import Sought, sought
from biorelay.verifying import Pair, Search, Verdict, Verified, documents_of, weigh, without
from graphstore import GraphStore, GraphUnknownArticle, GraphUnknownEntity
from graphstore.answers import Entity, Sentence
from models.runtime.errors import BiorelayError
from processors.records import Abstract
from processors.sources import Cleaning, Deletion, Limits, read

if TYPE_CHECKING:
    from biorelay.extractor import Extractor
    from processors.vocabulary import Vocabulary

router = APIRouter(tags=["discovery"])

HELD = 50
"""The sentences of the graph that are looked at."""
SHARE = 0.5
"""Of the time of an answer, what the search may take; the rest is for reading."""


class Checked(Asked):
    """Which pair, and how thoroughly."""

    start: Annotated[Text, Field(examples=["mesh:D003000"])]
    """by CURIE or name; it need not be in the graph"""
    end: Annotated[Text, Field(examples=["mesh:D006973"])]
    """by CURIE or name; it need not be in the graph"""
    search: bool = True
    """whether to search the abstracts, and not only the graph"""
    most: Annotated[int, Field(ge=1, le=100)] = 20
    """abstracts that the model reads, those where the two stand nearest"""


class Held(BaseModel):
    """What the graph's papers say of the pair, each counted once."""

    verdict: Verdict
    confidence: float
    papers: int
    negated: int
    speculated: int
    sentences: list[Sentence]


class Verification(BaseModel):
    """The verdict on a pair: that of the abstracts where they were searched, else the graph's. `notes` say what was not looked at."""

    start: str
    start_name: str
    end: str
    end_name: str
    verdict: Verdict
    graph: Held
    abstracts: Verified | None
    notes: list[str]


@router.get("/verify")
async def verify(shared: Shared, asked: Annotated[Checked, Query()]) -> Verification:
    """Whether a pair is stated in the abstracts: supported, contradicted, co-mentioned or unseen.

    The files of `serve.abstracts` are searched, or the abstracts topic. 503 where as many searches run as may at once.
    """
    vocabulary = await shared.vocabulary()
    ends = [await _end(shared, text, vocabulary) for text in (asked.start, asked.end)]
    pair = Pair(*ends)
    if (pair.a.id or pair.a.name.casefold()) == (pair.c.id or pair.c.name.casefold()):
        raise BadRequest(f"both ends are {pair.a.label}", remedy="Name two different entities.")
    sentences = await _held(shared.store, pair)
    graph = Held(**weigh(sentences)._asdict(), sentences=sentences)
    found, notes = None, [] if asked.search else ["no abstracts were searched"]
    if asked.search:
        until = time.monotonic() + shared.settings.serve.request_s * SHARE
        try:
            found, notes = await shared.by_model(
                lambda extractor: _searched(shared, Search([pair], vocabulary, most=asked.most), extractor, until)
            )
            found = await _less_retracted(shared.store, found)
        except BiorelayError as error:
            if not error.code.startswith("stream."):
                raise
            notes = [f"no abstracts were searched: {error}"]
    return Verification(
        start=pair.a.id,
        start_name=pair.a.name,
        end=pair.c.id,
        end_name=pair.c.name,
        verdict=found.verdict if found else graph.verdict,
        graph=graph,
        abstracts=found,
        notes=notes,
    )


def _searched(shared: State, search: Search, extractor: "Extractor", until: float) -> tuple[Verified, list[str]]:
    """In a thread: search what is stored, and read what was found. Raises what following the topic raises."""
    bounds = _Bounds(shared, search, until)
    if shared.settings.serve.abstracts:
        for item in _files(shared):
            if isinstance(item, Deletion):
                search.forget(item.id)
            elif isinstance(item, Abstract):
                search.look(item)
            if bounds.reached():
                break
    else:
        asyncio.run(_topic(shared, search, bounds))
    (found,) = search.verdicts(extractor, on_error=lambda *_: None)
    return found, bounds.notes


class _Bounds:
    """Where a search ends before its documents do."""

    def __init__(self, shared: State, search: Search, until: float) -> None:
        self._shared = shared
        self._search = search
        self._until = until
        self.notes: list[str] = []

    def reached(self) -> bool:
        if not self.notes and self._search.documents >= self._shared.settings.serve.verify_documents:
            self.notes.append(f"only the first {self._search.documents} abstracts were searched")
        elif not self.notes and (time.monotonic() >= self._until or self._shared.stopping.is_set()):
            self.notes.append(f"the search ended after {self._search.documents} abstracts, for its time was up")
        return bool(self.notes)


def _files(shared: State) -> Iterator[object]:
    settings = shared.settings
    limits = Limits(max_document_bytes=settings.limits.document_bytes, max_text_characters=settings.limits.text_characters)
    cleaning = Cleaning(**settings.cleaning.model_dump())
    for file in settings.serve.abstracts:
        try:
            with file.open("rb") as stream:
                yield from read(stream, format=None, limits=limits, cleaning=cleaning)
        except OSError as error:
            raise BiorelayError(f"{file} cannot be read: {error.strerror}", remedy="Mend serve.abstracts.") from error


async def _topic(shared: State, search: Search, bounds: _Bounds) -> None:
    from biorelay.following import follow
    from stream.topics import Topic

    async with aclosing(follow(shared.stream(), Topic.ABSTRACTS, None, wait=False)) as messages:
        async for message in messages:
            if message.value is None:
                search.forget(message.key or "")
            else:
                try:
                    search.look(Abstract.model_validate(message.value))
                except ValidationError:
                    continue  # what is no abstract went to the dead letters
            if bounds.reached():
                return


async def _end(shared: State, text: str, vocabulary: "Vocabulary") -> Sought:
    """What is meant, by the graph's name where the graph knows it. Raises `BadInput` for what looks like a CURIE and is none."""
    one = await shared.aside(sought, text, vocabulary)
    entity = await _resolved(shared.store, text) or await _resolved(shared.store, one.id)
    return one if entity is None or entity.id == one.id else Sought(entity.id, entity.name)


async def _resolved(store: GraphStore, text: str) -> Entity | None:
    try:
        return await store.resolve(text) if text else None
    except GraphUnknownEntity:
        return None


async def _held(store: GraphStore, pair: Pair) -> list[Sentence]:
    if not (pair.a.id and pair.c.id):
        return []
    try:
        return await store.evidence(pair.a.id, pair.c.id, limit=HELD)
    except GraphUnknownEntity:
        return []


async def _less_retracted(store: GraphStore, found: Verified) -> Verified:
    """The verdict without the papers that the graph knows to be retracted, by whatever record."""
    retracted_by: dict[str, tuple[str, ...]] = {}
    for id_ in sorted(documents_of(found)):
        try:
            paper = await store.paper(id_, limit=0)
        except GraphUnknownArticle:
            continue
        if paper.retracted:
            retracted_by[id_] = paper.retracted_by
    return without(found, retracted_by)
