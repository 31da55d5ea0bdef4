"""Which corpora a model that ships may learn from."""

from collections.abc import Iterable
from typing import Protocol

from models.corpora.errors import LicenceNotAllowed

ALLOWED_LICENCES = frozenset({"US Government public domain", "CC0-1.0", "CC-BY-4.0", "MIT", "Apache-2.0"})
"""Licences of corpora that a shipped model may learn from; 'not stated', BY-NC, GPL and ODbL are not among them."""

_RESEARCH = "Leave it out, or make it a research recipe: shipping = false"


class Licensed(Protocol):
    """What the licence guard asks of a corpus."""

    @property
    def name(self) -> str: ...
    @property
    def licence(self) -> str: ...


def refuse_licences(corpora: Iterable[Licensed]) -> None:
    """Raise `LicenceNotAllowed`, which names every corpus that a shipping model may not learn from, unless there is none."""
    refused = [f"{corpus.name} ({corpus.licence or 'not stated'})" for corpus in corpora if corpus.licence not in ALLOWED_LICENCES]
    if refused:
        raise LicenceNotAllowed(
            f"a model that ships may not learn from {', '.join(refused)}: the licence is not on the allow-list",
            remedy=f"{_RESEARCH}. Allowed are {', '.join(sorted(ALLOWED_LICENCES))}.",
        )
