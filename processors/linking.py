"""Linking: from the mentions of a document to identifiers.

Exact normalised names first, then forgiving ones; abbreviations mean what the document defines; species decide between
the genes of one name, human where nothing else is said. What stays unlinked gets an identifier of its own document,
which never merges with another document's. Pure: the answer depends on the arguments and the vocabulary alone.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, unquote

from processors.abbreviations import definitions
from processors.normalisation import exact_key, loose_key
from processors.records import Curie, EntityType
from processors.variants import rs_number, variant_code
from processors.vocabulary import Candidate, Vocabulary

_LONGEST_CURIE = 512
_LONGEST_NAME = 200
_HUMAN = "9606"
_AT_HOME = 1
"""The rank of a human gene in a document that names other organisms, or none; a gene of an organism it does not name ranks behind."""

_APPOSITION = re.compile(r"\s*[,;:/=]?\s*[(\[]?\s*(?:i\.e\.|also known as|or|aka)?\s*")
_CONJUNCTION = re.compile(r"\s*(?:/|,|\band\b|\bor\b|&)\s*")
_BRACKETS = re.compile(r"\s*[(\[][A-Za-z][^()\[\]]+[)\]]\s*")
_BRACKETED_NAME = re.compile(r"^.*[(\[]([A-Za-z][^()\[\]]+)[)\]]")  # what stands in the last brackets, and what follows
_COMMON_STEM = re.compile(r"^(?P<stem>[A-Za-z][\w-]*?[A-Za-z-])(?P<first>\d+[A-Za-z]?)(?P<rest>(?:\s*(?:/|,|and|&)\s*-?\d+[A-Za-z]?)+)$")
_STEREO = re.compile(r"^(?:\((?:[RSEZ+±-]|\+/-|R,S|\d[RS])+\)|[DLRSdl]{1,2}|cis|trans|racemic)\s*-\s*")
_SALT = re.compile(
    r"\s+(?:di|mono|hemi)?(?:sodium|potassium|calcium|hydrochloride|hcl|hydrobromide|ac?etate|sul[fp]h?ate|maleate|fumarate|citrate|tartrate|"
    r"mesylate|phosphate|bromide|chloride|nitrate|succinate|tablets?|therapy|treatment)$",
    re.IGNORECASE,
)
_GENERIC = re.compile(r"(?:co-?)?infections?|infected|diseases?|disorders?|syndromes?|tumou?rs?|symptoms?|patients?", re.IGNORECASE)
_MODIFIERS = """
severe mild moderate chronic acute advanced early late primary secondary recurrent progressive sporadic idiopathic symptomatic isolated
classic classical typical common active generalized malignant metastatic invasive childhood adult adult-onset early-onset late-onset
human mouse rat murine recombinant wild-type mutant total serum plasma endogenous exogenous oral intravenous
"""
_LEADING = frozenset(_MODIFIERS.split())
"""Words before a name that do not make another entity of it; left out only where the whole name is unknown."""


def local_curie(document: str, kind: EntityType, name: str) -> Curie:
    """The identifier of an unlinked mention: `local:<document>#<type>:<name>`, percent-encoded, at most 512 characters.

    Equal documents, types and names give equal identifiers, different documents always different ones.
    """
    curie = f"local:{_quoted(document, ':')}#{kind.value}:{_quoted(name, '+')}"
    if len(curie) <= _LONGEST_CURIE:
        return curie
    return f"local:sha256.{hashlib.sha256(curie.encode()).hexdigest()}#{kind.value}"


def _quoted(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="surrogatepass")


def local_name(curie: str) -> str | None:
    """The name inside a local identifier (for a variant its tmVar code), or None where it is none."""
    if not curie.startswith("local:") or "#" not in curie:
        return None
    return unquote(curie.rpartition("#")[2].partition(":")[2]) or None


class Linker:
    """Links the mentions of documents with one vocabulary; immutable, safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.version = vocabulary.version

    def name_of(self, curie: str) -> str | None:
        """The vocabulary's name of an identifier, or None."""
        return self._vocabulary.name_of(curie)

    def link(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[tuple[Curie, ...]]:
        """The identifiers of each mention, in the order of the mentions; never empty.

        `mentions` are (start, end, type) in code points of `text`. A mention that stands for several entities together
        (`ERK1/2`) has several identifiers; one that the vocabulary does not know has one `local:` CURIE.
        """
        return _Document(self._vocabulary, document_id, text, mentions).identifiers()


class _Document:
    """One document on its way through the linker."""

    def __init__(self, vocabulary: Vocabulary, name: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> None:
        self.vocabulary = vocabulary
        self.name = name
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
        self.taxa: Counter[str] = Counter()
        self.genes: list[Curie] = []
        self.known: dict[tuple[EntityType, str], tuple[Curie, ...]] = {}

    def identifiers(self) -> list[tuple[Curie, ...]]:
        found: list[tuple[Curie, ...]] = [()] * len(self.mentions)
        for kinds in ({EntityType.SPECIES}, set(EntityType) - {EntityType.SPECIES, EntityType.VARIANT}, {EntityType.VARIANT}):
            for index, (start, end, kind) in enumerate(self.mentions):
                if kind in kinds:
                    found[index] = self._resolve(kind, self.text[start:end])
            if EntityType.SPECIES in kinds:
                self.taxa.update(curie.partition(":")[2] for curies in found for curie in curies if curie.startswith("ncbitaxon:"))
            elif EntityType.GENE in kinds:
                self.genes = sorted({c for curies in found for c in curies if c.startswith("ncbigene:")})
        self._appositions(found)
        return found

    def _resolve(self, kind: EntityType, surface: str) -> tuple[Curie, ...]:
        key = (kind, surface)
        if key not in self.known:
            link = self._variant(surface) if kind is EntityType.VARIANT else self._named(kind, surface)
            self.known[key] = link or (local_curie(self.name, kind, self._local_key(kind, surface)),)
        return self.known[key]

    def _local_key(self, kind: EntityType, surface: str) -> str:
        if kind is EntityType.VARIANT:
            return variant_code(surface) or exact_key(surface) or surface
        return exact_key(self.long_of.get(surface, surface)) or surface

    def _named(self, kind: EntityType, surface: str) -> tuple[Curie, ...]:
        """The document's own definition, the name itself, then its parts; empty where all fail."""
        if len(surface) > _LONGEST_NAME:
            return ()
        for name in (self.long_of.get(surface), surface, *self.shorts_of.get(exact_key(surface), ())):
            if name and (link := self._lookup(kind, name)):
                return link
        expanded = " ".join(self.long_of.get(word, word) for word in surface.split())
        if expanded != surface and (link := self._lookup(kind, expanded)):
            return link
        if (bare := _BRACKETS.sub(" ", surface)) != surface:
            for name in (bare, _BRACKETED_NAME.sub(r"\1", surface)):
                if name.strip() and (link := self._lookup(kind, name)):
                    return link
        return self._parts(kind, surface) or self._without_modifiers(kind, expanded)

    def _lookup(self, kind: EntityType, name: str) -> tuple[Curie, ...]:
        candidates = self.vocabulary.candidates(kind, exact_key(name)) or self.vocabulary.candidates(
            kind, loose_key(kind, name), loose=True
        )
        return self._best(kind, candidates)

    def _best(self, kind: EntityType, candidates: Sequence[Candidate]) -> tuple[Curie, ...]:
        if kind is EntityType.GENE:
            candidates = [candidate for candidate in candidates if self._strangeness(candidate) <= _AT_HOME]
        if not candidates:
            return ()

        def rank(candidate: Candidate) -> tuple[object, ...]:
            age = [(len(c) if kind is EntityType.GENE else 0, c) for c in candidate.curies]  # a gene studied for longer has a lower number
            return (self._strangeness(candidate), -candidate.mentions, candidate.tier, len(age), age)

        return min(candidates, key=rank).curies

    def _strangeness(self, candidate: Candidate) -> int:
        """How far a gene is from the document's organisms: the one named most comes first, human where no other fits."""
        elsewhere = _AT_HOME + 1
        return max((-self.taxa[t] if t in self.taxa else _AT_HOME if t == _HUMAN else elsewhere for t in candidate.taxa), default=elsewhere)

    def _parts(self, kind: EntityType, surface: str) -> tuple[Curie, ...]:
        """A name that joins several: `ERK1/2`, `TNF-alpha and IL-6`; only where every part is known."""
        if match := _COMMON_STEM.match(surface):
            numbers = [match["first"], *re.findall(r"\d+[A-Za-z]?", match["rest"])]
            names = [match["stem"] + number for number in numbers]
        else:
            names = [part for part in _CONJUNCTION.split(surface) if part]
        if len(names) < 2:
            return ()
        head = names[-1].split()[-1]
        joined = [*(f"{name} {head}" for name in names[:-1]), names[-1]]  # `breast and ovarian cancer`
        for parts in (names, joined):
            links = [self._lookup(kind, part) for part in parts]
            if all(links):
                return tuple(dict.fromkeys(c for link in links for c in link))
        return ()

    def _without_modifiers(self, kind: EntityType, surface: str) -> tuple[Curie, ...]:
        """The name without words that make no other entity of it: modifiers before it, a salt or a generic noun behind it."""
        if kind is EntityType.CHEMICAL:
            bare = _SALT.sub("", _STEREO.sub("", surface))
            if bare and bare != surface and (link := self._lookup(kind, bare)):
                return link
        words = surface.split()
        if (
            kind is EntityType.DISEASE
            and len(words) > 1
            and _GENERIC.fullmatch(words[-1])
            and (link := self._lookup(kind, " ".join(words[:-1])))
        ):
            return link
        while len(words) > 1 and words[0].lower() in _LEADING:
            words = words[1:]
            if link := self._lookup(kind, " ".join(words)):
                return link
        return ()

    def _variant(self, surface: str) -> tuple[Curie, ...]:
        if number := rs_number(surface):
            return (f"dbsnp:{number}",)
        if code := variant_code(surface):
            for gene in self.genes:
                if found := self.vocabulary.candidates(EntityType.VARIANT, f"{code}@{gene}"):
                    return self._best(EntityType.VARIANT, found)
        return ()

    def _appositions(self, found: list[tuple[Curie, ...]]) -> None:
        """`Pro12Ala (rs1801282)` is one variant, wherever the document names it by either name."""
        variants = sorted((start, end, i) for i, (start, end, kind) in enumerate(self.mentions) if kind is EntityType.VARIANT)
        same: dict[Curie, tuple[Curie, ...]] = {}
        for (_, end, i), (start, _, j) in pairwise(variants):
            if start >= end and _APPOSITION.fullmatch(self.text[end:start]):
                one, other = found[i][0], found[j][0]
                if one.startswith("dbsnp:") and other.startswith("local:"):
                    same.setdefault(other, found[i])
                elif other.startswith("dbsnp:") and one.startswith("local:"):
                    same.setdefault(one, found[j])
        for _, _, i in variants:
            found[i] = same.get(found[i][0], found[i])


def load_linker(reference: str | Path | None = None) -> Linker:
    """The linker over a vocabulary: a folder, `name` or `name@version`; None: the newest shipped one.

    Raises `ArtefactMissing`, `ArtefactCorrupt`.
    """
    return Linker(Vocabulary.open(reference))
