"""The shipped vocabulary the other way round."""

import pytest

from processors.normalisation import exact_key
from processors.synonyms import SYMBOL, Synonyms
from processors.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def synonyms() -> Synonyms:
    return Synonyms(Vocabulary.open())


def test_the_names_of_an_identifier(synonyms: Synonyms) -> None:
    seizures = synonyms.of("mesh:D012640")
    assert "convulsion" in seizures
    assert exact_key("Seizures") not in map(exact_key, seizures)
    assert seizures == sorted(seizures)
    assert "RNF53" in synonyms.of("ncbigene:672")
    assert all(len(name) <= SYMBOL for name in synonyms.of("ncbigene:672"))
    assert synonyms.of("mesh:nowhere") == synonyms.of("") == synonyms.of("local:x#Gene:y") == []


def test_what_is_told_of_an_identifier_leads_back_to_it(synonyms: Synonyms) -> None:
    for curie in ("mesh:D012640", "mesh:D006973", "ncbigene:672", "mesh:D001241", "ncbitaxon:9606"):
        for name in synonyms.of(curie):
            assert curie in {one for found, candidate in synonyms.beginning(name, most=1000) if found == name for one in candidate.curies}


def test_what_begins_so(synonyms: Synonyms) -> None:
    found = synonyms.beginning("convulsi", most=50)
    assert ("convulsion", ("mesh:D012640",)) in {(name, candidate.curies) for name, candidate in found}
    assert all(exact_key(name).startswith("convulsi") for name, _ in found)
    assert synonyms.beginning("", most=5) == synonyms.beginning("\u200b", most=5) == []
    assert len(synonyms.beginning("a", most=3)) <= 15
