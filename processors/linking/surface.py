"""What else a surface may be read as: its parts where it joins several names, and itself without what makes no other entity."""

import re
from collections.abc import Iterator

from processors.records import EntityType

_CONJUNCTION = re.compile(r"\s*(?:,?\s*\band/or\b|/|,|\band\b|\bor\b|&|\bas well as\b)\s*")
_BRACKETS = re.compile(r"\s*[(\[][A-Za-z][^()\[\]]+[)\]]\s*")
_BRACKETED_NAME = re.compile(r"^.*[(\[]([A-Za-z][^()\[\]]+)[)\]]")  # what stands in the last brackets, and what follows
_COMMON_STEM = re.compile(r"^(?P<stem>[A-Za-z][\w-]*?[A-Za-z-])(?P<first>\d+[A-Za-z]?)(?P<rest>(?:\s*(?:/|,|and|&)\s*-?\d+[A-Za-z]?)+)$")
_STEREO = re.compile(r"^(?:\((?:[RSEZ+±-]|\+/-|R,S|\d[RS])+\)|[DLRSdl]{1,2}|cis|trans|racemic|\[\d*[HCNOPS]?\d*\])\s*-\s*")
_SALT = re.compile(
    r"[\s-]+(?:di|mono|hemi)?(?:sodium|potassium|calcium|hydrochloride|hcl|hydrobromide|ac?etate|sul[fp]h?ate|maleate|fumarate|citrate|tartrate|"
    r"mesylate|phosphate|bromide|chloride|nitrate|succinate|gluconate|digluconate|tablets?|therapy|treatment|molecules?|compounds?)$",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"(?:co-?)?infections?|infected|diseases?|disorders?|syndromes?|tumou?rs?|symptoms?|patients?|conditions?|lesions?|complications?|"
    r"manifestations?|phenotypes?|attacks?|episodes?|only|cases?|positive|cells?|cell\s+lines?|mice|rats?|strains?",
    re.IGNORECASE,
)
_ORGAN = re.compile(
    r"(?:damage|dysfunctions?|abnormalit(?:y|ies)|involvement|injur(?:y|ies)|impairments?|defects?|lesions?|complications?|alterations?|"
    r"disturbances?|disorders?|diseases?|problems?|sequelae|function|changes|toxicity|pathology|anomal(?:y|ies))",
    re.IGNORECASE,
)
"""What is said of an organ in many words and is one disease in vocabularies: `jaw lesions` are jaw diseases."""
_LOSS = re.compile(
    r"^(?:(?:impaired|abnormal|decreased|reduced)|(?:impairment|damage|lesions?|disorders?|abnormalities|injury) (?:of|to|in)(?: the)?) ",
    re.IGNORECASE,
)

_MODIFIERS = """
severe mild moderate chronic acute subacute advanced early late primary secondary recurrent progressive sporadic idiopathic symptomatic
isolated classic classical typical atypical common active generalized malignant metastatic invasive childhood adult adult-onset early-onset
late-onset infantile juvenile neonatal congenital transient persistent permanent reversible irreversible partial complete total subtotal
bilateral unilateral diffuse focal familial inherited hereditary nonsyndromic non-syndromic syndromic treatment-resistant refractory
drug-induced asymptomatic benign fatal human mouse rat murine recombinant wild-type mutant serum plasma endogenous exogenous oral
intravenous free adult pediatric
"""
_LEADING = frozenset(_MODIFIERS.split())
"""Words before a name that do not make another entity of it; left out only where the whole name is unknown."""

_MOST_PARTS = 8


def without_brackets(surface: str) -> Iterator[str]:
    """`interleukin (IL)-6` without its bracket, and with what is in it instead of what is before."""
    if (bare := _BRACKETS.sub(" ", surface)) != surface:
        yield from (name for name in (bare.strip(), _BRACKETED_NAME.sub(r"\1", surface)) if name.strip())


def parts(surface: str) -> Iterator[tuple[str, ...]]:
    """The names that one surface may join, one proposal after another, the most telling first.

    `ERK1/2` shares its stem, `breast and ovarian cancer` its end, `hepatitis B and C` its beginning, `epilepsy and malaria` nothing.
    """
    if match := _COMMON_STEM.match(surface):
        numbers = [match["first"], *re.findall(r"\d+[A-Za-z]?", match["rest"])]
        yield tuple(match["stem"] + number for number in numbers)
        return
    names = [part for part in _CONJUNCTION.split(surface) if part.strip()]
    if not 2 <= len(names) <= _MOST_PARTS:
        return
    first, last = names[0].split(), names[-1].split()
    for size in (2, 1):  # the end that all share
        if len(last) > size:
            end = " ".join(last[-size:])
            yield (*(f"{name} {end}" for name in names[:-1]), names[-1])
    if len(first) > 1:  # the beginning
        beginning = " ".join(first[:-1])
        yield (names[0], *(f"{beginning} {name}" for name in names[1:]))
    yield tuple(names)


def bare(kind: EntityType, surface: str) -> Iterator[str]:
    """The surface without a salt, a stereo mark, leading modifiers or a generic noun behind it, the longest rest first."""
    seen = {surface}
    if kind is EntityType.CHEMICAL:
        for name in (_STEREO.sub("", surface), _SALT.sub("", surface), _SALT.sub("", _STEREO.sub("", surface))):
            if name and name not in seen:
                seen.add(name)
                yield name
        return
    words = surface.split()
    stop = len(words)
    while stop > 1 and _GENERIC.fullmatch(words[stop - 1]):
        stop -= 1
    begin = 0
    while begin < stop - 1 and words[begin].lower() in _LEADING:
        begin += 1
    spans = {(a, b) for a in range(begin + 1) for b in range(stop, len(words) + 1)} - {(0, len(words))}
    for a, b in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        yield " ".join(words[a:b])
    if kind is EntityType.DISEASE:
        yield from _organ_diseases(surface)


def _organ_diseases(surface: str) -> Iterator[str]:
    """`jaw diseases` for `jaw lesions` and `impaired function of the jaw`."""
    words = _LOSS.sub("", surface).split()
    lost = len(words) < len(surface.split())
    while len(words) > 1 and words[0].lower() in _LEADING:
        words = words[1:]
    stop = len(words)
    while stop > 1 and _ORGAN.fullmatch(words[stop - 1]):
        stop -= 1
    if lost or stop < len(words):
        yield " ".join((*words[:stop], "diseases"))
