"""Entities that are sought in texts: what a CURIE or a name stands for, how it may be written, and which mentions mean it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from biorelay.naming import said_curie
from biorelay.refusals import BadInput
from processors.linking import Linker, local_curie, local_name
from processors.normalisation import exact_key
from processors.records import Entities, EntityType, Mention
from processors.searching import BAGS, Found, changes, written
from processors.vocabulary import Key, Vocabulary

SHORTEST = 5
"""Shorter names mean other things too often to be believed without the recogniser."""


class Sought(NamedTuple):
    """An entity that is sought. Where the vocabulary knows neither identifier nor name, `id` is empty and mentions of that name mean it."""

    id: str
    name: str
    type: EntityType | None = None

    @property
    def label(self) -> str:
        """One word for it: its CURIE, or its name in quotes."""
        return self.id or repr(self.name)


def sought(text: str, vocabulary: Vocabulary, *, kinds: Collection[EntityType] = tuple(EntityType)) -> Sought:
    """What a CURIE or a name means: a name is linked as a text of its own would be, as the type of `kinds` that is the surest.

    Raises `BadInput` for an empty text, and for what looks like a CURIE, is none, and names nothing that the vocabulary knows.
    """
    text = text.strip()
    canonical = vocabulary.canonical(text)
    if name := vocabulary.name_of(canonical):
        return Sought(canonical, name)
    if text.startswith("local:"):
        return Sought(text, local_name(text) or text, _local_type(text))
    linker = Linker(vocabulary)
    links = [(kind, linker.resolve("local:sought", text, [(0, len(text), kind)])[0]) for kind in kinds]
    surest = max((link.score or 0.0 for _, link in links), default=0.0)
    for kind, link in links:
        if link.score == surest and len(link.identifiers) == 1:
            return Sought(link.identifiers[0], vocabulary.name_of(link.identifiers[0]) or text, kind)
    if said_curie(text):  # one that the vocabulary does not list
        return Sought(text, text.partition(":")[2])
    return Sought("", text, next(iter(kinds)) if len(kinds) == 1 else None)


def named(text: str, vocabulary: Vocabulary) -> Sought | None:
    """What the vocabulary has by exactly this name, or by another registry's identifier; None where that takes guessing."""
    try:
        one = sought(text, vocabulary)
    except BadInput:
        return None
    if one.id and one.type:
        return one if any(one.id in found.curies for found in vocabulary.candidates(one.type, exact_key(text))) else None
    return one if one.id and one.id != text.strip() else None


class Written(NamedTuple):
    """How an entity may be written: by all names that the vocabulary has for it, and by its own."""

    keys: frozenset[Key]
    kinds: frozenset[EntityType]  # what a mention of it may be taken for

    def identifiers(self, one: Sought, entities: Entities, places: Sequence[Found], vocabulary: Vocabulary) -> set[str]:
        """By which identifiers a document speaks of it, whose names were found at `places`; empty where it does not.

        A mention that is linked means what it is linked to. One that is not linked, and a variant, which is linked only where its
        gene is told, means the entity where it ends in a name of it; what the vocabulary does not know is meant where a name of it
        overlaps a mention.
        """
        found: set[str] = set()
        ends = {place.end for place in places if place.whole}
        for mention in entities.mentions:
            if one.id and (linked := [curie for curie in mention.identifiers if one.id in (curie, vocabulary.canonical(curie))]):
                found.update(linked)
            elif mention.type in self.kinds:
                if one.id:
                    unlinked = mention.type is EntityType.VARIANT or all(curie.startswith("local:") for curie in mention.identifiers)
                    meant = unlinked and mention.end in ends
                else:
                    meant = any(place.whole and place.start < mention.end and mention.start < place.end for place in places)
                found.update(mention.identifiers if meant else ())
        return found

    def overlooked(self, one: Sought, entities: Entities, places: Iterable[Found]) -> list[Mention]:
        """Mentions where a name of `SHORTEST` letters or more stands, and the recogniser saw nothing. Their score is 0."""
        seen = [(mention.start, mention.end) for mention in entities.mentions]
        kind = min(self.kinds, key=list(EntityType).index)
        if one.id.startswith("local:") or len(self.kinds) > len(BAGS):  # what nobody knows is seen by the recogniser or not at all
            return []
        return [
            Mention(
                id=f"S{place.start}",
                start=place.start,
                end=place.end,
                text=entities.text[place.start : place.end],
                type=one.type or kind,
                identifiers=(one.id or local_curie(entities.id, one.type or kind, exact_key(one.name)),),
                score=0.0,
            )
            for place in places
            if place.whole and place.end - place.start >= SHORTEST and not any(a < place.end and place.start < b for a, b in seen)
        ]


def writings(wanted: Iterable[Sought], vocabulary: Vocabulary) -> Mapping[Sought, Written]:
    """How each may be written."""
    all_ = list(dict.fromkeys(wanted))
    known = vocabulary.keys_of({one.id for one in all_ if one.id})
    return {one: _written(one, known.get(one.id, set())) for one in all_}


def _written(one: Sought, known: Collection[Key]) -> Written:
    keys = frozenset(_plain(known) | written(one.name) | _changes(one.id))
    kinds = {key.kind for key in known} | ({one.type} if one.type else set())
    if one.id.startswith(("dbsnp:", "hgvs:")):
        kinds.add(EntityType.VARIANT)
    return Written(keys, frozenset(kinds or EntityType))


def _plain(found: Iterable[Key]) -> set[Key]:
    """The vocabulary's keys as texts have them: a variant's without its gene."""
    plain: set[Key] = set()
    for key in found:
        code, at, _ = key.key.partition("@")
        if key.kind is EntityType.VARIANT and at:
            plain |= changes(code)
        else:
            plain.add(key)
    return plain


def _changes(curie: str) -> set[Key]:
    """Of a variant that is named by its change alone: `local:...#Variant:p|SUB|V|600|E`, `hgvs:BRAF:p.Val600Glu`."""
    if curie.startswith("hgvs:"):
        return written(curie.rpartition(":")[2])
    name = local_name(curie) or ""
    return changes(name) if name.count("|") >= 2 else set()


def _local_type(curie: str) -> EntityType | None:
    kind = curie.rpartition("#")[2].partition(":")[0]
    return EntityType(kind) if kind in set(EntityType) else None
