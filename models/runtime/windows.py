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
    """Cut `n_pieces` pieces into windows of at most `size` pieces that share at least `overlap` pieces.

    `size` counts text pieces only: leave out the special ones ([CLS], [SEP]) that the encoder adds.
    The kept parts tile `0:n_pieces` without gap or overlap, each cut in the middle of a shared stretch,
    so a kept piece has at least `overlap // 2` pieces of context on both sides unless the document ends there.
    The last window ends with the document and is full, like every other one. No pieces, no windows.

    Raises `ValueError` where `overlap` is negative or not smaller than `size`.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap {overlap} must be at least 0 and less than the window size {size}")
    if n_pieces <= 0:
        return []
    starts = [0]
    while starts[-1] + size < n_pieces:
        starts.append(min(starts[-1] + size - overlap, n_pieces - size))
    cuts = [0, *((left + size + right + 1) // 2 for left, right in itertools.pairwise(starts)), n_pieces]
    return [Window(s, min(s + size, n_pieces), cuts[i], cuts[i + 1]) for i, s in enumerate(starts)]
