"""Found relations against gold ones, and what says that whatever stands together is related."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from models.corpora.documents import PREDICATES
from models.evaluation.counts import Counts
from models.evaluation.end_to_end.gold_file import Stated
from models.evaluation.end_to_end.names import letters
from processors.records import EntityType, Predicate
from processors.relations import MAX_MENTIONS

PAIR, TYPED, NOVELTY, ALL = "pair", "pair and type", "pair and novelty", "pair, type and novelty"

USUAL: Mapping[frozenset[EntityType], str] = MappingProxyType(
    {frozenset((EntityType.CHEMICAL, EntityType.DISEASE)): Predicate.POSITIVE_CORRELATION.value}
)
"""The most frequent relation type of each two entity types in BioRED's training documents; for others it is Association."""

Place = tuple[int, int]


def count(gold: Collection[Stated], found: Collection[Stated], *, typed: bool, novelty: bool) -> dict[str, Counts]:
    """Undirected pairs; with their types; with their novelty; with both. `typed` and `novelty` say whether the gold set has such."""
    counts = {PAIR: Counts.of({s.pair for s in gold}, {s.pair for s in found})}
    if typed:
        counts[TYPED] = Counts.of({(s.pair, letters(s.label)) for s in gold}, {(s.pair, letters(s.label)) for s in found})
    if novelty:
        counts[NOVELTY] = Counts.of({(s.pair, s.novel) for s in gold}, {(s.pair, s.novel) for s in found})
    if typed and novelty:
        counts[ALL] = Counts.of({(s.pair, letters(s.label), s.novel) for s in gold}, {(s.pair, letters(s.label), s.novel) for s in found})
    return counts


def count_types(gold: Collection[Stated], found: Collection[Stated]) -> dict[str, Counts]:
    """The model's relation types, each for itself."""
    return {p: Counts.of({s.pair for s in gold if s.label == p}, {s.pair for s in found if s.label == p}) for p in PREDICATES}


class Entity:
    """An entity of a document: its type and where it is named."""

    __slots__ = ("places", "type")

    def __init__(self, kind: EntityType) -> None:
        self.type = kind  # of its first mention
        self.places: list[Place] = []


def entities(mentions: Iterable[tuple[int, int, EntityType, Sequence[str]]]) -> dict[str, Entity]:
    """The entities of mentions (start, end, type, identifiers), by identifier, in order of their first mention.

    Of very many mentions the first stand in pairs, as when the model is served.
    """
    found: dict[str, Entity] = {}
    for start, end, kind, ids in sorted(mentions, key=lambda m: (m[0], m[1], m[2]))[:MAX_MENTIONS]:
        for id_ in ids:
            found.setdefault(id_, Entity(kind)).places.append((start, end))
    return found


def candidates(named: Mapping[str, Entity], type_pairs: Collection[frozenset[EntityType]]) -> list[tuple[str, str]]:
    """Every two entities of types that the model judges."""
    ids = list(named)
    return [(a, b) for n, a in enumerate(ids) for b in ids[n + 1 :] if frozenset((named[a].type, named[b].type)) in type_pairs]


def together(
    named: Mapping[str, Entity], sentences: Mapping[str, Collection[int]] | None, type_pairs: Collection[frozenset[EntityType]]
) -> set[Stated]:
    """Every candidate pair that one sentence names (`sentences`: where each entity is named), or that the document does (None).

    The type is the usual one; each is called novel, as most gold relations are.
    """
    return {
        Stated(frozenset((a, b)), USUAL.get(frozenset((named[a].type, named[b].type)), PREDICATES[0]), True)
        for a, b in candidates(named, type_pairs)
        if sentences is None or set(sentences[a]) & set(sentences[b])
    }
