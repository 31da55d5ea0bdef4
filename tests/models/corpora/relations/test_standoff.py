"""ChemProt and DrugProt: three tables become documents, and documents become candidate pairs."""

from pathlib import Path

import pytest

from models.corpora.errors import CorpusBroken
from models.corpora.registry import CORPORA
from models.corpora.relations.annotated import Annotated, candidates
from models.corpora.relations.standoff import Tables, pairs, read, read_standoff
from processors.records import EntityType

TITLE = "Aspirin blocks COX-1."
ABSTRACT = "It spares COX-2 \u03b1. Salicylate of aspirin origin does not touch COX-1."
TEXT = f"{TITLE} {ABSTRACT}"
PLACES = (("T1", "CHEMICAL", "Aspirin"), ("T2", "GENE-Y", "COX-1"), ("T3", "GENE-N", "COX-2"), ("T4", "CHEMICAL", "Salicylate"))
CHEMICAL_GENE = (EntityType.CHEMICAL, EntityType.GENE)


def entity(number: str, kind: str, words: str, by: int = 0) -> str:
    start = TEXT.index(words) + by
    return f"7\t{number}\t{kind}\t{start}\t{start + len(words)}\t{words}"


ENTITIES = [entity(*place) for place in PLACES]
RELATIONS = ["7\tINHIBITOR\tArg1:T1\tArg2:T2", "7\tDIRECT-REGULATOR\tArg1:T1\tArg2:T2", "7\tAGONIST\tArg1:T4\tArg2:T2"]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return lay(tmp_path, [f"7\t{TITLE}\t{ABSTRACT}"], ENTITIES, RELATIONS)


def lay(folder: Path, abstracts: list[str], entities: list[str], relations: list[str]) -> Tables:
    paths = [folder / f"x_{name}.tsv" for name in ("abstracts", "entities", "relations")]
    for path, lines in zip(paths, (abstracts, entities, relations), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Tables((paths[0],), paths[1], paths[2])


def only(tables: Tables) -> Annotated:
    (document,) = read_standoff(tables, "drugprot/train").documents
    return document


def test_a_document_is_joined_by_its_pmid(tables: Tables) -> None:
    found = read_standoff(tables, "drugprot/train")
    document = only(tables)
    assert (found.mentions, found.misplaced, found.without_text) == ({"CHEMICAL": 2, "GENE-Y": 1, "GENE-N": 1}, 0, 0)
    assert found.relations == {"INHIBITOR": 1, "DIRECT-REGULATOR": 1, "AGONIST": 1}
    assert document.links == {("T1", "T2"): ("DIRECT-REGULATOR", "INHIBITOR"), ("T4", "T2"): ("AGONIST",)}
    gold = document.document()
    assert (gold.pmid, gold.title, gold.abstract) == ("7", TITLE, ABSTRACT)
    assert [gold.text[m.start : m.end] for m in gold.mentions] == ["Aspirin", "COX-1", "COX-2", "Salicylate"]


def test_candidates_are_the_pairs_of_a_sentence(tables: Tables) -> None:
    (pair,) = candidates(only(tables), *CHEMICAL_GENE)
    assert (pair.text, pair.id, pair.directed, pair.apart, pair.start) == (TITLE, "7.T1.T2", True, 0, 0)
    assert (pair.labels, pair.label) == (("DIRECT-REGULATOR", "INHIBITOR"), "DIRECT-REGULATOR")


def test_candidates_of_the_document_keep_every_gold_relation(tables: Tables) -> None:
    document = only(tables)
    found = list(candidates(document, *CHEMICAL_GENE, apart=None))
    assert [(p.id, p.apart) for p in found] == [("7.T1.T2", 0), ("7.T1.T3", 1), ("7.T4.T2", 2), ("7.T4.T3", 1)]
    assert {label for p in found for label in p.labels} == {"INHIBITOR", "DIRECT-REGULATOR", "AGONIST"}
    for pair in found:
        for end in (pair.head, pair.tail, *pair.others):
            (start, stop), (mention,) = end.spans[0], [m for m in document.mentions if m.id == end.ids[0]]
            assert pair.text[start:stop] == document.text[mention.start : mention.end]
            assert pair.start + start == mention.start
    assert [p.label for p in found if not p.labels] == ["None", "None"]


def test_documents_without_a_text_and_misplaced_mentions_are_counted(tmp_path: Path) -> None:
    entities = [
        *ENTITIES[:1],
        entity("T2", "GENE-Y", "COX-1", by=1),
        *ENTITIES[2:],
        "8\tT1\tCHEMICAL\t0\t4\tIron",
        "8\tT2\tGENE-Y\t5\t6\tX",
    ]
    found = read_standoff(lay(tmp_path, [f"7\t{TITLE}\t{ABSTRACT}"], entities, [*RELATIONS, "8\tINHIBITOR\tArg1:T1\tArg2:T2"]), "x/train")
    assert (found.without_text, found.misplaced, len(found.documents)) == (1, 1, 1)
    assert found.mentions == {"CHEMICAL": 3, "GENE-Y": 2, "GENE-N": 1}
    assert found.relations["INHIBITOR"] == 2
    assert found.documents[0].links == {}


@pytest.mark.parametrize(
    ("abstracts", "entities", "relations", "reason"),
    [
        (["7\tno abstract"], ENTITIES, RELATIONS, "abstracts.tsv:1: 2 tab-separated"),
        ([f"7\t{TITLE}\tA", "7\tB\tC"], ENTITIES, RELATIONS, "abstracts.tsv:2: the document 7 stands twice"),
        (["7\tA\tB"], [ENTITIES[0], ENTITIES[0]], [], "entities.tsv:2: the mention 7 T1 stands twice"),
        (["7\tA\tB"], ["7\tT1\tCHEMICAL\tzero\t4\tA"], [], "entities.tsv:1: the offset 'zero'"),
        (["7\tA\tB"], ["7\tT1\tPLANT\t0\t1\tA"], [], "entities.tsv:1: the type 'PLANT'"),
        (["7\tA\tB"], ENTITIES, ["7\tINHIBITOR\tArg1:T1\tArg2:T9"], "relations.tsv:1: Arg1:T1 or Arg2:T9 is no mention"),
        (["7\tA\tB"], ENTITIES, ["7\tCPR:3\tY \tINHIBITOR\tArg1:T1\tArg2:T2"], "relations.tsv:1: the type 'INHIBITOR' is not of the group"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, abstracts: list[str], entities: list[str], relations: list[str], reason: str) -> None:
    with pytest.raises(CorpusBroken, match=reason) as caught:
        read_standoff(lay(tmp_path, abstracts, entities, relations), "x/train")
    assert caught.value.remedy


def test_the_registry_finds_the_tables_and_chemprots_dialect(tmp_path: Path) -> None:
    folder = tmp_path / "chemprot"
    folder.mkdir()
    lay(folder, [f"7\t{TITLE}\t{ABSTRACT}"], ENTITIES, ["7\tCPR:4\tY \tINHIBITOR\tArg1:T1\tArg2:T2"])
    for path in list(folder.iterdir()):
        path.rename(folder / path.name.replace("x_", "chemprot_training_"))
    entry = CORPORA["chemprot"]
    assert [p.labels for p in pairs(entry, "train", tmp_path)] == [("INHIBITOR",)]
    assert [d.corpus for d in read(entry, "train", tmp_path)] == ["chemprot/train"]
    assert entry.count("train", tmp_path) == {
        "documents": 1,
        "mentions": {"CHEMICAL": 2, "GENE-N": 1, "GENE-Y": 1},
        "relations": {"INHIBITOR": 1},
    }
