"""Rows as an encoder reads them: pieces, and which of them are the mentions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.pieces import piece_ranges
from models.runtime.tokenizer import PieceTokenizer
from models.training.plan import Shape, padded
from models.training.sentences.rows import Row


@dataclass(frozen=True, slots=True)
class Sentence:
    """A row of T pieces, special ones included. Ranges are of pieces."""

    ids: NDArray[np.int64]  # (T)
    first: tuple[int, int]
    second: tuple[int, int]
    related: bool

    @property
    def shape(self) -> Shape:
        return Shape(rows=1, width=len(self.ids), pieces=len(self.ids))

    @property
    def between(self) -> tuple[int, int]:
        left, right = sorted((self.first, self.second))
        return left[1], max(left[1], right[0])


class SentenceMaker:
    """Cuts rows into pieces; one that is longer than the window keeps what is around its mentions."""

    def __init__(self, tokenizer: PieceTokenizer, *, window: int) -> None:
        self._tokenizer = tokenizer
        self._size = window - 2

    def make(self, row: Row) -> Sentence:
        """Raises `ValueError` for a row without a piece."""
        pieces = self._tokenizer.cut(row.text)
        if not len(pieces.ids):
            raise ValueError(f"{row.id} has no text")
        firsts, stops = piece_ranges(pieces.offsets, [row.first[0], row.second[0]], [row.first[1], row.second[1]])
        starts = np.minimum(firsts, len(pieces.ids) - 1)
        ends = np.maximum(stops, starts + 1)
        middle = (int(starts.min()) + int(ends.max())) // 2
        begin = max(0, min(middle - self._size // 2, len(pieces.ids) - self._size))
        ids = np.concatenate([[self._tokenizer.first], pieces.ids[begin : begin + self._size], [self._tokenizer.last]])
        last = len(ids) - 1
        first, second = (
            (int(np.clip(start - begin + 1, 1, last - 1)), int(np.clip(end - begin + 1, 2, last)))
            for start, end in zip(starts, ends, strict=True)
        )
        return Sentence(ids, first, second, row.related)


def arrays(sentences: Sequence[Sentence]) -> dict[str, NDArray[Any]]:
    """The network's inputs: `input_ids` and `attention_mask` (B, L) int64, `places` (B, 3, L) float32."""
    ids, mask = padded([s.ids for s in sentences])
    places = np.zeros((len(sentences), 3, ids.shape[1]), dtype=np.float32)
    for i, sentence in enumerate(sentences):
        for k, (start, stop) in enumerate((sentence.first, sentence.second, sentence.between)):
            if start < stop:
                places[i, k, start:stop] = 1 / (stop - start)
    return {"input_ids": ids, "attention_mask": mask, "places": places}
