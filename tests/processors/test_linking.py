"""Linking with the shipped vocabulary."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from processors.linking import Linker, load_linker, local_curie, local_name
from processors.records import Curie, EntityType

GENE, DISEASE, CHEMICAL = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL
VARIANT, SPECIES, CELL_LINE = EntityType.VARIANT, EntityType.SPECIES, EntityType.CELL_LINE

LINKER = load_linker()


def link(text: str, *mentions: tuple[str, EntityType], document: str = "pubmed:1") -> list[tuple[str, ...]]:
    """Link mentions given by their words; a word's second mention is its second place in the text."""
    places: dict[str, int] = {}
    spans = []
    for words, kind in mentions:
        start = text.index(words, places.get(words, 0))
        places[words] = start + 1
        spans.append((start, start + len(words), kind))
    return LINKER.link(document, text, spans)


@pytest.mark.parametrize(
    ("words", "kind", "curie"),
    [
        ("TNF-α", GENE, "ncbigene:7124"),
        ("interleukin 6", GENE, "ncbigene:3569"),
        ("interleukin (IL)-6", GENE, "ncbigene:3569"),
        ("hypertension", DISEASE, "mesh:D006973"),
        ("Cancers of the breast", DISEASE, "mesh:D001943"),
        ("type 2 diabetes", DISEASE, "mesh:D003924"),
        ("severe hypertension", DISEASE, "mesh:D006973"),
        ("malaria infection", DISEASE, "mesh:D008288"),
        ("anaemia", DISEASE, "mesh:D000740"),
        ("naloxone hydrochloride", CHEMICAL, "mesh:D009270"),
        ("rats", SPECIES, "ncbitaxon:10116"),
        ("E. coli", SPECIES, "ncbitaxon:562"),
        ("rs1801282", VARIANT, "dbsnp:rs1801282"),
    ],
)
def test_names(words: str, kind: EntityType, curie: str) -> None:
    assert link(f"We saw {words} in it.", (words, kind)) == [(curie,)]


def test_a_name_of_several_has_several_identifiers() -> None:
    assert link("MODY of BRCA1/2.", ("BRCA1/2", GENE)) == [("ncbigene:672", "ncbigene:675")]
    assert link("epilepsy and malaria", ("epilepsy and malaria", DISEASE)) == [("mesh:D004827", "mesh:D008288")]


def test_an_abbreviation_is_what_the_document_says() -> None:
    text = "Patients with Parkinson's disease (PD) and panic disorder. PD was early."
    assert link(text, ("Parkinson's disease", DISEASE), ("PD", DISEASE), ("PD", DISEASE)) == [("mesh:D010300",)] * 3
    other = "Patients with panic disorder (PD). PD was early."
    assert link(other, ("panic disorder", DISEASE), ("PD", DISEASE)) == [("mesh:D016584",)] * 2


def test_a_long_form_takes_the_short_forms_link() -> None:
    text = "An unheard-of factor of breast one (BRCA1)."
    assert link("Bodily rare cancer-associated 1 (BRCA1) was lost.", ("Bodily rare cancer-associated 1", GENE)) == [("ncbigene:672",)]
    assert link(text, ("BRCA1", GENE)) == [("ncbigene:672",)]


def test_unlinked_forms_of_one_thing_merge_in_their_document() -> None:
    text = "Glorbax zarnitole (GZN), glorbax-zarnitole and GZN."
    mentions = (("Glorbax zarnitole", CHEMICAL), ("GZN", CHEMICAL), ("glorbax-zarnitole", CHEMICAL), ("GZN", CHEMICAL))
    found = link(text, *mentions)
    assert found == [("local:pubmed:1#Chemical:glorbaxzarnitole",)] * 4
    assert set(found).isdisjoint(link(text, *mentions, document="pubmed:2"))


def test_species_decide_between_genes() -> None:
    assert link("Socs3 in patients.", ("Socs3", GENE), ("patients", SPECIES))[0] == ("ncbigene:9021",)
    assert link("Socs3 in mice.", ("Socs3", GENE), ("mice", SPECIES))[0] == ("ncbigene:12702",)
    assert link("Socs3 was lost.", ("Socs3", GENE))[0] == ("ncbigene:9021",)


def test_a_variant_is_the_rs_number_beside_it() -> None:
    text = "Zzq1 Pro12Ala (rs1801282) and Gly5Ser. Pro12Ala was rare."
    found = link(text, ("Pro12Ala", VARIANT), ("rs1801282", VARIANT), ("Gly5Ser", VARIANT), ("Pro12Ala", VARIANT))
    assert found == [("dbsnp:rs1801282",), ("dbsnp:rs1801282",), ("local:pubmed:1#Variant:p%7CSUB%7CG%7C5%7CS",), ("dbsnp:rs1801282",)]


def test_a_variant_needs_its_gene() -> None:
    assert link("JAK2 V617F.", ("JAK2", GENE), ("V617F", VARIANT))[1] == ("dbsnp:rs77375493",)
    assert link("KRAS V617F.", ("KRAS", GENE), ("V617F", VARIANT))[1] == ("hgvs:KRAS:p.Val617Phe",)
    assert link("V617F.", ("V617F", VARIANT)) == [("local:pubmed:1#Variant:p%7CSUB%7CV%7C617%7CF",)]
    assert link("KRAS A76T.", ("KRAS", GENE), ("A76T", VARIANT))[1][0].startswith("local:")  # bases or residues
    assert link("KRAS V617F in mice.", ("KRAS", GENE), ("V617F", VARIANT))[1][0].startswith("local:")  # no human gene


def test_spellings_of_one_unknown_variant_merge() -> None:
    first, second = link("p.Gly5Ser or G5S", ("p.Gly5Ser", VARIANT), ("G5S", VARIANT))
    assert first == second
    assert local_name(first[0]) == "p|SUB|G|5|S"


def test_names_of_identifiers() -> None:
    assert LINKER.name_of("mesh:D006973") == "Hypertension"
    assert LINKER.name_of("local:pubmed:1#Gene:x") is None
    assert LINKER.version == "vocabulary@2"


WORDS = st.lists(
    st.sampled_from(["breast ", "cancer ", "IL-6 ", "TNF-α ", "(PD) ", "panic disorder ", "ERK1/2 ", "mice ", "rs12 ", "V600E ", "BRAF ",
                     "(", ")", "𝒜", "e\u0301", "\u200b", ". ", "/", "and ", "p.", "NaCl "]),
    min_size=1, max_size=25,
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, EntityType]]]:
    text = draw(st.one_of(WORDS.map("".join), st.text(min_size=1, max_size=120)))
    place = st.integers(0, len(text))
    spans = draw(st.lists(st.tuples(place, place, st.sampled_from(EntityType)), max_size=8))
    return text, [(min(a, b), max(a, b), kind) for a, b, kind in spans]


CURIE = TypeAdapter(Curie)
DOCUMENT = st.one_of(st.from_regex(r"[a-z][a-z0-9._]{0,8}:[!-~][ -~]{0,20}", fullmatch=True), st.just("local:" + "ü#" * 250))


@given(documents(), DOCUMENT)
def test_every_mention_has_valid_identifiers(document: tuple[str, list[tuple[int, int, EntityType]]], name: str) -> None:
    text, mentions = document
    links = LINKER.link(name, text, mentions)
    assert len(links) == len(mentions)
    for curies in links:
        assert curies
        assert len(set(curies)) == len(curies)
        for curie in curies:
            assert CURIE.validate_python(curie) == curie
            assert not any(c.isspace() or ord(c) > 126 for c in curie)
        assert len(curies) == 1 or not any(curie.startswith("local:") for curie in curies)


@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_mentions_does_not_matter(document: tuple[str, list[tuple[int, int, EntityType]]], random: st.DataObject) -> None:
    text, mentions = document
    links = dict(zip(mentions, LINKER.link("pubmed:1", text, mentions), strict=True))
    shuffled = list(mentions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert dict(zip(shuffled, Linker(LINKER._vocabulary).link("pubmed:1", text, shuffled), strict=True)) == links


@given(documents(), st.tuples(DOCUMENT, DOCUMENT))
def test_local_identifiers_never_merge_across_documents(
    document: tuple[str, list[tuple[int, int, EntityType]]], names: tuple[str, str]
) -> None:
    text, mentions = document
    one, other = ({c for curies in LINKER.link(name, text, mentions) for c in curies if c.startswith("local:")} for name in names)
    assert names[0] == names[1] or one.isdisjoint(other)


@given(DOCUMENT, st.sampled_from(EntityType), st.text(min_size=1, max_size=300))
def test_local_identifiers_give_their_name_back(document: str, kind: EntityType, name: str) -> None:
    curie = local_curie(document, kind, name)
    assert len(CURIE.validate_python(curie)) <= 512
    assert local_name(curie) in {name, None}


def test_different_names_are_different_local_identifiers() -> None:
    curies = [
        local_curie(d, k, n)
        for d in ("pubmed:1", "pubmed:1#Gene", "local:" + "x" * 600)
        for k in EntityType
        for n in ("a", "a%20", "a ", "b:c", "é")
    ]
    assert len(set(curies)) == len(curies)
    assert all(a != b for a, b in pairwise(sorted(curies)))
