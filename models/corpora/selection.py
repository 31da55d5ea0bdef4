"""What choices may look at: thresholds, calibration and early stopping are fitted on documents carved from train, and on nothing else."""

from collections.abc import Iterable, Sequence

from models.corpora.errors import LeakedDocument
from models.corpora.guard import Guard, Guarded

_SCORED = ("dev", "test")


def refuse_choice(carved: Sequence[Guarded], trained: Iterable[Guarded], guard: Guard) -> None:
    """Raise `LeakedDocument` unless choices on `carved` are fair; `guard` knows the sets that the model will be scored on.

    Fair is: there is something to choose on; each text comes from a train split; none of them is a dev or test text; none of
    them is about to be trained on (by PMID, by text, or as a near-duplicate).
    """
    if not carved:
        raise LeakedDocument(
            "nothing is carved from train to choose on: a threshold would be fitted on what was trained on, or on a test set",
            remedy="List documents of a train split in the recipe's held_out.",
        )
    for item in carved:
        split = item.corpus.rpartition("/")[2]
        if any(word in _SCORED for word in split.split("-")):
            raise LeakedDocument(
                f"{item.corpus} {item.pmid} is to choose thresholds on, and {split!r} is a set for scoring",
                remedy="Choose on documents carved from train.",
            )
    leaks = guard.remove(carved)[1]
    if leaks:
        raise LeakedDocument(f"to choose on, though a dev or test set holds it: {leaks[0]}", remedy="Carve other documents from train.")
    leaks = Guard(carved).remove(trained)[1]
    if leaks:
        raise LeakedDocument(
            f"about to be trained on, though it is carved out to choose on: {leaks[0]} ({len(leaks):,} of this kind)",
            remedy="Take it out of the training data.",
        )
