"""Documents as the model learns from them: pieces, NER labels, entities and the pairs' gold relations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import ENTITY_TYPES, LABELS, Document, GoldMention, relation_key
from models.corpora.entities import GoldEntities, gold_entities
from models.corpora.registry import corpus
from models.runtime.case import cases
from models.runtime.pairs import PairInputs, build_pairs
from models.runtime.pieces import piece_ranges
from models.runtime.tokenizer import PieceTokenizer
from models.runtime.windows import Window, windows
from models.training.plan import Shape

O, B, I = 0, 1, 2  # noqa: E741  the scheme's own names
IGNORED = -100
NONE = 0
CID = "CID"


@dataclass(frozen=True, slots=True)
class Example:
    """One document of T pieces."""

    document: Document
    ids: NDArray[np.int64]  # (T) piece numbers, without the special ones
    offsets: NDArray[np.int32]  # (T, 2) code points
    words: NDArray[np.int32]  # (T)
    cases: NDArray[np.int64]  # (T) how each piece's word is written
    windows: list[Window]
    labels: NDArray[np.int64]  # (T, heads): O, B, I of each head; IGNORED for those that are not its corpus's
    entities: GoldEntities | None  # None where the corpus has no relations

    @property
    def shape(self) -> Shape:
        """What the encoder reads for it: overlaps and special pieces included."""
        sizes = [w.end - w.start + 2 for w in self.windows]
        return Shape(len(sizes), max(sizes, default=0), sum(sizes))


class ExampleMaker:
    """Makes examples with one tokeniser and one cut into windows."""

    def __init__(self, tokenizer: PieceTokenizer, heads: Sequence[tuple[str, str]], *, window: int, overlap: int) -> None:
        """`heads` are corpus and entity type of each NER head."""
        self._tokenizer = tokenizer
        self._heads = heads
        self._size = window - 2
        self._overlap = overlap

    def make(self, document: Document) -> Example:
        pieces = self._tokenizer.cut(document.text)
        ids, offsets, words = pieces
        kind = corpus(document.corpus.partition("/")[0])
        labels = np.full((len(offsets), len(self._heads)), IGNORED, dtype=np.int64)
        for k, (source, name) in enumerate(self._heads):
            if source == kind.name:
                labels[:, k] = _bio(offsets, [m for m in document.mentions if m.type == name])
        return Example(
            document=document,
            ids=ids,
            offsets=offsets,
            words=words,
            cases=cases(document.text, pieces),
            windows=windows(len(offsets), self._size, self._overlap),
            labels=labels,
            entities=gold_entities(document, offsets) if kind.relations else None,
        )


def _bio(offsets: NDArray[np.int32], mentions: Iterable[GoldMention]) -> NDArray[np.int64]:
    """Labels (T); of mentions that overlap the longest is kept."""
    labels = np.full(len(offsets), O, dtype=np.int64)
    longest_first = sorted(mentions, key=lambda m: (m.start - m.end, m.start))
    firsts, stops = piece_ranges(offsets, [m.start for m in longest_first], [m.end for m in longest_first])
    for first, stop in zip(firsts.tolist(), stops.tolist(), strict=True):
        if first < stop and not labels[first:stop].any():
            labels[first] = B
            labels[first + 1 : stop] = I
    return labels


def pair_inputs(example: Example, hidden: NDArray[np.float32], type_pairs: Sequence[tuple[int, int]]) -> PairInputs:
    """The pair head's inputs over gold entities. The example must have entities."""
    return build_pairs(hidden, _entities(example).tokens, type_pairs)


class PairLabels(NamedTuple):
    """What is known of P pairs; IGNORED where the corpus does not annotate it."""

    labels: NDArray[np.int64]  # (P) indices into `LABELS`
    cid: NDArray[np.int64]  # (P) chemical-induced disease, 0 or 1
    novel: NDArray[np.int64]  # (P) of related pairs: the article's own finding, 0 or 1


def pair_labels(example: Example, pairs: NDArray[np.int64]) -> PairLabels:
    """The gold labels of pairs (P, 2) of entity numbers."""
    ids, relations = _entities(example).ids, example.document.relations
    keys = [relation_key(ids[a], ids[b]) for a, b in pairs.tolist()]
    found = [relations.get(key) for key in keys]
    unknown = np.full(len(found), IGNORED)
    if corpus(example.document.corpus.partition("/")[0]).relations == "biored":
        novel = np.array([int(example.document.novel.get(key, IGNORED)) for key in keys], dtype=np.int64)
        return PairLabels(np.array([NONE if f is None else LABELS.index(f) for f in found], dtype=np.int64), unknown, novel)
    return PairLabels(unknown, np.array([int(f == CID) for f in found], dtype=np.int64), unknown)


def _entities(example: Example) -> GoldEntities:
    if example.entities is None:
        raise ValueError(f"{example.document.corpus} has no relations, so its examples have no entities")
    return example.entities


def type_pair_indices(names: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """Type pairs as indices into the entity types."""
    order = [t.value for t in ENTITY_TYPES]
    return [(order.index(a), order.index(b)) for a, b in names]


def ner_heads(names: Sequence[str]) -> list[tuple[str, str]]:
    """Corpus and entity type of each NER head: one for every type that a corpus annotates, by that corpus's own meaning."""
    return [(name, kind.value) for name in names for kind in ENTITY_TYPES if kind in corpus(name).annotates]


def columns(heads: Sequence[tuple[str, str]], guideline: str) -> list[int]:
    """The columns of the NER logits that are O, B, I of each entity type by one corpus's guideline; it must have every type."""
    at = [heads.index((guideline, kind.value)) for kind in ENTITY_TYPES]
    return [3 * head + label for head in at for label in (O, B, I)]
