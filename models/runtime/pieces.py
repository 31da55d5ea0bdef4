"""Which pieces of the tokeniser a range of characters touches."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def piece_ranges(offsets: NDArray[np.int32], starts: Sequence[int], ends: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First piece and end piece of the pieces that touch each range `start:end` of code points; equal where none does.

    `offsets` is (T, 2), starts and ends not falling, as `Encoded.offsets` has them.
    """
    first = np.searchsorted(offsets[:, 1], starts, side="right").astype(np.int64)
    stop = np.searchsorted(offsets[:, 0], ends, side="left").astype(np.int64)
    return first, np.maximum(first, stop)
