"""Variants: rs numbers as they stand, other notations by the gene that they are in.

A change is looked up among those that training documents give an rs number; else it is named in HGVS notation with the
symbol of its human gene, `hgvs:BRAF:p.Val600Glu`, which is what tools take where no reference sequence is given. Both need
to know the gene: it is the one that stands beside the variant, else the only one of its sentence or of the document.
"""

import re
from bisect import bisect_right
from collections import Counter
from itertools import pairwise

from processors.linking.context import Context
from processors.linking.match import Match
from processors.linking.organisms import HUMAN
from processors.normalisation import exact_key
from processors.records import Curie, EntityType
from processors.sentences import split_sentences
from processors.variants import hgvs, is_ambiguous, rs_number, variant_code
from processors.vocabulary import Vocabulary

_APPOSITION = re.compile(r"\s*[,;:/=]?\s*[(\[]?\s*(?:i\.e\.|also known as|or|aka)?\s*")
_BESIDE = 3
"""Characters between a gene and its variant at most: `BRAF V600E`, `BRAF (V600E)`."""
HGVS = "hgvs:"


def resolve(context: Context, kind: EntityType, start: int, end: int) -> Match | None:
    """The dbSNP entry of a variant, else its name in HGVS notation; None where neither is sure."""
    surface = context.text[start:end]
    if number := rs_number(surface):
        return Match((f"dbsnp:{number}",), {"written": 1.0})
    code = variant_code(surface)
    if code is None:
        return None
    gene, way = _gene(context, start, end)
    genes = dict.fromkeys(g for g in (gene, *sorted({curie for _, _, curie in context.genes})) if g)
    for candidate in genes:
        if found := context.vocabulary.candidates(kind, f"{code}@{candidate}"):
            best = min(found, key=lambda c: (-c.mentions, c.tier, c.curies))
            return Match(best.curies, {"known": 1.0, "gene_given": float(candidate == gene), "rivals": float(len(found) > 1)})
    name = hgvs(code) if gene and not is_ambiguous(surface) else None
    symbol = human_symbol(context.vocabulary, gene) if gene and name else None
    return Match((f"{HGVS}{symbol}:{name}",), {"hgvs": 1.0, f"gene:{way}": 1.0}) if symbol else None


def _gene(context: Context, start: int, end: int) -> tuple[Curie | None, str]:
    """The gene that a variant at `start:end` is in, and how that is known."""
    genes = context.genes
    if not genes:
        return None, ""
    distance, nearest = min((max(first - end, start - last), curie) for first, last, curie in genes)
    counts = Counter(curie for _, _, curie in genes)
    if len(counts) == 1:
        return nearest, "only"
    if distance <= _BESIDE:
        return nearest, "beside"
    starts = [first for first, _ in split_sentences(context.text)]
    own = bisect_right(starts, start)
    here = {curie for first, _, curie in genes if bisect_right(starts, first) == own}
    if len(here) == 1:
        return next(iter(here)), "sentence"
    if not here and counts[nearest] == max(counts.values()):
        return nearest, "most"
    return None, ""


def human_symbol(vocabulary: Vocabulary, gene: Curie) -> str | None:
    """The symbol of a human gene, or None where the gene is not known to be one."""
    name = vocabulary.name_of(gene)
    candidates = vocabulary.candidates(EntityType.GENE, exact_key(name)) if name else []
    return name if any(c.curies == (gene,) and c.taxa == (HUMAN,) for c in candidates) else None


def local_key(surface: str) -> str:
    """What names an unlinked variant: its code, else its letters."""
    return variant_code(surface) or exact_key(surface) or surface


def appositions(context: Context, found: list[Match | None]) -> None:
    """`Pro12Ala (rs1801282)` is one variant, wherever the document names it by either name; dbSNP's identifier wins."""
    text = context.text
    variants = sorted((start, end, i) for i, (start, end, kind) in enumerate(context.mentions) if kind is EntityType.VARIANT)
    same: dict[str, Match] = {}
    for (first, end, i), (start, last, j) in pairwise(variants):
        if start >= end and _APPOSITION.fullmatch(text[end:start]):
            one, other = _in_dbsnp(found[i]), _in_dbsnp(found[j])
            if one and not other:
                same.setdefault(local_key(text[start:last]), one)
            elif other and not one:
                same.setdefault(local_key(text[first:end]), other)
    for start, end, i in variants:
        if not _in_dbsnp(found[i]):
            found[i] = same.get(local_key(text[start:end]), found[i])


def _in_dbsnp(match: Match | None) -> Match | None:
    return match if match and match.curies[0].startswith("dbsnp:") else None
