"""Where the spaces stood: a plausible text from tokens that were cut at every punctuation mark."""

from collections.abc import Sequence

_CLOSING = frozenset({",", ".", ";", ":", "!", "?", ")", "]", "}", "%", "'", "\u2019"})
_OPENING = frozenset({"(", "[", "{", "\u2018"})
_JOINING = frozenset({"-", "/", "\u2010", "\u2011", "\u2013", "_", "@", "^"})


def spaced(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The tokens as one text, and the code points (start, end) of each; `text[start:end] == token` always."""
    text = ""
    spans = []
    for place, token in enumerate(tokens):
        if place and _space_before(tokens, place):
            text += " "
        spans.append((len(text), len(text) + len(token)))
        text += token
    return text, spans


def _space_before(tokens: Sequence[str], place: int) -> bool:
    left, right = tokens[place - 1], tokens[place]
    return not (right in _CLOSING or left in _OPENING or right in _JOINING or left in _JOINING)
