"""Pairs of any registered relation corpus, by its registry entry."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from models.corpora.errors import CorpusUnknown
from models.corpora.registry.corpus import FORMS, Corpus
from models.corpora.relations.entities import BIORED, CID, TypePairs, entity_pairs
from models.corpora.relations.pair import Pair

IDENTIFIED: Mapping[str, tuple[TypePairs, bool]] = {"biored": (BIORED, False), "cid": (CID, True)}
"""Schemes of corpora that relate identifiers: their type pairs, and whether a relation has a direction."""


def read_pairs(corpus: Corpus, split: str, data: Path) -> list[Pair]:
    """Every candidate pair of a split, related or not, in file order. The corpus's labels: `labels.meaning(corpus.relations, label)`.

    ChemProt and DrugProt: chemicals and genes of one sentence, as are all gold relations of theirs but one. BioRED and BC5CDR:
    all entities of a document whose types may be related. Raises `CorpusUnknown`, `CorpusMissing`, `CorpusBroken`.
    """
    if corpus.relations is None:
        raise CorpusUnknown(f"corpus {corpus.name} has no relations", remedy="`biorelay corpora list` tells which have.")
    if corpus.relations in IDENTIFIED:
        types, directed = IDENTIFIED[corpus.relations]
        return [pair for document in corpus.read(split, data) for pair in entity_pairs(document, types, directed=directed)]
    pairs: list[Pair] = import_module(FORMS[corpus.form]).pairs(corpus, split, data)
    return pairs
