"""Relation corpora as scoring sees them: all gold relations of a split, candidates or not, and the keys that candidates share with them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from models.corpora.documents import ENTITY_TYPES, relation_key
from models.corpora.registry import corpus
from models.corpora.relations import standoff
from models.corpora.relations.pair import End, Pair
from models.corpora.relations.reading import IDENTIFIED, read_pairs
from processors.records import EntityType

Related = tuple[tuple[str, str], str]
"""The two ends' ids, sorted, and the relation's label."""


def gold_relations(name: str, split: str, data: Path) -> dict[str, set[Related]]:
    """By document, what the corpus states; for corpora of sentences, what it states of its pairs. Raises as `read_pairs`."""
    source = corpus(name)
    if source.relations in IDENTIFIED:
        return {d.pmid: {(pair, label) for pair, label in d.relations.items()} for d in source.read(split, data)}
    if source.form == "standoff":
        return {
            d.pmid: {(relation_key(*ends), label) for ends, labels in d.links.items() for label in labels}
            for d in standoff.annotated(source, split, data)
        }
    found: dict[str, set[Related]] = defaultdict(set)
    for pair in read_pairs(source, split, data):
        found[pair.document] |= {(key_of(pair), label) for label in pair.labels}
    return dict(found)


def key_of(pair: Pair) -> tuple[str, str]:
    """The ends' ids, sorted."""
    return relation_key(pair.head.ids[0], pair.tail.ids[0])


def in_order(pair: Pair) -> tuple[End, End]:
    """The ends as a question names them: head and tail where the relation has a direction, else as `models.runtime.pairs` orders a pair."""
    ends = sorted((pair.head, pair.tail), key=lambda end: (ENTITY_TYPES.index(end.type), min(end.spans)))
    return (pair.head, pair.tail) if pair.directed else (ends[0], ends[1])


def type_pairs(pairs: Iterable[Pair]) -> list[tuple[EntityType, EntityType]]:
    """The types that stand together in candidates, sorted."""
    return sorted({(pair.head.type, pair.tail.type) for pair in pairs})


class Usual:
    """The most frequent label of each two types in some pairs, and of all of them; of equally frequent ones the alphabet decides."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        seen: dict[tuple[EntityType, EntityType], Counter[str]] = defaultdict(Counter)
        for pair in pairs:
            seen[pair.head.type, pair.tail.type].update(pair.labels)
        self._by_types = {types: _most(found) for types, found in seen.items() if found}
        self._all = _most(sum(seen.values(), Counter()))

    def label(self, pair: Pair) -> str:
        """The label that pairs of these types usually have; where none was seen, that of all pairs."""
        return self._by_types.get((pair.head.type, pair.tail.type), self._all)


def _most(found: Counter[str]) -> str:
    return min(found, key=lambda label: (-found[label], label), default="")
