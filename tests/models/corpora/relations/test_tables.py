"""PGR and EU-ADR as published: rows with offsets into their sentence."""

from pathlib import Path

import pytest

from models.corpora.errors import CorpusBroken, CorpusUnknown
from models.corpora.registry import CORPORA
from models.corpora.relations.euadr import COLUMNS, FILES, FOLDER, Association, association, papers, read_euadr
from models.corpora.relations.reading import read_pairs
from processors.records import EntityType

PGR_HEADER = (
    "FILE_ID\tSENTENCE\tGENE\tPHENOTYPE\tGENE_ID\tPHENOTYPE_ID\tGENE_START_POSITION\tGENE_END_POSITION\t"
    "PHENOTYPE_START_POSITION\tPHENOTYPE_END_POSITION\tRELATION"
)
PGR_ROW = "7\tUROC1 in a girl with ataxia.\tUROC1\tataxia\t131669\tHP_0001251\t{start}\t5\t21\t27\t{related}{check}"
SENTENCE = "Caf\u00e9: iron does not cause fever in HFE carriers."


def lay_pgr(data: Path, *rows: str, name: str = "test") -> None:
    path = data / "pgr" / "10_12_2018_corpus" / f"{name}.tsv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([PGR_HEADER, *rows]) + "\n", encoding="utf-8")


def lay_euadr(data: Path, *rows: dict[str, str]) -> None:
    (data / FOLDER).mkdir(parents=True)
    for name in FILES:
        lines = ["\t".join(f'"{column}"' for column in COLUMNS)]
        lines += ["\t".join(f'"{row[column]}"' for column in COLUMNS) for row in rows if name == "target_disease"]
        (data / FOLDER / f"EUADR_{name}.csv").write_text("\n".join(lines) + "\n", encoding="cp1252")


def euadr(**changed: str) -> dict[str, str]:
    row = {"ASSOCIATION_TYPE": "NA", "PMID": "7", "SENTENCE": SENTENCE}
    for number, words, kind in ((1, "HFE", "Genes & Molecular Sequences"), (2, "fever", "Diseases & Disorders")):
        start = SENTENCE.index(words)
        row |= {f"ENTITY{number}_TEXT": words, f"ENTITY{number}_TYPE": kind}
        row |= {f"ENTITY{number}_INI": str(start), f"ENTITY{number}_END": str(start + len(words))}
    return row | changed


def test_the_check_by_hand_turns_labels_round(tmp_path: Path) -> None:
    rows = [
        PGR_ROW.format(start=0, related=related, check=f"\t{check}")
        for related, check in (("TRUE", "C"), ("True", "I"), ("FALSE", "I"), ("False", "U"))
    ]
    lay_pgr(tmp_path, *rows)
    found = read_pairs(CORPORA["pgr"], "test", tmp_path)
    assert [p.labels for p in found] == [("related",), (), ("related",)]
    assert [(e.type, e.ids, p.text[slice(*e.spans[0])]) for p in found[:1] for e in (p.head, p.tail)] == [
        (EntityType.GENE, ("131669",), "UROC1"),
        (EntityType.DISEASE, ("HP_0001251",), "ataxia"),
    ]
    assert CORPORA["pgr"].count("test", tmp_path) == {"documents": 1, "rows": 4, "pairs": 3, "relations": {"related": 2}, "silver": 2}


def test_a_row_that_does_not_fit_is_left_out_and_counted(tmp_path: Path) -> None:
    lay_pgr(tmp_path, PGR_ROW.format(start=1, related="True", check=""), PGR_ROW.format(start=0, related="True", check=""), name="train")
    assert len(read_pairs(CORPORA["pgr"], "train", tmp_path)) == 1
    assert CORPORA["pgr"].count("train", tmp_path)["misplaced"] == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (PGR_ROW.format(start="one", related="True", check=""), "tsv:2: the offset 'one'"),
        (PGR_ROW.format(start=0, related="Maybe", check=""), "tsv:2: the relation 'maybe'"),
        (PGR_ROW.format(start=0, related="True", check="\tX"), "tsv:2: the check 'X'"),
        ("7\tA sentence.", "tsv:2: 2 tab-separated fields"),
    ],
)
def test_a_broken_row_of_pgr_is_named(tmp_path: Path, row: str, reason: str) -> None:
    lay_pgr(tmp_path, row)
    with pytest.raises(CorpusBroken, match=reason):
        read_pairs(CORPORA["pgr"], "test", tmp_path)


def test_euadr_keeps_denied_and_supposed_apart(tmp_path: Path) -> None:
    lay_euadr(tmp_path, *(euadr(ASSOCIATION_TYPE=class_.value) for class_ in Association))
    found = read_euadr(tmp_path)
    assert [association(pair) for pair in found] == list(Association)
    assert [pair.label for pair in found] == ["PA", "NA", "SA", "None"]
    assert [found[0].text[slice(*end.spans[0])] for end in (found[0].head, found[0].tail)] == ["HFE", "fever"]
    entry = CORPORA["eu-adr-original"]
    assert read_pairs(entry, "all-drug-target", tmp_path) == []
    assert entry.count("all-target-disease", tmp_path) == {
        "documents": 1,
        "sentences": 1,
        "pairs": 4,
        "relations": {"NA": 1, "PA": 1, "SA": 1},
    }


def test_the_paper_behind_a_masked_row_is_known(tmp_path: Path) -> None:
    lay_euadr(tmp_path, euadr(), euadr(ENTITY1_TYPE="SNP & Sequence variations", PMID="8", SENTENCE=SENTENCE))
    assert papers(tmp_path) == {"Caf\u00e9: iron does not cause @DISEASE$ in @GENE$ carriers.": "8"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ASSOCIATION_TYPE": "XX"}, "csv:2: the association 'XX'"),
        ({"ENTITY1_INI": "none"}, "csv:2: the offset 'none'"),
        ({"ENTITY2_INI": "3"}, "csv:2: 'fever' is not at 3-"),
        ({"ENTITY2_TYPE": "Plants"}, "csv:2: the type 'Plants'"),
    ],
)
def test_a_broken_row_of_euadr_is_named(tmp_path: Path, changed: dict[str, str], reason: str) -> None:
    lay_euadr(tmp_path, euadr(**changed))
    with pytest.raises(CorpusBroken, match=reason):
        read_euadr(tmp_path)


def test_a_corpus_without_relations_has_no_pairs(tmp_path: Path) -> None:
    with pytest.raises(CorpusUnknown, match="bc2gm has no relations"):
        read_pairs(CORPORA["bc2gm"], "train", tmp_path)
