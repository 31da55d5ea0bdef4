"""The questions, each a method whose signature is the tool's schema. They only read; what they cannot answer is a `ToolError`."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any, Final, ParamSpec, TypeVar, cast

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from biorelay.assistant import answers as told
from biorelay.assistant.answers import Quote, Relation, quotes
from biorelay.assistant.inputs import (
    MOST,
    AsOf,
    Cursor,
    Limit,
    MinConfidence,
    MinPapers,
    Name,
    OfPolarity,
    OfRelation,
    OfType,
    OtherName,
    Via,
    Year,
)
from biorelay.assistant.quoting import visible
from biorelay.explorer.extracting import Pasted
from biorelay.explorer.extracting import extract as extracted
from biorelay.explorer.names import search
from biorelay.explorer.state import State
from biorelay.explorer.verifying import Checked
from biorelay.explorer.verifying import verify as verified
from biorelay.masking import mask
from graphstore import GraphUnknownEntity
from graphstore.answers import Edge, Entity, Sentence
from graphstore.contribution import Polarity
from graphstore.imports.prefixes import normalised
from graphstore.lens import Seeing
from models.runtime.errors import BiorelayError
from processors.records import EntityType, Predicate

DEEPEST: Final = 1000
"""Answers over all pages."""
P = ParamSpec("P")
T = TypeVar("T")


def answering(ask: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Within the time that an answer may take, with errors of ours as tool errors."""

    @wraps(ask)
    async def answered(*arguments: P.args, **more: P.kwargs) -> T:
        tools: Any = arguments[0]
        seconds = tools.shared.settings.serve.request_s
        try:
            async with asyncio.timeout(seconds):
                return await ask(*arguments, **more)
        except TimeoutError as error:
            raise ToolError(f"the answer took longer than {seconds:g} s. Ask for less: fewer answers, fewer hops, more papers.") from error
        except BiorelayError as error:
            raise ToolError(visible(mask(f"{error}. {error.remedy or ''}".strip()), 2000)) from error

    return answered


class Tools:
    """The questions, over one graph."""

    def __init__(self, shared: State) -> None:
        self.shared = shared

    @answering
    async def find_entity(
        self,
        text: Annotated[str, Field(min_length=1, max_length=512, description="A name, a part of one, a synonym, or a CURIE.")],
        limit: Limit = 10,
    ) -> told.Entities:
        """Find entities of the graph by name, synonym or CURIE, the likeliest first. Begin here where a name may mean several things."""
        found = await search(self.shared, text.strip(), limit=limit)
        return told.Entities(
            entities=[told.Matched(**told.Named.of(one).model_dump(), matched=one.matched) for one in found],
            notes=[] if found else ["the graph knows nothing of that name; other spellings, or a synonym, may do"],
        )

    @answering
    async def neighbours(
        self,
        entity: Name,
        *,
        type: OfType = None,  # noqa: A002
        relation: OfRelation = None,
        polarity: OfPolarity = None,
        since: Annotated[Year | None, Field(description="Only relations that a paper of this year or later states.")] = None,
        until: Annotated[Year | None, Field(description="Only relations that a paper of this year or earlier states.")] = None,
        as_of: AsOf = None,
        min_papers: MinPapers = 1,
        min_confidence: MinConfidence = 0.0,
        limit: Limit = 10,
        cursor: Cursor = "0",
    ) -> told.Neighbours:
        """What an entity is related to, the most papers first, each with its best sentence. With `polarity` negated: what papers deny."""
        start, notes = await self._meant(entity)
        way = Polarity(polarity) if polarity else None
        least = min_papers if way in (None, Polarity.POSITIVE) else 0
        seeing = _seeing(relation, least, min_confidence, as_of) | {"first": (None, until), "last": (since, None)}
        begin = int(cursor)
        found = await self.shared.store.neighbours(
            start.id, type=_type(type), polarity=way, limit=min(begin + limit + 1, DEEPEST), **_typed(seeing)
        )
        page = found[begin : begin + limit]
        best = await asyncio.gather(*(self._best(one.edge, way) for one in page))
        more = len(found) > begin + limit
        return told.Neighbours(
            entity=told.Named.of(start),
            neighbours=[
                told.Neighbour(entity=told.Named.of(one.entity), relation=Relation.of(one.edge), quotes=quotes(some))
                for one, some in zip(page, best, strict=True)
            ],
            notes=[*notes, *([] if more else found.notes)],
            next=str(begin + limit) if more else None,
        )

    @answering
    async def evidence(
        self, a: Name, b: OtherName, *, relation: OfRelation = None, polarity: OfPolarity = None, limit: Limit = 20, cursor: Cursor = "0"
    ) -> told.Evidence:
        """The sentences behind what the graph says of two entities: those that state it, suppose it, deny it; of retracted papers last."""
        (one, notes), (other, more_notes) = await self._meant(a), await self._meant(b)
        predicate, way, begin = _predicate(relation), Polarity(polarity) if polarity else None, int(cursor)
        store = self.shared.store
        found = await store.evidence(one.id, other.id, predicate, polarity=way, limit=min(begin + limit + 1, DEEPEST))
        sums = await store.reckon(one.id, other.id, predicate, limit=1)
        return told.Evidence(
            a=told.Named.of(one),
            b=told.Named.of(other),
            relations=[Relation.of(sum_.edge) for sum_ in sums],
            quotes=quotes(found[begin : begin + limit]),
            notes=[*notes, *more_notes, *([] if found else ["the graph relates the two in no way; discover_closed says what joins them"])],
            next=str(begin + limit) if len(found) > begin + limit else None,
        )

    @answering
    async def discover_open(
        self,
        start: Name,
        *,
        type: OfType = None,  # noqa: A002
        via: Via = None,
        relation: OfRelation = None,
        as_of: AsOf = None,
        min_papers: MinPapers = 1,
        min_confidence: MinConfidence = 0.0,
        limit: Limit = 10,
    ) -> told.Ideas:
        """Hypotheses: entities that no paper relates to the start, reached through what is related to it. `type` is the answers'."""
        entity, notes = await self._meant(start)
        seeing = _typed(_seeing(relation, min_papers, min_confidence, as_of))
        found = await self.shared.store.discover_open(entity.id, type=_type(type), via=_type(via), limit=limit, **seeing)
        return told.Ideas(
            start=told.Named.of(entity),
            ideas=[
                told.Idea(
                    entity=told.Named.of(one.entity),
                    links=one.links,
                    score=round(one.score, 6),
                    ways=[told.Way.of(way) for way in one.paths],
                )
                for one in found
            ],
            notes=[*notes, *found.notes],
        )

    @answering
    async def discover_closed(
        self,
        start: Name,
        end: OtherName,
        *,
        via: Via = None,
        relation: OfRelation = None,
        as_of: AsOf = None,
        min_papers: MinPapers = 1,
        min_confidence: MinConfidence = 0.0,
        limit: Limit = 10,
    ) -> told.Ways:
        """What joins two entities: each entity that both are related to, with the best sentence of either step."""
        (one, notes), (other, more_notes) = await self._meant(start), await self._meant(end)
        seeing = _typed(_seeing(relation, min_papers, min_confidence, as_of))
        found = await self.shared.store.discover_closed(one.id, other.id, type=_type(via), limit=limit, **seeing)
        ways = [told.Way.of(way) for way in found]
        return told.Ways(start=told.Named.of(one), end=told.Named.of(other), ways=ways, notes=[*notes, *more_notes, *found.notes])

    @answering
    async def paths(
        self,
        start: Name,
        end: OtherName,
        *,
        max_hops: Annotated[int, Field(ge=1, le=4, description="Steps at most.")] = 3,
        shortest: Annotated[bool, Field(description="Only the ways of the fewest steps.")] = False,
        relation: OfRelation = None,
        as_of: AsOf = None,
        min_papers: MinPapers = 1,
        min_confidence: MinConfidence = 0.0,
        limit: Limit = 5,
    ) -> told.Ways:
        """Ways from one entity to another of at most four steps, best first, each step with its best sentence."""
        (one, notes), (other, more_notes) = await self._meant(start), await self._meant(end)
        seeing = _typed(_seeing(relation, min_papers, min_confidence, as_of))
        found = await self.shared.store.paths(one.id, other.id, max_hops=max_hops, shortest=shortest, limit=limit, **seeing)
        ways = [told.Way.of(way) for way in found]
        return told.Ways(start=told.Named.of(one), end=told.Named.of(other), ways=ways, notes=[*notes, *more_notes, *found.notes])

    @answering
    async def paper(
        self,
        id: Annotated[str, Field(min_length=1, max_length=512, description="A PMID, such as 12345678, or a CURIE.")],  # noqa: A002
        limit: Limit = 20,
        cursor: Cursor = "0",
    ) -> told.Paper:
        """How an article stands (retracted? by what? corrected?), and what it states, sentence by sentence."""
        begin = int(cursor)
        found = await self.shared.store.paper(_document(id), limit=min(begin + limit, DEEPEST))
        return told.Paper(
            id=found.id,
            title=visible(found.title, 500),
            journal=visible(found.journal, 200) if found.journal else None,
            year=found.year,
            state=found.state.value,
            retracted=found.retracted,
            retracted_by=list(found.retracted_by),
            links=[told.Link(source=link.source, kind=link.kind.value, target=link.target) for link in found.links[:MOST]],
            evidence=found.evidence,
            claims=[
                told.Claim(
                    a=claim.subject,
                    a_name=visible(claim.subject_name, 200),
                    b=claim.object,
                    b_name=visible(claim.object_name, 200),
                    quote=Quote.of(claim.sentence),
                )
                for claim in found.claims[begin:]
            ],
            next=str(begin + limit) if begin + limit < min(found.evidence, DEEPEST) else None,
        )

    @answering
    async def contradicted(
        self,
        *,
        entity: Annotated[Name | None, Field(description="Only relations of this entity; of the whole graph where not given.")] = None,
        type: OfType = None,  # noqa: A002
        relation: OfRelation = None,
        min_papers: MinPapers = 1,
        min_negated: Annotated[int, Field(ge=1, le=1_000_000, description="Papers that deny it, at least.")] = 1,
        limit: Limit = 10,
    ) -> told.Disputes:
        """Relations that some papers state and others deny, the most disputed first, with the best sentence of either side."""
        one, notes = await self._meant(entity) if entity else (None, [])
        found = await self.shared.store.contradicted(
            one.id if one else None,
            type=_type(type),
            predicate=_predicate(relation),
            min_papers=min_papers,
            min_negated=min_negated,
            limit=limit,
        )
        return told.Disputes(
            disputes=[
                told.Dispute(
                    a=told.Named.of(some.subject),
                    b=told.Named.of(some.object),
                    relation=Relation.of(some.edge),
                    stated=quotes([some.stated]),
                    denied=quotes([some.denied]),
                )
                for some in found
            ],
            notes=[*notes, *(["there may be more: raise limit"] if len(found) == limit else [])],
        )

    @answering
    async def changes(
        self,
        since: Annotated[Year, Field(description="What the papers after this year changed.")],
        until: Annotated[Year | None, Field(description="Up to the end of this year; this year where not given.")] = None,
        entity: Annotated[Name | None, Field(description="Only relations of this entity.")] = None,
        relation: OfRelation = None,
        limit: Limit = 10,
    ) -> told.Changes:
        """What the papers of some years changed: relations that appeared, grew stronger or weaker, or vanished by a retraction."""
        one, notes = await self._meant(entity) if entity else (None, [])
        last = until or datetime.now(UTC).year
        seeing: Seeing = {"predicate": _predicate(relation), "min_papers": 0}
        found = await self.shared.store.changes(since, last, curie=one.id if one else None, limit=limit, **seeing)
        best = await asyncio.gather(*(self._best(some.edge, None) for some in found))
        return told.Changes(
            since=since,
            until=last,
            changes=[
                told.Change(
                    kind=some.kind.value,
                    a=told.Named.of(some.subject),
                    b=told.Named.of(some.object),
                    relation=Relation.of(some.edge),
                    papers_before=some.before.papers,
                    negated_papers_before=some.before.negated,
                    speculated_papers_before=some.before.speculated,
                    retracted=some.retracted,
                    quotes=quotes(sentences),
                )
                for some, sentences in zip(found, best, strict=True)
            ],
            notes=[*notes, *found.notes],
        )

    @answering
    async def verify_pair(
        self,
        a: Name,
        b: OtherName,
        search_abstracts: Annotated[bool, Field(description="Search the stored abstracts too, and not only the graph: seconds.")] = False,
        most: Annotated[int, Field(ge=1, le=100, description="Abstracts that the model reads, those where the two stand nearest.")] = 20,
    ) -> told.Verification:
        """Whether papers state that two entities are related: supported, contradicted, co-mentioned or unseen, with the sentences."""
        found = await verified(self.shared, Checked(start=a, end=b, search=search_abstracts, most=most))
        abstracts = found.abstracts
        return told.Verification(
            a=found.start,
            a_name=visible(found.start_name, 200),
            b=found.end,
            b_name=visible(found.end_name, 200),
            verdict=found.verdict.value,
            graph=_support(found.graph),
            abstracts=_support(abstracts) if abstracts else None,
            beside=[
                told.Beside(quote=visible(one.text), paper=one.document, year=one.year, retracted=one.retracted)
                for one in (abstracts.beside if abstracts else ())[:MOST]
            ],
            searched=abstracts.documents if abstracts else 0,
            read=abstracts.read if abstracts else 0,
            notes=found.notes,
        )

    @answering
    async def extract(
        self,
        title: Annotated[str, Field(max_length=10_000, description="The title; may be empty.")] = "",
        abstract: Annotated[str, Field(max_length=200_000, description="The abstract; may be empty.")] = "",
    ) -> told.Extraction:
        """Read a title and an abstract with biorelay's model: its entities, and the relations that it states. Nothing is stored."""
        found = await extracted(self.shared, Pasted(title=title, abstract=abstract))
        return told.Extraction(
            text=found.text,
            mentions=[
                told.Mention(start=one.start, end=one.end, text=visible(one.text, 200), type=one.type.value, ids=list(one.identifiers))
                for one in found.mentions
            ],
            relations=[
                told.Stated(
                    a=one.subject.id,
                    a_name=visible(one.subject.name, 200),
                    b=one.object.id,
                    b_name=visible(one.object.name, 200),
                    relation=one.predicate.value,
                    polarity=told.polarity_of(negated=one.negated, speculated=one.speculated).value,
                    probability=round(one.probability, 4),
                    quote=visible(one.evidence.text),
                )
                for one in found.relations
            ],
            model=found.provenance.model,
            vocabulary=found.provenance.vocabulary,
        )

    async def _meant(self, text: str) -> tuple[Entity, list[str]]:
        """The entity that a CURIE, a name or a synonym means, and what was assumed. Raises `GraphUnknownEntity`, and names the nearest."""
        text = text.strip()
        try:
            return await self.shared.store.resolve(text), []
        except GraphUnknownEntity as error:
            found = [one for one in await search(self.shared, text, limit=5) if one.matched]
            exact = [one for one in found if one.matched and one.matched.casefold() == text.casefold()]
            if len(exact) != 1:
                if not found and (error.remedy or "").startswith("Did you mean"):
                    raise
                if not found:
                    raise GraphUnknownEntity(str(error), remedy="find_entity looks up parts of names and synonyms.") from None
                nearest = ", ".join(f"{one.name} ({one.id}, by its synonym {one.matched})" for one in found[:3])
                raise GraphUnknownEntity(f"the graph has no entity {text!r}", remedy=f"Did you mean {nearest}?") from None
            return exact[0], [f"{text!r} is taken as {exact[0].name} ({exact[0].id}), of which it is a synonym"]

    async def _best(self, edge: Edge, polarity: Polarity | None) -> list[Sentence]:
        """The best sentence of a relation, of a polarity where one is asked for; positive ones come first."""
        return await self.shared.store.evidence(edge.subject, edge.object, edge.predicate, polarity=polarity, limit=1)


def _document(text: str) -> str:
    """A paper's CURIE: `12345678`, `PMID:12345678` and `pubmed:12345678` are one."""
    text = text.strip()
    return f"pubmed:{int(text)}" if _PMID.fullmatch(text) else normalised(text) or text


_PMID = re.compile(r"[0-9]{1,10}")


def _support(held: Any) -> told.Support:
    return told.Support(
        verdict=held.verdict.value,
        confidence=round(held.confidence, 4),
        papers=held.papers,
        negated_papers=held.negated,
        speculated_papers=held.speculated,
        quotes=quotes(held.sentences[:MOST]),
    )


def _seeing(relation: str | None, min_papers: int, min_confidence: float, as_of: int | None) -> dict[str, Any]:
    return {"predicate": _predicate(relation), "min_papers": min_papers, "min_confidence": min_confidence, "as_of": as_of}


def _typed(seeing: dict[str, Any]) -> Seeing:
    return cast("Seeing", seeing)


def _type(kind: str | None) -> EntityType | None:
    return EntityType(kind) if kind else None


def _predicate(relation: str | None) -> Predicate | None:
    return Predicate(relation) if relation else None
