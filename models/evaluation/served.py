"""An artefact through the serving runtime, with what scoring needs beside: gold entities' pairs and their labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import LABELS, Document, relation_key
from models.corpora.entities import gold_entities
from models.runtime.artefact import Artefact
from models.runtime.encoder import Encoded, Encoder
from models.runtime.pairs import PairInputs, build_pairs
from models.runtime.relation_head import Judged, RelationHead
from processors.relations import MAX_ATTENDED, MAX_PAIRS


@dataclass(frozen=True, slots=True)
class GoldPairs:
    """The candidate pairs of a document's gold entities; of very many the nearest, as served."""

    ids: tuple[str, ...]  # by entity number
    inputs: PairInputs
    judged: Judged
    labels: NDArray[np.int64]  # (P) gold
    novel: NDArray[np.int64]  # (P) gold: 0 or 1, -1 where the pair is not related or the corpus does not say it

    def only(self, kept: Sequence[bool]) -> "GoldPairs":
        """Some of the pairs (P)."""
        if all(kept):
            return self
        rows = np.flatnonzero(np.asarray(kept, dtype=bool))
        said, of = self.judged, self.inputs
        novel = None if said.novel is None else said.novel[rows]
        raw = None if said.novel_logits is None else said.novel_logits[rows]
        judged = Judged(said.logits[rows], said.probabilities[rows], novel, raw)
        inputs = replace(of, pairs=of.pairs[rows], closest=of.closest[rows], between=of.between[rows], features=of.features[rows])
        return GoldPairs(self.ids, inputs, judged, self.labels[rows], self.novel[rows])

    @property
    def logits(self) -> NDArray[np.float32]:
        return self.judged.logits

    @property
    def probabilities(self) -> NDArray[np.float64]:
        return self.judged.probabilities


class Served:
    """One artefact, run as it is served: one window a call, one document a pair call."""

    def __init__(self, artefact: Artefact, *, guideline: str | None = None) -> None:
        """`guideline` as `models.runtime.encoder.Encoder` takes it."""
        self.artefact = artefact
        self.head = RelationHead(artefact)
        self.encode = lru_cache(maxsize=256)(Encoder(artefact, cache_bytes=0, guideline=guideline).encode)

    def following(self, name: str) -> "Served":
        """The same artefact by a corpus's guideline, where it learned that; else itself."""
        ner = self.artefact.manifest.ner
        return Served(self.artefact, guideline=name) if name in ner.guidelines and name != ner.guideline else self

    def gold_pairs(self, document: Document) -> GoldPairs:
        encoded: Encoded = self.encode(document.text)
        entities = gold_entities(document, encoded.offsets)
        limit = min(MAX_PAIRS, MAX_ATTENDED // max(len(encoded.hidden), 1))
        inputs = build_pairs(encoded.hidden, entities.tokens, self.head.type_pairs, most=limit)
        relations = [document.relations.get(relation_key(entities.ids[a], entities.ids[b])) for a, b in inputs.pairs.tolist()]
        labels = np.array([LABELS.index(r) if r in LABELS else 0 for r in relations], dtype=np.int64)
        novel = [document.novel.get(relation_key(entities.ids[a], entities.ids[b])) for a, b in inputs.pairs.tolist()]
        return GoldPairs(entities.ids, inputs, self.head.judge(inputs), labels, np.array([-1 if n is None else int(n) for n in novel]))
