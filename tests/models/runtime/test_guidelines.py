"""NER heads by corpus: whose guideline is followed."""

import pytest
from pydantic import ValidationError

from models.runtime.artefact import Artefact
from models.runtime.encoder import Encoder
from models.runtime.errors import GuidelineUnknown
from models.runtime.manifest import NerSpec

TYPES = ("Disease", "Chemical")
HEADS = (("biored", "Disease"), ("biored", "Chemical"), ("ncbi", "Disease"))


def test_a_guideline_stands_in_where_it_has_the_type() -> None:
    spec = NerSpec(types=TYPES, heads=HEADS, guideline="biored")
    assert spec.guidelines == ("biored", "ncbi")
    assert spec.columns() == spec.columns("biored") == (0, 1, 2, 3, 4, 5)
    assert spec.columns("ncbi") == (6, 7, 8, 3, 4, 5)


def test_heads_need_not_stand_in_the_order_of_the_types() -> None:
    spec = NerSpec(types=TYPES, heads=HEADS[::-1], guideline="biored")
    assert spec.columns() == (6, 7, 8, 3, 4, 5)


def test_without_heads_there_is_one_way() -> None:
    spec = NerSpec(types=TYPES)
    assert spec.columns() == (0, 1, 2, 3, 4, 5)
    with pytest.raises(GuidelineUnknown, match="bc5cdr"):
        spec.columns("bc5cdr")


def test_the_default_has_every_type() -> None:
    with pytest.raises(ValidationError, match="has no head for Chemical"):
        NerSpec(types=TYPES, heads=HEADS, guideline="ncbi")


def test_an_encoder_refuses_a_guideline_that_it_lacks(artefact: Artefact) -> None:
    with pytest.raises(GuidelineUnknown, match="none-such"):
        Encoder(artefact, guideline="none-such")
