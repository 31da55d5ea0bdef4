"""What a user names an entity by: a CURIE, or a name."""

import re

from biorelay.refusals import BadInput
from processors.records import is_curie

_MEANT = re.compile(r"[A-Za-z._]{2,}:.*|:.*|.*:", re.DOTALL)
"""What looks like a CURIE. `C18:1` and `HLA-DRB1*04:01` are names."""


def said_curie(text: str) -> bool:
    """Whether what a user said is a CURIE; else it is a name.

    Raises `BadInput` for an empty text, and for what was meant as a CURIE and is none: `MESH:D003924`, `mesh:`, `:D003924`.
    """
    if not text.strip():
        raise BadInput("an empty text names no entity")
    if is_curie(text):
        return True
    if _MEANT.fullmatch(text):
        remedy = "Write prefix:identifier, the prefix in small letters, such as mesh:D003924; or a name."
        raise BadInput(f"{text[:80]!r} is not a CURIE", remedy=remedy)
    return False
