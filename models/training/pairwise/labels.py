"""The labels that the sibling gives: those of every corpus of the recipe, a finer one tied to the common one that it is a kind of.

What a corpus's label means is said in `models/corpora/relations/labels.toml`. DrugProt's and ChemProt's types are one label each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.corpora.documents import PREDICATES
from models.corpora.registry import corpus
from models.corpora.relations.labels import Polarity, meanings
from models.runtime.pairwise import NONE
from models.training.errors import RecipeError


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of all corpora together, no relation first, BioRED's types next, and which of them each corpus gives."""

    names: tuple[str, ...]
    tasks: Mapping[str, Mapping[str, int]]  # corpus -> its own label -> number; a label that denies the relation is no relation
    coarser: tuple[int | None, ...]  # the label that each one is a finer kind of


def labels_of(corpora: Sequence[str]) -> Labels:
    """The labels of these corpora. Raises `CorpusUnknown`, and `RecipeError` for a corpus without relations."""
    names = [NONE, *PREDICATES]
    coarser: list[int | None] = [None] * len(names)
    tasks: dict[str, dict[str, int]] = {}
    for name in corpora:
        scheme = corpus(name).relations
        if scheme is None:
            raise RecipeError(f"corpora: {name} has no relations", remedy="`biorelay corpora list` tells which have.")
        tasks[name] = {}
        for label, means in meanings()[scheme].items():
            own = label if label in PREDICATES else means.fine or f"{scheme}:{label}"
            if means.polarity is Polarity.DENIED:
                own = NONE
            elif own not in names:
                names.append(own)
                coarser.append(names.index(means.common.value))
            tasks[name][label] = names.index(own)
    return Labels(tuple(names), tasks, tuple(coarser))
