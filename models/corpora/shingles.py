"""Texts as sets of word triples, and how many of them two texts share (Broder 1997, "On the resemblance and containment of documents").

Only words are compared: case, spacing, punctuation, accents, markup and the brackets around a marked entity change nothing. A masked
entity is a gap that no triple spans, so a sentence is still found where another pair of its entities is masked, or none.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

WORDS = 3
"""Words of a shingle. With two, sentences of different papers look alike; with four, a single mask hides a short sentence."""

MASK = re.compile(
    r"@\s?[A-Za-z][\w-]*\s?\$"  # @GENE$ (BioBERT's GAD and EU-ADR), also as a tokeniser leaves it: @ GENE $
    r"|\b(?:PROTEIN|GENE|DRUG|CHEMICAL|DISEASE|ENTITY)[0-9]\b"  # PROTEIN1 (AIMed, BioInfer, IEPA, LLL), DRUG1 (DDI)
    r"|\[MASK\]",
    re.IGNORECASE,
)
OTHER_MASK = re.compile(r"\bPROTEIN\b")  # the entities beside the two asked about; in a text all in capitals it is a word
MARKUP = re.compile(
    r"</?[A-Za-z][^<>]{0,40}>"  # <i>, <sub>, <e1>
    r"|\[/?[A-Z]{1,8}[0-9](?:-\w+)?\]|\[/?(?:CLS|SEP|PAD|SUBJ|OBJ)\]"  # [E1], [/E1], [E1-Gene]
    r"|-[LR][RSC]B-"  # brackets as treebank tokenisers write them
)
_GAP = "\n|\n"
_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = frozenset({"Mn", "Cf"})  # combining marks, zero-width and soft hyphens
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth 1973)
_SHIFT = np.uint64(29)


def words(text: str) -> list[list[str]]:
    """The words of a text, folded, in order; a new list begins behind each masked entity."""
    text = html.unescape(text)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in _INVISIBLE)
    text = MASK.sub(_GAP, MARKUP.sub(" ", text))
    if not text.isupper():
        text = OTHER_MASK.sub(_GAP, text)
    return [_WORD.findall(run) for run in text.casefold().split(_GAP)]


def fingerprint(runs: Sequence[Sequence[str]]) -> str:
    """sha256 of the letters and digits of `words`, so that two ways of cutting a text into tokens agree; empty where there are none."""
    letters = "\n".join("".join(run) for run in runs)
    return hashlib.sha256(letters.encode()).hexdigest() if letters.strip() else ""


def shingles(runs: Sequence[Sequence[str]]) -> NDArray[np.uint64]:
    """The hashes of the distinct triples of neighbouring words, sorted. They hold in this process only: Python salts its hashes."""
    found = []
    for run in runs:
        count = len(run) - WORDS + 1
        if count > 0:
            numbers = np.fromiter((hash(word) for word in run), dtype=np.int64, count=len(run)).view(np.uint64)
            mixed = np.zeros(count, dtype=np.uint64)
            for place in range(WORDS):
                mixed = (mixed ^ numbers[place : place + count]) * _MIX
                mixed ^= mixed >> _SHIFT
            found.append(mixed)
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.uint64)


class ShingleIndex:
    """Which of many texts hold a shingle: an inverted index in two arrays, held in memory."""

    def __init__(self, texts: Iterable[NDArray[np.uint64]]) -> None:
        """`texts`: the shingles of each, sorted and distinct."""
        parts = list(texts)
        self.sizes = np.array([len(part) for part in parts], dtype=np.int64)
        hashes = np.concatenate([np.zeros(0, dtype=np.uint64), *parts])
        order = np.argsort(hashes, kind="stable")
        self._owners = np.repeat(np.arange(len(parts), dtype=np.int32), self.sizes)[order]
        self._hashes, starts = np.unique(hashes[order], return_index=True)
        self._starts = np.append(starts, len(hashes)).astype(np.int64)

    def shared(self, text: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The indexed texts that hold any of a text's shingles, in order, and how many each holds."""
        places = np.searchsorted(self._hashes, text)
        inside = places < len(self._hashes)
        places = places[inside][self._hashes[places[inside]] == text[inside]]
        starts = self._starts[places]
        lengths = self._starts[places + 1] - starts
        before = np.cumsum(lengths) - lengths
        postings = np.repeat(starts - before, lengths) + np.arange(lengths.sum())
        counts = np.bincount(self._owners[postings], minlength=len(self.sizes))
        texts = np.flatnonzero(counts)
        return texts, counts[texts]
