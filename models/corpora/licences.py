"""Which corpora a model that ships may learn from."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

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


def refuse_research(name: str, training: Mapping[str, Any]) -> None:
    """Raise `LicenceNotAllowed` where a model that ships may not be, or be made from, the one whose manifest says `training`.

    For what is shipped, and for what a shipping recipe starts from or is taught by: an encoder pretrained here, a teacher. Looks at
    `shipping` (also inside `settings`), at the licence of each of `corpora`, and at that of the first weights.
    """
    if not training.get("shipping", training.get("settings", {}).get("shipping", True)):
        raise LicenceNotAllowed(f"{name} was made by a research recipe and may not ship, nor what is made from it", remedy=f"{_RESEARCH}.")
    parts = [_Part(str(part.get("name")), str(part.get("licence"))) for part in training.get("corpora", ())]
    weights = training.get("weights", {})
    if weights:
        said = str(weights.get("licence"))
        stated = next((licence for licence in sorted(ALLOWED_LICENCES) if re.match(rf"{re.escape(licence)}(?![\w.-])", said)), said)
        parts.append(_Part(f"weights {weights.get('package')}", stated))
    try:
        refuse_licences(parts)
    except LicenceNotAllowed as error:
        raise LicenceNotAllowed(f"{name}: {error}", remedy=error.remedy) from error


class _Part(NamedTuple):
    name: str
    licence: str
