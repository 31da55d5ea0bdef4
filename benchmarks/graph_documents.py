"""Documents for the graph's benchmark: Hetionet's edges as documents state them, then documents drawn to be like real ones.

What the drawn ones take from real ones, as `biorelay extract` reads them: about 15 entities and a geometric number of relations, 8 on
average; a quarter of the entities are known to one document only; evidence of 300 characters; the predicates' shares. Who is
drawn follows Zipf's law over Hetionet's entities, best connected first, which is harder than real abstracts: their head is flatter.
"""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphstore import Contribution
from processors.records import (
    Article,
    EntityType,
    Evidence,
    Participant,
    Predicate,
    Provenance,
    Relation,
    Relations,
    Revision,
    Span,
)

FOLDER = Path("kb/hetionet")
TYPES = {
    "Gene": (EntityType.GENE, "ncbigene"),
    "Disease": (EntityType.DISEASE, "doid"),
    "Compound": (EntityType.CHEMICAL, "drugbank"),
    "Side Effect": (EntityType.DISEASE, "umls"),
    "Symptom": (EntityType.DISEASE, "mesh"),
}
"""Hetionet's kinds that are entities of this graph; anatomy, processes and pathways are not."""

PREDICATES = {
    "b": Predicate.BIND,
    "u": Predicate.POSITIVE_CORRELATION,
    "d": Predicate.NEGATIVE_CORRELATION,
    "t": Predicate.NEGATIVE_CORRELATION,
    "p": Predicate.NEGATIVE_CORRELATION,
    "c": Predicate.POSITIVE_CORRELATION,
    "r>": Predicate.POSITIVE_CORRELATION,
}
"""By what stands between the kinds in a metaedge's abbreviation (`CtD`); the others are associations."""

ENTITIES = 15
LOCAL = 4
"""Of these, how many no other document knows."""

RELATIONS = 8
SENTENCE = 300
"""Characters of an evidence."""

SHARES = {
    Predicate.NEGATIVE_CORRELATION: 0.45,
    Predicate.ASSOCIATION: 0.33,
    Predicate.POSITIVE_CORRELATION: 0.18,
    Predicate.COTREATMENT: 0.04,
}
NEGATED, SPECULATED = 0.04, 0.08
CHANGED = 4
"""Every so many relations of a document, a newer model finds another one instead."""

ZIPF = 1.1
SEED = 7
FILLER = "in patients who were followed for two years after treatment, with all other measures kept as they had been before the study "


@dataclass(frozen=True, slots=True)
class Node:
    """An entity."""

    curie: str
    name: str
    type: EntityType


@dataclass(frozen=True, slots=True)
class Hetionet:
    """What the folder holds of Hetionet 1.0: entities, best connected first, and edges, each once, in a mixed order."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[Node, Predicate, Node], ...]


def hetionet(data: Path) -> Hetionet:
    """Read the nodes, all disease-gene and compound-gene edges and the sample of the others. Raises `FileNotFoundError`."""
    folder = data / FOLDER
    nodes = {}
    for row in _rows(folder / "hetionet-v1.0-nodes.tsv.gz"):
        if row["kind"] in TYPES:
            kind, prefix = TYPES[row["kind"]]
            nodes[row["id"]] = Node(f"{prefix}:{row['id'].rpartition('::')[2].removeprefix('DOID:')}", row["name"], kind)
    found: dict[tuple[str, Predicate, str], None] = {}
    for row in _rows(folder / "edges_DaG-association.tsv.gz"):
        found[f"Disease::{row['doid_id']}", Predicate.ASSOCIATION, f"Gene::{row['entrez_gene_id']}"] = None
    for row in _rows(folder / "edges_CbG-binding.tsv.gz"):
        found[f"Compound::{row['drugbank_id']}", Predicate.BIND, f"Gene::{row['entrez_gene_id']}"] = None
    for row in _rows(folder / "edges-5k.sif.gz"):
        between = "".join(letter for letter in row["metaedge"] if not letter.isupper())
        found[row["source"], PREDICATES.get(between, Predicate.ASSOCIATION), row["target"]] = None
    kept = sorted((s, p, o) for s, p, o in found if s in nodes and o in nodes and s != o)
    degrees = Counter(end for s, _, o in kept for end in (s, o))
    order = np.random.default_rng(SEED).permutation(len(kept))
    return Hetionet(
        tuple(nodes[id_] for id_ in sorted(nodes, key=lambda id_: (-degrees[id_], id_))),
        tuple((nodes[kept[place][0]], kept[place][1], nodes[kept[place][2]]) for place in order),
    )


def as_documents(edges: Sequence[tuple[Node, Predicate, Node]]) -> Iterator[Contribution]:
    """The edges as documents state them, some to each."""
    for number, start in enumerate(range(0, len(edges), RELATIONS)):
        part = edges[start : start + RELATIONS]
        relations = tuple(_relation(s, p, o, 0.9, place * (SENTENCE + 1)) for place, (s, p, o) in enumerate(part))
        yield _contribution(f"hetionet:{number}", relations, year=2017, offset=number, generation=1)


class Drawn:
    """Documents by number: equal numbers give equal documents. `edition` 1 is what a newer model finds in the same text."""

    def __init__(self, nodes: Sequence[Node], seed: int = SEED) -> None:
        self._nodes = nodes
        self._seed = seed
        weights = np.cumsum(np.arange(1, len(nodes) + 1) ** -ZIPF)
        self._cumulative = weights / weights[-1]
        self._predicates = list(SHARES)
        self._shares = np.cumsum(list(SHARES.values()))

    def ends(self, rng: np.random.Generator, count: int, size: int) -> NDArray[np.int64]:
        """`size` ranks for each of `count` draws, as documents name their entities: (count, size)."""
        return np.searchsorted(self._cumulative, rng.random((count, size))).astype(np.int64)

    def contribution(self, number: int, edition: int = 0) -> Contribution:
        rng = np.random.default_rng((self._seed, number))
        document = f"drawn:{number}"
        known = dict.fromkeys(self.ends(rng, 1, 4 * ENTITIES)[0].tolist())
        nodes = [self._nodes[rank] for rank in known][: ENTITIES - LOCAL]
        nodes += [Node(f"local:{document}#Gene:unknown-{n}", f"unknown {n}", EntityType.GENE) for n in range(LOCAL)]
        pairs = list(combinations(nodes, 2))
        wanted = min(int(rng.geometric(1 / (RELATIONS + 1))) - 1, len(pairs) // 2)
        chosen = rng.choice(len(pairs), 2 * wanted, replace=False)  # the second half is for another edition
        draws = rng.random((2 * wanted, 4)).tolist()
        relations = []
        for place in range(wanted):
            at = place + wanted if edition and place % CHANGED == 0 else place
            predicate, probability, negated, speculated = draws[at]
            first, second = pairs[chosen[at]]
            relations.append(
                _relation(
                    first,
                    self._predicates[int(np.searchsorted(self._shares, predicate))],
                    second,
                    round(0.5 + probability / 2, 4),
                    place * (SENTENCE + 1),
                    negated=negated < NEGATED,
                    speculated=speculated < SPECULATED,
                )
            )
        year = int(rng.integers(1980, 2026))
        return _contribution(document, tuple(relations), year=year, offset=number + 10_000_000 * edition, generation=1 + edition)

    def contributions(self, numbers: range, edition: int = 0) -> Iterator[Contribution]:
        return (self.contribution(number, edition) for number in numbers)


def _relation(
    first: Node,
    predicate: Predicate,
    second: Node,
    probability: float,
    start: int,
    *,
    negated: bool = False,
    speculated: bool = False,
) -> Relation:
    text = f"{first.name} was related to {second.name} "
    text += (FILLER * (SENTENCE // len(FILLER) + 1))[: max(SENTENCE - len(text), 0)]
    at = start + len(first.name) + len(" was related to ")
    spans = Span(start=start, end=start + len(first.name)), Span(start=at, end=at + len(second.name))
    return Relation(
        subject=Participant(id=first.curie, name=first.name, type=first.type, spans=spans[:1]),
        object=Participant(id=second.curie, name=second.name, type=second.type, spans=spans[1:]),
        predicate=predicate,
        probability=probability,
        negated=negated,
        speculated=speculated,
        evidence=Evidence(start=start, end=start + len(text), text=text, subject=spans[0], object=spans[1]),
    )


def _contribution(document: str, relations: tuple[Relation, ...], *, year: int, offset: int, generation: int) -> Contribution:
    record = Relations(
        id=document,
        article=Article(title=f"What is known of {document}", journal="Journal of Drawn Documents", year=year),
        relations=relations,
        provenance=Provenance(software="bench", model=f"bench@{generation}", generation=generation, vocabulary="hetionet@1"),
    )
    return Contribution.of(record, Revision(0, offset))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path) as packed:
        yield from csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8"), delimiter="\t")
