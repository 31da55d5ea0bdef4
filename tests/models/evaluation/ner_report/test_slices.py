"""Slices by name: every mention is in one of them, and the shipped vocabulary tells ambiguous names from others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.corpora.documents import Document, GoldMention
from models.evaluation.counts import Counts
from models.evaluation.end_to_end.spans import strict
from models.evaluation.ner_report.slices import IDS, ONE, ORGANISMS, SEEN, TYPES, UNKNOWN, UNSEEN, Known, Meanings, sliced
from processors.records import EntityType
from processors.vocabulary import Candidate, Vocabulary

GENE, DISEASE = EntityType.GENE, EntityType.DISEASE
TEXT = "ab ba abc"
SPANS = st.lists(
    st.tuples(st.sampled_from([0, 3, 6]), st.sampled_from([2, 5, 9]), st.sampled_from([GENE, DISEASE])).filter(lambda s: s[0] < s[1])
)


@settings(deadline=None)
@given(SPANS, SPANS)
def test_slices_add_up_to_the_whole(gold: list[tuple[int, int, EntityType]], found: list[tuple[int, int, EntityType]]) -> None:
    document = Document("x/test", "1", "", TEXT, tuple(GoldMention(a, b, kind, ()) for a, b, kind in gold))
    parts = sliced(document, found, [GENE], lambda name: "long" if len(name) > 2 else "short", ["long", "short"])
    assert Counts.total(parts.values()) == strict(gold, found, [GENE])["all"]


def test_a_name_is_known_whatever_its_case_and_hyphens() -> None:
    text = "IL-2 binds"
    known = Known([Document("x/train", "1", "", text, (GoldMention(0, 4, GENE, ()),))])
    assert [known(name) for name in ("IL-2", "il2", "IL-3", "binds")] == [SEEN, SEEN, UNSEEN, UNSEEN]


@pytest.fixture(scope="module")
def meanings() -> Meanings:
    return Meanings(Vocabulary.open())


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("", UNKNOWN),
        ("-", UNKNOWN),
        ("zzzzqqq", UNKNOWN),
        ("haloperidol", ONE),
        ("MS", TYPES),  # multiple sclerosis, and a gene
        ("TP53", IDS),  # three genes of the mouse
    ],
)
def test_what_names_may_mean(meanings: Meanings, name: str, meaning: str) -> None:
    assert meanings(name) == meaning


def test_a_gene_of_several_organisms_is_a_slice_of_its_own() -> None:
    class Two:
        def candidates(self, kind: EntityType, key: str) -> list[Candidate]:
            found = {"a": ["9606", "10090"], "b": ["9606", "9606"]}.get(key, [])
            return [Candidate((f"ncbigene:{n}",), 0, 0, (taxon,)) for n, taxon in enumerate(found) if kind is GENE]

    meanings = Meanings(Two())  # type: ignore[arg-type]
    assert [meanings(name) for name in "abc"] == [ORGANISMS, IDS, UNKNOWN]
