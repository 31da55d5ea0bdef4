"""What the resolvers know of the document that they work in."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from processors.abbreviations import definitions
from processors.linking import surface as surfaces
from processors.linking.match import Match
from processors.linking.organisms import Organisms
from processors.normalisation import exact_key, tokens
from processors.records import Curie, EntityType
from processors.vocabulary import Vocabulary

_OPENING = re.compile(r"\s*[(\[,]\s*(?:or\s+|i\.e\.,?\s+)?")
_LONGEST_SHORT = 10


def _abbreviates(short: str, long: str) -> bool:
    """Whether a short form's letters and digits stand in the long form in their order, the first at the start of a word."""
    wanted = exact_key(short)
    words = tokens(long)
    for index, word in enumerate(words):
        if wanted[:1] == word[:1]:
            rest = iter("".join(words[index:]))
            return all(letter in rest for letter in wanted)
    return False


class Context:
    """One document on its way through the linker: its text, its own abbreviations, and what was linked so far."""

    def __init__(self, vocabulary: Vocabulary, document: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> None:
        self.vocabulary = vocabulary
        self.document = document
        self.text = text
        self.mentions = mentions
        self.long_of: dict[str, str] = {}
        for definition in definitions(text):
            self.long_of.setdefault(definition.short, definition.long)
            if definition.short.endswith("s") and len(definition.short) > 2:
                self.long_of.setdefault(definition.short[:-1], definition.long)
            elif not definition.short.endswith("s"):
                self.long_of.setdefault(definition.short + "s", definition.long)
        self.shorts_of: dict[str, list[str]] = {}
        for short, long in self.long_of.items():
            self.shorts_of.setdefault(exact_key(long), []).append(short)
        self.genes: list[tuple[int, int, Curie]] = []
        """The mentions of one gene each, in the order of the text; complete before the first variant."""
        self.concepts: set[Curie] = set()
        """Identifiers of the mentions whose name has one meaning only; complete before the first name of several meanings."""
        self.known: dict[tuple[EntityType, str], Match | None] = {}
        """What a surface was found to mean: one name has one meaning in a document."""
        self.places: dict[tuple[EntityType, str], list[tuple[int, int]]] = {}
        """Where the document names something so."""
        for start, end, kind in mentions:
            self.places.setdefault((kind, text[start:end]), []).append((start, end))
        self._beside: dict[tuple[EntityType, str], list[str]] = self._neighbours()

    @cached_property
    def organisms(self) -> Organisms:
        """The organisms that the document speaks of."""
        return Organisms(self)

    def forget(self) -> None:
        """Let names be looked up anew, now that more of the document's concepts are known."""
        self.known.clear()

    def expanded(self, surface: str) -> str:
        """A surface with its abbreviated words written out as the document defines them."""
        return self.long_of.get(surface) or " ".join(self.long_of.get(word, word) for word in surface.split())

    def beside(self, kind: EntityType, surface: str) -> list[str]:
        """Other mentions of the document that a short form may stand for, or a short form of the surface: the nearest reason first."""
        return self._beside.get((kind, surface), [])

    def readings(self, kind: EntityType, surface: str) -> Iterator[tuple[str, str]]:
        """The surface's names in the document, each with the way there; the surest first."""
        if long := self.long_of.get(surface):
            yield long, "definition"
        yield surface, "itself"
        for short in self.shorts_of.get(exact_key(surface), ()):
            yield short, "short"
        for name in self.beside(kind, surface):
            yield name, "beside"
        expanded = self.expanded(surface)
        if expanded != surface:
            yield expanded, "expanded"
        for name in surfaces.without_brackets(surface):
            yield name, "brackets"

    def _neighbours(self) -> dict[tuple[EntityType, str], list[str]]:
        """Mentions that stand as `long form (SHORT)`, or whose words begin with the letters of a short form."""
        found: dict[tuple[EntityType, str], list[str]] = defaultdict(list)
        ordered = sorted(set(self.mentions))
        for (start, end, kind), (after, stop, other) in pairwise(ordered):
            long, short = self.text[start:end], self.text[after:stop]
            apart = after >= end and kind is other and len(short) <= _LONGEST_SHORT < len(long)
            if apart and _OPENING.fullmatch(self.text[end:after]) and _abbreviates(short, long):
                found[kind, short].append(long)
                found[kind, long].append(short)
        initials: dict[tuple[EntityType, str], list[str]] = defaultdict(list)
        for kind, long in dict.fromkeys((kind, self.text[start:end]) for start, end, kind in ordered):
            if len(long) > _LONGEST_SHORT and len(words := tokens(long)) > 1:
                initials[kind, "".join(word[0] for word in words)].append(long)
        for kind, short in dict.fromkeys((kind, self.text[start:end]) for start, end, kind in ordered):
            if 2 < len(short) <= _LONGEST_SHORT and not short.islower():
                key = exact_key(short)
                found[kind, short] += initials.get((kind, key), []) or initials.get((kind, key.removesuffix("s")), [])
        return found
