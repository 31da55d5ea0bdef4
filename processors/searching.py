"""Which of some wanted entities a text may name: a search by names alone, a hundred times faster than reading the text.

It finds too much rather than too little (a name may mean something else there), for a reader looks at what it finds. Names are
compared as the linker compares them: by their exact keys, whose spaces, hyphens and case do not count, and the words of their
loose keys, in any order, within a window. What the linker knows by likeness only (a misspelt name) is not found.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from processors.normalisation import exact_key, loose_key, singular, tokens
from processors.records import EntityType
from processors.variants import hgvs, variant_code
from processors.vocabulary import Key

BAGS = (EntityType.DISEASE, EntityType.CHEMICAL)
"""The types whose loose keys are words in the order of the alphabet; the others' are one string each."""

SLACK = 3
"""So many other words may stand between those of a loose key, as in `carcinoma of the left breast`."""


_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = frozenset("'\u2019`")


class Found(NamedTuple):
    """Where a name may stand."""

    first: int  # its tokens, from 0
    last: int
    start: int  # code points of the text
    end: int
    whole: bool  # it stands there as it is, or in the plural; else some words of it do, or its singular


class Searcher:
    """Searches texts for the names of wanted things; safe to share between threads."""

    def __init__(self, wanted: Mapping[str, Iterable[Key]]) -> None:
        """`wanted` gives the keys of each thing; things may share keys."""
        whole: dict[str, set[str]] = defaultdict(set)
        cut: dict[str, set[str]] = defaultdict(set)
        self._bags: dict[tuple[EntityType, str], list[tuple[frozenset[str], str]]] = defaultdict(list)
        for thing, keys in wanted.items():
            for kind, key, loose in keys:
                if loose and kind in BAGS:
                    words = frozenset(key.split())
                    if words:
                        self._bags[kind, max(words, key=lambda word: (len(word), word))].append((words, thing))
                elif key:
                    whole[key].add(thing)
                    cut[singular(key)].add(thing)
        self._whole = {key: tuple(sorted(things)) for key, things in whole.items()}
        self._cut = {key: tuple(sorted(things)) for key, things in cut.items()}
        self._beginnings = frozenset(key[:length] for key in whole for length in range(1, len(key) + 1))
        self._anchored: dict[str, tuple[tuple[EntityType, frozenset[str], str], ...]] = {}
        """What each word that was met may begin: texts have few different words, and most begin nothing."""

    def search(self, text: str) -> dict[str, list[Found]]:
        """By thing: where it may be named; only things that may be."""
        found: dict[str, list[Found]] = defaultdict(list)
        words, places = _words(text)
        for thing, first, last, whole in (*self._joined(words), *self._scattered(words)):
            found[thing].append(Found(first, last, places[first][0], places[last][1], whole))
        return dict(found)

    def _joined(self, words: list[str]) -> Iterator[tuple[str, int, int, bool]]:
        """Tokens that make a key when they are joined, with or without a plural at their end or the key's."""
        for first, word in enumerate(words):
            if word[0] not in self._beginnings:
                continue
            joined = ""
            for last in range(first, len(words)):
                joined += words[last]
                single = singular(joined)
                whole = {*self._whole.get(joined, ()), *self._whole.get(single, ())}
                for thing in sorted(whole.union(self._cut.get(single, ()))):
                    yield thing, first, last, thing in whole
                if joined not in self._beginnings:
                    break

    def _scattered(self, words: list[str]) -> Iterator[tuple[str, int, int, bool]]:
        """All words of a loose key near to its longest one."""
        for place, word in enumerate(words):
            anchored = self._anchored.get(word)
            if anchored is None:
                anchored = self._anchored[word] = self._anchors(word)
            for kind, bag, thing in anchored:
                reach = len(bag) + SLACK
                near = words[max(0, place - reach) : place + reach + 1]
                if len(bag) == 1 or bag <= {part for other in near for part in _loose(kind, other)}:
                    yield thing, place, place, False

    def _anchors(self, word: str) -> tuple[tuple[EntityType, frozenset[str], str], ...]:
        """The bags whose longest word this may be."""
        return tuple((kind, *one) for kind in BAGS for part in _loose(kind, word) for one in self._bags.get((kind, part), ()))


def _words(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The tokens of a text as `normalisation.tokens` has them, but each at its place."""
    words, places = [], []
    for match in _WORD.finditer(text):
        word, start, end = match[0], match.start(), match.end()
        if word == "s" and start and text[start - 1] in _APOSTROPHES:
            continue
        if folded := word.lower() if word.isascii() else "".join(tokens(word)):
            words.append(folded)
            places.append((start, end))
    return words, places


@lru_cache(maxsize=2**16)
def _loose(kind: EntityType, word: str) -> tuple[str, ...]:
    """The words that a loose key has for one word of a name."""
    return tuple(loose_key(kind, word).split())


def written(name: str) -> set[Key]:
    """The keys of a name that is given as it is written; a variant's in every notation of its change."""
    keys = {Key(EntityType.GENE, exact_key(name)), *(Key(kind, loose_key(kind, name), loose=True) for kind in BAGS)}
    code = variant_code(name)
    return {key for key in keys | (changes(code) if code else set()) if key.key}


def changes(code: str) -> set[Key]:
    """How a variant of this tmVar code may be written: `V600E`, `p.Val600Glu`."""
    kind, operation, *rest = code.split("|")
    found = {hgvs(code) or ""}
    found |= {name.partition(".")[2] for name in found}
    if operation == "SUB":
        first, place, second = rest[:3]
        found |= {f"{before}{first}{place}{second}" for before in ("", kind)} | {f"{before}{place}{first}{second}" for before in ("", kind)}
    return {Key(EntityType.VARIANT, exact_key(name)) for name in found if name}


def apart(one: Iterable[Found], other: Iterable[Found]) -> int:
    """How many tokens lie between the nearest places of two things; 0 where they touch or overlap. Raises `ValueError` without places."""
    return min(max(a.first - b.last, b.first - a.last, 1) - 1 for a in one for b in other)
