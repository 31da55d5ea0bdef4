"""A compact index of names by their character trigrams, read from a memory-mapped file: the names most like a given one.

Likeness is the cosine of two weighted trigram sets, a trigram weighing the more the rarer it is (idf; Spärck Jones 1972,
doi:10.1108/eb026526). All weights are whole numbers, so that the order of adding never shows in the result.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_SIGNS = {c: i for i, c in enumerate(" abcdefghijklmnopqrstuvwxyz0123456789", start=1)}
_BASE = len(_SIGNS) + 1
"""Letters beyond a-z count as one sign, nought."""

GROUP = _BASE**3
"""Codes of a type's trigrams lie in [type * GROUP, (type + 1) * GROUP)."""

_MOST_POSTINGS = 100_000
"""Bound of one search: commoner trigrams are left out beyond it."""


class Hit(NamedTuple):
    """A name of the index and how like it is, 0 to 1."""

    row: int
    likeness: float


def trigrams(words: str, group: int) -> NDArray[np.int64]:
    """The sorted codes of the trigrams of a name (words in lower case, one space between), blanks around it included."""
    signs = np.array([_SIGNS.get(c, 0) for c in f" {words} "], dtype=np.int64)
    codes = (signs[:-2] * _BASE + signs[1:-1]) * _BASE + signs[2:]
    return np.unique(codes + group * GROUP)


class NgramIndex:
    """An opened index; immutable, safe to share between threads."""

    def __init__(self, file: Path, layout: Mapping[str, Any]) -> None:
        """`layout` is what `write_index` returned. Raises `OSError`, `KeyError`, `ValueError` where the file does not fit it."""
        arrays = {name: _array(file, entry) for name, entry in layout.items()}
        self._codes, self._starts = arrays["codes"], arrays["starts"]
        self._weights, self._postings, self._sizes = arrays["weights"], arrays["postings"], arrays["sizes"]

    def search(self, words: str, group: int, *, least: float, most: int) -> list[Hit]:
        """The `most` likest names of a group, at least `least` alike, in falling order; equals in the order of their rows."""
        wanted = trigrams(words, group)
        places = np.searchsorted(self._codes, wanted)
        inside = places < len(self._codes)
        places, known = places[inside], wanted[inside]
        places = places[self._codes[places] == known]
        if not len(places):
            return []
        unknown = len(wanted) - len(places)
        weights = self._weights[places].astype(np.int64)
        size = int(weights.sum()) + unknown * int(weights.max())
        lengths = (self._starts[places + 1] - self._starts[places]).astype(np.int64)
        rarest = np.lexsort((places, lengths))
        kept = rarest[np.cumsum(lengths[rarest]) <= _MOST_POSTINGS]
        if not len(kept):
            return []
        rows = np.concatenate([self._postings[self._starts[p] : self._starts[p + 1]] for p in places[kept]])
        shared = np.bincount(rows, weights=np.repeat(weights[kept], lengths[kept]), minlength=1)
        met = np.flatnonzero(shared)
        likeness = shared[met] / np.sqrt(self._sizes[met].astype(np.float64) * size)
        good = likeness >= least
        met, likeness = met[good], likeness[good]
        best = np.lexsort((met, -likeness))[:most]
        return [Hit(int(met[i]), float(likeness[i])) for i in best]


def _array(file: Path, entry: Mapping[str, Any]) -> NDArray[Any]:
    if not entry["length"]:  # nothing cannot be mapped
        return np.zeros(0, entry["dtype"])
    return np.memmap(file, dtype=entry["dtype"], mode="r", offset=entry["offset"], shape=(entry["length"],))


def write_index(file: Path, names: Iterable[tuple[int, str, int]]) -> dict[str, dict[str, Any]]:
    """Write the index of names given as (row, words, group); returns its layout. Same names, same bytes, in whatever order."""
    by_row = sorted(names)
    grams = [trigrams(words, group) for _, words, group in by_row]
    flat = np.concatenate(grams) if grams else np.zeros(0, np.int64)
    rows = np.repeat(np.array([row for row, _, _ in by_row], np.int64), [len(g) for g in grams])
    order = np.lexsort((rows, flat))
    codes, counts = np.unique(flat, return_counts=True)
    weights = np.rint(16 * np.log2(1 + len(by_row) / counts)).astype(np.int64)
    sizes = np.zeros(max((row for row, _, _ in by_row), default=-1) + 1, np.int64)
    np.add.at(sizes, rows, weights[np.searchsorted(codes, flat)])
    arrays = {
        "codes": codes.astype("<u4"),
        "starts": np.concatenate([[0], np.cumsum(counts)]).astype("<u4"),
        "weights": weights.astype("<u2"),
        "sizes": np.maximum(sizes, 1).astype("<u4"),
        "postings": rows[order].astype("<u2" if len(sizes) <= 0x10000 else "<u4"),
    }
    layout: dict[str, dict[str, Any]] = {}
    with file.open("wb") as stream:
        for name, array in arrays.items():
            stream.write(b"\0" * (-stream.tell() % 8))
            layout[name] = {"dtype": array.dtype.str, "offset": stream.tell(), "length": len(array)}
            stream.write(array.tobytes())
    return layout
