"""Texts of a given number of pieces and entities are what they claim to be."""

import pytest

from benchmarks.scale_texts import KINDS, Carrier, Material, document, gather, matched, of_length, subset, texts_of_length, with_entities
from models.runtime.artefact import TOKENIZER, load_artefact
from models.runtime.tokenizer import PieceTokenizer
from processors.records import Entities, EntityType, Mention, Provenance, Span

REAL = (
    "Ghrelin was identified in the stomach as an endogenous ligand specific for the growth hormone secretagogue receptor.",
    "Hypercholesterolemia and hypertension are frequently associated with elevated sympathetic activity.",
    "Here we show that GHS-R is found in hepatoma cells, \u0394\u03a8m was lowered (P<0.05).",
)
GENES = tuple(f"MAP{n}K{m}" for n in range(1, 9) for m in range(1, 9))
DRUGS = tuple(f"aspirin-{n}" for n in range(60))
DISEASES = tuple(f"type {n} diabetes" for n in range(30))


@pytest.fixture(scope="module")
def tokenizer() -> PieceTokenizer:
    return PieceTokenizer(load_artefact(None).path(TOKENIZER))


@pytest.fixture
def material() -> Material:
    names = dict.fromkeys(EntityType, ()) | {EntityType.GENE: GENES, EntityType.CHEMICAL: DRUGS, EntityType.DISEASE: DISEASES}
    carriers = {kind: (Carrier("We gave ", f" to mice ({kind}).", kind),) for kind in EntityType}
    return Material(names, carriers, tuple(" ".join([sentence] * 9) for sentence in REAL))


def read(text: str, *mentions: tuple[str, EntityType, float | None]) -> Entities:
    """A document whose sentences end at full stops, and that names each of these at its first place."""
    found = []
    for number, (name, kind, score) in enumerate(mentions, start=1):
        at = text.index(name)
        identifiers = (f"mesh:{name.lower()}",)
        found.append(
            Mention(
                id=f"T{number}", start=at, end=at + len(name), text=name, type=kind, identifiers=identifiers, score=0.9, link_score=score
            )
        )
    ends = [place + 1 for place, letter in enumerate(text) if letter == "."]
    sentences = tuple(Span(start=start, end=end) for start, end in zip([0, *ends[:-1]], ends, strict=True))
    provenance = Provenance(software="1", model="m@1", generation=1)
    return Entities(id="local:d", text=text, sentences=sentences, mentions=tuple(found), provenance=provenance)


@pytest.mark.parametrize("pieces", [1, 7, 64, 341, 700])
def test_a_text_has_so_many_pieces(tokenizer: PieceTokenizer, pieces: int) -> None:
    text = of_length(REAL * 40, tokenizer, pieces)
    assert len(tokenizer.cut(text).ids) == pieces
    assert " ".join(REAL * 40).startswith(text)


def test_a_text_that_is_too_short_is_refused(tokenizer: PieceTokenizer) -> None:
    with pytest.raises(ValueError, match="not 1000"):
        of_length(REAL, tokenizer, 1000)


def test_texts_of_a_length_begin_differently(tokenizer: PieceTokenizer) -> None:
    made = texts_of_length(REAL, tokenizer, 30, 3)
    assert [text.split()[0] for text in made] == [sentence.split()[0] for sentence in REAL]


def test_entities_grow_at_equal_length(tokenizer: PieceTokenizer, material: Material) -> None:
    for number in range(3):
        texts = {count: with_entities(material, tokenizer, entities=count, pieces=510, number=number) for count in (5, 12, 60)}
        for count, text in texts.items():
            assert len(tokenizer.cut(text).ids) == 510
            # Longer names hide shorter ones.
            left, found = text, 0
            for name in sorted((*GENES, *DRUGS, *DISEASES), key=len, reverse=True):
                found += left.count(name)
                left = left.replace(name, " ")
            assert found == count
        assert texts[5] != texts[12]
    with pytest.raises(ValueError, match="too few"):
        with_entities(material, tokenizer, entities=400, pieces=5000, number=0)
    with pytest.raises(ValueError, match="more than 40"):
        with_entities(material, tokenizer, entities=60, pieces=40, number=0)
    with pytest.raises(ValueError, match=f"at least {len(KINDS)}"):
        with_entities(material, tokenizer, entities=2, pieces=510, number=0)


def test_a_list_of_names_reads_as_one() -> None:
    carrier = Carrier("Levels of ", " rose.", EntityType.GENE)
    assert carrier.naming(["TP53"]) == "Levels of TP53 rose."
    assert carrier.naming(["TP53", "EGFR", "IL6"]) == "Levels of TP53, EGFR and IL6 rose."


def test_material_is_what_documents_name(tokenizer: PieceTokenizer) -> None:
    first = read(
        "Levels of TP53 rose. Nothing was seen. Aspirin lowered TNF.",
        ("TP53", EntityType.GENE, 0.9),
        ("Aspirin", EntityType.CHEMICAL, None),  # not linked
        ("TNF", EntityType.GENE, 0.8),
    )
    second = read("tp53 and fever were studied.", ("tp53", EntityType.GENE, 0.9), ("fever", EntityType.DISEASE, 0.5))
    made = gather([first, second], tokenizer)
    assert made.names[EntityType.GENE] == ("TP53", "TNF")
    assert made.names[EntityType.CHEMICAL] == ()
    assert made.names[EntityType.DISEASE] == ("fever",)
    assert made.carriers[EntityType.GENE] == (Carrier("Levels of ", " rose.", EntityType.GENE),)
    assert not any(found for kind, found in made.carriers.items() if kind is not EntityType.GENE)
    assert made.plain == ("Nothing was seen.",)


def test_a_shorter_run_has_documents_of_all_lengths() -> None:
    lengths = [(7 * n) % 100 for n in range(100)]
    places = matched(lengths, 10)
    assert places == sorted(set(places))
    assert sorted(lengths[place] for place in places) == [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]
    assert matched(lengths, 100) == list(range(100))


def test_a_subset_has_so_many_entities() -> None:
    names = [f"GENE{letter}" for letter in "ABCDEFGH"]
    whole = read(" and ".join(names) + " were seen.", *((name, EntityType.GENE, 0.9) for name in names))
    for count in (1, 3, 8):
        kept = subset(whole, count)
        assert kept.text == whole.text
        assert len(kept.mentions) == len({mention.identifiers for mention in kept.mentions}) == count
        assert [mention.start for mention in kept.mentions] == sorted(mention.start for mention in kept.mentions)
    with pytest.raises(ValueError, match="not 9"):
        subset(whole, 9)


def test_a_document_is_its_text() -> None:
    made = document("A text.", "x")
    assert made.abstract == "A text."
