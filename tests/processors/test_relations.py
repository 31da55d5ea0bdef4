"""The relation classifier groups mentions, judges pairs and shows its evidence, in one order."""

import random
from typing import Any

import numpy as np
import pytest

from biorelay.extractor import Extractor
from models.runtime.encoder import Encoder
from models.runtime.pairs import PairInputs, build_pairs
from processors import relations as module
from processors.records import Abstract, Entities, EntityType, Mention, Relations, Section, Status, edge_key
from processors.relations import evidence, group_mentions

TITLE = "Tamoxifen-associated thrombosis in women with breast cancer"
TEXT = (
    "We report deep vein thrombosis in three women after treatment with tamoxifen. Raloxifene reduced the risk of breast cancer. "
    "Mutations of BRCA1 and BRCA2 increase the risk of breast cancer and ovarian cancer. Cisplatin caused nephrotoxicity in mice, "
    "and amifostine prevented cisplatin-induced nephrotoxicity."
)
ABSTRACT = Abstract(id="pubmed:7", title=TITLE, sections=(Section(text=TEXT),))
GOLD = (
    ("Tamoxifen", EntityType.CHEMICAL, "mesh:D013629"),
    ("tamoxifen", EntityType.CHEMICAL, "mesh:D013629"),
    ("thrombosis", EntityType.DISEASE, "mesh:D013927"),
    ("breast cancer", EntityType.DISEASE, "mesh:D001943"),
    ("Raloxifene", EntityType.CHEMICAL, "mesh:D020849"),
    ("BRCA1", EntityType.GENE, "ncbigene:672"),
    ("BRCA2", EntityType.GENE, "ncbigene:675"),
    ("ovarian cancer", EntityType.DISEASE, "mesh:D010051"),
    ("Cisplatin", EntityType.CHEMICAL, "mesh:D002945"),
    ("cisplatin", EntityType.CHEMICAL, "mesh:D002945"),
    ("amifostine", EntityType.CHEMICAL, "mesh:D004999"),
    ("nephrotoxicity", EntityType.DISEASE, "mesh:D007674"),
)


def gold(extractor: Extractor) -> Entities:
    text = ABSTRACT.text
    found = sorted((at, at + len(name), kind, curie) for name, kind, curie in GOLD for at in range(len(text)) if text.startswith(name, at))
    mentions = tuple(
        Mention(id=f"T{i}", start=a, end=b, text=text[a:b], type=kind, identifiers=(curie,), score=1.0)
        for i, (a, b, kind, curie) in enumerate(found, start=1)
    )
    return extractor.entities(ABSTRACT).model_copy(update={"mentions": mentions})


def test_relations_are_found_with_their_evidence(extractor: Extractor) -> None:
    relations = extractor.relations(gold(extractor))
    assert relations.relations
    text = ABSTRACT.text
    for relation in relations.relations:
        shown = relation.evidence
        assert text[shown.start : shown.end] == shown.text == shown.text.strip()
        for span, side in ((shown.subject, relation.subject), (shown.object, relation.object)):
            assert shown.start <= span.start < span.end <= shown.end
            assert span in side.spans
        assert relation.subject.id < relation.object.id
        assert 0 < relation.probability == round(relation.probability, 4) <= 1
        assert relation.negated is False  # "increase the risk of", "caused"
    assert Relations.from_bytes(relations.to_bytes()) == relations
    keys = [(r.subject.id, r.object.id) for r in relations.relations]
    assert keys == sorted(set(keys))
    assert all(edge_key(r.subject.id, r.predicate, r.object.id).startswith(r.subject.id) for r in relations.relations)


def test_evidence_says_in_which_section_it_begins(extractor: Extractor) -> None:
    first, _, rest = TEXT.partition(". ")
    sections = (Section(label="METHODS", text=f"{first}."), Section(label="RESULTS", text=rest))
    relations = extractor.extract(ABSTRACT.model_copy(update={"sections": sections}))[1].relations
    assert {"title", "RESULTS"} <= {relation.evidence.section for relation in relations} <= {"title", "METHODS", "RESULTS"}
    assert all((relation.evidence.section == "title") == (relation.evidence.start < len(TITLE)) for relation in relations)
    assert {relation.evidence.section for relation in extractor.extract(ABSTRACT)[1].relations} <= {"title", None}


def test_the_drug_and_its_harm_are_related(extractor: Extractor) -> None:
    pairs = {(r.subject.id, r.object.id) for r in extractor.relations(gold(extractor)).relations}
    assert ("mesh:D002945", "mesh:D007674") in pairs


def test_a_participant_has_all_its_places_and_a_name(extractor: Extractor) -> None:
    for relation in extractor.relations(gold(extractor)).relations:
        for side in (relation.subject, relation.object):
            assert [(s.start, s.end) for s in side.spans] == sorted((s.start, s.end) for s in side.spans)
            assert side.name == extractor.linker.name_of(side.id) or side.name in ABSTRACT.text


def test_an_unlinked_participant_is_named_by_its_longest_mention(extractor: Extractor) -> None:
    entities = gold(extractor)
    local = "local:pubmed:7#Disease:it"
    renamed = tuple(m.model_copy(update={"identifiers": (local,)}) if m.identifiers == ("mesh:D007674",) else m for m in entities.mentions)
    sides = [
        side
        for r in extractor.relations(entities.model_copy(update={"mentions": renamed})).relations
        for side in (r.subject, r.object)
        if side.id == local
    ]
    assert sides
    assert {side.name for side in sides} == {"nephrotoxicity"}


def test_the_order_of_mentions_changes_nothing(extractor: Extractor) -> None:
    entities = gold(extractor)
    expected = extractor.relations(entities).to_bytes()
    for seed in range(3):
        mentions = list(entities.mentions)
        random.Random(seed).shuffle(mentions)
        assert extractor.relations(entities.model_copy(update={"mentions": tuple(mentions)})).to_bytes() == expected


def test_a_failed_document_stays_failed_and_has_no_relations(extractor: Extractor) -> None:
    failed = gold(extractor).model_copy(update={"status": Status.FAILED})
    relations = extractor.relations(failed)
    assert relations.status is Status.FAILED
    assert relations.relations == ()
    assert relations.article == failed.article


@pytest.mark.parametrize("kept", [0, 1])
def test_a_document_without_pairs_has_no_relations(extractor: Extractor, kept: int) -> None:
    entities = gold(extractor)
    assert extractor.relations(entities.model_copy(update={"mentions": entities.mentions[:kept]})).relations == ()


def test_a_mention_of_two_entities_stands_for_both(extractor: Extractor) -> None:
    entities = gold(extractor)
    both = entities.mentions[0].model_copy(update={"identifiers": ("mesh:D1", "mesh:D2")})
    offsets = Encoder(extractor.artefact).encode(entities.text).offsets
    named = group_mentions((both, *entities.mentions[1:]), offsets, [s.end for s in entities.sentences], tuple(EntityType))
    assert named.entities[:2] == ("mesh:D1", "mesh:D2")
    assert [m.start for m, e in zip(named.mentions, named.tokens.entity.tolist(), strict=True) if e < 2] == [0, 0]


def test_mentions_between_the_pieces_are_left_out(extractor: Extractor) -> None:
    text = "BRCA1 \u200b p53"
    offsets = Encoder(extractor.artefact).encode(text).offsets
    mentions = [
        Mention(id=f"T{a}", start=a, end=b, text=text[a:b], type=EntityType.GENE, identifiers=(f"ncbigene:{a + 1}",), score=1.0)
        for a, b in ((0, 5), (6, 7), (8, 11))
    ]
    named = group_mentions(mentions, offsets, [len(text)], tuple(EntityType))
    assert [m.id for m in named.mentions] == ["T0", "T8"]
    assert named.entities == ("ncbigene:1", "ncbigene:9")


def test_evidence_runs_from_one_mention_to_the_other() -> None:
    text = "One A here. Two here.  Three B here. Four."
    first, second = text.index("A"), text.index("B")

    def mention(at: int) -> Mention:
        return Mention(id="T1", start=at, end=at + 1, text=text[at], type=EntityType.GENE, identifiers=("ncbigene:1",), score=1.0)

    ends = [12, 23, 37, len(text)]
    shown = evidence(text, ends, mention(second), mention(first))
    assert shown.text == "One A here. Two here.  Three B here."
    assert (shown.subject.start, shown.object.start) == (second, first)
    assert evidence(text, ends, mention(second), mention(second)).text == "Three B here."
    assert evidence(text, [], mention(first), mention(second)).text == text


def test_evidence_of_an_endless_sentence_is_cut() -> None:
    text = "x " * 5_000

    def mention(at: int) -> Mention:
        return Mention(id="T1", start=at, end=at + 1, text="x", type=EntityType.GENE, identifiers=("ncbigene:1",), score=1.0)

    shown = evidence(text, [len(text)], mention(4_000), mention(4_100))
    assert shown.start >= 3_000
    assert shown.end <= 5_101
    assert text[shown.start : shown.end] == shown.text == shown.text.strip()


def test_only_the_nearest_pairs_of_a_huge_document_are_judged(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    entities = gold(extractor)
    encoded = Encoder(extractor.artefact).encode(entities.text)
    named = group_mentions(entities.mentions, encoded.offsets, [s.end for s in entities.sentences], tuple(EntityType))
    pairs = build_pairs(encoded.hidden, named.tokens, [(a, b) for a in range(6) for b in range(a, 6)])
    few = build_pairs(encoded.hidden, named.tokens, [(a, b) for a in range(6) for b in range(a, 6)], most=5)
    gaps = np.sort(pairs.features[:, 0])
    assert len(few.pairs) == 5
    kept = [pairs.pairs.tolist().index(pair) for pair in few.pairs.tolist()]
    assert kept == sorted(kept)
    for name, array in few.arrays().items():
        whole = pairs.arrays()[name]
        np.testing.assert_array_equal(array, whole[kept] if name in {"pairs", "closest", "between", "features"} else whole)
    assert few.features[:, 0].max() <= gaps[5]
    monkeypatch.setattr(module, "MAX_MENTIONS", 4)
    assert len(group_mentions(entities.mentions, encoded.offsets, [], tuple(EntityType)).mentions) == 4


def test_a_document_of_thousands_of_mentions_is_bounded(extractor: Extractor) -> None:
    text = "BRCA1 and p53 " * 1_200
    mentions = tuple(
        Mention(id=f"T{i}", start=a, end=a + 5, text="BRCA1", type=EntityType.GENE, identifiers=(f"ncbigene:{i}",), score=1.0)
        for i, a in enumerate(range(0, len(text), 14))
    )
    huge = Entities(id="pubmed:8", text=text, mentions=mentions, provenance=extractor.provenance)
    relations = extractor.relations(huge)
    assert len(relations.relations) <= module.MAX_PAIRS


def test_a_dense_abstract_costs_no_more_pairs_than_its_length_allows(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "BRCA1 and " * 80
    mentions = tuple(
        Mention(id=f"T{i}", start=a, end=a + 5, text="BRCA1", type=EntityType.GENE, identifiers=(f"ncbigene:{i}",), score=1.0)
        for i, a in enumerate(range(0, len(text), 10))
    )
    dense = Entities(id="pubmed:9", text=text, mentions=mentions, provenance=extractor.provenance)
    asked: list[int] = []

    def counted(*given: Any, most: int) -> PairInputs:
        asked.append(most)
        return build_pairs(*given, most=most)

    monkeypatch.setattr(module, "build_pairs", counted)
    extractor.relations(dense)
    assert asked == [module.DENSE_PAIRS]
    long = dense.model_copy(update={"text": "word " * 2_000 + text, "mentions": ()})
    moved = tuple(m.model_copy(update={"start": m.start + 10_000, "end": m.end + 10_000}) for m in mentions)
    extractor.relations(long.model_copy(update={"mentions": moved}))
    assert module.DENSE_PAIRS < asked[1] <= module.MAX_PAIRS
