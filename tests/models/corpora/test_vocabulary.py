"""The vocabulary's builder, over small knowledge bases and corpora in the originals' formats."""

import gzip
import os
from pathlib import Path

import pytest

from models.corpora import knowledge, organisms, vocabulary
from models.corpora.errors import CorpusMissing, LicenceNotAllowed
from models.corpora.organisms import OrganismGene
from models.corpora.vocabulary import CORPORA, HELD_OUT, build
from processors.linking import Linker
from processors.normalisation import exact_key
from processors.records import EntityType
from processors.vocabulary import Vocabulary

KB = {
    "entrez_gene/Homo_sapiens.gene_info.gz": (
        "#Format: tax_id GeneID ...\n"
        "9606\t3845\tKRAS\t-\tK-RAS2A|NS3\t-\t12\t12p\tKirsten rat sarcoma homolog\tprotein-coding\tKRAS\tKRAS proto-oncogene\tO\tp21\t1\n"
        "9606\t3846\tKRASP1\t-\tNS3\t-\t6\t6p\tKRAS pseudogene\tpseudo\tKRASP1\t-\tO\t-\t1\n"
        "9606\t7157\tTP53\t-\tP53\t-\t17\t17p\ttumor protein p53\tprotein-coding\tTP53\ttumor protein p53\tO\t-\t1\n"
        "1010\t1\tXYZ\t-\t-\t-\t-\t-\t-\tprotein-coding\t-\t-\t-\t-\t1\n"
    ),
    "famplex/grounding_map.csv.gz": 'RAS,FPLX,RAS,,,,\n"ras proteins",FPLX,RAS,,,,\nRAS1/2,FPLX,RAS,,,,\ncalcium,CHEBI,CHEBI:29108,,,,\n',
    "mesh/terms.tsv.gz": "mesh_id\tmesh_name\nD001943\tBreast Neoplasms\nD001241\tAspirin\nD015430\tWeight Gain\nD000003\tAbattoirs\n",
    "mesh/tree-numbers.tsv.gz": (
        "mesh_id\tmesh_name\tmesh_tree_number\nD001943\tBreast Neoplasms\tC04.588.180\nD001241\tAspirin\tD02.455\n"
        "D015430\tWeight Gain\tG07.100\nD000003\tAbattoirs\tJ01.897\n"
    ),
    "disease_ontology/MESHinDO.tsv.gz": 'id\tlabel\txrefs\n"DOID:1612"\t"breast cancer"\t"MESH:D001943"\n',
    "disease_ontology/HumanDO_2015-05-14.obo.gz": (
        "format-version: 1.2\n\n[Term]\nid: DOID:1\nname: old\nis_obsolete: true\nxref: MSH:D001943\n\n"
        '[Term]\nid: DOID:1612\nname: breast cancer\nsynonym: "mammary \\"tumor\\"" EXACT []\n'
        'synonym: "any lump" BROAD []\nxref: MSH:D001943\n\n'
        '[Term]\nid: DOID:2\nname: two at once\nxref: MSH:D000001\nxref: MSH:D000002\n\n[Typedef]\nid: part_of\nname: part of\n'
    ),
    "disease_ontology/DO_rare_slim.obo.gz": "format-version: 1.2\n\n[Term]\nid: DOID:3\nname: rarely seen disease\nxref: MIM:123456\n",
    "disease_ontology/DO_cancer_slim.obo.gz": "format-version: 1.2\n",
    "disease_ontology/DO_infectious_disease_slim.obo.gz": "format-version: 1.2\n",
    "disease_ontology/OMIMinDO.tsv.gz": (
        'id\tlabel\txrefs\n"DOID:1612"\t"breast cancer"\t"MIM:114480"\n"DOID:4"\t"lonely disease"\t"MIM:999999"\n'
    ),
    "disease_ontology/allXREFinDO.tsv.gz": (
        'id\tlabel\txref\n"DOID:1612"\t"breast cancer"\t"MESH:D001943"\n"DOID:1612"\t"breast cancer"\t"MIM:114480"\n'
        '"DOID:4"\t"lonely disease"\t"MIM:999999"\n"DOID:5"\t"two"\t"MESH:D000001"\n"DOID:5"\t"two"\t"MESH:D000002"\n'
        '"DOID:5"\t"two"\t"MIM:111111"\n'
    ),
}  # fmt: skip

TRAIN = (
    "11|t|Kras in mice.\n11|a|K-Ras2a and V12D.\n11\t0\t4\tKras\tGeneOrGeneProduct\t16653\n11\t8\t12\tmice\tOrganismTaxon\t10090\n"
    "11\t14\t21\tK-Ras2a\tGeneOrGeneProduct\t16653\n11\t26\t30\tV12D\tSequenceVariant\trs121913529\n\n"
    "12|t|Leaked name.\n12|a|Nothing.\n12\t0\t6\tLeaked\tDiseaseOrPhenotypicFeature\tD999999\n\n"
    "13|t|Another title, same words.\n13|a|Twice.\n13\t0\t7\tAnother\tDiseaseOrPhenotypicFeature\tD999998\n\n"
)
DEV = "12|t|Leaked name.\n12|a|Nothing.\n\n99|t|Another title; same words!\n99|a|Twice.\n\n"


ORGANISMS = [
    OrganismGene("10090", "16653", "3845", "Kras", ("K-ras",)),
    OrganismGene("10090", "22059", "7157", "Trp53", ("bfy",)),
    OrganismGene("7227", "2768677", None, "p53", ()),
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder as ../shared/data is laid out."""
    monkeypatch.setattr(organisms, "HOME", tmp_path)
    (tmp_path / organisms.SOURCE.files[0]).parent.mkdir()
    organisms.write(ORGANISMS, tmp_path / organisms.SOURCE.files[0])
    for name, text in KB.items():
        (tmp_path / "kb" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kb" / name).write_bytes(gzip.compress(text.encode()))
    for name in (*HELD_OUT, *(file for source in CORPORA for file in source.files)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "biored/Train.PubTator").write_text(TRAIN)
    (tmp_path / "biored/Dev.PubTator").write_text(DEV)
    return tmp_path


@pytest.fixture
def built(data: Path) -> Vocabulary:
    build(data / "kb", data, data / "out" / "3")
    return Vocabulary.open(data / "out" / "3")


def meanings(built: Vocabulary, kind: EntityType, name: str) -> set[tuple[str, ...]]:
    return {candidate.curies for candidate in built.candidates(kind, exact_key(name))}


def test_the_folder_is_the_version(built: Vocabulary) -> None:
    assert built.version == "vocabulary@3"
    assert built.manifest["generation"] == 3


@pytest.mark.parametrize(
    ("kind", "name", "curie"),
    [
        (EntityType.GENE, "TP53", "ncbigene:7157"),
        (EntityType.GENE, "tumor protein p53", "ncbigene:7157"),
        (EntityType.DISEASE, "Breast Neoplasms", "mesh:D001943"),
        (EntityType.DISEASE, "breast cancer", "mesh:D001943"),
        (EntityType.DISEASE, 'mammary "tumor"', "mesh:D001943"),
        (EntityType.DISEASE, "rarely seen disease", "omim:123456"),
        (EntityType.DISEASE, "weight gain", "mesh:D015430"),
        (EntityType.CHEMICAL, "aspirin", "mesh:D001241"),
        (EntityType.SPECIES, "rats", "ncbitaxon:10116"),
    ],
)
def test_names_of_the_databases(built: Vocabulary, kind: EntityType, name: str, curie: str) -> None:
    assert meanings(built, kind, name) == {(curie,)}


@pytest.mark.parametrize("name", ["old", "any lump", "two at once", "part of", "abattoirs"])
def test_what_gives_no_name(built: Vocabulary, name: str) -> None:
    assert meanings(built, EntityType.DISEASE, name) == set()


def test_a_held_out_document_gives_no_name_by_pmid_or_by_text(built: Vocabulary) -> None:
    assert meanings(built, EntityType.DISEASE, "Leaked") == set()
    assert meanings(built, EntityType.DISEASE, "Another") == set()
    assert next(s for s in built.manifest["sources"] if s["name"] == "BioRED train")["removed"] == 2


def genes(built: Vocabulary, text: str, *names: str) -> list[tuple[str, ...]]:
    return Linker(built).link("pubmed:1", text, [(text.index(name), text.index(name) + len(name), EntityType.GENE) for name in names])


def test_a_gene_is_that_of_the_organism_that_is_meant(built: Vocabulary) -> None:
    assert genes(built, "NS3 and Kras in mice", "NS3", "Kras") == [("ncbigene:16653",)] * 2
    assert genes(built, "NS3 and Kras in women", "NS3", "Kras") == [("ncbigene:3845",)] * 2
    assert genes(built, "p53 in mice", "p53") == [("ncbigene:22059",)]  # a homologue by a name that only the human gene has
    assert genes(built, "p53 in Drosophila", "p53") == [("ncbigene:2768677",)]
    assert genes(built, "p53 of rats", "p53")[0][0].startswith("local:")  # no such gene is known, and the human one is not meant
    assert built.name_of("ncbigene:16653") == "Kras"
    assert built.name_of("ncbigene:3845") == "KRAS"


def test_a_family_is_linked_where_no_gene_bears_the_name(built: Vocabulary) -> None:
    assert genes(built, "Ras proteins in man", "Ras proteins") == [("fplx:RAS",)]
    assert meanings(built, EntityType.GENE, "RAS1/2") == set()
    assert meanings(built, EntityType.GENE, "calcium") == set()


def test_a_variant_is_kept_with_its_gene(built: Vocabulary) -> None:
    links = Linker(built).link(
        "pubmed:1", "Kras G5S V12D mice", [(0, 4, EntityType.GENE), (9, 13, EntityType.VARIANT), (14, 18, EntityType.SPECIES)]
    )
    assert links[1] == ("dbsnp:rs121913529",)
    assert Linker(built).link("pubmed:1", "V12D", [(0, 4, EntityType.VARIANT)])[0][0].startswith("local:")


def test_identifiers_of_one_disease_are_one(built: Vocabulary) -> None:
    assert built.canonical("omim:114480") == built.canonical("doid:1612") == "mesh:D001943"
    assert built.canonical("omim:999999") == "omim:999999"
    assert built.canonical("omim:111111") == "omim:111111"  # its term has two descriptors
    assert meanings(built, EntityType.DISEASE, "lonely disease") == {("omim:999999",)}


def test_names_are_found_by_likeness_in_their_type(built: Vocabulary) -> None:
    assert [found.words for found in built.similar(EntityType.DISEASE, "breast neoplasm", least=0.5, most=3)] == ["breast neoplasms"]
    assert built.similar(EntityType.GENE, "tumor protein p53", least=0.1, most=3) == []


def test_the_card_names_every_source(built: Vocabulary, data: Path) -> None:
    card = (data / "out" / "3" / "DATA_CARD.md").read_text()
    assert all(source["name"] in card and source["licence"] in card for source in built.manifest["sources"])


def test_same_inputs_same_bytes(data: Path, built: Vocabulary) -> None:
    seen: list[tuple[str, int, int]] = []
    build(data / "kb", data, data / "again" / "3", lambda *step: seen.append(step))
    for name in ("manifest.json", *built.manifest["files"]):
        assert (data / "again" / "3" / name).read_bytes() == (data / "out" / "3" / name).read_bytes()
    assert [step for _, step, _ in seen] == list(range(1, seen[-1][2] + 1))


def test_a_missing_file_is_named(data: Path) -> None:
    (data / "biored/Dev.PubTator").unlink()  # without its dev part a corpus must not be used
    with pytest.raises(CorpusMissing, match=r"Dev\.PubTator"):
        build(data / "kb", data, data / "out" / "1")


def test_a_licence_that_is_not_allowed_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "KNOWLEDGE", (*vocabulary.KNOWLEDGE, knowledge.MESH._replace(licence="CC-BY-NC-4.0")))
    with pytest.raises(LicenceNotAllowed, match="CC-BY-NC"):
        build(data / "kb", data, data / "out" / "1")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif("BIORELAY_DATA" not in os.environ, reason="BIORELAY_DATA does not name the data folder")
def test_the_shipped_vocabulary_is_what_the_builder_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "FOLDS", 0)  # the links' weights cost minutes; small ones are built twice above
    data = Path(os.environ["BIORELAY_DATA"])
    shipped = Vocabulary.open().manifest
    manifest = build(data / "kb", data, tmp_path / shipped["version"])
    assert manifest["files"] == shipped["files"]
    assert {**manifest, "links": shipped["links"]} == shipped
