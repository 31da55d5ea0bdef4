"""Sentences as the tagger learns from them: pieces, labels of cues, and each cue's scope."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.corpora.bioscope import GoldSentence
from models.runtime.pieces import piece_ranges
from models.runtime.tokenizer import PieceTokenizer
from models.training.plan import Shape
from processors.records import CueKind

O, B, I = 0, 1, 2  # noqa: E741  the scheme's own names
KINDS = tuple(CueKind)


@dataclass(frozen=True, slots=True)
class CueScope:
    """A cue and its scope in pieces, half open; the cue's last part counts where it has several."""

    kind: int
    first: int
    stop: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence of T pieces, cut off where the encoder's window ends."""

    gold: GoldSentence
    ids: NDArray[np.int64]  # (T)
    offsets: NDArray[np.int32]  # (T, 2)
    words: NDArray[np.int32]  # (T)
    labels: NDArray[np.int64]  # (T, kinds)
    scopes: tuple[CueScope, ...]

    @property
    def shape(self) -> Shape:
        return Shape(1, len(self.ids) + 2, len(self.ids) + 2)


class ExampleMaker:
    def __init__(self, tokenizer: PieceTokenizer, *, window: int) -> None:
        self._tokenizer = tokenizer
        self._size = window - 2

    def framed(self, example: Example) -> NDArray[np.int64]:
        """(T + 2) pieces, as the encoder reads them."""
        return np.concatenate([[self._tokenizer.first], example.ids, [self._tokenizer.last]])

    def make(self, sentence: GoldSentence) -> Example:
        pieces = self._tokenizer.cut(sentence.text)
        ids, offsets, words = pieces.ids[: self._size], pieces.offsets[: self._size], pieces.words[: self._size]
        labels = np.full((len(ids), len(KINDS)), O, dtype=np.int64)
        scopes = []
        for scope in sentence.scopes:
            kind = KINDS.index(scope.kind)
            parts = [self._range(offsets, *part) for part in scope.cue]
            start, end = self._range(offsets, scope.start, scope.end)
            for first, stop in parts:
                labels[first:stop, kind] = I
                labels[first : first + 1, kind] = B
            (first, stop), last = parts[0], parts[-1][1]
            if first < stop and start <= first and last <= end:  # a few are drawn beside their cue: no tagger that knows the rule can
                scopes.append(CueScope(kind, first, last, start, end))
        return Example(sentence, ids, offsets, words, labels, tuple(scopes))

    @staticmethod
    def _range(offsets: NDArray[np.int32], start: int, end: int) -> tuple[int, int]:
        first, stop = piece_ranges(offsets, [start], [end])
        return int(first[0]), int(stop[0])
