"""A model that ships learns only from corpora whose licence is on the allow-list."""

from dataclasses import dataclass

import pytest

from models.corpora.errors import LicenceNotAllowed
from models.corpora.licences import ALLOWED_LICENCES, refuse_licences


@dataclass(frozen=True)
class Named:
    name: str
    licence: str


def test_the_allow_list_is_the_one_of_the_design() -> None:
    assert {"US Government public domain", "CC0-1.0", "CC-BY-4.0", "MIT", "Apache-2.0"} == ALLOWED_LICENCES
    refuse_licences(Named(licence, licence) for licence in ALLOWED_LICENCES)


@pytest.mark.parametrize(
    "licence", ["not stated", "", "CC BY-NC 4.0", "CC-BY-NC-4.0", "CC BY-NC-SA 4.0", "GPL-3.0", "ODbL", "mit", "MIT, but for the abstracts"]
)
def test_any_other_licence_is_refused_by_name_with_the_way_out(licence: str) -> None:
    corpora = [Named("biored", "US Government public domain"), Named("gad", licence), Named("ddi2013", licence)]
    with pytest.raises(LicenceNotAllowed) as caught:
        refuse_licences(corpora)
    said = licence or "not stated"
    assert f"gad ({said}), ddi2013 ({said})" in str(caught.value)
    assert "biored" not in str(caught.value)
    assert caught.value.remedy is not None
    assert "make it a research recipe: shipping = false" in caught.value.remedy
