"""Names of any type: the document's own definition, the name itself, its parts, the name without what makes no other entity,
and where all that is unknown, the known names most like it."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import log1p

from processors.linking import surface as surfaces
from processors.linking.context import Context
from processors.linking.likeness import alike, compare
from processors.linking.match import LONGEST_NAME, Match, together
from processors.normalisation import exact_key, loose_key, tokens
from processors.records import Curie, EntityType
from processors.vocabulary import Candidate, Vocabulary

_LIKE = 0.45
"""The least trigram likeness of a name that is looked at."""
_MOST_LIKE = 16
_SHORT = 6
_PREFERRED_WEIGHT = 1.5

Choice = Callable[[Context, Sequence[Candidate]], Candidate | None]
"""Which of a name's candidates the document means; None where none fits."""


def choose(context: Context, candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate that the document's other mentions mean already, else the one that training documents mean most often.

    A preferred name outweighs one mention of another meaning: `hepatitis C` is that, though one author meant the chronic one.
    """

    def rank(candidate: Candidate) -> tuple[object, ...]:
        here = len(candidates) > 1 and set(candidate.curies) <= context.concepts
        weight = candidate.mentions + (_PREFERRED_WEIGHT if candidate.tier == 0 else 0)
        return (not here, -weight, candidate.tier, len(candidate.curies), candidate.curies)

    return min(candidates, key=rank, default=None)


def resolve(context: Context, kind: EntityType, start: int, end: int, choice: Choice = choose) -> Match | None:
    """What a mention's name means in its document; None where every way fails."""
    surface = context.text[start:end]
    if (kind, surface) not in context.known:
        context.known[kind, surface] = _Names(context, kind, choice).named(surface)
    return context.known[kind, surface]


def _registry(curie: Curie) -> str:
    """Whose identifier it is; MeSH's supplementary concepts, which are rarer things than its descriptors, are one of their own."""
    return "mesh:C" if curie.startswith("mesh:C") else curie.partition(":")[0]


@lru_cache(maxsize=4096)
def _likest(vocabulary: Vocabulary, kind: EntityType, words: str) -> tuple[tuple[str, float, Mapping[str, float]], ...]:
    """The known names that may be what some words mean, how like they are, and in what; the same unknown names come again and again."""
    found = vocabulary.similar(kind, words, least=_LIKE, most=_MOST_LIKE)
    return tuple((name, likeness, seen) for name, likeness in found if (seen := compare(kind, words, name)))


def remembered() -> tuple[int, int]:
    """How often the likeness of a name was asked for and was known, and was looked up, in this process."""
    info = _likest.cache_info()
    return info.hits, info.misses


def forget() -> None:
    """Forget what was looked up by likeness: for whoever times the linker over the same documents again."""
    _likest.cache_clear()
    alike.cache_clear()


class _Names:
    """The ways from one surface to identifiers, in their order."""

    def __init__(self, context: Context, kind: EntityType, choice: Choice) -> None:
        self.context = context
        self.kind = kind
        self.choice = choice

    def named(self, surface: str) -> Match | None:
        """The first way that leads somewhere; None where all fail."""
        if len(surface) > LONGEST_NAME:
            return None
        for name, way in self.context.readings(self.kind, surface):
            if match := self.look_up(name):
                return match.seen_as(surface, way)
        longest = self.context.expanded(surface)
        for names in surfaces.parts(surface):
            if match := self._together(names):
                return match.seen_as(surface, "parts")
        for name in surfaces.bare(self.kind, longest):
            if match := self.look_up(name):
                return match.seen_as(surface, "organ" if name.endswith(" diseases") else "bare")
            for names in surfaces.parts(name):
                if match := self._together(names):
                    return match.seen_as(surface, "parts")
        if match := self._like(longest):
            return match.seen_as(surface, "like")
        return None

    def look_up(self, name: str) -> Match | None:
        """What a name means by its exact key, else by its loose one."""
        vocabulary, kind = self.context.vocabulary, self.kind
        loose = 0.0
        candidates = vocabulary.candidates(kind, exact_key(name))
        if not candidates:
            loose = 1.0
            candidates = vocabulary.candidates(kind, loose_key(kind, name), loose=True)
        best = self.choice(self.context, candidates) if candidates else None
        if best is None:
            return None
        all_mentions = sum(c.mentions for c in candidates)
        features = {
            "loose": loose,
            "synonym": float(best.tier == 1 and not best.mentions),
            "weak": float(best.tier > 1 and not best.mentions),
            "seen": log1p(min(best.mentions, 20)),
            "unseen": float(not best.mentions),
            "share": (best.mentions + 0.5) / (all_mentions + 0.5 * len(candidates)),
            "rivals": log1p(len(candidates) - 1),
            **{f"is:{_registry(curie)}": 1.0 for curie in best.curies},
        }
        return Match(best.curies, features)

    def _together(self, names: Sequence[str]) -> Match | None:
        """Several names at once; only where every one is known. The weakest says how sure it is."""
        found = [self.look_up(name.strip()) or self._bare(name.strip()) for name in names]
        matches = [match for match in found if match]
        if len(matches) < len(names):
            return None
        return together(matches)

    def _bare(self, name: str) -> Match | None:
        return next((match for rest in surfaces.bare(self.kind, name) if (match := self.look_up(rest))), None)

    def _like(self, surface: str) -> Match | None:
        """The known name most like the surface."""
        words = " ".join(tokens(surface))
        if len(words) < _SHORT:
            return None
        best: dict[tuple[str, ...], tuple[float, Match]] = {}
        for name, likeness, seen in _likest(self.context.vocabulary, self.kind, words):
            match = self.look_up(name.replace(" ", ""))
            if match is None:
                continue
            value = likeness + seen["mine"] + seen["its"] + 0.5 * seen["head"]
            if match.curies not in best or value > best[match.curies][0]:
                best[match.curies] = (value, Match(match.curies, {**match.features, **seen, "likeness": likeness}))
        ranked = sorted(best.values(), key=lambda item: (-item[0], item[1].curies))
        if not ranked:
            return None
        gap = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 1.0
        return Match(ranked[0][1].curies, {**ranked[0][1].features, "gap": min(gap, 1.0)})
