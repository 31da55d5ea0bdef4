"""The corpora that this project knows: one entry each, as data in the TOML files beside this one.

An entry says what a corpus is (title, version, licence as its source states it, official source, where the copy came
from), what it annotates and by whose meaning, and for every split its files with their sha256 and what they hold.
`models.corpora.guard` holds the allow-list of licences.
"""

from collections.abc import Mapping

from models.corpora.errors import CorpusUnknown
from models.corpora.registry.corpus import KINDS, ROLES, UNTYPED, Corpus, Counts, Split
from models.corpora.registry.entries import read_entries

CORPORA: Mapping[str, Corpus] = read_entries()
"""Every registered corpus by name."""


def corpus(name: str) -> Corpus:
    """The corpus of that name. Raises `CorpusUnknown`."""
    if name not in CORPORA:
        raise CorpusUnknown(f"there is no corpus {name!r}", remedy=f"Registered are {', '.join(CORPORA)}.")
    return CORPORA[name]


__all__ = ["CORPORA", "KINDS", "ROLES", "UNTYPED", "Corpus", "Counts", "Split", "corpus"]
