"""Genes: names looked up as others are, the species of the document deciding between the genes of one name."""

from collections.abc import Sequence

from processors.linking import names
from processors.linking.context import Context
from processors.linking.match import Match
from processors.records import EntityType
from processors.vocabulary import Candidate

_HUMAN = "9606"
_AT_HOME = 1
"""The rank of a human gene in a document that names other organisms, or none; a gene of an organism it does not name ranks behind."""


def resolve(context: Context, kind: EntityType, start: int, end: int) -> Match | None:
    """The gene (or genes) that a mention names; None where the vocabulary knows none of a fitting organism."""
    return names.resolve(context, kind, start, end, choose)


def choose(context: Context, candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate of the organism nearest to the document's."""
    fitting = [candidate for candidate in candidates if _strangeness(context, candidate) <= _AT_HOME]

    def rank(candidate: Candidate) -> tuple[object, ...]:
        age = [(len(curie), curie) for curie in candidate.curies]  # a gene studied for longer has a lower number
        return (_strangeness(context, candidate), -candidate.mentions, candidate.tier, len(age), age)

    return min(fitting, key=rank, default=None)


def _strangeness(context: Context, candidate: Candidate) -> int:
    """How far a gene is from the document's organisms: the one named most comes first, human where no other fits."""
    elsewhere = _AT_HOME + 1
    return max(
        (-context.taxa[t] if t in context.taxa else _AT_HOME if t == _HUMAN else elsewhere for t in candidate.taxa), default=elsewhere
    )
