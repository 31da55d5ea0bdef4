"""The names of an identifier, for people: the vocabulary the other way round, read once into arrays.

The vocabulary keeps names as keys, without blanks. A disease's and a chemical's are shown by the words that its index by likeness has;
of a gene only what can be a symbol is kept, in capitals: `BRCA1`, and not `breastcancer1earlyonset`.
"""

from collections.abc import Iterator

import numpy as np

from processors.normalisation import exact_key
from processors.records import EntityType
from processors.vocabulary import Candidate, Vocabulary

SYMBOL = 10
"""Characters of a gene's symbol, at most."""
NAMED = (EntityType.CHEMICAL, EntityType.DISEASE, EntityType.GENE, EntityType.SPECIES, EntityType.CELL_LINE)
"""The types whose names are words; a variant's are codes."""
WEAKEST = 1
"""The tier of the weakest names that are shown: synonyms."""


class Synonyms:
    """Immutable, safe to share between threads; some 30 MB."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Reads every name: a second or two."""
        self._vocabulary = vocabulary
        self._words = {
            kind: {exact_key(words): words for words in vocabulary.spelled(kind)} for kind in (EntityType.CHEMICAL, EntityType.DISEASE)
        }
        rows, names = [], []
        for kind in NAMED:
            for key, row, tier in vocabulary.names(kind):
                if tier <= WEAKEST and (name := self._shown(kind, key)) is not None:
                    rows.append(row)
                    names.append(name.encode())
        order = np.argsort(np.array(rows, dtype=np.uint32), kind="stable")
        self._rows = np.array(rows, dtype=np.uint32)[order]
        self._ends = np.cumsum([len(names[place]) for place in order], dtype=np.uint32)
        self._text = b"".join(names[place] for place in order)

    def of(self, curie: str) -> list[str]:
        """The other names of an identifier, sorted, without the preferred one; empty where the vocabulary does not hold it."""
        own = exact_key(self._vocabulary.name_of(curie) or "")
        found = {name for row in self._vocabulary.rows(curie) for name in self._named(row)}
        return sorted(name for name in found if exact_key(name) != own)

    def beginning(self, text: str, *, most: int) -> list[tuple[str, Candidate]]:
        """Names that begin as a text does, at most `most` of each type, and what each may mean; in no order."""
        key = exact_key(text)
        if not key:
            return []
        return [
            (self._shown(kind, found) or found, candidate)
            for kind in NAMED
            for found, candidate in self._vocabulary.beginning(kind, key, most=most)
            if candidate.tier <= WEAKEST
        ]

    def _named(self, row: int) -> Iterator[str]:
        first, last = np.searchsorted(self._rows, row, "left"), np.searchsorted(self._rows, row, "right")
        for place in range(int(first), int(last)):
            start = int(self._ends[place - 1]) if place else 0
            yield self._text[start : int(self._ends[place])].decode()

    def _shown(self, kind: EntityType, key: str) -> str | None:
        if kind is EntityType.GENE:
            return key.upper() if len(key) <= SYMBOL else None
        return self._words.get(kind, {}).get(key, key)
