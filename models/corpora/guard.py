"""What a training run may not do: learn from a document that it will be scored on, or from data that may not be used.

`remove_leaks` is the recipe's removal step; `refuse_leaks` is the guard, which runs on what is really about to be
trained on, whatever the removal step did before.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from models.corpora.documents import Document
from models.corpora.errors import LeakedDocument, LicenceNotAllowed
from models.corpora.registry import CORPORA, Corpus

ALLOWED_LICENCES = frozenset({"US Government public domain", "CC0-1.0", "CC-BY-4.0", "MIT", "Apache-2.0"})
"""Licences of corpora that a shipped model may learn from; 'not stated' is not among them."""


def refuse_licences(corpora: Iterable[Corpus]) -> None:
    """Raise `LicenceNotAllowed` unless every corpus has a licence on the allow-list."""
    for corpus in corpora:
        if corpus.licence not in ALLOWED_LICENCES:
            raise LicenceNotAllowed(
                f"corpus {corpus.name} has the licence {corpus.licence!r}, which is not allowed for training",
                remedy=f"Leave it out of the recipe; allowed are {', '.join(sorted(ALLOWED_LICENCES))}.",
            )


def protected_documents(data: Path, corpora: Iterable[Corpus] = tuple(CORPORA.values())) -> dict[str, str]:
    """The fingerprints of every document of every split but train, each with the place it stands."""
    marks: dict[str, str] = {}
    for corpus in corpora:
        for split in corpus.splits:
            if split != "train":
                marks.update(fingerprints_of(corpus.read(split, data)))
    return marks


def fingerprints_of(documents: Iterable[Document]) -> dict[str, str]:
    """The documents' fingerprints, each with corpus, split and PMID."""
    return {mark: f"{document.corpus} {document.pmid}" for document in documents for mark in document.fingerprints()}


def remove_leaks(documents: Iterable[Document], protected: Mapping[str, str]) -> tuple[list[Document], list[Document]]:
    """The documents that may be trained on, and those taken out."""
    kept: list[Document] = []
    removed: list[Document] = []
    for document in documents:
        (removed if document.fingerprints() & protected.keys() else kept).append(document)
    return kept, removed


def refuse_leaks(documents: Iterable[Document], protected: Mapping[str, str]) -> None:
    """Raise `LeakedDocument` where a document about to be trained on is a protected one, by PMID or by normalised text."""
    for document in documents:
        for mark in sorted(document.fingerprints() & protected.keys()):
            raise LeakedDocument(
                f"{document.corpus} {document.pmid} is about to be trained on, and it is {protected[mark]} ({mark.partition(':')[0]})",
                remedy="Take the document out of the training data.",
            )
