"""What a training run may not do: learn from a text that it will be scored on.

`Guard.remove` is a recipe's removal step; `Guard.refuse` is the guard, which runs on what is really about to be trained on,
whatever the removal step did before. A text is a leak of a protected one by any of three:

- the same PMID;
- the same words in the same order, whatever case, spacing, punctuation, accents and markup (`shingles.words`);
- a near-duplicate: of the shorter text's word triples, 60 % stand in the other one. The shorter text may be either, so an abstract
  without its title, a part of it, and a sentence are found; and each sentence of a protected abstract counts as a text, so that one
  of them inside another document is found too. Where the shorter text is a sentence (8 to 39 triples) it takes 80 %; or, between
  two sentences, 70 % of the different words of both: a mask parts the triples of a short sentence, but not its words.

The shares were chosen on 4,325 training and 4,127 dev and test documents with known PMIDs (BC5CDR, NCBI-disease, BioRED, ChemProt,
DrugProt, NLM-Gene, GNormPlus, tmVar3, SPECIES), before anything was trained with them. Documents with the same PMID (562) share 95 %
of their triples at least; documents with different ones 3 % in the middle, 24 % at the 99.9th percentile, 54 % at most (one group's
two reports of one experiment). Of 34,000 sentences with eight triples or more, 0.04 % share 80 % with a document of another PMID, and
these are the same sentence, written twice by the same authors; at 60 % there were formulae among them ("The aim of the present study
was to investigate"). A shorter text must be the same to count. Of GAD's 853 rows whose sentence stands in another fold too, mostly
with another entity masked (`relations.groups`, which aligns the masks), 95 % are found, and 43 rows beside them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import Document
from models.corpora.errors import CorpusMissing, LeakedDocument
from models.corpora.licences import ALLOWED_LICENCES, refuse_licences
from models.corpora.registry import CORPORA, Corpus
from models.corpora.registry import corpus as registered
from models.corpora.shingles import ShingleIndex, fingerprint, shingles, words
from processors.sentences import split_sentences

__all__ = [
    "ALLOWED_LICENCES",
    "Guard",
    "Guarded",
    "Leak",
    "Passage",
    "fingerprints_of",
    "guard_over",
    "protected_documents",
    "refuse_licences",
    "remove_leaks",
]

ALIKE = 0.6  # the least share of triples
ALIKE_SHORT = 0.8  # the same, where the shorter text has fewer than `SHORT`
SAME_WORDS = 0.7  # the least share of words
FEWEST = 8  # triples, or words
SHORT = 40  # triples; a text with more is more than a sentence
MOST = 60  # different words of a sentence
CANDIDATES = 20  # sentences whose words are compared
NAMED = 5  # leaks that a refusal names

_PMID = re.compile(r"(?:(?:pubmed|pmid|medline)[:\s]\s*)?0*([1-9][0-9]{0,8})", re.IGNORECASE)


class Guarded(Protocol):
    """What a guard compares; `models.corpora.documents.Document` is one."""

    @property
    def corpus(self) -> str: ...  # corpus/split
    @property
    def pmid(self) -> str: ...  # digits, also behind `pubmed:`, are a PMID; anything else only names the text in its corpus
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a corpus that has no documents: a sentence, say. `pmid` as in `Guarded`: write `row 7`, never `7`, for a seventh row."""

    corpus: str
    pmid: str
    text: str


Item = TypeVar("Item", bound=Guarded)


@dataclass(frozen=True, slots=True)
class Leak:
    """A text that may not be trained on, and why."""

    trained: str  # corpus/split and PMID or name
    protected: str  # the same, of the protected text
    by: str  # pmid, text or near-duplicate
    alike: float  # the share of word triples, 0 to 1; 1 for the other two
    sentence: str = ""  # of the protected text, where only that is alike

    def __str__(self) -> str:
        if self.by == "pmid":
            return f"{self.trained} is {self.protected} (the same PMID)"
        if self.by == "text":
            return f"{self.trained} is {self.protected} (the same text)"
        if self.sentence:
            return f"{self.trained} holds a sentence of {self.protected} ({self.alike:.0%} alike: “{_short(self.sentence)}”)"
        return f"{self.trained} is a near-duplicate of {self.protected} ({self.alike:.0%} alike)"


class Guard:
    """Knows the protected texts, and finds them in others. Its index is held in memory: 4,000 abstracts with their 41,000
    sentences and 49,000 single sentences take ten seconds and 0.3 GB; then it looks at a thousand texts a second."""

    def __init__(self, protected: Iterable[Guarded]) -> None:
        self._places: list[str] = []
        self._pmids: dict[str, int] = {}
        self._texts: dict[str, int] = {}
        self._sentences: list[tuple[int, str]] = []  # of which protected text, and the words as they stand there
        sets: Counter[str] = Counter()
        whole, parts = [], []
        self._words: list[frozenset[str] | None] = []  # of each protected text that is short
        for number, item in enumerate(protected):
            self._places.append(_place(item))
            sets[item.corpus] += 1
            runs = words(item.text)
            whole.append(shingles(runs))
            self._words.append(_few(runs))
            if mark := fingerprint(runs):
                self._texts.setdefault(mark, number)
            if pmid := pmid_of(item.pmid):
                self._pmids.setdefault(pmid, number)
            ranges = list(split_sentences(item.text))
            for start, end in ranges if len(ranges) > 1 else ():
                sentence = item.text[start:end]
                found = shingles(words(sentence))
                if len(found) >= FEWEST:
                    parts.append(found)
                    self._sentences.append((number, sentence))
        self._index = ShingleIndex([*whole, *parts])
        self.sets: Mapping[str, int] = dict(sorted(sets.items()))
        """Protected texts by corpus/split."""

    def find(self, item: Guarded) -> Leak | None:
        """Why `item` may not be trained on; None where it may. The PMID goes before the text, the whole text before a sentence of it."""
        place = _place(item)
        number = self._pmids.get(pmid_of(item.pmid))
        if number is not None:
            return Leak(place, self._places[number], "pmid", 1.0)
        runs = words(item.text)
        number = self._texts.get(fingerprint(runs))
        if number is not None:
            return Leak(place, self._places[number], "text", 1.0)
        found = shingles(runs)
        texts, shared = self._index.shared(found)
        smaller = np.minimum(self._index.sizes[texts], len(found))
        alike = shared / smaller
        alike[(smaller < FEWEST) | (alike < np.where(smaller < SHORT, ALIKE_SHORT, ALIKE))] = 0.0
        documents = int(np.searchsorted(texts, len(self._places)))  # behind them come the sentences
        best, share = _best(texts[:documents], alike[:documents])
        if not share:
            best, share = self._same_words(runs, texts[:documents], shared[:documents])
        if share:
            return Leak(place, self._places[best], "near-duplicate", share)
        best, share = _best(texts[documents:], alike[documents:])
        if share:
            number, sentence = self._sentences[best - len(self._places)]
            return Leak(place, self._places[number], "near-duplicate", share, sentence)
        return None

    def _same_words(self, runs: Sequence[Sequence[str]], texts: NDArray[np.int64], shared: NDArray[np.int64]) -> tuple[int, float]:
        """Of the sentences that share most triples with this one, that with most words in common, and Jaccard's share; 0 if low."""
        mine = _few(runs)
        if mine is None:
            return 0, 0.0
        likely = [n for n in texts[np.argsort(-shared, kind="stable")[:CANDIDATES]].tolist() if self._words[n] is not None]
        shares = np.array([_jaccard(mine, self._words[number]) for number in likely])
        return _best(np.array(likely, dtype=np.int64), np.where(shares >= SAME_WORDS, shares, 0.0))

    def remove(self, items: Iterable[Item]) -> tuple[list[Item], list[Leak]]:
        """The items that may be trained on, in order, and why the others may not."""
        kept: list[Item] = []
        leaks: list[Leak] = []
        for item in items:
            leak = self.find(item)
            if leak is None:
                kept.append(item)
            else:
                leaks.append(leak)
        return kept, leaks

    def refuse(self, items: Iterable[Guarded]) -> None:
        """Raise `LeakedDocument`, which names the first leaks and counts all, unless every item may be trained on."""
        leaks = self.remove(items)[1]
        if leaks:
            more = f"; and {len(leaks) - NAMED:,} more" if len(leaks) > NAMED else ""
            raise LeakedDocument(
                f"about to be trained on, though protected: {'; '.join(str(leak) for leak in leaks[:NAMED])}{more}",
                remedy="Take them out of the training data, or do not score on those sets.",
            )


def guard_over(data: Path, sets: Iterable[str] | None = None) -> Guard:
    """The guard over dev and test sets, each named `corpus/split`; None: every protected split that lies under `data`.

    A run that says which sets it will be scored on loses no document to the others; `Guard.sets` says which they were.
    Raises `CorpusUnknown`, and as `Corpus.read` does: `CorpusMissing` only where `sets` names what is not there.
    """
    names = (name.partition("/") for name in sets) if sets is not None else ((c.name, "/", split) for c, split in _present(data))
    return Guard(document for corpus, _, split in names for document in registered(corpus).read(split, data))


def protected_documents(data: Path, corpora: Iterable[Corpus] = tuple(CORPORA.values())) -> dict[str, str]:
    """The fingerprints of every document of the corpora's protected splits that lie under `data`, each with the place it stands."""
    return fingerprints_of(document for corpus, split in _present(data, corpora) for document in corpus.read(split, data))


def fingerprints_of(documents: Iterable[Document]) -> dict[str, str]:
    """The documents' fingerprints, each with corpus, split and PMID."""
    return {mark: f"{document.corpus} {document.pmid}" for document in documents for mark in document.fingerprints()}


def remove_leaks(documents: Iterable[Document], protected: Mapping[str, str]) -> tuple[list[Document], list[Document]]:
    """The documents without those that have a fingerprint of `protected`, and those taken out: the same document in two training sets.

    It finds no near-duplicates; dev and test sets are for `Guard`.
    """
    kept: list[Document] = []
    removed: list[Document] = []
    for document in documents:
        (removed if document.fingerprints() & protected.keys() else kept).append(document)
    return kept, removed


def _present(data: Path, corpora: Iterable[Corpus] = tuple(CORPORA.values())) -> list[tuple[Corpus, str]]:
    """The protected splits of documents whose files lie under the data folder."""
    found = []
    for corpus in corpora:
        for split in corpus.protected if corpus.holds_documents else ():
            try:
                corpus.paths(split, data)
            except CorpusMissing:
                continue
            found.append((corpus, split))
    return found


def pmid_of(name: str) -> str:
    """The digits of a PMID; empty where the name is none."""
    found = _PMID.fullmatch(name.strip())
    return found[1] if found else ""


def _place(item: Guarded) -> str:
    return f"{item.corpus} {item.pmid}"


def _best(texts: NDArray[np.int64], alike: NDArray[np.float64]) -> tuple[int, float]:
    """The first text with the largest share, and the share; 0 where there is none."""
    if not len(texts):
        return 0, 0.0
    place = int(alike.argmax())
    return int(texts[place]), float(alike[place])


def _few(runs: Sequence[Sequence[str]]) -> frozenset[str] | None:
    """The different words of a sentence that has not so few that it is alike another one by accident."""
    found = frozenset(word for run in runs for word in run)
    return found if FEWEST <= len(found) <= MOST else None


def _jaccard(one: frozenset[str], other: frozenset[str] | None) -> float:
    return len(one & other) / len(one | other) if other else 0.0


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
