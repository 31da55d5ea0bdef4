"""The vocabulary artefact: names to identifiers, identifiers to names, read from memory-mapped tries.

A folder holds `manifest.json`, `identifiers.marisa` and `names.marisa` (MARISA tries: Yata et al. 2007,
"A compact static double-array keeping character codes", and https://www.s-yata.jp/marisa-trie/docs/readme.en.html).
`identifiers.marisa` holds one row `CURIE[|CURIE...]\\tname\\ttaxon` per identifier; a row's key number is what
`names.marisa` points to. Its keys are a type letter and a normalised name; upper case for exact keys, lower for loose ones;
and `=` with an identifier that another one stands for (OMIM's of what MeSH has too).
`similar.marisa` holds the words of the names that are searched by likeness, `similar.index` their trigrams (`ngrams`).
The manifest holds what the links' probabilities are computed with.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import marisa_trie

from models.runtime.artefact import find_artefact
from models.runtime.errors import ArtefactCorrupt, ArtefactMissing
from processors.ngrams import NgramIndex
from processors.records import EntityType

SCHEMA = "biorelay.vocabulary/1"
IDENTIFIERS = "identifiers.marisa"
NAMES = "names.marisa"
SIMILAR_NAMES = "similar.marisa"
SIMILAR = "similar.index"
SAME = "="
"""Before an identifier among the keys of `names.marisa`: another one stands for it."""

RECORD = "<IBH"
"""One candidate: row of the identifier (u32), tier (u8), mentions in training documents (u16)."""

LETTERS: dict[EntityType, str] = {
    EntityType.GENE: "G",
    EntityType.DISEASE: "D",
    EntityType.CHEMICAL: "C",
    EntityType.VARIANT: "V",
    EntityType.SPECIES: "S",
    EntityType.CELL_LINE: "L",
}
GROUPS: dict[EntityType, int] = {kind: number for number, kind in enumerate(LETTERS)}
"""The numbers of the types in the trigram index."""

OF_GENES = ("ncbigene:", "fplx:")
"""Identifiers of genes and families, whose names are nine tenths of all."""

HOMOLOGUES = "H"
"""The letter before the number of a human gene, whose candidates are the homologous genes of other organisms."""

_REMEDY = "Reinstall biorelay, or build a vocabulary with `biorelay models build-vocabulary`."


class Candidate(NamedTuple):
    """What a name may mean."""

    curies: tuple[str, ...]  # several where the name stands for all of them together
    tier: int  # 0: the preferred name, 1: a synonym, 2 and more: a weaker name
    mentions: int  # mentions with this meaning in training documents
    taxa: tuple[str, ...]  # of a gene: its organism's NCBI Taxonomy number, where known; of genes together: all of theirs


class Key(NamedTuple):
    """What one name of an identifier is looked up by."""

    kind: EntityType
    key: str  # of a variant: its tmVar code, `@` and its gene
    loose: bool = False


class Similar(NamedTuple):
    """A name that is like a given one."""

    words: str  # its tokens, one blank between
    likeness: float  # 0 to 1


class Vocabulary:
    """An opened vocabulary; immutable, safe to share between threads."""

    def __init__(
        self, manifest: dict[str, Any], identifiers: Any, names: Any, similar_names: Any = None, index: NgramIndex | None = None
    ) -> None:
        self.manifest = manifest
        self.version = f"{manifest['name']}@{manifest['version']}"
        self._identifiers = identifiers
        self._names = names
        self._similar_names = similar_names
        self._index = index

    @classmethod
    def open(cls, reference: str | Path | None = None) -> "Vocabulary":
        """Open a vocabulary (a folder, `name` or `name@version`; None: the newest shipped one) after checking every file's sha256.

        Raises `ArtefactMissing` where a file is not there, `ArtefactCorrupt` where its bytes are not the manifest's.
        """
        try:
            folder = find_artefact("vocabulary" if reference is None else reference)
        except ArtefactMissing as error:
            raise ArtefactMissing(f"no vocabulary: {error}", remedy=_REMEDY) from error
        manifest = _manifest(folder)
        for name, facts in manifest["files"].items():
            file = folder / name
            try:
                with file.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError as error:
                raise ArtefactMissing(f"vocabulary file {file} cannot be read: {error.strerror}", remedy=_REMEDY) from error
            if digest != facts["sha256"]:
                raise ArtefactCorrupt(f"vocabulary file {file} does not have the sha256 that its manifest states", remedy=_REMEDY)
        identifiers = marisa_trie.Trie()
        names = marisa_trie.RecordTrie(RECORD)
        identifiers.mmap(str(folder / IDENTIFIERS))
        names.mmap(str(folder / NAMES))
        if SIMILAR not in manifest["files"]:  # a vocabulary of before
            return cls(manifest, identifiers, names)
        similar_names = marisa_trie.Trie()
        similar_names.mmap(str(folder / SIMILAR_NAMES))
        try:
            index = NgramIndex(folder / SIMILAR, manifest["similar"])
        except (KeyError, TypeError, ValueError) as error:
            raise ArtefactCorrupt(f"{folder / SIMILAR} is not laid out as its manifest states: {error!r}", remedy=_REMEDY) from error
        return cls(manifest, identifiers, names, similar_names, index)

    def candidates(self, kind: EntityType, key: str, *, loose: bool = False) -> list[Candidate]:
        """What a normalised name may mean as this type; empty where it is unknown. Order carries no meaning."""
        letter = LETTERS[kind]
        found = self._names.get((letter.lower() if loose else letter) + key)
        return [self._candidate(*record) for record in found or ()]

    def homologues(self, curie: str) -> list[Candidate]:
        """The genes of other organisms that are homologues of a human gene (`ncbigene:7157`); empty where none is known."""
        found = self._names.get(HOMOLOGUES + curie.removeprefix("ncbigene:"))
        return [self._candidate(*record) for record in found or ()]

    def _candidate(self, row: int, tier: int, mentions: int) -> Candidate:
        curies, _, rest = self._identifiers.restore_key(row).partition("\t")
        taxa = rest[rest.rfind("\t") + 1 :]
        return Candidate(tuple(curies.split("|")), tier, mentions, tuple(taxa.split(",")) if taxa else ())

    def similar(self, kind: EntityType, words: str, *, least: float, most: int) -> list[Similar]:
        """The names of a type most like some words (`ngrams`), the likest first; empty where the type's names are not indexed."""
        if self._index is None:
            return []
        hits = self._index.search(words, GROUPS[kind], least=least, most=most)
        return [Similar(self._similar_names.restore_key(hit.row)[1:], hit.likeness) for hit in hits]

    def canonical(self, curie: str) -> str:
        """The identifier that stands for this one here, where the vocabulary knows both for one thing; else the same."""
        for row, *_ in self._names.get(SAME + curie) or ():
            return str(self._identifiers.restore_key(row).partition("\t")[0])
        return curie

    def name_of(self, curie: str) -> str | None:
        """The preferred name of an identifier, or None where the vocabulary does not hold it."""
        for row in self._identifiers.iterkeys(f"{curie}\t"):
            return str(row).split("\t")[1]
        return None

    def keys_of(self, curies: Collection[str]) -> dict[str, set[Key]]:
        """The keys of all names of each identifier, a gene's with those of the human gene that it is a homologue of; reads all names.

        Identifiers that the vocabulary does not hold have none.
        """
        wanted = set(curies)
        rows: dict[int, set[str]] = defaultdict(set)
        for row in self._identifiers.iterkeys():
            if found := wanted.intersection(row.partition("\t")[0].split("|")):
                rows[self._identifiers[row]] |= found
        genes = any(curie.startswith(OF_GENES) for found in rows.values() for curie in found)
        if genes:
            for key, (number, _, _) in self._names.iteritems(HOMOLOGUES):
                if found := rows.get(number, set()):
                    for human in self._identifiers.iterkeys(f"ncbigene:{key[1:]}\t"):
                        rows[self._identifiers[human]] |= found
        keys: dict[str, set[Key]] = defaultdict(set)
        for kind, letter in LETTERS.items():
            for loose in (False, True) if genes or kind is not EntityType.GENE else ():
                for key, (number, _, _) in self._names.iteritems(letter.lower() if loose else letter):
                    for curie in rows.get(number, ()):
                        keys[curie].add(Key(kind, key[1:], loose))
        return dict(keys)

    def rows(self, curie: str) -> list[int]:
        """The rows of an identifier that stands alone; `names` tells the same numbers."""
        return [self._identifiers[row] for row in self._identifiers.iterkeys(f"{curie}\t")]

    def names(self, kind: EntityType) -> Iterator[tuple[str, int, int]]:
        """All names of a type as exact keys, each with the row that it names and its tier (0: the preferred one, 1: a synonym)."""
        for key, (row, tier, _) in self._names.iteritems(LETTERS[kind]):
            yield key[1:], row, tier

    def beginning(self, kind: EntityType, key: str, *, most: int) -> list[tuple[str, Candidate]]:
        """At most `most` names of a type that begin so, as exact keys, and what each may mean; in no order."""
        letter = LETTERS[kind]
        return [(found[1:], self._candidate(*record)) for found, record in islice(self._names.iteritems(letter + key), most)]

    def spelled(self, kind: EntityType) -> Iterator[str]:
        """The names of a type that are searched by likeness, as words with one blank between; none where the type's are not indexed."""
        if self._similar_names is not None:
            for name in self._similar_names.iterkeys(LETTERS[kind]):
                yield name[1:]

    def __len__(self) -> int:
        return len(self._identifiers)


def _manifest(folder: Path) -> dict[str, Any]:
    file = folder / "manifest.json"
    try:
        manifest = json.loads(file.read_bytes())
        files = manifest["files"]
        usable = manifest["schema"] == SCHEMA and {IDENTIFIERS, NAMES} <= files.keys() and all(facts["sha256"] for facts in files.values())
        named = manifest["name"] and manifest["version"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArtefactCorrupt(f"{file} is not a vocabulary manifest: {error!r}", remedy=_REMEDY) from error
    if not (usable and named):
        raise ArtefactCorrupt(f"{file} is not a {SCHEMA} manifest", remedy=_REMEDY)
    return dict(manifest)
