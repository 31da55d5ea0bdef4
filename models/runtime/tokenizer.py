"""Texts into pieces, alike in training and serving, for the tokenisers of all encoder families.

WordPiece, byte-level BPE and Unigram tokenisers differ in what they call a word and in whether a piece holds the space before it.
Here offsets never hold a space at their edges, and a word is always what BERT's pre-tokeniser calls one.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import ArtefactError

SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"

SYMBOLS = frozenset("$+<=>^`|~")
"""What BERT calls punctuation besides Unicode's categories P."""

CHINESE = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)
"""Ranges of code points whose characters BERT takes for words of their own."""


class Pieces(NamedTuple):
    """A text's T pieces, without special ones."""

    ids: NDArray[np.int64]  # (T)
    offsets: NDArray[np.int32]  # (T, 2): code points in the text, start:end; equal for a piece that is white space alone
    words: NDArray[np.int32]  # (T): which word (run without white space or punctuation) a piece is part of


class PieceTokenizer:
    """A `tokenizers` tokeniser that neither cuts off nor pads. `first` and `last` are the special pieces that frame a window."""

    def __init__(self, path: Path) -> None:
        """Raises `ArtefactError` where the file is no tokeniser, or does not frame a text by one piece before and one behind it."""
        from tokenizers import Tokenizer

        try:
            self.tokenizer: Any = Tokenizer.from_file(str(path))
        except Exception as error:
            raise ArtefactError(f"{path} is no tokeniser that this version reads: {error}") from error
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        frame = self.tokenizer.encode("", add_special_tokens=True).ids
        if len(frame) != 2:
            raise ArtefactError(f"{path} frames a text by {len(frame)} special pieces, this version by one before and one behind it")
        self.first: int = frame[0]
        self.last: int = frame[1]

    def cut(self, text: str) -> Pieces:
        """The pieces of any string; offsets count the code points of `text` itself, whatever the tokeniser normalises away."""
        # A lone surrogate is no character to the tokeniser; its stand-in keeps every offset.
        pieces = self.tokenizer.encode(SURROGATE.sub(REPLACEMENT, text), add_special_tokens=False)
        spans = np.array(pieces.offsets, dtype=np.int64).reshape(-1, 2)
        signs = _Signs(text)
        _trim(text, signs, spans)
        return Pieces(np.array(pieces.ids, dtype=np.int64), spans.astype(np.int32), _words(signs, spans[:, 0], spans[:, 1]))


class _Signs:
    """What a text's characters are, as arrays over its N code points."""

    def __init__(self, text: str) -> None:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self.known, self.at = np.unique(codes, return_inverse=True)
        self.alone = self._each(_alone)  # (N): a word of its own
        self.white = self._each(str.isspace)  # (N)
        self.spaces = np.concatenate([[0], np.cumsum(self._each(_space))])  # (N + 1): before each place, and at the end

    def _each(self, what: Callable[[str], bool]) -> NDArray[np.bool_]:
        asked: NDArray[np.bool_] = np.array([what(chr(code)) for code in self.known.tolist()], dtype=bool)[self.at]
        return asked


def _trim(text: str, signs: _Signs, spans: NDArray[np.int64]) -> None:
    """Take white space off the edges of pieces (T, 2), in place; few tokenisers put it there."""
    full = np.flatnonzero(spans[:, 0] < spans[:, 1])
    edges = signs.white[spans[full, 0]] | signs.white[spans[full, 1] - 1]
    for row in full[edges].tolist():
        start, end = spans[row].tolist()
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        spans[row] = start, end


def _words(signs: _Signs, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int32]:
    """A piece goes on with the word before it unless white space, punctuation or a Chinese character parts them."""
    if not len(start):
        return np.zeros(0, np.int32)
    last = np.concatenate([[0], np.maximum.accumulate(end)[:-1]])  # where the pieces before end
    inside = start < last  # two pieces of one character
    full = start < end
    begins = np.where(full, start, 0)  # an empty piece may stand behind the text
    parted = signs.alone[last - 1] | signs.alone[begins] | (signs.spaces[np.maximum(begins, last)] > signs.spaces[last])
    on = inside | (full & (last > 0) & ~parted)
    on[0] = False
    words: NDArray[np.int32] = np.cumsum(~on, dtype=np.int32) - np.int32(1)
    return words


@lru_cache(maxsize=4096)
def _alone(character: str) -> bool:
    if character in SYMBOLS or unicodedata.category(character).startswith("P"):
        return True
    point = ord(character)
    return any(low <= point <= high for low, high in CHINESE)


def _space(character: str) -> bool:
    """Control characters are no space: BERT's normaliser drops them."""
    return character in "\t\n\r" or (character.isspace() and unicodedata.category(character) != "Cc")
