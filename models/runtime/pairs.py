"""What the single-pass pair head reads: every candidate pair of a document's entities, as arrays (`pairs.v1`).

Training and serving build their inputs with this one function. The text is encoded once, before entities are known;
here its hidden states meet the mentions. Everything is vectorised over mentions and pairs.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

FEATURES_VERSION = "pairs.v1"

FEATURES: tuple[str, ...] = (
    "gap",  # log(1 + pieces between the closest mentions)
    "same_sentence",
    "next_sentence",
    "sentence_distance",  # log(1 + sentences apart at the closest mentions)
    "shared_sentence_mentions",  # log(1 + mention pairs inside one sentence)
    "adjacent_sentence_mentions",  # log(1 + mention pairs in neighbouring sentences)
    "overlap",  # the closest mentions share a piece
    "mentions_between",  # log(1 + mentions that start between the closest ones)
    "first_mentions",  # log(mentions) of the first entity, then of the second
    "second_mentions",
    "first_share",  # share of the document's mentions
    "second_share",
    "first_in_title",  # named in sentence 0
    "second_in_title",
    "first_begins",  # place of the first mention, 0 to 1
    "second_begins",
    "first_ends",  # place of the last mention, 0 to 1
    "second_ends",
    "entities",  # log(entities of the document)
    "rivals",  # log(candidate pairs of the same two types)
)

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MentionTokens:
    """A document's mentions as (M) int64 arrays, in any order.

    A mention of several entities stands there once for each of them. Entities are numbered 0..E-1 without gaps,
    in order of their first mention, and an entity has one type (where its mentions differ: the first one's).
    """

    start: Ints  # first piece
    end: Ints  # one past the last piece; greater than start
    entity: Ints
    type: Ints  # index into the artefact's entity types
    sentence: Ints  # the title is sentence 0


@dataclass(frozen=True, slots=True)
class PairInputs:
    """The inputs of `relations.onnx`, by their names. T pieces, H hidden, M mentions, E entities, P pairs, F features."""

    hidden: Floats  # (T, H)
    mention_start: Ints  # (M), mentions in order of (entity, start, end)
    mention_end: Ints  # (M)
    entity_mentions: Floats  # (E, M): 1 where the mention names the entity
    entity_type: Ints  # (E)
    pairs: Ints  # (P, 2): entity indices; the lower type index first, then the lower entity index
    closest: Ints  # (P, 2): mention indices of the pair's closest mentions
    between: Ints  # (P, 2): the pieces between those two, start:end, empty where they touch or overlap
    features: Floats  # (P, F)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by input name, as onnxruntime takes them."""
        return {name: getattr(self, name) for name in PairInputs.__slots__}

    def chunks(self, size: int) -> Iterator["PairInputs"]:
        """The same document, at most `size` pairs at a time: bounds the head's memory, which grows with pairs times pieces."""
        for at in range(0, len(self.pairs), size):
            part = slice(at, at + size)
            yield replace(
                self, pairs=self.pairs[part], closest=self.closest[part], between=self.between[part], features=self.features[part]
            )


def build_pairs(hidden: Floats, mentions: MentionTokens, type_pairs: Sequence[tuple[int, int]], *, most: int | None = None) -> PairInputs:
    """All candidate pairs of a document: entities whose types stand together in `type_pairs` (unordered, of type indices).

    With `most` only so many, those whose closest mentions are nearest, in the order that all have; a warning is logged then.
    `hidden` is (T, H) float32 over all of the document's pieces. The answer depends on the mentions only as a set.
    Raises `ValueError` where a mention is empty or outside the text, or entity numbers have gaps.
    """
    order = np.lexsort((mentions.end, mentions.start, mentions.entity))
    start, end, entity = mentions.start[order], mentions.end[order], mentions.entity[order]
    kind, sentence = mentions.type[order], mentions.sentence[order]
    n_pieces, n_mentions = len(hidden), len(start)
    if n_mentions and (start.min() < 0 or end.max() > n_pieces or bool((end <= start).any())):
        raise ValueError("a mention is empty or lies outside the document's pieces")
    n_entities = int(entity[-1]) + 1 if n_mentions else 0
    count = np.bincount(entity, minlength=n_entities).astype(np.int64)
    if n_mentions and (entity[0] < 0 or not count.all()):
        raise ValueError("entity numbers must be 0 and up, without gaps")
    first = np.cumsum(count) - count
    entity_type = kind[first] if n_mentions else np.zeros(0, np.int64)
    membership = (entity[None, :] == np.arange(n_entities)[:, None]).astype(np.float32)
    pairs = _candidates(entity_type, type_pairs)
    left, right = pairs[:, 0], pairs[:, 1]
    facts = _relate(start, end, sentence, first) if n_mentions else _Facts.none()
    closest = facts.closest[left, right]
    a, b = closest[:, 0], closest[:, 1]
    between_start = np.minimum(end[a], end[b])
    between_end = np.maximum(np.maximum(start[a], start[b]), between_start)
    pair_kind = entity_type[left] * (1 + int(kind.max(initial=0))) + entity_type[right]
    _, which, counts = np.unique(pair_kind, return_inverse=True, return_counts=True)
    rivals = counts[which.reshape(-1)]
    if most is not None and len(pairs) > most:
        log.warning("%d candidate pairs in one document: the nearest %d are judged", len(pairs), most)
        kept = np.sort(np.argsort(between_end - between_start, kind="stable")[:most])
        pairs, left, right, closest, a, b, between_start, between_end, rivals = (
            part[kept] for part in (pairs, left, right, closest, a, b, between_start, between_end, rivals)
        )
    sentences_apart = np.abs(sentence[a] - sentence[b])
    starts = np.sort(start)
    inside = np.searchsorted(starts, between_end) - np.searchsorted(starts, between_start)
    in_title = np.maximum.reduceat(sentence == 0, first) if n_mentions else np.zeros(0, bool)
    latest = np.maximum.reduceat(start, first) if n_mentions else start
    columns = (
        np.log1p(between_end - between_start),
        sentences_apart == 0,
        sentences_apart == 1,
        np.log1p(sentences_apart),
        np.log1p(facts.together[left, right]),
        np.log1p(facts.adjacent[left, right]),
        np.maximum(start[a], start[b]) < np.minimum(end[a], end[b]),
        np.log1p(inside),
        np.log(count[left]),
        np.log(count[right]),
        count[left] / max(n_mentions, 1),
        count[right] / max(n_mentions, 1),
        in_title[left],
        in_title[right],
        start[first[left]] / max(n_pieces, 1),
        start[first[right]] / max(n_pieces, 1),
        latest[left] / max(n_pieces, 1),
        latest[right] / max(n_pieces, 1),
        np.full(len(pairs), np.log(max(n_entities, 1))),
        np.log(rivals),
    )
    return PairInputs(
        hidden=np.ascontiguousarray(hidden, dtype=np.float32),
        mention_start=start,
        mention_end=end,
        entity_mentions=membership,
        entity_type=entity_type,
        pairs=pairs,
        closest=closest,
        between=np.stack([between_start, between_end], axis=1),
        features=np.stack([np.asarray(c, dtype=np.float32) for c in columns], axis=1),
    )


class _Facts(NamedTuple):
    """What is known of two entities, for all of them: (E, E) and, for the closest mentions, (E, E, 2)."""

    closest: Ints
    together: Ints  # mention pairs inside one sentence
    adjacent: Ints  # mention pairs in neighbouring sentences

    @classmethod
    def none(cls) -> Self:
        return cls(np.zeros((0, 0, 2), np.int64), np.zeros((0, 0), np.int64), np.zeros((0, 0), np.int64))


def _candidates(entity_type: Ints, type_pairs: Sequence[tuple[int, int]]) -> Ints:
    """(P, 2) entity indices of the candidate pairs, in order of (type, entity) of the first, then of the second."""
    n_types = 1 + max([*(max(pair) for pair in type_pairs), int(entity_type.max(initial=0))], default=0)
    allowed = np.zeros((n_types, n_types), bool)
    for a, b in type_pairs:
        allowed[min(a, b), max(a, b)] = True
    by_type = np.argsort(entity_type, kind="stable")
    i, j = np.triu_indices(len(by_type), k=1)
    i, j = by_type[i], by_type[j]
    keep = allowed[entity_type[i], entity_type[j]]
    return np.stack([i[keep], j[keep]], axis=1).astype(np.int64)


def _relate(start: Ints, end: Ints, sentence: Ints, first: Ints) -> _Facts:
    """Reduce mention-by-mention facts to entity-by-entity ones; mentions are sorted by entity and `first` says where each begins."""
    n = len(start)
    gap = np.maximum(np.maximum(start[:, None], start[None, :]) - np.minimum(end[:, None], end[None, :]), 0)
    apart = np.abs(sentence[:, None] - sentence[None, :])
    # One integer orders mention pairs by gap, then by place, and says which pair it is.
    code = (gap * n + np.arange(n)[:, None]) * n + np.arange(n)[None, :]
    best = np.minimum.reduceat(np.minimum.reduceat(code, first, axis=0), first, axis=1)
    return _Facts(
        closest=np.stack([best // n % n, best % n], axis=-1),
        together=_add(apart == 0, first),
        adjacent=_add(apart == 1, first),
    )


def _add(table: NDArray[np.bool_], first: Ints) -> Ints:
    sums: Ints = np.add.reduceat(np.add.reduceat(table.astype(np.int64), first, axis=0), first, axis=1)
    return sums
