"""Relinking: the mentions of a stored document linked anew, its relations under their new identifiers. Pure.

A vocabulary changes which identifiers mentions have, and so which mentions are one entity. Where the same mentions are one entity as
before, the relation model would be asked the very same pairs: its answers stay and get new names (`renamed`). Where they are not, the pairs
are judged anew, by the model that judged the document, and by no other: that would be re-extraction.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, Protocol

from processors.linking import Link
from processors.records import UNDIRECTED, Curie, Entities, EntityType, Participant, Provenance, Relation, Relations, Status


class Links(Protocol):
    """What links mentions: `processors.linking.Linker`, or a test's."""

    version: str

    def resolve(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[Link]: ...

    def name_of(self, curie: str) -> str | None: ...


class Outcome(StrEnum):
    """What became of a document."""

    CURRENT = "current"
    """linked with this vocabulary before"""
    UNCHANGED = "unchanged"
    """the same identifiers and names"""
    RENAMED = "renamed"
    """other identifiers or names, the same entities"""
    REGROUPED = "regrouped"
    """mentions that were one entity are several, or the other way round: its pairs are judged anew"""
    OTHER_MODEL = "other-model"
    """the same, of a document that another model judged: left as it is"""
    UNMATCHED = "unmatched"
    """its relations are not there, failed, or belong to another version: left as it is"""


class Move(NamedTuple):
    """A mention's identifiers before and after; empty where it had or has none but its document's own."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Relinked:
    """A document after relinking. The records are None where nothing is to be written."""

    outcome: Outcome
    entities: Entities | None = None
    relations: Relations | None = None
    moves: Mapping[Move, int] | None = None  # mentions by what became of their identifiers, where they changed


def linked_anew(entities: Entities, linker: Links, software: str) -> Entities:
    """The same mentions with the linker's identifiers. The provenance keeps the model, and names this software and vocabulary."""
    places = [(mention.start, mention.end, mention.type) for mention in entities.mentions]
    links = linker.resolve(entities.id, entities.text, places)
    mentions = tuple(
        mention.model_copy(update={"identifiers": link.identifiers, "link_score": link.score})
        for mention, link in zip(entities.mentions, links, strict=True)
    )
    made_by = entities.provenance.model_copy(update={"software": software, "vocabulary": linker.version})
    return entities.model_copy(update={"mentions": mentions, "provenance": made_by})


def relink(
    before: Entities, relations: Relations | None, linker: Links, judge: Callable[[Entities], Relations], made_by: Provenance
) -> Relinked:
    """A document's entities and relations under the linker's identifiers.

    `judge` gives relations by the model of `made_by`, as `Extractor.relations` does; it is called for regrouped documents of that model
    only. Raises what it raises.
    """
    if before.status is not Status.OK or not before.mentions:
        return Relinked(Outcome.UNCHANGED)
    after = linked_anew(before, linker, made_by.software)
    moves = _moves(before, after)
    if relations is None or relations.status is not Status.OK:
        return Relinked(Outcome.UNMATCHED if moves else Outcome.UNCHANGED, moves=moves)
    names = renaming(before, after)
    known = {participant.id for relation in relations.relations for participant in (relation.subject, relation.object)}
    if names is not None and known <= names.keys():
        kept = renamed(relations, after, names, linker.name_of)
        if moves or kept.relations != relations.relations:
            return Relinked(Outcome.RENAMED, after, kept, moves)
        return Relinked(Outcome.UNCHANGED)
    if relations.provenance.model != made_by.model:
        return Relinked(Outcome.OTHER_MODEL, moves=moves)
    return Relinked(Outcome.REGROUPED, after, judge(after), moves)


def renaming(before: Entities, after: Entities) -> dict[Curie, Curie] | None:
    """New identifiers by old ones, where the same mentions are one entity as before; None where they are not."""
    names: dict[Curie, Curie] = {}
    for old, new in zip(before.mentions, after.mentions, strict=True):
        if len(old.identifiers) != len(new.identifiers):
            return None
        for was, is_now in zip(old.identifiers, new.identifiers, strict=True):
            if names.setdefault(was, is_now) != is_now:
                return None
    return names if len(set(names.values())) == len(names) else None


def renamed(relations: Relations, after: Entities, names: Mapping[Curie, Curie], name_of: Callable[[str], str | None]) -> Relations:
    """The relations under new identifiers; all else, probabilities too, as it was.

    The model's relations, and the two sides of one, stand in order of identifiers: what stood so before does so after.
    """

    def participant(old: Participant) -> Participant:
        curie = names[old.id]
        name = name_of(curie) or max((after.text[span.start : span.end] for span in old.spans), key=len, default=old.name)
        return old.model_copy(update={"id": curie, "name": name})

    def moved(old: Relation) -> Relation:
        subject, object_, shown = participant(old.subject), participant(old.object), old.evidence
        if old.predicate in UNDIRECTED and old.subject.id < old.object.id and object_.id < subject.id:
            subject, object_ = object_, subject
            shown = shown.model_copy(update={"subject": shown.object, "object": shown.subject})
        return old.model_copy(update={"subject": subject, "object": object_, "evidence": shown})

    made_by = after.provenance
    provenance = relations.provenance.model_copy(update={"software": made_by.software, "vocabulary": made_by.vocabulary})
    found = list(map(moved, relations.relations))
    if all(_place(one) <= _place(other) for one, other in pairwise(relations.relations)):
        found.sort(key=_place)
    return relations.model_copy(update={"relations": tuple(found), "provenance": provenance})


def _place(relation: Relation) -> tuple[Curie, Curie]:
    return relation.subject.id, relation.object.id


def _moves(before: Entities, after: Entities) -> Counter[Move]:
    pairs = zip(before.mentions, after.mentions, strict=True)
    return Counter(Move(_shared(old.identifiers), _shared(new.identifiers)) for old, new in pairs if old.identifiers != new.identifiers)


def _shared(identifiers: Sequence[Curie]) -> str:
    return "" if identifiers[0].startswith("local:") else "+".join(identifiers)
