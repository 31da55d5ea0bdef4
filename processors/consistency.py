"""One name, one meaning: within a document a name has one type, and an abbreviation means what it abbreviates.

The recogniser judges each mention by its own sentence, so the same word may come out as a chemical here, a gene there, and nothing in
a third place. One sense per discourse (Gale, Church and Yarowsky 1992) holds for names of abstracts: the type with the most evidence
wins, and what abbreviates a mention is a mention wherever it stands.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from models.runtime.edges import EntitySpan
from processors.abbreviations import definitions

SURE = 0.5
"""Score from which a long form vouches for its short form. On 32 documents carved from BioRED's training set 14 of the 15 mentions
that relay-mini@1 gained so were right; long forms of any score vouched for 23, of which 14 were right."""


def settled(text: str, spans: Sequence[EntitySpan]) -> list[EntitySpan]:
    """Spans that are in order and apart, with one type for each name, and the short forms that were overlooked; in order and apart.

    A name's evidence for a type is the sum of its mentions' scores. An abbreviation that the document defines shares the
    evidence of its long form. A tie goes to the type that stands first in the text.
    """
    long_of = {definition.short: definition.long.casefold() for definition in definitions(text)}

    def name(span: EntitySpan) -> str:
        surface = text[span.start : span.end]
        return long_of.get(surface) or long_of.get(surface.removesuffix("s")) or surface.casefold()

    names = [name(span) for span in spans]
    evidence: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for span, own in zip(spans, names, strict=True):
        evidence[own][span.type] = evidence[own].get(span.type, 0.0) + span.score
    kinds = {own: max(types, key=lambda kind: types[kind]) for own, types in evidence.items()}
    agreed = [span._replace(type=kinds[own]) for span, own in zip(spans, names, strict=True)]
    return sorted([*agreed, *_overlooked(text, agreed, long_of)]) if long_of else agreed


def _overlooked(text: str, spans: Sequence[EntitySpan], long_of: Mapping[str, str]) -> list[EntitySpan]:
    """The unmarked places of short forms, longer ones first, whose long form is marked; with its type and its best score."""
    best: dict[str, EntitySpan] = {}
    for span in spans:
        surface = text[span.start : span.end].casefold()
        if span.score >= SURE and (surface not in best or span.score > best[surface].score):
            best[surface] = span
    taken = [(span.start, span.end) for span in spans]
    found: list[EntitySpan] = []
    for short in sorted(long_of, key=lambda form: (-len(form), form)):
        if (named := best.get(long_of[short])) is None:
            continue
        for place in re.finditer(rf"(?<![^\W_]){re.escape(short)}(?![^\W_])", text):
            if all(place.end() <= start or end <= place.start() for start, end in taken):
                taken.append(place.span())
                found.append(EntitySpan(*place.span(), named.type, named.score))
    return found
