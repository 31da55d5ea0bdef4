"""The documents that speed is measured on: real abstracts, as long as they are."""

import random
from pathlib import Path

from models.corpora.abstracts import ABSTRACTS
from models.corpora.documents import Document
from processors.records import Abstract, Section

SEED = 6


def abstracts(data: Path, n: int, *, seed: int = SEED) -> list[Abstract]:
    """`n` different abstracts with a title, drawn from the sets under `data` whose text is as it was printed (not tokenised).

    Equal arguments give equal documents in an equal order. Raises `CorpusMissing`, and `ValueError` where there are not so many.
    """
    found: dict[str, Document] = {}
    for source in ABSTRACTS.values():
        if not source.tokenised:
            for document in source.read(data):
                if document.title:
                    found.setdefault(document.text, document)
    if len(found) < n:
        raise ValueError(f"{data} holds {len(found)} abstracts, {n} are asked for")
    drawn = random.Random(seed).sample(list(found.values()), n)  # noqa: S311  a sample, not a secret
    return [_abstract(document, number) for number, document in enumerate(drawn)]


def every_abstract(data: Path) -> list[Abstract]:
    """All abstracts under `data`, each text once, those without a title too. Raises `CorpusMissing`."""
    found: dict[str, Document] = {}
    for source in ABSTRACTS.values():
        for document in source.read(data):
            found.setdefault(document.text.casefold(), document)
    return [_abstract(document, number) for number, document in enumerate(found.values())]


def _abstract(document: Document, number: int) -> Abstract:
    own = f"pubmed:{document.pmid}" if document.pmid.isdecimal() else f"drawn:{number}"
    return Abstract(id=own, title=document.title, sections=(Section(text=document.abstract),))
