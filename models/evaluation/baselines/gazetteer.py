"""Names of the knowledge bases, found in text: a system of its own, and a feature of the CRF."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from models.corpora import families, knowledge, organisms
from models.corpora.documents import ENTITY_TYPES, Document
from models.corpora.knowledge import SYNONYM, Name
from models.corpora.registry import corpus
from models.corpora.species import COMMON_NAMES
from models.evaluation.baselines.words import Span, Word, words_of
from processors.normalisation import exact_key
from processors.records import EntityType

LONGEST = 8  # words of a name
SHORTEST = 3  # letters and digits of a name; shorter ones are mostly something else


def knowledge_names(kb: Path) -> Iterator[Name]:
    """The names that the vocabulary takes from databases, none from annotated documents. Raises `OSError` where a file is missing."""
    yield from knowledge.genes(kb)
    yield from organisms.names(organisms.organism_genes())
    yield from families.families(kb)
    yield from knowledge.mesh(kb)
    yield from knowledge.diseases(kb)
    for text, taxon in COMMON_NAMES:
        yield Name(EntityType.SPECIES, text, (f"ncbitaxon:{taxon}",), SYNONYM)


class Gazetteer:
    """Names by their exact key; the longest match from the left wins."""

    def __init__(self, names: Iterable[Name]) -> None:
        kinds: dict[str, set[EntityType]] = {}
        for name in names:
            key = exact_key(name.text)
            if len(key) >= SHORTEST and not key.isdigit():
                kinds.setdefault(key, set()).add(name.kind)
        self._kinds = {key: tuple(kind for kind in ENTITY_TYPES if kind in found) for key, found in kinds.items()}

    def matches(self, words: Sequence[Word]) -> list[tuple[int, int, tuple[EntityType, ...]]]:
        """First word, stop and types of each name, without overlaps."""
        keys = [exact_key(word.text) for word in words]
        found = []
        at = 0
        while at < len(words):
            stop, kinds = at + 1, None
            if keys[at]:
                joined = ""
                for end in range(at, min(at + LONGEST, len(words))):
                    joined += keys[end]
                    if keys[end] and joined in self._kinds:
                        stop, kinds = end + 1, self._kinds[joined]
            if kinds:
                found.append((at, stop, kinds))
            at = stop
        return found


class KnownNames:
    """The gazetteer as a system: each name with its first type, but for names that training documents mostly use otherwise.

    `documents` are training documents; a name of a type that their corpora annotate stays unless more than half of its
    places there are no mentions of that type. Names that stand nowhere in them stay.
    """

    def __init__(self, gazetteer: Gazetteer, documents: Iterable[Document]) -> None:
        self._gazetteer = gazetteer
        self._wrong: set[tuple[str, EntityType]] = set()
        right: Counter[tuple[str, EntityType]] = Counter()
        places: Counter[tuple[str, EntityType]] = Counter()
        for document in documents:
            annotated = corpus(document.corpus.partition("/")[0]).annotates
            gold = {(m.start, m.end, m.type) for m in document.mentions}
            for start, end, kind in self.find(document.text):
                if kind in annotated:
                    name = (exact_key(document.text[start:end]), kind)
                    places[name] += 1
                    right[name] += (start, end, kind) in gold
        self._wrong = {name for name, n in places.items() if 2 * right[name] < n}

    def find(self, text: str) -> list[Span]:
        """The names in a text, from left to right."""
        words = words_of(text)
        spans = ((words[a].start, words[b - 1].end, kinds[0]) for a, b, kinds in self._gazetteer.matches(words))
        return [(start, end, kind) for start, end, kind in spans if (exact_key(text[start:end]), kind) not in self._wrong]
