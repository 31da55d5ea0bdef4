"""Every label of every relation corpus has a meaning in common terms, and identifier corpora become pairs."""

from collections.abc import Iterator, Mapping

import pytest

from models.corpora.documents import Document, GoldMention
from models.corpora.errors import CorpusUnknown
from models.corpora.registry import CORPORA
from models.corpora.relations.entities import BIORED, CID, entity_pairs
from models.corpora.relations.labels import Polarity, common, meaning, meanings
from models.corpora.relations.pair import NONE
from models.corpora.relations.standoff import GROUPS
from processors.records import EntityType, Predicate
from processors.records.kinds import BIOLINK


def occurring() -> Iterator[tuple[str, str]]:
    """Scheme and label of every relation that the registry counts."""
    for corpus in CORPORA.values():
        for split in corpus.splits.values():
            counted = split.counts.get("relations", {})
            assert isinstance(counted, Mapping)
            if corpus.relations is not None:
                yield from ((corpus.relations, "1" if corpus.form == "folds" else label) for label in counted)


def test_exactly_the_labels_that_occur_are_mapped() -> None:
    assert set(occurring()) == {(scheme, label) for scheme, labels in meanings().items() for label in labels}


def test_the_common_set_is_bioreds_and_the_finer_one_drugprots() -> None:
    assert {found.common for found in meanings()["biored"].values()} == set(Predicate)
    assert all(label == found.common for label, found in meanings()["biored"].items())
    assert {label: found.fine for label, found in meanings()["drugprot"].items()} == {label: label for label in meanings()["drugprot"]}
    assert len(meanings()["drugprot"]) == 13
    assert set(meanings()["chemprot"]) == set(GROUPS)


@pytest.mark.parametrize(("scheme", "label"), sorted(set(occurring())))
def test_a_meaning_is_sound(scheme: str, label: str) -> None:
    found = meaning(scheme, label)
    assert found.biolink.startswith("biolink:")
    assert (
        found.effect == {"Positive_Correlation": "increased", "Negative_Correlation": "decreased"}.get(found.common) or not found.directed
    )
    assert found.fine is None or found.directed
    assert found.biolink == BIOLINK[found.common] or found.directed


def test_a_denied_relation_is_none_in_common() -> None:
    assert common("drugprot", "INHIBITOR") == "Negative_Correlation"
    assert common("drugprot", NONE) == NONE
    assert (common("eu-adr", "NA"), meaning("eu-adr", "NA").polarity) == (NONE, Polarity.DENIED)
    assert (common("eu-adr", "SA"), meaning("eu-adr", "SA").polarity) == ("Association", Polarity.SUPPOSED)
    assert common("chemprot", "NOT") == NONE
    with pytest.raises(CorpusUnknown, match="'LIKES'"):
        common("drugprot", "LIKES")
    with pytest.raises(CorpusUnknown, match="'nothing'"):
        common("nothing", "INHIBITOR")


TEXT = "Iron and zinc cause fever. Later, iron raised HFE but not zinc."


def document() -> Document:
    places = (("Iron", 0, "C1"), ("zinc", 0, "C2"), ("fever", 0, "D1"), ("iron", 0, "C1"), ("HFE", 0, ""), ("zinc", 20, "C2"))
    types = {"C": EntityType.CHEMICAL, "D": EntityType.DISEASE, "": EntityType.GENE}
    mentions = []
    for words, after, id_ in places:
        start = TEXT.index(words, after)
        mentions.append(GoldMention(start, start + len(words), types[id_[:1]], (id_,) if id_ else ()))
    return Document("made/train", "7", "Iron and zinc cause fever.", TEXT, tuple(mentions), {("C1", "D1"): "CID"})


def test_entities_are_paired_with_all_their_mentions() -> None:
    found = list(entity_pairs(document(), CID, directed=True))
    assert [(p.id, p.labels, p.apart) for p in found] == [("7.C1.D1", ("CID",), 0), ("7.C2.D1", (), 0)]
    assert [TEXT[a:b] for a, b in found[0].head.spans] == ["Iron", "iron"]
    assert [end.ids for end in found[0].others] == [("C2",)]


def test_types_in_either_order_and_of_one_kind_are_paired_once() -> None:
    found = list(entity_pairs(document(), BIORED))
    assert [p.id for p in found] == ["7.C1.C2", "7.C1.D1", "7.C2.D1"]
    assert not any(p.directed for p in found)
