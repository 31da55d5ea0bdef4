"""Rows as an encoder reads them: pieces, and which of them are the mentions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.pieces import piece_ranges
from models.training.plan import Shape
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
    """Cuts rows into pieces with one tokeniser (of the `tokenizers` library); longer rows keep what is around their mentions."""

    def __init__(self, tokenizer: Any, *, window: int) -> None:
        self._tokenizer = tokenizer
        self._before, self._after = _special(tokenizer)
        self._size = window - len(self._before) - len(self._after)

    def make(self, row: Row) -> Sentence:
        pieces = self._tokenizer.encode(row.text, add_special_tokens=False)
        offsets = np.array(pieces.offsets, dtype=np.int32).reshape(-1, 2)
        firsts, stops = piece_ranges(offsets, [row.first[0], row.second[0]], [row.first[1], row.second[1]])
        ends = [(min(a, len(offsets) - 1), max(b, a + 1)) for a, b in zip(firsts.tolist(), stops.tolist(), strict=True)]
        low, high = min(a for a, _ in ends), max(b for _, b in ends)
        begin = int(np.clip((low + high - self._size) // 2, 0, max(0, len(offsets) - self._size)))
        ids = pieces.ids[begin : begin + self._size]
        move = len(self._before) - begin
        last = len(self._before) + len(ids)
        first, second = ((min(max(a + move, 1), last - 1), min(max(b + move, 2), last)) for a, b in ends)
        return Sentence(np.array([*self._before, *ids, *self._after], dtype=np.int64), first, second, row.related)


def _special(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The pieces that the tokeniser itself puts before and after a text."""
    encoded = tokenizer.encode("a", add_special_tokens=True)
    inside = [i for i, special in enumerate(encoded.special_tokens_mask) if not special]
    return encoded.ids[: inside[0]], encoded.ids[inside[-1] + 1 :]


def arrays(sentences: Sequence[Sentence]) -> dict[str, NDArray[Any]]:
    """The network's inputs: `input_ids` and `attention_mask` (B, L) int64, `places` (B, 3, L) float32."""
    width = max(len(s.ids) for s in sentences)
    ids = np.zeros((len(sentences), width), dtype=np.int64)
    mask = np.zeros((len(sentences), width), dtype=np.int64)
    places = np.zeros((len(sentences), 3, width), dtype=np.float32)
    for i, sentence in enumerate(sentences):
        ids[i, : len(sentence.ids)] = sentence.ids
        mask[i, : len(sentence.ids)] = 1
        for k, (start, stop) in enumerate((sentence.first, sentence.second, sentence.between)):
            if start < stop:
                places[i, k, start:stop] = 1 / (stop - start)
    return {"input_ids": ids, "attention_mask": mask, "places": places}
