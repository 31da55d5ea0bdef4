"""The cues and the grammar as data, read once: `cues.toml` and `grammar.toml`.

Which words are cues, pseudo-cues and terminators follows NegEx and ConText (Chapman et al. 2001, doi:10.1006/jbin.2001.1029; Harkema et
al. 2009, doi:10.1016/j.jbi.2009.05.002), how far they reach the guidelines of BioScope (Vincze et al. 2008,
doi:10.1186/1471-2105-9-S11-S9).
"""

import itertools
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from processors.records import CueKind


class Reach(StrEnum):
    """How far a cue bears; `cues.toml` says what each means."""

    VERB = "verb"
    SUBJECT = "subject"
    CLAUSE = "clause"
    SENTENCE = "sentence"
    PHRASE = "phrase"
    NOUN = "noun"
    CONTRAST = "contrast"


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase in words; without a kind it is a pseudo-cue."""

    words: tuple[str, ...]
    context: tuple[str, ...]  # words that must follow
    kind: CueKind | None
    reach: Reach | None

    def matches(self, words: Sequence[str], at: int) -> bool:
        """Whether the phrase stands at that place; its first word is known to."""
        wanted = self.words + self.context
        return tuple(words[at : at + len(wanted)]) == wanted


@dataclass(frozen=True, slots=True)
class Grammar:
    """The word classes of `grammar.toml`."""

    be: frozenset[str]
    auxiliary: frozenset[str]
    adverb: frozenset[str]
    determiner: frozenset[str]
    finite: frozenset[str]
    terminator: frozenset[str]
    main_verb: frozenset[str]
    after_comma: frozenset[str]
    fronted: frozenset[str]
    opening: frozenset[str]
    saying: frozenset[str]
    conjunction: frozenset[str]
    preposition: frozenset[str]
    participle: frozenset[str]
    pronoun: frozenset[str]
    anaphor: frozenset[str]
    resumed: frozenset[str]
    relation: frozenset[str]
    joining: frozenset[str]
    by: frozenset[str]
    inquiry: frozenset[str]
    report: frozenset[str]
    affirming: frozenset[str]
    trait: frozenset[str]


@lru_cache(maxsize=1)
def cues() -> Mapping[str, tuple[Entry, ...]]:
    """The shipped phrases by their first word, the longest first."""
    found: dict[str, set[Entry]] = defaultdict(set)
    for kind, lists in _read("cues.toml").items():
        for reach, phrases in lists.items():
            for words, context in (both for phrase in phrases for both in expand(phrase)):
                pseudo = reach == "pseudo"
                found[words[0]].add(Entry(words, context, None if pseudo else CueKind(kind), None if pseudo else Reach(reach)))
    return {first: tuple(sorted(entries, key=_longest_first)) for first, entries in found.items()}


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The shipped word classes."""
    data = _read("grammar.toml")
    return Grammar(**{field.name: frozenset(data[field.name].split()) for field in fields(Grammar)})


def expand(phrase: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every sequence of words, and of words that must follow, that a phrase of `cues.toml` stands for."""
    cue, _, context = phrase.partition(" +")
    yield from itertools.product(_sequences(cue), _sequences(context))


def _sequences(phrase: str) -> Iterator[tuple[str, ...]]:
    places = []
    for place in phrase.split():
        words = [(word,) for word in place.removesuffix("?").split("|")]
        places.append([*words, ()] if place.endswith("?") else words)
    for chosen in itertools.product(*places):
        yield tuple(itertools.chain.from_iterable(chosen))


def _longest_first(entry: Entry) -> tuple[int, tuple[str, ...], str]:
    words = entry.words + entry.context
    return -len(words), words, entry.kind or ""


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("processors.polarity").joinpath(name).read_text(encoding="utf-8"))
