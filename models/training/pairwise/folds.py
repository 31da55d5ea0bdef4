"""Folds of training documents, so that several teachers can answer for what each of them did not learn from."""

import hashlib

from models.corpora.guard import pmid_of


def fold_of(document: str, folds: int) -> int:
    """The fold of a document: by its PMID, or else its name, alone, so that a document of two corpora is in one fold."""
    return int(hashlib.sha256((pmid_of(document) or document).encode()).hexdigest(), 16) % folds
