"""Choices are made on documents carved from train: neither on what is scored, nor on what is trained on."""

import pytest

from models.corpora.errors import LeakedDocument
from models.corpora.guard import Guard, Passage
from models.corpora.selection import refuse_choice

TRAINED = Passage("biored/train", "1", "Mutations of the APC gene were found in families with adenomatous polyposis of the colon.")
CARVED = Passage("biored/train", "2", "Propranolol lessened the tremor that lithium carbonate caused in patients older than seventy years.")
SCORED = Passage("bc5cdr/test", "3", "Selegiline with levodopa lowered the blood pressure of patients on standing up after a long rest.")
GUARD = Guard([SCORED])


def test_documents_carved_from_train_may_be_chosen_on() -> None:
    """Nothing is raised; beside it, what one document more on either side changes."""
    assert refuse_choice([CARVED], [TRAINED], GUARD) is None
    with pytest.raises(LeakedDocument, match="to choose on, though a dev or test set holds it"):
        refuse_choice([CARVED, Passage("biored/train", "3", SCORED.text)], [TRAINED], GUARD)
    with pytest.raises(LeakedDocument, match="about to be trained on"):
        refuse_choice([CARVED], [TRAINED, CARVED], GUARD)


@pytest.mark.parametrize("corpus", ["bc5cdr/test", "bc5cdr/dev", "ddi2013/test-ner", "gad/fold-1-test"])
def test_a_scoring_set_may_not(corpus: str) -> None:
    with pytest.raises(LeakedDocument, match=f"{corpus} 9 is to choose thresholds on"):
        refuse_choice([Passage(corpus, "9", "Anything.")], [TRAINED], Guard([]))


def test_a_train_document_that_a_scoring_set_holds_may_not() -> None:
    with pytest.raises(LeakedDocument, match="biored/train 3 is bc5cdr/test 3"):
        refuse_choice([CARVED, Passage("biored/train", "3", SCORED.text)], [TRAINED], GUARD)
    with pytest.raises(LeakedDocument, match="near-duplicate of bc5cdr/test 3"):
        refuse_choice([Passage("biored/train", "8", f"Background. {SCORED.text}")], [TRAINED], GUARD)


def test_what_is_trained_on_may_not() -> None:
    copy = Passage("bc5cdr/train", "77", f"A trial. {CARVED.text}")
    with pytest.raises(LeakedDocument, match=r"bc5cdr/train 77 is a near-duplicate of biored/train 2"):
        refuse_choice([CARVED], [TRAINED, copy], GUARD)


def test_nothing_to_choose_on_is_refused() -> None:
    with pytest.raises(LeakedDocument, match="nothing is carved"):
        refuse_choice([], [TRAINED], GUARD)
