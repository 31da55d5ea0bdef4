"""Relation corpora as scoring sees them: a split's candidate pairs, and all of its gold relations, candidates or not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from models.corpora.documents import ENTITY_TYPES, relation_key
from models.corpora.errors import CorpusUnknown
from models.corpora.registry import corpus
from models.corpora.registry.corpus import FORMS
from models.corpora.relations import standoff
from models.corpora.relations.entities import BIORED, CID, TypePairs, entity_pairs
from models.corpora.relations.pair import End, Pair
from processors.records import EntityType

Related = tuple[tuple[str, str], str]
"""The two ends' ids, sorted, and the relation's label."""

_BY_IDS: Mapping[str, tuple[TypePairs, bool]] = {"biored": (BIORED, False), "cid": (CID, True)}
"""Corpora that relate identifiers, by what `Corpus.relations` says: the candidates' types, and whether they have a direction."""


def read_pairs(name: str, split: str, data: Path) -> list[Pair]:
    """Every candidate pair of a split, the pairs of a document one behind the other.

    Raises `CorpusUnknown` where there is no such corpus or it holds no pairs, `CorpusMissing`, `CorpusBroken`.
    """
    source = corpus(name)
    if source.relations and source.relations in _BY_IDS:
        types, directed = _BY_IDS[source.relations]
        return [pair for document in source.read(split, data) for pair in entity_pairs(document, types, directed=directed)]
    reader = import_module(FORMS[source.form])
    if not hasattr(reader, "pairs"):
        raise CorpusUnknown(f"corpus {name} holds no pairs", remedy="Name one that has relations: `biorelay corpora list` tells which.")
    pairs: list[Pair] = reader.pairs(source, split, data)
    return pairs


def gold_relations(name: str, split: str, data: Path) -> dict[str, set[Related]]:
    """By document, what the corpus states; for corpora of sentences, what it states of its pairs. Raises as `read_pairs`."""
    source = corpus(name)
    if source.relations and source.relations in _BY_IDS:
        return {d.pmid: {(pair, label) for pair, label in d.relations.items()} for d in source.read(split, data)}
    if source.form == "standoff":
        return {
            d.pmid: {(relation_key(*ends), label) for ends, labels in d.links.items() for label in labels}
            for d in standoff.annotated(source, split, data)
        }
    found: dict[str, set[Related]] = defaultdict(set)
    for pair in read_pairs(name, split, data):
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


def usual_labels(pairs: Iterable[Pair]) -> dict[tuple[EntityType, EntityType], str]:
    """The most frequent label of each two types; of equally frequent ones the alphabet decides."""
    seen: dict[tuple[EntityType, EntityType], Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        seen[pair.head.type, pair.tail.type].update(pair.labels)
    return {types: min(found, key=lambda label: (-found[label], label)) for types, found in seen.items() if found}
