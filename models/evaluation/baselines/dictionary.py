"""Names looked up in a dictionary of training mentions."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from models.corpora.documents import Document
from models.corpora.registry import corpus
from processors.records import EntityType

LONGEST = 8  # words of a dictionary name
WORD = re.compile(r"\w+")


class Dictionary:
    """Names of training mentions, each with its most frequent type; the longest match wins.

    A name stays only where at least half of its places in the training documents are mentions of that type,
    among documents whose corpus annotates the type.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        seen: dict[tuple[str, ...], Counter[EntityType]] = defaultdict(Counter)
        for document in documents:
            for mention in document.mentions:
                words = _words(document.text[mention.start : mention.end])
                if words and len("".join(words)) > 1:
                    seen[words][mention.type] += 1
        self._types = {words: kinds.most_common(1)[0][0] for words, kinds in seen.items() if len(words) <= LONGEST}
        right: Counter[tuple[str, ...]] = Counter()
        places: Counter[tuple[str, ...]] = Counter()
        for document in documents:
            annotated = corpus(document.corpus.partition("/")[0]).annotates
            gold = {(m.start, m.end, m.type) for m in document.mentions}
            for start, end, kind in self.find(document.text):
                if kind in annotated:
                    words = _words(document.text[start:end])
                    places[words] += 1
                    right[words] += (start, end, kind) in gold
        self._types = {words: kind for words, kind in self._types.items() if 2 * right[words] >= places[words]}

    def find(self, text: str) -> list[tuple[int, int, EntityType]]:
        """Spans of dictionary names on word boundaries, from left to right, the longest first."""
        words = list(WORD.finditer(text))
        lower = [w[0].casefold() for w in words]
        found = []
        at = 0
        while at < len(words):
            for length in range(min(LONGEST, len(words) - at), 0, -1):
                kind = self._types.get(tuple(lower[at : at + length]))
                if kind is not None:
                    found.append((words[at].start(), words[at + length - 1].end(), kind))
                    at += length
                    break
            else:
                at += 1
        return found


def _words(name: str) -> tuple[str, ...]:
    return tuple(w.casefold() for w in WORD.findall(name))
