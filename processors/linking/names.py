"""Names of any type: the document's own definition, the name itself, its parts, the name without what makes no other entity."""

import re
from collections.abc import Callable, Sequence

from processors.linking.context import Context
from processors.linking.match import Match
from processors.normalisation import exact_key, loose_key
from processors.records import Curie, EntityType
from processors.vocabulary import Candidate

_LONGEST_NAME = 200

_CONJUNCTION = re.compile(r"\s*(?:/|,|\band\b|\bor\b|&)\s*")
_BRACKETS = re.compile(r"\s*[(\[][A-Za-z][^()\[\]]+[)\]]\s*")
_BRACKETED_NAME = re.compile(r"^.*[(\[]([A-Za-z][^()\[\]]+)[)\]]")  # what stands in the last brackets, and what follows
_COMMON_STEM = re.compile(r"^(?P<stem>[A-Za-z][\w-]*?[A-Za-z-])(?P<first>\d+[A-Za-z]?)(?P<rest>(?:\s*(?:/|,|and|&)\s*-?\d+[A-Za-z]?)+)$")
_STEREO = re.compile(r"^(?:\((?:[RSEZ+±-]|\+/-|R,S|\d[RS])+\)|[DLRSdl]{1,2}|cis|trans|racemic)\s*-\s*")
_SALT = re.compile(
    r"\s+(?:di|mono|hemi)?(?:sodium|potassium|calcium|hydrochloride|hcl|hydrobromide|ac?etate|sul[fp]h?ate|maleate|fumarate|citrate|tartrate|"
    r"mesylate|phosphate|bromide|chloride|nitrate|succinate|tablets?|therapy|treatment)$",
    re.IGNORECASE,
)
_GENERIC = re.compile(r"(?:co-?)?infections?|infected|diseases?|disorders?|syndromes?|tumou?rs?|symptoms?|patients?", re.IGNORECASE)
_MODIFIERS = """
severe mild moderate chronic acute advanced early late primary secondary recurrent progressive sporadic idiopathic symptomatic isolated
classic classical typical common active generalized malignant metastatic invasive childhood adult adult-onset early-onset late-onset
human mouse rat murine recombinant wild-type mutant total serum plasma endogenous exogenous oral intravenous
"""
_LEADING = frozenset(_MODIFIERS.split())
"""Words before a name that do not make another entity of it; left out only where the whole name is unknown."""

Choice = Callable[[Context, Sequence[Candidate]], Candidate | None]
"""Which of a name's candidates the document means; None where none fits."""


def choose(context: Context, candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate that training documents mean most often."""
    return min(candidates, key=lambda c: (-c.mentions, c.tier, len(c.curies), c.curies), default=None)


def resolve(context: Context, kind: EntityType, start: int, end: int, choice: Choice = choose) -> Match | None:
    """What a mention's name means in its document; None where every way fails."""
    link = _Names(context, kind, choice).named(context.text[start:end])
    return Match(link) if link else None


class _Names:
    """The ways from one surface to identifiers, in their order."""

    def __init__(self, context: Context, kind: EntityType, choice: Choice) -> None:
        self.context = context
        self.kind = kind
        self.choice = choice

    def named(self, surface: str) -> tuple[Curie, ...]:
        """The document's own definition, the name itself, then its parts; empty where all fail."""
        if len(surface) > _LONGEST_NAME:
            return ()
        long_of, shorts_of = self.context.long_of, self.context.shorts_of
        for name in (long_of.get(surface), surface, *shorts_of.get(exact_key(surface), ())):
            if name and (link := self._lookup(name)):
                return link
        expanded = " ".join(long_of.get(word, word) for word in surface.split())
        if expanded != surface and (link := self._lookup(expanded)):
            return link
        if (bare := _BRACKETS.sub(" ", surface)) != surface:
            for name in (bare, _BRACKETED_NAME.sub(r"\1", surface)):
                if name.strip() and (link := self._lookup(name)):
                    return link
        return self._parts(surface) or self._without_modifiers(expanded)

    def _lookup(self, name: str) -> tuple[Curie, ...]:
        vocabulary, kind = self.context.vocabulary, self.kind
        candidates = vocabulary.candidates(kind, exact_key(name)) or vocabulary.candidates(kind, loose_key(kind, name), loose=True)
        best = self.choice(self.context, candidates) if candidates else None
        return best.curies if best else ()

    def _parts(self, surface: str) -> tuple[Curie, ...]:
        """A name that joins several: `ERK1/2`, `TNF-alpha and IL-6`; only where every part is known."""
        if match := _COMMON_STEM.match(surface):
            numbers = [match["first"], *re.findall(r"\d+[A-Za-z]?", match["rest"])]
            names = [match["stem"] + number for number in numbers]
        else:
            names = [part for part in _CONJUNCTION.split(surface) if part]
        if len(names) < 2:
            return ()
        head = names[-1].split()[-1]
        joined = [*(f"{name} {head}" for name in names[:-1]), names[-1]]  # `breast and ovarian cancer`
        for parts in (names, joined):
            links = [self._lookup(part) for part in parts]
            if all(links):
                return tuple(dict.fromkeys(c for link in links for c in link))
        return ()

    def _without_modifiers(self, surface: str) -> tuple[Curie, ...]:
        """The name without words that make no other entity of it: modifiers before it, a salt or a generic noun behind it."""
        if self.kind is EntityType.CHEMICAL:
            bare = _SALT.sub("", _STEREO.sub("", surface))
            if bare and bare != surface and (link := self._lookup(bare)):
                return link
        words = surface.split()
        if (
            self.kind is EntityType.DISEASE
            and len(words) > 1
            and _GENERIC.fullmatch(words[-1])
            and (link := self._lookup(" ".join(words[:-1])))
        ):
            return link
        while len(words) > 1 and words[0].lower() in _LEADING:
            words = words[1:]
            if link := self._lookup(" ".join(words)):
                return link
        return ()
