"""How words are written: what an encoder of small letters is told of the capital ones that its tokeniser drops."""

import numpy as np
from numpy.typing import NDArray

from models.runtime.tokenizer import Pieces

CASES = 4
"""Classes of words: 0 no capital letter (`kinase`), 1 an initial one (`Kinase`), 2 capital letters alone (`BRCA1`), 3 other (`mTOR`)."""


def cases(text: str, pieces: Pieces) -> NDArray[np.int64]:
    """(T) the class of each piece's word. A single capital letter is an initial one."""
    if not len(pieces.words):
        return np.zeros(0, dtype=np.int64)
    upper = _counts(map(str.isupper, text), len(text))
    lower = _counts(map(str.islower, text), len(text))
    firsts = np.flatnonzero(np.diff(pieces.words, prepend=-1))
    lasts = np.append(firsts[1:], len(pieces.words)) - 1
    start, stop = pieces.offsets[firsts, 0], np.maximum.reduceat(pieces.offsets[:, 1], firsts)
    capitals, small = upper[stop] - upper[start], lower[stop] - lower[start]
    initial = upper[np.minimum(start + 1, len(text))] - upper[start]
    kind = np.full(len(firsts), 3)
    kind[small == 0] = 2
    kind[(capitals == 1) & (initial == 1) & ((small > 0) | (stop - start == 1))] = 1
    kind[capitals == 0] = 0
    return np.repeat(kind, lasts - firsts + 1).astype(np.int64)


def _counts(flags: "map[bool]", length: int) -> NDArray[np.int64]:
    """(characters + 1): how many of the characters before each place have the flag."""
    return np.concatenate([[0], np.cumsum(np.fromiter(flags, dtype=np.int64, count=length))])
