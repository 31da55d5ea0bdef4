"""The labels that the sibling gives: those of every corpus of the recipe, a finer one tied to the coarser one that it is a kind of."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from models.corpora.documents import PREDICATES
from models.training.pairwise.examples import Labels

NO_RELATION = "None"

OWN: Mapping[str, Mapping[str, str | None]] = MappingProxyType(
    {
        "biored": dict.fromkeys(PREDICATES),
        "bc5cdr": {"CID": "Positive_Correlation"},
        "drugprot": {
            "ACTIVATOR": "Positive_Correlation",
            "AGONIST": "Positive_Correlation",
            "AGONIST-ACTIVATOR": "Positive_Correlation",
            "AGONIST-INHIBITOR": "Negative_Correlation",
            "ANTAGONIST": "Negative_Correlation",
            "DIRECT-REGULATOR": "Association",
            "INDIRECT-DOWNREGULATOR": "Negative_Correlation",
            "INDIRECT-UPREGULATOR": "Positive_Correlation",
            "INHIBITOR": "Negative_Correlation",
            "PART-OF": "Association",
            "PRODUCT-OF": "Association",
            "SUBSTRATE": "Association",
            "SUBSTRATE_PRODUCT-OF": "Association",
        },
    }
)


def labels_of(corpora: Sequence[str]) -> Labels:
    """The labels of these corpora, BioRED's first, whether or not BioRED is among them: the others are finer kinds of them."""
    names = [NO_RELATION, *PREDICATES]
    coarser: list[int | None] = [None] * len(names)
    numbers: dict[tuple[str, str], int] = {}
    tasks: dict[str, frozenset[int]] = {}
    for corpus in corpora:
        for label, of in OWN[corpus].items():
            if of is None:
                numbers[corpus, label] = names.index(label)
                continue
            numbers[corpus, label] = len(names)
            names.append(f"{corpus}:{label}")
            coarser.append(names.index(of))
        tasks[corpus] = frozenset(number for (name, _), number in numbers.items() if name == corpus)
    return Labels(tuple(names), tasks, numbers, tuple(coarser))
