"""Variants: rs numbers as they stand, other notations by the document's genes."""

import re
from itertools import pairwise

from processors.linking.context import Context
from processors.linking.match import Match
from processors.normalisation import exact_key
from processors.records import EntityType
from processors.variants import rs_number, variant_code

_APPOSITION = re.compile(r"\s*[,;:/=]?\s*[(\[]?\s*(?:i\.e\.|also known as|or|aka)?\s*")


def resolve(context: Context, kind: EntityType, start: int, end: int) -> Match | None:
    """The dbSNP entry of a variant: its own rs number, or what training documents say of the change in one of the document's genes."""
    surface = context.text[start:end]
    if number := rs_number(surface):
        return Match((f"dbsnp:{number}",))
    if code := variant_code(surface):
        for gene in context.genes:
            if found := context.vocabulary.candidates(kind, f"{code}@{gene}"):
                return Match(min(found, key=lambda c: (-c.mentions, c.tier, c.curies)).curies)
    return None


def local_key(surface: str) -> str:
    """What names an unlinked variant: its code, else its letters."""
    return variant_code(surface) or exact_key(surface) or surface


def appositions(context: Context, found: list[Match | None]) -> None:
    """`Pro12Ala (rs1801282)` is one variant, wherever the document names it by either name."""
    text = context.text
    variants = sorted((start, end, i) for i, (start, end, kind) in enumerate(context.mentions) if kind is EntityType.VARIANT)
    same: dict[str, Match] = {}
    for (first, end, i), (start, last, j) in pairwise(variants):
        if start >= end and _APPOSITION.fullmatch(text[end:start]):
            one, other = found[i], found[j]
            if one and not other:
                same.setdefault(local_key(text[start:last]), one)
            elif other and not one:
                same.setdefault(local_key(text[first:end]), other)
    for start, end, i in variants:
        if found[i] is None:
            found[i] = same.get(local_key(text[start:end]))
