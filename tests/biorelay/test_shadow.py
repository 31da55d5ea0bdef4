"""A second model is asked about a sample, what it finds apart is counted, and no answer changes."""

from collections import Counter

import pytest

from biorelay.refusals import SettingsError
from biorelay.settings import changed, load_settings
from biorelay.shadow import Shadowed, extractor_of, sampled
from models.runtime.effort import Effort
from processors.records import Abstract, Entities
from tests.biorelay.test_extractor import documents
from tests.stream.dictionary import DictionaryExtractor
from tests.stream.kit import abstract


class Half(DictionaryExtractor):
    """A model that finds no more than the first of a document's mentions, and one that is not there."""

    def entities(self, abstract: Abstract) -> Entities:
        entities = super().entities(abstract)
        first = entities.mentions[0]
        made_up = first.model_copy(update={"start": 0, "end": 1, "text": abstract.text[:1]})
        return entities.model_copy(update={"mentions": (first, made_up)})


def test_what_is_found_apart_is_counted_and_answers_stay() -> None:
    served = DictionaryExtractor()
    shadowed = Shadowed(served, Half(2), 1.0)
    texts = [abstract(number) for number in range(5)]
    for text in texts:
        assert shadowed.entities(text).to_bytes() == served.entities(text).to_bytes()
        assert shadowed.relations(served.entities(text)) == served.relations(served.entities(text))
    mentions = sum(len(served.entities(text).mentions) for text in texts)
    relations = sum(len(served.relations(served.entities(text)).relations) for text in texts)
    assert relations > 0
    assert shadowed.effort() == Effort(
        shadow={
            ("mentions", "both"): 5,
            ("mentions", "served"): mentions - 5,
            ("mentions", "shadow"): 5,
            ("relations", "served"): relations,
        }
    )
    assert shadowed.provenance == served.provenance


def test_a_shadow_that_fails_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    class Fails(DictionaryExtractor):
        def entities(self, abstract: Abstract) -> Entities:
            raise ValueError("no")

    assert Shadowed(DictionaryExtractor(), Fails(2), 1.0).entities(abstract(1)).mentions
    assert "pubmed:1: not compared with dictionary@2" in caplog.text


@pytest.mark.parametrize("share", [0.0, 0.01, 0.25, 1.0])
def test_a_sample_is_as_large_as_was_asked_for_and_always_the_same(share: float) -> None:
    names = [f"pubmed:{number}" for number in range(30_000)] + ["doi:10.1/\ud800"]
    taken = Counter(sampled(name, share) for name in names)[True]
    assert abs(taken / len(names) - share) < 0.005
    assert [sampled(name, share) for name in names[:50]] == [sampled(name, share) for name in names[:50]]


def test_the_shipped_model_agrees_with_itself() -> None:
    settings = changed(load_settings(), "worker", "--set", shadow_share=1.0, shadow_model="relay-mini")
    extractor = extractor_of(settings)
    for document in documents(2):
        extractor.entities(document)
    found = extractor.effort().shadow
    assert found["mentions", "both"] > 0
    assert {name for name, number in found.items() if number} <= {("mentions", "both"), ("relations", "both")}


def test_a_share_without_a_model_is_refused() -> None:
    with pytest.raises(SettingsError, match="shadow_model"):
        changed(load_settings(), "worker", "--set", shadow_share=0.5)


def test_no_share_no_second_model() -> None:
    assert not isinstance(extractor_of(load_settings()), Shadowed)
