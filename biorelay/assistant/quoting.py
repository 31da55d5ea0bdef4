"""Strangers' texts, made fit to be read by a model: what is hidden in them is shown, what is endless is cut."""

import unicodedata
from typing import Final

LONGEST: Final = 1500
"""Characters of a quotation."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
CUT: Final = " [...]"


def visible(text: str, most: int = LONGEST) -> str:
    r"""The text with every hidden character as its number, and its end left out where it is longer than `most` characters.

    Hidden are controls, marks of direction, characters of no width and those without a meaning: a reader does not see them, a model does.

    >>> visible("a\u200bb\u202ec")
    'a<U+200B>b<U+202E>c'
    """
    shown = text if len(text) <= most else text[: most - len(CUT)] + CUT
    return "".join(f"<U+{ord(one):04X}>" if unicodedata.category(one) in _HIDDEN else one for one in shown)
