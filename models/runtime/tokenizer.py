"""Texts into pieces, alike in training and serving, for the tokenisers of all encoder families.

WordPiece, byte-level BPE and Unigram tokenisers differ in what they call a word and in whether a piece holds the space before it.
Here offsets never hold a space at their edges, and a word is always what BERT's pre-tokeniser calls one.
"""

import re
import unicodedata
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
        offsets = [_trim(text, start, end) for start, end in pieces.offsets]
        return Pieces(
            np.array(pieces.ids, dtype=np.int64),
            np.array(offsets, dtype=np.int32).reshape(-1, 2),
            np.array(_words(text, offsets), dtype=np.int32),
        )


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _words(text: str, offsets: list[tuple[int, int]]) -> list[int]:
    """A piece goes on with the word before it unless white space, punctuation or a Chinese character parts them."""
    words = []
    word, last = -1, 0
    for start, end in offsets:
        inside = start < last  # two pieces of one character
        if word < 0 or not (inside or (start < end and _joined(text, last, start))):
            word += 1
        words.append(word)
        last = max(last, end)
    return words


def _joined(text: str, last: int, start: int) -> bool:
    if last == 0 or _alone(text[last - 1]) or _alone(text[start]):
        return False
    return last == start or not any(_space(c) for c in text[last:start])


@lru_cache(maxsize=4096)
def _alone(character: str) -> bool:
    if character in SYMBOLS or unicodedata.category(character).startswith("P"):
        return True
    point = ord(character)
    return any(low <= point <= high for low, high in CHINESE)


def _space(character: str) -> bool:
    """Control characters are no space: BERT's normaliser drops them."""
    return character in "\t\n\r" or (character.isspace() and unicodedata.category(character) != "Cc")
