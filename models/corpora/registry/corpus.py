"""One corpus of the registry: what is said of it, and the way to its files."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from models.corpora.documents import Document
from models.corpora.errors import CorpusMissing, CorpusUnknown
from processors.records import EntityType

Counts = Mapping[str, int | Mapping[str, int]]
"""What a split holds: `documents`, `sentences`, `mentions` by the corpus's own label, `relations` by label; what is 0 is left out."""

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "train": "may be learned from",
        "dev": "scored only",
        "test": "scored only",
        "fold": "one of k folds that share their documents: train and test inside one of them",
        "all": "published without a split: cross-validate inside it, by document, or score it only",
    }
)
"""What a split is for, by the first word of its name: `train`, `test`, `test-ner`, `fold-1`."""

FORMS: Mapping[str, str] = MappingProxyType(
    {
        "pubtator": "models.corpora.pubtator",
        "columns": "models.corpora.columns",
        "bioscope": "models.corpora.bioscope",
        "ddi": "models.corpora.relations.ddi",
        "euadr": "models.corpora.relations.euadr",
        "folds": "models.corpora.relations.folds",
        "pgr": "models.corpora.relations.pgr",
        "ppi": "models.corpora.relations.ppi",
        "standoff": "models.corpora.relations.standoff",
    }
)
"""How files are written -> the module that reads them. It has `count(corpus, split, data) -> Counts`, which raises a `BiorelayError`
that names file and line where a file is broken; and, where the form holds documents with mentions,
`read(corpus, split, data) -> list[Document]`. Imported when first used."""

KINDS = ("ner", "linking", "relations", "polarity")
"""What a corpus is annotated for."""

UNTYPED = "untyped"
"""The label of a mention in a file whose tags are B, I and O without a type."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Split:
    """The files of a split, by path under the data folder, with their sha256; and what they hold."""

    files: Mapping[str, str]
    counts: Counts


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus. A type that `types` leaves out is not annotated, or not by our meaning, and is masked in training."""

    name: str
    title: str
    kinds: tuple[str, ...]  # of KINDS
    version: str
    licence: str  # as the source states it; "not stated" where it states none
    source: str  # the official one: authors, year, doi
    copy: str  # where the copy at hand came from: repository@commit, path
    form: str  # a key of FORMS
    splits: Mapping[str, Split]
    types: Mapping[str, EntityType] = field(default_factory=dict)  # the corpus's own labels -> our types, by meaning
    unmapped: Mapping[str, str] = field(default_factory=dict)  # its other labels -> why they are none of ours
    relations: str | None = None  # "biored": the eight types; "cid": chemical-induced disease; another corpus's own name for its labels
    absent: Mapping[str, str] = field(default_factory=dict)  # parts of the official release that the copy lacks -> why
    unguarded: Mapping[str, str] = field(default_factory=dict)  # dev and test splits that may be learned from all the same -> why
    note: str = ""

    @property
    def annotates(self) -> frozenset[EntityType]:
        return frozenset(self.types.values())

    @property
    def protected(self) -> tuple[str, ...]:
        """The splits that are for scoring only: no document of theirs may be learned from."""
        return tuple(split for split in self.splits if role(split) in ("dev", "test") and split not in self.unguarded)

    @property
    def holds_documents(self) -> bool:
        """Whether `read` works: the form holds documents with mentions."""
        return hasattr(self._reader(), "read")

    def split(self, name: str) -> Split:
        """Raises `CorpusUnknown` where there is no such split."""
        if name not in self.splits:
            why = f"{self.absent[name]} " if name in self.absent else ""
            raise CorpusUnknown(f"corpus {self.name} has no split {name!r}", remedy=f"{why}Its splits are {', '.join(self.splits)}.")
        return self.splits[name]

    def paths(self, split: str, data: Path) -> tuple[Path, ...]:
        """The files of a split, in the entry's order. Raises `CorpusUnknown`, `CorpusMissing`."""
        found = tuple(data / path for path in self.split(split).files)
        for path in found:
            if not path.is_file():
                raise CorpusMissing(f"{self.name}/{split} is not at {path}", remedy="Name the data folder with --data.")
        return found

    def path(self, split: str, data: Path) -> Path:
        """The first file of a split, mostly the only one. Raises `CorpusUnknown`, `CorpusMissing`."""
        return self.paths(split, data)[0]

    def sha256(self, split: str, data: Path) -> str:
        """Of the bytes of the split's files, one after the other."""
        digest = hashlib.sha256()
        for path in self.paths(split, data):
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        return digest.hexdigest()

    def read(self, split: str, data: Path) -> list[Document]:
        """The documents of a split, in file order; one that stands twice, with PMID and text, is read once.

        Raises `CorpusUnknown` for a split that is not there and for a corpus of a form that holds no documents, `CorpusMissing`,
        and what the form's reader raises on a file that it cannot read.
        """
        if not self.holds_documents:
            raise CorpusUnknown(f"corpus {self.name} is not made of documents with mentions", remedy=f"Read it with {FORMS[self.form]}.")
        documents: list[Document] = self._reader().read(self, split, data)
        return documents

    def count(self, split: str, data: Path) -> Counts:
        """What the files of a split hold, read anew. Raises as `paths` and the form's reader do."""
        counts: Counts = self._reader().count(self, split, data)
        return counts

    def _reader(self) -> Any:
        return import_module(FORMS[self.form])


def role(split: str) -> str:
    """What the split of that name is for: a key of `ROLES`."""
    return split.partition("-")[0]
