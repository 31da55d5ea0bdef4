"""Gold files of anybody's: what is read of them, what is said of what is not, and what is refused."""

import gzip
import json
from pathlib import Path

import pytest

from models.evaluation.end_to_end.gold_file import GoldFile, Stated, read_gold
from models.evaluation.end_to_end.job import without
from models.evaluation.end_to_end.names import Names
from models.evaluation.errors import GoldUnusable
from models.evaluation.trained import marks
from processors.errors import RecordError, SourceError
from processors.records import EntityType

DATA = Path(__file__).parents[3] / "data"
GENE, DISEASE, CHEMICAL = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL

WEIRD = """1|t|Aspirin and BRCA1
1|a|It is aspirin for pain.
1\t0\t7\tAspirin\tDrug\tMESH:D001241
1\t12\t17\tBRCA1\tProtein\tNCBIGene:672
1\t36\t40\tpain\tSymptom\tD010146|D059350
1\tTreats\tD001241\t672\tNovel
1\tTreats\tMESH:D001241\tD010146|D059350\tNo
"""


def read(tmp_path: Path, content: str | bytes, *mapped: str) -> GoldFile:
    path = tmp_path / "gold.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_gold(path, Names.parse(mapped))


def test_a_file_of_foreign_names_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    gold = read(tmp_path, WEIRD)
    assert gold.types == (GENE, CHEMICAL)
    assert gold.labels == ("Treats",)
    assert not gold.has_our_labels
    assert gold.has_novelty
    said = "\n".join(gold.notices)
    assert "Symptom (1)" in said
    assert "--types Symptom=TYPE" in said
    assert "Treats; their pairs are scored, their types are not" in said


def test_a_foreign_file_judges_only_what_it_relates(tmp_path: Path) -> None:
    drug_gene, drug_disease = frozenset((CHEMICAL, GENE)), frozenset((CHEMICAL, DISEASE))
    assert read(tmp_path, WEIRD).pairs == {drug_gene}
    assert any("relates Chemical-Gene:" in notice for notice in read(tmp_path, WEIRD).notices)
    assert read(tmp_path, WEIRD, "Symptom=Disease", "Treats=Association").pairs == {drug_gene, drug_disease}
    own = read(tmp_path, WEIRD.replace("Treats", "Association")).pairs
    assert own == {drug_gene, frozenset((CHEMICAL,)), frozenset((GENE,))}


def test_names_can_be_mapped_and_left_out(tmp_path: Path) -> None:
    gold = read(tmp_path, WEIRD, "Symptom=Disease", "Treats=Negative_Correlation")
    assert gold.types == (GENE, DISEASE, CHEMICAL)
    assert gold.has_our_labels
    assert len(gold.notices) == 1
    assert gold.documents[0].relations == {
        Stated(frozenset(("D001241", "672")), "Negative_Correlation", True),
        Stated(frozenset(("D001241", "D010146")), "Negative_Correlation", False),
        Stated(frozenset(("D001241", "D059350")), "Negative_Correlation", False),
    }
    left = read(tmp_path, WEIRD, "Symptom=-", "Treats=-")
    assert left.labels == ()
    assert not [notice for notice in left.notices if "Symptom" in notice]


def test_bioc_and_pubtator_of_the_same_document_are_the_same_gold(tmp_path: Path) -> None:
    kinds = {"n1": (0, 7, "Drug", "MESH:D001241"), "n2": (12, 17, "Protein", "NCBIGene:672"), "n3": (36, 40, "Symptom", "D010146|D059350")}

    def annotation(name: str) -> dict[str, object]:
        start, end, kind, identifier = kinds[name]
        text = "Aspirin and BRCA1 It is aspirin for pain."[start:end]
        return {
            "id": name,
            "infons": {"type": kind, "identifier": identifier},
            "text": text,
            "locations": [{"offset": start, "length": end - start}],
        }

    def relation(name: str, one: str, other: str, novel: str) -> dict[str, object]:
        return {"id": name, "infons": {"entity1": one, "entity2": other, "type": "Treats", "novel": novel}, "nodes": []}

    document = {
        "id": "1",
        "infons": {},
        "passages": [
            {"offset": 0, "infons": {"type": "title"}, "text": "Aspirin and BRCA1", "annotations": [annotation("n1"), annotation("n2")]},
            {"offset": 18, "infons": {"type": "abstract"}, "text": "It is aspirin for pain.", "annotations": [annotation("n3")]},
        ],
        "relations": [relation("r1", "D001241", "672", "Novel"), relation("r2", "MESH:D001241", "D010146|D059350", "No")],
    }
    bioc = read(tmp_path, json.dumps({"source": "", "date": "", "key": "", "infons": {}, "documents": [document]}))
    line = read(tmp_path, WEIRD)
    for gold in (bioc, read(tmp_path, gzip.compress(WEIRD.encode()))):
        assert [(d.mentions, d.relations, d.plain_relations) for d in gold.documents] == [
            (d.mentions, d.relations, d.plain_relations) for d in line.documents
        ]
        assert gold.notices == line.notices


def test_a_document_that_stands_twice_is_scored_once(tmp_path: Path) -> None:
    gold = read(tmp_path, WEIRD + "\n" + WEIRD)
    assert len(gold.documents) == 1
    assert any("more than once" in notice for notice in gold.notices)


def test_refused_lines_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    gold = read(tmp_path, WEIRD + "1\t0\t6\tBRCA1\tGene\t672\nrubbish\n")
    assert gold.notices[0].startswith("annotations refused, which are not gold: 2;")
    assert "gold.txt, line" in gold.notices[0]


def test_a_file_without_identifiers_or_relations_gives_what_it_can(tmp_path: Path) -> None:
    bare = "1|t|Aspirin\n1|a|\n1\t0\t7\tAspirin\tChemical\n"
    gold = read(tmp_path, bare)
    assert not gold.has_ids
    assert any("no identifiers" in notice for notice in gold.notices)
    assert any("no relations" in notice for notice in read(tmp_path, bare.replace("Chemical", "Chemical\tD001241")).notices)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"1|t|Aspirin\n1|a|None.\n", "no mentions"),
        (b"1|t|Aspirin\n1|a|\n1\t0\t7\tAspirin\tThing\tX1\n", r"Thing \(1\)"),
        (b"Aspirin causes bleeding.\n", "no gold file"),
    ],
)
def test_what_holds_nothing_to_score_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(GoldUnusable, match=words) as refused:
        read(tmp_path, content)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "content", [b"", b"1|a|no title\n", b"1|t|\xff\xfe\n", b"<collection><document>", b"\x1f\x8b broken", b'{"documents": 3}']
)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    with pytest.raises((GoldUnusable, RecordError, SourceError), match=r"gold\.txt"):
        read(tmp_path, content)


def test_a_folder_or_nothing_at_all_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(GoldUnusable, match="is no file"):
            read_gold(path)


def test_what_the_model_was_trained_on_is_left_out() -> None:
    gold = read_gold(DATA / "biored_small.pubtator")
    seen = marks(gold.documents[0].abstract)
    rest = without(gold, seen)
    assert len(rest.documents) == len(gold.documents) - 1
    assert rest.notices[-1].endswith("trained on them: 1")
    assert without(gold, set()).notices == gold.notices
    with pytest.raises(GoldUnusable, match="every document"):
        without(gold, {mark for document in gold.documents for mark in marks(document.abstract)})
