"""What the pairwise sibling reads of one candidate pair: a question that names both entities, then the text around their mentions.

`[CLS] what is <task> between <Gene1> ... </Gene1> and <Disease2> ... </Disease2> ? [SEP] text with both entities' mentions marked [SEP]`
(Ma and Liu 2023; markers after Baldini Soares et al. 2019, arXiv:1906.03158). Training and serving ask with this one class.

Markers and tasks are pieces of their own behind the tokeniser's vocabulary, so no text can hold one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.runtime.pieces import piece_ranges
from models.runtime.tokenizer import PieceTokenizer

Ints = NDArray[np.int64]

NAME_PIECES = 12
"""Pieces of an entity's name that the question repeats."""

MENTION_PIECES = 24
"""A mention's pieces between its markers; what a longer one has besides stands behind the closing marker."""

MARKED = 16
"""Mentions of one entity that are marked, those nearest to the other entity."""

SMALLEST_BUDGET = 2 * MENTION_PIECES

MARKERS = 4  # of each entity type: first entity opens, closes, second entity opens, closes

_FAR = np.int64(1) << 32


class Passage(NamedTuple):
    """A text's T pieces, cut once for all of its pairs."""

    ids: Ints  # (T)
    offsets: NDArray[np.int32]  # (T, 2) code points
    sentence: Ints  # (T) number of the sentence that a piece begins in


class End(NamedTuple):
    """One entity of a pair: its type and its N mentions' pieces, `start[i]:stop[i]`, none of them empty. N is at least 1."""

    type: int
    start: Ints
    stop: Ints


OVERHEAD = 4 * MARKED + 2 * NAME_PIECES + 12
"""Pieces that a question has at most beside those of the text: markers, the question, what frames it."""


@dataclass(frozen=True, slots=True)
class Context:
    """How much of the text is read: at most `budget` pieces, of sentences with mentions and `neighbours` sentences on both sides."""

    budget: int = 128
    neighbours: int = 1

    def __post_init__(self) -> None:
        if self.budget < SMALLEST_BUDGET or self.neighbours < 0:
            raise ValueError(f"a context has at least {SMALLEST_BUDGET} pieces and no fewer than 0 neighbours, not {self}")


class Questions:
    """Asks, with one tokeniser. Pure; safe for threads."""

    def __init__(self, tokenizer: PieceTokenizer, *, types: int, tasks: int) -> None:
        self.tokenizer = tokenizer
        self._what = self._cut("what is")
        self._between = self._cut("between")
        self._and = self._cut("and")
        self._mark = self._cut("?")
        self.first_marker: int = tokenizer.tokenizer.get_vocab_size(with_added_tokens=True)
        self._types = types
        self._tasks = tasks

    @property
    def vocabulary(self) -> int:
        """How many rows the word table needs: the tokeniser's pieces, the markers, the tasks."""
        return self.first_marker + MARKERS * self._types + self._tasks

    def marker(self, type_: int, second: bool, closing: bool = False) -> int:
        """The piece that opens or closes a mention of the pair's first or second entity."""
        return self.first_marker + MARKERS * type_ + 2 * second + closing

    def task(self, number: int) -> int:
        """The piece that names a task."""
        return self.first_marker + MARKERS * self._types + number

    def cut(self, text: str, sentence_ends: Sequence[int]) -> Passage:
        """A text's pieces; `sentence_ends` are code points, rising."""
        pieces = self.tokenizer.cut(text)
        sentence = np.searchsorted(np.asarray(sentence_ends, dtype=np.int64), pieces.offsets[:, 0], side="right")
        return Passage(pieces.ids, pieces.offsets, sentence.astype(np.int64))

    def end(self, passage: Passage, type_: int, spans: Sequence[tuple[int, int]]) -> End | None:
        """An entity by its mentions' code points; None where no mention touches a piece."""
        ordered = sorted(set(spans))
        start, stop = piece_ranges(passage.offsets, [s for s, _ in ordered], [e for _, e in ordered])
        touched = start < stop
        return End(type_, start[touched], stop[touched]) if touched.any() else None

    def ask(self, passage: Passage, task: int, first: End, second: End, context: Context) -> Ints:
        """The pieces (L) of one pair's question and text, with those that frame it.

        L is at most `context.budget + OVERHEAD`.
        """
        left, right = _nearest(first, second)
        kept = _keep(passage.sentence, (first.start, second.start), (left[0], right[0]), context)
        marks: list[tuple[int, int, int, int]] = []  # place in the kept text, closing first, outer ones outside, piece
        for end, near, second_one in ((first, left, False), (second, right, True)):
            for start, stop in near:
                at = int(np.searchsorted(kept, start))
                length = stop - start
                if at + length <= len(kept) and kept[at] == start and kept[at + length - 1] == stop - 1:
                    marks.append((at, 1, -length, self.marker(end.type, second_one)))
                    marks.append((at + length, 0, length, self.marker(end.type, second_one, closing=True)))
        marks.sort()
        text = np.insert(passage.ids[kept], [place for place, *_ in marks], [piece for *_, piece in marks])
        names = [
            [
                self.marker(end.type, which),
                *passage.ids[end.start[0] : end.stop[0]][:NAME_PIECES],
                self.marker(end.type, which, closing=True),
            ]
            for which, end in ((False, first), (True, second))
        ]
        question = [
            self.tokenizer.first,
            *self._what,
            self.task(task),
            *self._between,
            *names[0],
            *self._and,
            *names[1],
            *self._mark,
            self.tokenizer.last,
        ]
        return np.concatenate([np.array(question, dtype=np.int64), text, [self.tokenizer.last]])

    def _cut(self, words: str) -> list[int]:
        return [int(piece) for piece in self.tokenizer.cut(words).ids]


def _nearest(first: End, second: End) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The mentions of both that are marked, those nearest to the other entity first, each cut to `MENTION_PIECES`."""
    gap = np.maximum(first.start[:, None], second.start[None, :]) - np.minimum(first.stop[:, None], second.stop[None, :])
    gap = np.maximum(gap, 0)
    # Of mentions that are equally near the earlier one comes first; the first of each side are one another's nearest.
    best = int(np.argmin(gap))
    i, j = divmod(best, gap.shape[1])
    sides = []
    for end, distance, chosen in ((first, gap.min(axis=1), i), (second, gap.min(axis=0), j)):
        order = np.argsort(distance, kind="stable").tolist()
        order.remove(chosen)
        stops = np.minimum(end.stop, end.start + MENTION_PIECES)
        sides.append([(int(end.start[k]), int(stops[k])) for k in [chosen, *order][:MARKED]])
    return sides[0], sides[1]


def _keep(sentence: Ints, starts: tuple[Ints, Ints], nearest: tuple[tuple[int, int], tuple[int, int]], context: Context) -> Ints:
    """Which pieces are read, rising: those of the most telling sentences, and within these the nearest to the closest mentions.

    First come sentences that name both, where there is none those of the closest mentions; then other sentences that name
    one; then the neighbours of the first kind, then those of the second.
    """
    first, second = (set(sentence[start].tolist()) for start in starts)
    core = first & second or {int(sentence[start]) for start, _ in nearest}
    rank = np.full(int(sentence[-1]) + 1, -1, dtype=np.int64)
    wider = [(core, 0), (first | second, 1), *((_around(core, n, len(rank)), 2) for n in range(1, context.neighbours + 1))]
    wider += [(_around(first | second, n, len(rank)), 3) for n in range(1, context.neighbours + 1)]
    for numbers, value in reversed(wider):
        rank[sorted(numbers)] = value
    of_piece = rank[sentence]
    places = np.arange(len(sentence))
    distance = np.full(len(sentence), _FAR - 1)
    for start, stop in nearest:
        distance = np.minimum(distance, np.maximum(np.maximum(start - places, places - stop + 1), 0))
        of_piece[start:stop] = 0  # a mention may reach into the next sentence
    candidates = np.flatnonzero(of_piece >= 0)
    order = np.argsort(of_piece[candidates] * _FAR + distance[candidates], kind="stable")
    return np.sort(candidates[order[: context.budget]])


def _around(numbers: set[int], reach: int, count: int) -> set[int]:
    return {n + side * reach for n in numbers for side in (-1, 1) if 0 <= n + side * reach < count}
