"""Why relations were missed, and where false ones come from."""

import itertools
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from models.evaluation.end_to_end.gold_file import Stated
from models.evaluation.end_to_end.identifiers import Pair
from models.evaluation.end_to_end.mistakes import FALSE, MISSED, Mistake, in_context
from models.evaluation.end_to_end.names import letters
from models.evaluation.end_to_end.relations import Entity, Place
from processors.records import EntityType, Predicate

GOLD_ENTITIES, RAW_TEXT = "relations between gold entities", "relations from raw text"

DIRECTION, TYPE = "direction (positive for negative, or the reverse)", "type"
NO_MENTION, NOT_JUDGED = "gold names no mention of it", "types of entities that the model does not pair"
NOT_FOUND, LINKING, SPURIOUS = "an entity was not found", "an entity has another identifier", "an entity is not in gold"
NEAR, NEXT, FAR = "the pair itself, in one sentence", "the pair itself, one sentence apart", "the pair itself, farther apart"

_CORRELATIONS = {letters(Predicate.POSITIVE_CORRELATION), letters(Predicate.NEGATIVE_CORRELATION)}


@dataclass(frozen=True, slots=True)
class Sides:
    """One document: its gold and found entities by identifier, and the relations between them."""

    document: str
    text: str
    sentence_ends: Sequence[int]
    gold: Mapping[str, Entity]
    found: Mapping[str, Entity]
    expected: Collection[Stated]
    stated: Collection[Stated]


def of_relations(part: str, sides: Sides, type_pairs: Collection[frozenset[EntityType]], *, typed: bool) -> list[Mistake]:
    """The mistakes of one document's relations, missed ones first, by pair. With `typed` a wrong type is one, else only pairs count."""
    expected, stated = _answers(sides.expected, typed=typed), _answers(sides.stated, typed=typed)
    out = []
    for side, those, others in ((MISSED, expected, stated), (FALSE, stated, expected)):
        for key, relation in sorted(those.items(), key=lambda item: (sorted(item[0][0]), item[0][1])):
            if key in others:
                continue
            rival = next((r for (pair, _), r in sorted(others.items(), key=lambda item: item[0][1]) if pair == relation.pair), None)
            if rival is not None:
                category = DIRECTION if {letters(rival.label), letters(relation.label)} == _CORRELATIONS else TYPE
            else:
                category = _why_missed(relation.pair, sides, type_pairs) if side == MISSED else _why_false(relation.pair, sides)
            one, two = (relation, rival) if side == MISSED else (rival, relation)
            words = in_context(sides.text, _closest(relation.pair, sides))
            out.append(Mistake(part, side, category, sides.document, _shown(one, sides), _shown(two, sides), words))
    return out


def _answers(relations: Collection[Stated], *, typed: bool) -> dict[tuple[Pair, str], Stated]:
    return {(r.pair, letters(r.label) if typed else ""): r for r in sorted(relations, key=lambda r: r.label)}


def _why_missed(pair: Pair, sides: Sides, type_pairs: Collection[frozenset[EntityType]]) -> str:
    if any(id_ not in sides.gold for id_ in pair):
        return NO_MENTION
    lost = [id_ for id_ in pair if id_ not in sides.found]
    if lost:
        places = [place for entity in sides.found.values() for place in entity.places]
        return LINKING if all(_touches(sides.gold[id_].places, places) for id_ in lost) else NOT_FOUND
    if frozenset(sides.found[id_].type for id_ in pair) not in type_pairs:
        return NOT_JUDGED
    return _distance(pair, sides.gold, sides)


def _why_false(pair: Pair, sides: Sides) -> str:
    strange = [id_ for id_ in pair if id_ not in sides.gold]
    if strange:
        places = [place for entity in sides.gold.values() for place in entity.places]
        found = [sides.found.get(id_) for id_ in strange]
        return LINKING if all(entity and _touches(entity.places, places) for entity in found) else SPURIOUS
    return _distance(pair, sides.gold, sides)


def _touches(places: Sequence[Place], others: Sequence[Place]) -> bool:
    return any(a < d and c < b for a, b in places for c, d in others)


def _distance(pair: Pair, named: Mapping[str, Entity], sides: Sides) -> str:
    one, other = ([bisect_right(sides.sentence_ends, start) for start, _ in named[id_].places] for id_ in sorted(pair))
    apart = min(abs(a - b) for a in one for b in other)
    return NEAR if apart == 0 else NEXT if apart == 1 else FAR


def _closest(pair: Pair, sides: Sides) -> list[Place]:
    """The two mentions of the pair that stand nearest, in gold where it names them."""
    named = [entity.places for id_ in sorted(pair) if (entity := sides.gold.get(id_) or sides.found.get(id_))]
    if len(named) < 2:
        return [places[0] for places in named]
    one, other = min(itertools.product(*named), key=lambda ends: (abs(ends[0][0] - ends[1][0]), ends))
    return [one, other]


def _shown(relation: Stated | None, sides: Sides) -> str:
    """Type, and both entities by their first mention and their identifier."""
    if relation is None:
        return ""
    ends = []
    for id_ in sorted(relation.pair):
        entity = sides.gold.get(id_) or sides.found.get(id_)
        ends.append(f"{sides.text[slice(*entity.places[0])]} ({id_})" if entity else id_)
    return f"{relation.label}: {', '.join(ends)}"
