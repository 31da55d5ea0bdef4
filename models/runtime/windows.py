"""Windows over a document that is longer than the encoder reads at once.

Training and serving cut documents with this one function, so a piece is seen in the same context in both.
"""

import itertools
from typing import NamedTuple


class Window(NamedTuple):
    """Half-open ranges of a document's pieces: `start:end` is what the encoder reads, `keep_start:keep_end` what is kept of it."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def windows(n_pieces: int, size: int, overlap: int) -> list[Window]:
    """Cut `n_pieces` pieces into the fewest windows of at most `size` pieces that share at least `overlap` pieces, all of one length.

    `size` counts text pieces only: leave out the special ones ([CLS], [SEP]) that the encoder adds.
    The kept parts tile `0:n_pieces` without gap or overlap, each cut in the middle of a shared stretch,
    so a kept piece has at least `overlap // 2` pieces of context on both sides unless the document ends there.
    Windows of one length are what a text costs least in: one piece too many does not make two full ones. No pieces, no windows.

    Raises `ValueError` where `overlap` is negative or not smaller than `size`.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap {overlap} must be at least 0 and less than the window size {size}")
    if n_pieces <= 0:
        return []
    number = max(1, -((overlap - n_pieces) // (size - overlap)))
    length = -((overlap - n_pieces - number * overlap) // number)
    gaps = max(1, number - 1)
    starts = [(n_pieces - length) * i // gaps for i in range(number)]
    cuts = [0, *((left + length + right + 1) // 2 for left, right in itertools.pairwise(starts)), n_pieces]
    return [Window(start, start + length, cuts[i], cuts[i + 1]) for i, start in enumerate(starts)]
