"""Genes: which organism's gene a name means, then which gene of that organism.

A name's candidates are the genes that bear it, and the homologues of the human ones in the organisms that the document
speaks of. Where only genes of an organism that is not meant bear the name, the mention stays local: nine of ten human
genes linked in papers on other organisms would be wrong.
"""

import re
from collections.abc import Iterator, Sequence
from math import log, log1p
from typing import NamedTuple

from processors.linking import surface as surfaces
from processors.linking.context import Context
from processors.linking.match import LONGEST_NAME, Match, together
from processors.linking.organisms import HUMAN
from processors.normalisation import exact_key, loose_key
from processors.records import EntityType
from processors.vocabulary import Candidate

_LEAST = 0.25
"""The least probability of an organism whose genes are looked at."""
FAMILY = "fplx:"
"""The prefix of families and complexes."""

_ORGANISM = r"human|mouse|murine|rat|drosophila|zebrafish|yeast|bovine|chicken|xenopus|porcine|canine|rabbit|mammalian|vertebrate|\w\. ?\w+"
_BEFORE = r"anti|phospho|phosphorylated|pro|recombinant|soluble|full-length|activated|total|native|nuclear|mature|p"
_BEHIND = (
    r"genes?|proteins?|mRNAs?|transcripts?|promoters?|kinases?|enzymes?|receptors?|subunits?|isoforms?|polypeptides?|peptides?|antigens?|"
    r"locus|alleles?|cDNA|precursors?|homologu?es?|orthologu?es?|products?|null|knock-?outs?"
)
_AFFIXES = (
    re.compile(rf"^(?:{_BEFORE})[\s-]+(?=\w)", re.IGNORECASE),
    re.compile(r"^[hmrdz](?=[A-Z][A-Za-z]*\d*)"),
    re.compile(r"^p(?=[A-Z]{2,})"),
    re.compile(rf"[\s-]+(?:{_BEHIND})$", re.IGNORECASE),
    re.compile(r"(?:\(?[+-]/[+-]\)?|Δ\w*|-?GFP|-?flag|-?WT|-?KO)$", re.IGNORECASE),
    re.compile(rf"^(?:{_ORGANISM})\s+", re.IGNORECASE),
)
"""What stands before or behind a gene's name without making another gene of it."""


class _Meaning(NamedTuple):
    """A gene that a name may mean, and how near it is."""

    candidate: Candidate
    organism: float  # the probability that the mention means a gene of its organism
    homologue: bool


def resolve(context: Context, kind: EntityType, start: int, end: int) -> Match | None:
    """The gene, genes or family that a mention names; None where the vocabulary knows none of a fitting organism."""
    surface = context.text[start:end]
    if len(surface) > LONGEST_NAME:
        return None
    if (kind, surface) not in context.known:
        context.known[kind, surface] = _Genes(context, start, end).named(surface)
    return context.known[kind, surface]


class _Genes:
    """The ways from one mention to genes, in their order."""

    def __init__(self, context: Context, start: int, end: int) -> None:
        self.context = context
        self.organisms = context.organisms.probabilities(context.places[EntityType.GENE, context.text[start:end]])
        self._others = any(likely >= _LEAST for taxon, likely in self.organisms.items() if taxon != HUMAN)

    def named(self, surface: str) -> Match | None:
        for name, way in self.context.readings(EntityType.GENE, surface):
            if match := self.look_up(name):
                return match.seen_as(surface, way)
        for names in surfaces.parts(surface):
            found = [self.look_up(name.strip()) or self._bare(name.strip()) for name in names]
            matches = [match for match in found if match]
            if len(matches) == len(names):
                return together(matches).seen_as(surface, "parts")
        if match := self._bare(self.context.expanded(surface)):
            return match.seen_as(surface, "bare")
        return None

    def _bare(self, name: str) -> Match | None:
        """What the name means without what makes no other gene of it, one affix after another."""
        for affix in _AFFIXES:
            bare = affix.sub("", name).strip()
            if bare != name and len(bare) > 1:
                if match := self.look_up(bare):
                    return match
                name = bare
        return None

    def look_up(self, name: str) -> Match | None:
        """What a name means by its exact key, else by its loose one: a gene, or a family where no gene of a fitting organism bears it."""
        vocabulary = self.context.vocabulary
        families: list[_Meaning] = []
        for loose in (False, True):
            key = loose_key(EntityType.GENE, name) if loose else exact_key(name)
            found = vocabulary.candidates(EntityType.GENE, key, loose=loose)
            meanings = [m for m in self._meanings(found) if m.organism >= _LEAST]
            if meanings:
                return self._best(meanings, loose=loose)
            families = families or [_Meaning(candidate, 1.0, homologue=False) for candidate in found if _is_family(candidate)]
        return self._best(families, loose=False) if families else None

    def _meanings(self, found: Sequence[Candidate]) -> Iterator[_Meaning]:
        own = {curie for candidate in found for curie in candidate.curies}
        for candidate in found:
            yield _Meaning(candidate, self._organism(candidate), homologue=False)
            if self._others and candidate.taxa == (HUMAN,) and len(candidate.curies) == 1:
                for other in self.context.vocabulary.homologues(candidate.curies[0]):
                    if other.curies[0] not in own:
                        yield _Meaning(other._replace(tier=candidate.tier), self._organism(other), homologue=True)

    def _organism(self, candidate: Candidate) -> float:
        return min((self.organisms.get(taxon, 0.0) for taxon in candidate.taxa), default=0.0)

    def _best(self, meanings: Sequence[_Meaning], *, loose: bool) -> Match:
        ranked = sorted(meanings, key=_rank)
        best = ranked[0]
        rivals = [m for m in ranked[1:] if m.candidate.taxa == best.candidate.taxa and m.candidate.curies != best.candidate.curies]
        mentions = best.candidate.mentions
        features = {
            "loose": float(loose),
            "synonym": float(best.candidate.tier in {1, 2} and not mentions),
            "weak": float(best.candidate.tier > 2 and not mentions),
            "seen": log1p(min(mentions, 20)),
            "unseen": float(not mentions),
            "share": (mentions + 0.5) / (mentions + sum(m.candidate.mentions for m in rivals) + 0.5 * (1 + len(rivals))),
            "rivals": log1p(len(rivals)),
            "organism": best.organism,
            "other_organism": float(best.candidate.taxa != (HUMAN,)),
            "homologue": float(best.homologue),
            "family": float(_is_family(best.candidate)),
        }
        return Match(best.candidate.curies, features)


def _is_family(candidate: Candidate) -> bool:
    return candidate.curies[0].startswith(FAMILY)


def _rank(meaning: _Meaning) -> tuple[object, ...]:
    candidate = meaning.candidate
    age = [(len(curie), curie) for curie in candidate.curies]  # a gene studied for longer has a lower number
    unlikely = -4 * log(meaning.organism) - 0.7 * log1p(candidate.mentions) + 0.5 * candidate.tier + 0.5 * meaning.homologue
    return (unlikely, len(age), age)
