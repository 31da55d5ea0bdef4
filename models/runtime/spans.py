"""From the NER head's scores to entity spans.

Each type k has its own O, B, I (`logits[:, 3k + {0, 1, 2}]`), and an I may follow only B or I of its type.
The best such path is Viterbi's (1967); since there are no transition scores, it differs from the piecewise best
only between a B and the last I that some O precedes, and only those stretches are searched.
"""

import unicodedata
from bisect import bisect
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.runtime.edges import EntitySpan, tidy

__all__ = ["EntitySpan", "SpanRule", "best_path", "decode_spans"]

O, B, I = 0, 1, 2  # noqa: E741  the scheme's own names


class SpanRule(NamedTuple):
    """How spans are scored and which are kept; one temperature and one threshold a type.

    Without `platt` a span's score is the probability that its first piece is B, the others are I, and the piece behind it is not.
    That falls with every piece, so a threshold cuts long names. With `platt` = (slope, offset) it is
    sigmoid(slope * logit(g) + offset), where g is the geometric mean of those probabilities (Platt 1999).
    """

    temperatures: tuple[float, ...]
    thresholds: tuple[float, ...]
    platt: tuple[float, float] | None = None


def decode_spans(
    ner: NDArray[np.float32], offsets: NDArray[np.int32], words: NDArray[np.int32], text: str, rule: SpanRule
) -> list[EntitySpan]:
    """Entity spans of a text, by (start, end), without overlaps.

    `ner` is (T, 3 K) logits, `offsets` (T, 2) code points, `words` (T) word numbers.
    A span covers whole words, keeps combining marks and has tidy edges. Of overlapping spans the likelier one stays, then the longer.
    """
    n = len(ner)
    if n == 0:
        return []
    logits = ner.reshape(n, -1, 3).transpose(1, 0, 2).astype(np.float64) / np.asarray(rule.temperatures, dtype=np.float64)[:, None, None]
    logits -= logits.max(axis=2, keepdims=True)
    logp = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))  # (K, T, 3)
    kind, first, end = _runs(best_path(logp))
    if not len(kind):
        return []
    scores = _scores(logp, kind, first, end, rule.platt)
    first, end = _whole_words(words, first, end)
    keep = np.flatnonzero(scores >= np.asarray(rule.thresholds)[kind])
    taken = np.zeros(n, dtype=bool)
    spans = []
    for i in keep[np.lexsort((kind[keep], first[keep], first[keep] - end[keep], -scores[keep]))]:
        a, b = int(first[i]), int(end[i])
        if taken[a:b].any():
            continue
        taken[a:b] = True
        limit = int(offsets[b, 0]) if b < n else len(text)
        start, stop = int(offsets[a, 0]), _past_marks(text, int(offsets[b - 1, 1]), limit)
        if start < stop:
            spans.append(EntitySpan(start, stop, int(kind[i]), float(scores[i])))
    return tidy(text, sorted(spans))


def best_path(logp: NDArray[np.float64]) -> NDArray[np.int64]:
    """The best labels (K, T) under scores (K, T, 3), where I follows only B or I; ties go to O, then B."""
    labels: NDArray[np.int64] = logp.argmax(axis=2)
    before = np.zeros_like(labels)
    before[:, 1:] = labels[:, :-1]
    wrong = (labels == I) & (before == O)
    for kind in np.flatnonzero(wrong.any(axis=1)):
        _mend(logp[kind], labels[kind], np.flatnonzero(wrong[kind]).tolist())
    return labels


def _mend(logp: NDArray[np.float64], labels: NDArray[np.int64], wrong: list[int]) -> None:
    """Put the best allowed path in place of the piecewise best `labels` (T) of one type; `wrong` are the I's behind an O.

    A piece whose best label is B has it on the best path too: B may stand before and behind anything.
    So the stretches between such pieces are searched apart, each up to its last I; O's behind that are right as they are.
    """
    row = labels.tolist()
    begins = [-1, *(piece for piece, label in enumerate(row) if label == B), len(row)]
    done = 0
    for piece in wrong:
        if piece < done:
            continue
        at = bisect(begins, piece)
        left, done = begins[at - 1], begins[at]
        stop = done
        while row[stop - 1] != I:
            stop -= 1
        labels[left + 1 : stop] = _viterbi(logp[left + 1 : stop].tolist(), after_entity=left >= 0)


def _viterbi(rows: list[list[float]], *, after_entity: bool) -> list[int]:
    """The best allowed labels of consecutive pieces; `after_entity` says whether the first may be I."""
    out, inside = (float("-inf"), 0.0) if after_entity else (0.0, float("-inf"))  # best path so far that ends in O; in B or I
    steps = []
    for o, b, i in rows:
        from_inside = inside > out
        best = inside if from_inside else out
        grown = inside + i > best + b
        steps.append((from_inside, I if grown else B, grown or from_inside))
        out, inside = best + o, (inside + i if grown else best + b)
    labels = []
    entity = inside > out
    for from_inside, label, entered_inside in reversed(steps):
        labels.append(label if entity else O)
        entity = entered_inside if entity else from_inside
    return labels[::-1]


def _runs(labels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Type, first piece and end piece of every B I* in labels (K, T)."""
    framed = np.pad(labels, ((0, 0), (0, 1))).ravel()
    begins = np.flatnonzero(framed == B)
    stops = np.flatnonzero(framed != I)
    ends = stops[np.searchsorted(stops, begins, side="right")]
    width = labels.shape[1] + 1
    return begins // width, begins % width, ends - begins // width * width


def _whole_words(words: NDArray[np.int32], first: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Widen piece ranges to whole words."""
    starts = np.flatnonzero(np.diff(words, prepend=-1))
    stops = np.append(starts[1:], len(words))
    at = np.searchsorted(starts, np.stack([first, end - 1]), side="right") - 1
    return starts[at[0]], stops[at[1]]


def _scores(
    logp: NDArray[np.float64],
    kind: NDArray[np.int64],
    first: NDArray[np.int64],
    end: NDArray[np.int64],
    platt: tuple[float, float] | None,
) -> NDArray[np.float64]:
    inside = np.pad(np.cumsum(logp[:, :, I], axis=1), ((0, 0), (1, 0)))
    outside = np.log1p(-np.minimum(np.exp(np.pad(logp[:, :, I], ((0, 0), (0, 1)), constant_values=-np.inf)), 1 - 1e-12))
    total = logp[kind, first, B] + inside[kind, end] - inside[kind, first + 1] + outside[kind, end]
    if platt is None:
        scores: NDArray[np.float64] = np.exp(total)
        return scores
    mean = total / (end - first)
    slope, offset = platt
    # The logit of g is log g - log(1 - g), which a certain span would make infinite.
    odds = np.clip(slope * (mean - np.log(-np.expm1(np.minimum(mean, -1e-12)))) + offset, -500, 500)
    likely: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return likely


def _past_marks(text: str, end: int, limit: int) -> int:
    """`end`, or behind the combining marks and joiners that follow it: the tokeniser drops them, a reader sees one letter."""
    while end < limit and (unicodedata.category(text[end]) in ("Mn", "Mc", "Me") or text[end] == "\u200d"):
        end += 1
    return end
