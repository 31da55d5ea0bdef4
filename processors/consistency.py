"""One name, one type: within a document a name means one thing, and an abbreviation means what it abbreviates.

The recogniser judges each mention by its own sentence, so the same word may come out as a chemical here and a gene there.
One sense per discourse (Gale, Church and Yarowsky 1992) holds for names of abstracts: the type with the most evidence wins.
"""

from collections import defaultdict
from collections.abc import Sequence

from processors.abbreviations import definitions


def agreed_types(text: str, mentions: Sequence[tuple[int, int, int, float]]) -> list[int]:
    """The type of each mention, given (start, end, type, score) each, after names have agreed on one type.

    A name's evidence for a type is the sum of its mentions' scores. An abbreviation that the document defines shares the
    evidence of its long form. A tie goes to the type that stands first in the text.
    """
    long_of = {definition.short: definition.long.casefold() for definition in definitions(text)}

    def name(start: int, end: int) -> str:
        surface = text[start:end]
        return long_of.get(surface) or long_of.get(surface.removesuffix("s")) or surface.casefold()

    evidence: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for start, end, kind, score in mentions:
        types = evidence[name(start, end)]
        types[kind] = types.get(kind, 0.0) + score
    return [max(types, key=lambda kind: types[kind]) for start, end, _, _ in mentions for types in [evidence[name(start, end)]]]
